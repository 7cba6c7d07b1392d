// SPDX-License-Identifier: Apache-2.0
// https://github.com/huggingface/transformers/blob/main/src/transformers/models/siglip/modeling_siglip.py

import Torch
import TorchNN

/// The image tower: pixels `[B, 3, S, S]` → pooled `[B, W]`. It has no class token; a learned query looks at all patches.
struct SigLIPVisionTransformer {
    let patchEmbedding: Tensor  // [W, 3, patch, patch]
    let patchBias: Tensor  // [W]
    let positionEmbedding: Tensor  // [T, W]
    let encoder: TransformerEncoder
    let postNorm: LayerNorm
    let head: AttentionPooling
    let config: VisionConfig

    init(_ scope: ParameterScope, _ config: VisionConfig) throws {
        let width = config.tower.hiddenSize
        let embeddings = scope["embeddings"]
        self.patchEmbedding = try embeddings["patch_embedding"].parameter(
            "weight", shape: [width, config.numChannels, config.patchSize, config.patchSize])
        self.patchBias = try embeddings["patch_embedding"].parameter("bias", shape: [width])
        self.positionEmbedding = try embeddings["position_embedding"].parameter(
            "weight", shape: [config.patchCount, width])
        self.encoder = try TransformerEncoder(scope["encoder"], config.tower)
        self.postNorm = try LayerNorm(scope["post_layernorm"], width: width, epsilon: config.tower.layerNormEps)
        self.head = try AttentionPooling(scope["head"], config.tower)
        self.config = config
    }

    /// What the layer `block` takes, or what the last one gives: `[B, T, W]`. `patches` are those that are seen, `[B, K]`,
    /// row major; nil for all.
    func activations(_ pixels: Tensor, upTo block: Int, patches: [Int64]? = nil) throws(TorchError) -> Tensor {
        let (batch, width) = (pixels.shape[0], config.tower.hiddenSize)
        var x = try pixels.convolved2D(weight: patchEmbedding, stride: config.patchSize)  // [B, W, S/p, S/p]
        x = try x.reshaped([batch, width, -1]).transposed(1, 2) + patchBias + positionEmbedding  // [B, T, W]
        if let patches { x = try x.selectingTokens(patches) }  // [B, K, W]
        return try encoder(x, range: 0..<encoder.bounded(block))
    }

    /// The rest of the way from what the layer `block` takes: `[B, W]`.
    func pooled(fromActivations x: Tensor, block: Int) throws(TorchError) -> Tensor {
        let last = try encoder(x, range: encoder.bounded(block)..<encoder.layers.count)  // [B, T, W]
        return try head(postNorm(last))
    }
}

/// Attention of one learned query over all tokens, and an MLP: `[B, T, W]` → `[B, W]`.
struct AttentionPooling {
    let probe: Tensor  // [1, 1, W]
    let inputWeight: Tensor  // [3 W, W], for query, key and value
    let inputBias: Tensor  // [3 W]
    let outputWeight: Tensor  // [W, W]
    let outputBias: Tensor  // [W]
    let norm: LayerNorm
    let mlp: MLP
    let heads: Int

    init(_ scope: ParameterScope, _ config: TransformerConfig) throws {
        let width = config.hiddenSize
        self.probe = try scope.parameter("probe", shape: [1, 1, width])
        // PyTorch's MultiheadAttention keeps the three together.
        self.inputWeight = try scope["attention"].parameter("in_proj_weight", shape: [3 * width, width])
        self.inputBias = try scope["attention"].parameter("in_proj_bias", shape: [3 * width])
        self.outputWeight = try scope["attention"]["out_proj"].parameter("weight", shape: [width, width])
        self.outputBias = try scope["attention"]["out_proj"].parameter("bias", shape: [width])
        self.norm = try LayerNorm(scope["layernorm"], width: width, epsilon: config.layerNormEps)
        self.mlp = try MLP(scope["mlp"], config)
        self.heads = config.numAttentionHeads
    }

    func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        let (batch, tokens, width) = (x.shape[0], x.shape[1], x.shape[2])
        let query = try probe.to(dtype: x.dtype).linear(weight: rows(0, 1), bias: biases(0, 1))  // [1, 1, W]
        let pair = try x.linear(weight: rows(1, 2), bias: biases(1, 2))  // [B, T, 2 W]
        func split(_ x: Tensor, _ count: Int) throws(TorchError) -> Tensor {
            try x.reshaped([batch, count, heads, width / heads]).transposed(1, 2)  // [B, H, count, W/H]
        }
        let mixed = try Tensor.attention(
            query: split(query.expanded([batch, 1, width]), 1),
            key: split(pair.narrowed(dimension: 2, start: 0, count: width), tokens),
            value: split(pair.narrowed(dimension: 2, start: width, count: width), tokens), mask: nil)  // [B, H, 1, W/H]
        let pooled = try mixed.transposed(1, 2).reshaped([batch, width])
            .linear(weight: outputWeight, bias: outputBias)  // [B, W]
        return try pooled + mlp(norm(pooled))
    }

    /// Some of the three matrices, and their biases.
    private func rows(_ start: Int, _ count: Int) throws(TorchError) -> Tensor {
        let width = probe.shape[2]
        return try inputWeight.narrowed(dimension: 0, start: start * width, count: count * width)
    }

    private func biases(_ start: Int, _ count: Int) throws(TorchError) -> Tensor {
        let width = probe.shape[2]
        return try inputBias.narrowed(dimension: 0, start: start * width, count: count * width)
    }
}
