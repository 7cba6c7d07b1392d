// SPDX-License-Identifier: Apache-2.0
// https://github.com/huggingface/transformers/blob/main/src/transformers/models/clip/configuration_clip.py

public import FileIO

extension CLIPConfig {
    /// Reads a `config.json` of transformers' CLIPModel or MetaClip2Model, which have the same keys; absent keys take transformers' defaults.
    ///
    /// - Parameter root: The file.
    /// - Throws: `InputError` that names the key.
    public init(_ root: ConfigReader) throws(InputError) {
        // The `_dict` forms of old configurations replace the plain ones whole, defaults included.
        let text = try root.firstObject("text_config_dict", "text_config")
        let vision = try root.firstObject("vision_config_dict", "vision_config")
        // What else changes numbers in transformers' CLIPModel; all other keys are other classes' or change none.
        try root.refuseQuantization()
        self.text = CLIPTextConfig(
            tower: try TransformerConfig(text, usual: Self.usual(width: 512, heads: 8)),
            vocabSize: try text.integer("vocab_size", default: 49408, in: ConfigReader.sizes),
            maxPositionEmbeddings: try text.integer("max_position_embeddings", default: 77, in: 2...100_000),
            eosTokenID: try Self.eosTokenID(text))
        self.vision = try VisionConfig(vision, usual: Self.usual(width: 768, heads: 12), patchSize: 32)
        self.projectionDim = try root.integer("projection_dim", default: 512, in: ConfigReader.sizes)
        self.kind = Kind(rawValue: try root.string("model_type", default: "clip")) ?? .clip
    }

    private static func eosTokenID(_ reader: ConfigReader) throws(InputError) -> Int {
        try reader.integer("eos_token_id", default: 49407, in: 0...10_000_000)
    }

    /// transformers' defaults of a tower.
    private static func usual(width: Int, heads: Int) -> TransformerConfig {
        TransformerConfig(
            hiddenSize: width, intermediateSize: 4 * width, numHiddenLayers: 12, numAttentionHeads: heads,
            hiddenAct: .quickGELU, layerNormEps: 1e-5)
    }
}
