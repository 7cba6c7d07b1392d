// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A family of models: those that one implementation of ``ImageTextModel`` computes.
public protocol ModelFamily: Sendable {
    /// The values of `model_type` in a `config.json` by which its models are known.
    var modelTypes: [String] { get }

    /// Whether a directory holds a model of this family with open_clip's names and `open_clip_config.json`; false by
    /// default. `tensorNames` are those of its weights, nil where only the tokenizer is wanted.
    ///
    /// - Throws: `InputError` if a file cannot be used.
    func recognizes(_ directory: ModelDirectory, tensorNames: [String]?) throws -> Bool

    /// Reads the shape of a model from its layout's configuration file.
    ///
    /// - Throws: `InputError` that names the key.
    func architecture(_ configuration: ConfigReader, layout: ModelLayout) throws -> any ModelArchitecture
}

extension ModelFamily {
    /// It is only known in transformers' layout.
    public func recognizes(_ directory: ModelDirectory, tensorNames: [String]?) throws -> Bool { false }
}

/// Which of the layouts a model directory has.
public enum ModelLayout: Sendable {
    /// transformers' names and `config.json`.
    case huggingFace
    /// open_clip's names, which are openai/CLIP's too, and `open_clip_config.json`.
    case openCLIP

    /// The file that describes the model's shape.
    var configurationName: String { self == .huggingFace ? "config.json" : "open_clip_config.json" }

    /// The file that describes how pictures are prepared.
    var preprocessingName: String { self == .huggingFace ? "preprocessor_config.json" : "open_clip_config.json" }
}

/// The families that are known, by their `model_type`.
///
/// A program may add its own before it opens a model.
public enum ModelRegistry {
    private static let families = Mutex<[any ModelFamily]>([CLIPFamily(), SigLIPFamily()])

    /// Families that people name and that cannot be used: by the beginning of their type, what they are, and what comes
    /// nearest.
    private static let relatives: [(type: String, what: String, take: String)] = [
        ("siglip2", "SigLIP 2 for pictures of any size (NaFlex)", "google/siglip2-base-patch16-224"),
        ("siglip_", "one tower of a SigLIP", "google/siglip-base-patch16-224"),
        ("clip_", "one tower of a CLIP", "openai/clip-vit-base-patch32"),
        ("jina", "jina's CLIP, whose towers are others", "google/siglip2-base-patch16-224"),
        ("mobileclip", "MobileCLIP, whose image tower is no plain transformer", "openai/clip-vit-base-patch32"),
        ("eva", "EVA-CLIP, whose image tower has rotary positions", "laion/CLIP-ViT-L-14-laion2B-s32B-b82K"),
        ("perception", "Meta's perception encoder", "facebook/metaclip-2-worldwide-huge-quickgelu"),
        ("pe_", "Meta's perception encoder", "facebook/metaclip-2-worldwide-huge-quickgelu"),
        ("align", "ALIGN, whose image tower is no transformer", "google/siglip-base-patch16-224"),
        ("chinese_clip", "Chinese CLIP, whose text tower is BERT's", "facebook/metaclip-2-worldwide-huge-quickgelu"),
        ("altclip", "AltCLIP, whose text tower is XLM-RoBERTa's", "facebook/metaclip-2-worldwide-huge-quickgelu"),
        ("blip", "BLIP, which has no joint embedding of two towers alone", "google/siglip-base-patch16-224"),
    ]

    /// Makes a family known to the whole program, in place of one of the same types; safe to call from any thread.
    public static func register(_ family: any ModelFamily) {
        families.withLock { families in
            families.removeAll { $0.modelTypes == family.modelTypes }
            families.append(family)
        }
    }

    /// The family whose model a `config.json` describes; one that names no type is CLIP's, as in transformers.
    ///
    /// - Throws: `InputError` if there is no such family.
    public static func family(of configuration: ConfigReader) throws -> any ModelFamily {
        let known = families.withLock { $0 }
        let type = try configuration.string("model_type", default: "clip")
        guard let family = known.last(where: { $0.modelTypes.contains(type) }) else {
            let types = known.flatMap(\.modelTypes).map { "'\($0)'" }.joined(separator: ", ")
            let relative = relatives.first { type.hasPrefix($0.type) }
            throw configuration.bad(
                "model_type",
                "is '\(type)'\(relative.map { ", " + $0.what } ?? ""); only \(types) (both towers) can be used; take a relative such as \(relative?.take ?? "openai/clip-vit-base-patch32")"
            )
        }
        return family
    }

    /// The shape that a `config.json` describes, for a model that is to begin from nothing.
    ///
    /// - Throws: `InputError` that names the key, also where models of the family cannot begin from nothing.
    public static func newArchitecture(_ configuration: ConfigReader) throws -> any NewModelArchitecture {
        let architecture = try family(of: configuration).architecture(configuration, layout: .huggingFace)
        guard let architecture = architecture as? any NewModelArchitecture else {
            throw configuration.bad("model_type", "is that of a family whose models cannot begin from random weights")
        }
        return architecture
    }

    /// The family whose model lies in a directory, with the file that describes it.
    static func find(
        _ directory: ModelDirectory, tensorNames: [String]?
    ) throws -> (family: any ModelFamily, layout: ModelLayout, configuration: ConfigReader) {
        for family in families.withLock({ $0 }).reversed()
        where try family.recognizes(directory, tensorNames: tensorNames) {
            return (family, .openCLIP, try directory.configuration(.openCLIP))
        }
        let configuration = try directory.configuration(.huggingFace)
        return (try family(of: configuration), .huggingFace, configuration)
    }
}
