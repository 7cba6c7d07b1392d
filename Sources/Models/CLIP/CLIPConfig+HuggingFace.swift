// SPDX-License-Identifier: Apache-2.0
// https://github.com/huggingface/transformers/blob/main/src/transformers/models/clip/configuration_clip.py

public import FileIO
import JSON

extension CLIPConfig {
    private static let sizes = 1...1_000_000

    /// Reads a `config.json` of transformers' CLIPModel or MetaClip2Model, which have the same keys; absent keys take transformers' defaults.
    ///
    /// - Parameter root: The file.
    /// - Throws: `InputError` that names the key.
    public init(_ root: ConfigReader) throws(InputError) {
        // The `_dict` forms of old configurations replace the plain ones whole, defaults included.
        let text = try root.firstObject("text_config_dict", "text_config")
        let vision = try root.firstObject("vision_config_dict", "vision_config")
        // What else changes numbers in transformers' CLIPModel; all other keys are other classes' or change none.
        for (reader, keys) in [
            (root, Self.refusedKeys), (text, Self.refusedTowerKeys), (vision, Self.refusedTowerKeys),
        ] {
            for (key, advice) in keys where reader.value[key].map({ !$0.isOff }) ?? false {
                throw reader.bad(key, advice)
            }
        }
        self.text = CLIPTextConfig(
            tower: try Self.tower(text, width: 512, intermediate: 2048, heads: 8),
            vocabSize: try text.integer("vocab_size", default: 49408, in: Self.sizes),
            maxPositionEmbeddings: try text.integer("max_position_embeddings", default: 77, in: 2...100_000),
            eosTokenID: try Self.eosTokenID(text))
        self.vision = CLIPVisionConfig(
            tower: try Self.tower(vision, width: 768, intermediate: 3072, heads: 12),
            imageSize: try vision.integer("image_size", default: 224, in: 1...16_384),
            patchSize: try vision.integer("patch_size", default: 32, in: 1...16_384),
            numChannels: try vision.integer("num_channels", default: 3, in: 3...3))
        guard self.vision.patchSize <= self.vision.imageSize else {
            throw vision.bad("patch_size", "is larger than image_size")
        }
        self.projectionDim = try root.integer("projection_dim", default: 512, in: Self.sizes)
        self.kind = Kind(rawValue: try root.string("model_type", default: "clip")) ?? .clip
    }

    private static let refusedKeys = [
        ("quantization_config", "says that the weights are quantised; take those in float32, float16 or bfloat16")
    ]
    private static let refusedTowerKeys = [
        ("attention_dropout", "asks for dropout, which there is none of; set it to 0, scores do not change by it"),
        ("pruned_heads", "says that heads are missing; take a model that has them all"),
    ]

    private static func eosTokenID(_ reader: ConfigReader) throws(InputError) -> Int {
        try reader.integer("eos_token_id", default: 49407, in: 0...10_000_000)
    }

    private static func tower(
        _ reader: ConfigReader, width: Int, intermediate: Int, heads: Int
    ) throws(InputError) -> CLIPTowerConfig {
        let name = try reader.string("hidden_act", default: "quick_gelu")
        guard let activation = Activation(rawValue: name) else {
            let known = Activation.allCases.map(\.rawValue).joined(separator: ", ")
            throw reader.bad("hidden_act", "is '\(name)', known are \(known)")
        }
        let config = CLIPTowerConfig(
            hiddenSize: try reader.integer("hidden_size", default: width, in: sizes),
            intermediateSize: try reader.integer("intermediate_size", default: intermediate, in: sizes),
            numHiddenLayers: try reader.integer("num_hidden_layers", default: 12, in: 1...1000),
            numAttentionHeads: try reader.integer("num_attention_heads", default: heads, in: 1...10_000),
            hiddenAct: activation, layerNormEps: try reader.positive("layer_norm_eps", default: 1e-5))
        guard config.hiddenSize % config.numAttentionHeads == 0 else {
            throw reader.bad(
                "num_attention_heads",
                "is \(config.numAttentionHeads), which does not divide hidden_size \(config.hiddenSize)")
        }
        return config
    }
}
