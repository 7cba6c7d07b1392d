// SPDX-License-Identifier: Apache-2.0
// https://github.com/huggingface/transformers/blob/main/src/transformers/models/clip/modeling_clip.py

import Torch
import TorchNN

/// The text tower over prefix trees: distinct prompts → pooled `[U, W]`.
struct CLIPTextTransformer {
    let tokenEmbedding: Tensor  // [V, W]
    let positionEmbedding: Tensor  // [context, W]
    let encoder: TransformerEncoder
    let finalNorm: LayerNorm
    let config: CLIPTextConfig

    init(_ scope: ParameterScope, _ config: CLIPTextConfig) throws {
        let width = config.tower.hiddenSize
        let embeddings = scope["embeddings"]
        self.tokenEmbedding = try embeddings["token_embedding"].parameter("weight", shape: [config.vocabSize, width])
        self.positionEmbedding = try embeddings["position_embedding"].parameter(
            "weight", shape: [config.maxPositionEmbeddings, width])
        self.encoder = try TransformerEncoder(scope["encoder"], config.tower)
        self.finalNorm = try LayerNorm(scope["final_layer_norm"], width: width, epsilon: config.tower.layerNormEps)
        self.config = config
    }

    /// For each tree what the layer `block` takes: `[1, N, W]`, or behind the last layer only its leaves, `[1, U, W]`.
    func activations(_ trees: [PrefixTree], upTo block: Int) throws(TorchError) -> [Tensor] {
        let device = tokenEmbedding.device
        let width = config.tower.hiddenSize
        // All trees are embedded at once: the gradient of the table is as large as the vocabulary.
        let nodeCount = trees.reduce(0) { $0 + $1.tokens.count }
        let tokens = try Tensor(trees.flatMap(\.tokens), shape: [nodeCount]).to(device: device)
        let depths = try Tensor(trees.flatMap(\.depths), shape: [nodeCount]).to(device: device)
        let embedded = try tokenEmbedding.embedding(tokens) + positionEmbedding.embedding(depths)  // [ΣN, W]
        var activations: [Tensor] = []
        var start = 0
        for tree in trees {
            let count = tree.tokens.count
            let nodes = try embedded.narrowed(dimension: 0, start: start, count: count)  // [N, W]
            let x = try nodes.reshaped([1, count, width])  // [1, N, W]
            activations.append(try run(x, tree, range: 0..<encoder.bounded(block)))
            start += count
        }
        return activations
    }

    /// The rest of the way from what the layer `block` takes, tree after tree: `[U, W]`.
    func pooled(
        fromActivations activations: [Tensor], _ trees: [PrefixTree], block: Int
    ) throws(TorchError) -> Tensor {
        var pooled: [Tensor] = []
        for (x, tree) in zip(activations, trees) {
            let last = try run(x, tree, range: encoder.bounded(block)..<encoder.layers.count)  // [1, U, W]
            pooled.append(try finalNorm(last.reshaped([tree.leaves.count, config.tower.hiddenSize])))  // [U, W]
        }
        return pooled.count == 1 ? pooled[0] : try Tensor.concatenated(pooled, dimension: 0)
    }

    /// Some of the layers over one tree's states.
    private func run(_ x: Tensor, _ tree: PrefixTree, range: Range<Int>) throws(TorchError) -> Tensor {
        if range.isEmpty { return x }
        let count = tree.tokens.count
        let mask = try Tensor(tree.ancestorMask(), shape: [count, count]).to(device: x.device, dtype: x.dtype)
        let leaves = try Tensor(tree.leaves, shape: [tree.leaves.count]).to(device: x.device)
        return try encoder(x, mask: mask, selection: .indices(leaves), range: range)
    }
}
