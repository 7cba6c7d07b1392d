// SPDX-License-Identifier: Apache-2.0
// https://github.com/huggingface/transformers/blob/main/src/transformers/models/siglip/modeling_siglip.py

import Torch
import TorchNN

/// The text tower: prompts of T tokens → `[P, D]`, read at the last position, which mostly holds a pad.
struct SigLIPTextTransformer {
    let tokenEmbedding: Tensor  // [V, W]
    let positionEmbedding: Tensor  // [T, W]
    let encoder: TransformerEncoder
    let finalNorm: LayerNorm
    let head: Linear
    let config: SigLIPTextConfig

    /// How many prompts go through the tower at once: what it needs in memory is bounded so, but for what a backward pass
    /// needs of all of them.
    private static let chunk = 64

    init(_ scope: ParameterScope, _ config: SigLIPTextConfig, featureWidth: Int) throws {
        let width = config.tower.hiddenSize
        let embeddings = scope["embeddings"]
        self.tokenEmbedding = try embeddings["token_embedding"].parameter("weight", shape: [config.vocabSize, width])
        self.positionEmbedding = try embeddings["position_embedding"].parameter(
            "weight", shape: [config.maxPositionEmbeddings, width])
        self.encoder = try TransformerEncoder(scope["encoder"], config.tower)
        self.finalNorm = try LayerNorm(scope["final_layer_norm"], width: width, epsilon: config.tower.layerNormEps)
        self.head = try Linear(scope["head"], from: width, to: featureWidth)
        self.config = config
    }

    /// For each chunk of prompts what the layer `block` takes: `[C, T, W]`, or behind the last layer its last tokens,
    /// `[C, 1, W]`.
    func activations(_ prompts: [[Int32]], upTo block: Int) throws(TorchError) -> [Tensor] {
        let (device, length) = (tokenEmbedding.device, config.maxPositionEmbeddings)
        var activations: [Tensor] = []
        for start in stride(from: 0, to: prompts.count, by: Self.chunk) {
            let part = prompts[start..<min(start + Self.chunk, prompts.count)]
            let tokens = try Tensor(part.flatMap { $0.map(Int64.init) }, shape: [part.count, length]).to(device: device)
            let embedded = try tokenEmbedding.embedding(tokens) + positionEmbedding  // [C, T, W]
            activations.append(try run(embedded, 0..<encoder.bounded(block)))
        }
        return activations
    }

    /// The rest of the way from what the layer `block` takes, chunk after chunk: `[P, D]`.
    func features(fromActivations activations: [Tensor], block: Int) throws(TorchError) -> Tensor {
        var features: [Tensor] = []
        for x in activations {
            let last = try run(x, encoder.bounded(block)..<encoder.layers.count)  // [C, 1, W]
            let pooled = try finalNorm(last.reshaped([x.shape[0], config.tower.hiddenSize]))  // [C, W]
            features.append(try head(pooled))  // [C, D]
        }
        return features.count == 1 ? features[0] : try Tensor.concatenated(features, dimension: 0)
    }

    private func run(_ x: Tensor, _ range: Range<Int>) throws(TorchError) -> Tensor {
        try encoder(x, selection: .last, range: range)
    }
}
