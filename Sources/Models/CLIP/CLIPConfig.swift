// SPDX-License-Identifier: Apache-2.0

/// The text tower's shape.
public struct CLIPTextConfig: Sendable, Equatable {
    /// Its transformer.
    public var tower: TransformerConfig
    /// Number of tokens known.
    public var vocabSize: Int
    /// The context length.
    public var maxPositionEmbeddings: Int
    /// The id at whose first occurrence the feature is read; the legacy value 2 means at the first of the largest id.
    public var eosTokenID: Int
}

/// The shape of a CLIP model.
public struct CLIPConfig: Sendable, Equatable {
    /// The text tower.
    public var text: CLIPTextConfig
    /// The image tower.
    public var vision: VisionConfig
    /// Width D of the joint embedding.
    public var projectionDim: Int
    /// CLIP's or MetaCLIP 2's, which has the same towers and another tokenizer.
    public var kind = Kind.clip

    /// The values of `model_type`.
    public enum Kind: String, Sendable {
        /// OpenAI's, open_clip's, and whoever's in their form.
        case clip
        /// MetaCLIP 2 (arXiv 2507.22062): labels in any language.
        case metaCLIP2 = "metaclip_2"
    }

    /// Whether a text is read at the largest of its ids: openai/CLIP's rule, which transformers keeps for configurations
    /// that name 2 as the end. MetaCLIP 2's end is 2.
    var readsAtLargestID: Bool { kind == .clip && text.eosTokenID == 2 }
}

/// CLIP with two transformers, in transformers' layout and in that of openai/CLIP and open_clip; and MetaCLIP 2.
struct CLIPFamily: ModelFamily {
    let modelTypes = [CLIPConfig.Kind.clip.rawValue, CLIPConfig.Kind.metaCLIP2.rawValue]

    func recognizes(_ directory: ModelDirectory, tensorNames: [String]?) -> Bool {
        let isAlone = !directory.names.contains("config.json")
        guard let tensorNames else { return isAlone }
        return OpenCLIPNames.areUsed(in: tensorNames) && (isAlone || directory.names.contains("open_clip_config.json"))
    }

    func architecture(_ configuration: ConfigReader, layout: ModelLayout) throws -> any ModelArchitecture {
        switch layout {
        case .huggingFace: try CLIPConfig(configuration)
        case .openCLIP: try CLIPConfig(openCLIP: configuration)
        }
    }
}
