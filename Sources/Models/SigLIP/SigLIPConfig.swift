// SPDX-License-Identifier: Apache-2.0
// https://github.com/huggingface/transformers/blob/main/src/transformers/models/siglip/configuration_siglip.py

public import FileIO

/// The text tower's shape.
public struct SigLIPTextConfig: Sendable, Equatable {
    /// Its transformer.
    public var tower: TransformerConfig
    /// Number of tokens known.
    public var vocabSize: Int
    /// The length that every text is padded to, which is part of the model.
    public var maxPositionEmbeddings: Int
}

/// The shape of a SigLIP model, or of a SigLIP 2 model for pictures of one size (Zhai et al., arXiv 2303.15343; Tschannen
/// et al., arXiv 2502.14786).
public struct SigLIPConfig: Sendable, Equatable {
    /// The text tower.
    public var text: SigLIPTextConfig
    /// The image tower, whose pooled state is the picture's place in the joint embedding: D is its width.
    public var vision: VisionConfig
    /// What is done to a text before its tokenizer sees it.
    public var cleaning = TextCleaning.none
    /// Whether open_clip's file has a projection of texts; where it has none, that is the identity.
    var hasStoredProjection = true

    /// What is done to a text before its tokenizer sees it.
    public enum TextCleaning: String, Sendable {
        /// Nothing beyond what the tokenizer does itself.
        case none
        /// open_clip's `whitespace`: runs of white space become blanks.
        case whitespace
        /// open_clip's `lower`: the same, in lower case.
        case lower
        /// open_clip's `canonicalize`: the same, without punctuation.
        case canonicalize
    }

    /// A key of ours in `config.json`, which `mumic train` writes for models that began as open_clip's.
    static let cleaningKey = "text_cleaning"

    /// Reads a `config.json` of transformers' SiglipModel; absent keys take transformers' defaults.
    ///
    /// - Parameter root: The file.
    /// - Throws: `InputError` that names the key.
    public init(_ root: ConfigReader) throws(InputError) {
        try root.refuseQuantization()
        let text = try root.firstObject("text_config")
        let vision = try root.firstObject("vision_config")
        let usual = TransformerConfig(
            hiddenSize: 768, intermediateSize: 3072, numHiddenLayers: 12, numAttentionHeads: 12, hiddenAct: .geluTanh,
            layerNormEps: 1e-6)
        guard try vision.boolean("vision_use_head", default: true) else {
            throw vision.bad(
                "vision_use_head", "is false: such a model has no features of pictures; take one with a head")
        }
        self.vision = try VisionConfig(vision, usual: usual, patchSize: 16)
        self.text = SigLIPTextConfig(
            tower: try TransformerConfig(text, usual: usual),
            vocabSize: try text.integer("vocab_size", default: 32_000, in: ConfigReader.sizes),
            maxPositionEmbeddings: try text.integer("max_position_embeddings", default: 64, in: 2...100_000))
        let name = try root.string(Self.cleaningKey, default: TextCleaning.none.rawValue)
        guard let cleaning = TextCleaning(rawValue: name) else {
            throw root.bad(Self.cleaningKey, "is '\(name)', known are none, whitespace, lower, canonicalize")
        }
        self.cleaning = cleaning
        let width = try text.integer(
            "projection_size", default: self.text.tower.hiddenSize, in: ConfigReader.sizes)
        guard width == featureWidth else {
            throw text.bad(
                "projection_size",
                "is \(width), and pictures have features of width \(featureWidth) (hidden_size of vision_config); the two must agree"
            )
        }
    }

    init(text: SigLIPTextConfig, vision: VisionConfig, cleaning: TextCleaning) {
        (self.text, self.vision, self.cleaning) = (text, vision, cleaning)
    }
}

/// SigLIP and SigLIP 2, in transformers' layout and in that of open_clip, whose image tower is timm's.
struct SigLIPFamily: ModelFamily {
    let modelTypes = ["siglip"]

    func recognizes(_ directory: ModelDirectory, tensorNames: [String]?) throws -> Bool {
        guard directory.names.contains("open_clip_config.json") else { return false }
        let isAlone = !directory.names.contains("config.json")
        // timm's own config.json beside it names its part of the model alone.
        guard tensorNames.map(TimmNames.areUsed) ?? isAlone else { return false }
        return try Self.describesTimmTower(directory.configuration(.openCLIP))
    }

    func architecture(_ configuration: ConfigReader, layout: ModelLayout) throws -> any ModelArchitecture {
        switch layout {
        case .huggingFace: try SigLIPConfig(configuration)
        case .openCLIP: try SigLIPConfig(openCLIP: configuration)
        }
    }

    private static func describesTimmTower(_ root: ConfigReader) throws -> Bool {
        let model = try root.object("model_cfg") ?? root
        return try model.object("vision_cfg")?.string("timm_model_name", default: "").contains("_siglip_") ?? false
    }
}
