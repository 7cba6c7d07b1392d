// SPDX-License-Identifier: Apache-2.0
// https://github.com/huggingface/transformers/blob/main/src/transformers/models/clip/modeling_clip.py

import Torch
import TorchNN

/// The text tower over prefix trees: distinct prompts → pooled `[U, W]`.
struct CLIPTextTransformer {
    let tokenEmbedding: Tensor  // [V, W]
    let positionEmbedding: Tensor  // [context, W]
    let encoder: CLIPEncoder
    let finalNorm: LayerNorm
    let config: CLIPTextConfig

    init(_ scope: ParameterScope, _ config: CLIPTextConfig) throws {
        let width = config.tower.hiddenSize
        let embeddings = scope["embeddings"]
        self.tokenEmbedding = try embeddings["token_embedding"].parameter("weight", shape: [config.vocabSize, width])
        self.positionEmbedding = try embeddings["position_embedding"].parameter(
            "weight", shape: [config.maxPositionEmbeddings, width])
        self.encoder = try CLIPEncoder(scope["encoder"], config.tower)
        self.finalNorm = try LayerNorm(
            scope["final_layer_norm"], width: width, epsilon: config.tower.layerNormEps)
        self.config = config
    }

    /// The pooled states of the trees' leaves, tree after tree: `[U, W]`.
    func callAsFunction(_ trees: [PrefixTree]) throws(TorchError) -> Tensor {
        let device = tokenEmbedding.device
        let width = config.tower.hiddenSize
        // All trees are embedded at once: the gradient of the table is as large as the vocabulary.
        let nodeCount = trees.reduce(0) { $0 + $1.tokens.count }
        let tokens = try Tensor(trees.flatMap(\.tokens), shape: [nodeCount]).to(device: device)
        let depths = try Tensor(trees.flatMap(\.depths), shape: [nodeCount]).to(device: device)
        let embedded = try tokenEmbedding.embedding(tokens) + positionEmbedding.embedding(depths)  // [ΣN, W]
        var pooled: [Tensor] = []
        var start = 0
        for tree in trees {
            let count = tree.tokens.count
            let nodes = try embedded.narrowed(dimension: 0, start: start, count: count)  // [N, W]
            let mask = try Tensor(tree.ancestorMask(), shape: [count, count]).to(device: device, dtype: nodes.dtype)
            let leaves = try Tensor(tree.leaves, shape: [tree.leaves.count]).to(device: device)
            let x = try encoder(nodes.reshaped([1, count, width]), mask: mask, selection: .indices(leaves))
            pooled.append(try finalNorm(x.reshaped([tree.leaves.count, width])))  // [U, W]
            start += count
        }
        return pooled.count == 1 ? pooled[0] : try Tensor.concatenated(pooled, dimension: 0)
    }
}
