// SPDX-License-Identifier: Apache-2.0
// https://github.com/huggingface/transformers/blob/main/src/transformers/models/clip/modeling_clip.py

import Torch
import TorchNN

/// The image tower: pixels `[B, 3, S, S]` → pooled `[B, W]`.
struct CLIPVisionTransformer {
    let patchEmbedding: Tensor  // [W, 3, patch, patch]
    let classEmbedding: Tensor  // [W]
    let positionEmbedding: Tensor  // [T, W]
    let preNorm: LayerNorm
    let encoder: TransformerEncoder
    let postNorm: LayerNorm
    let config: VisionConfig

    init(_ scope: ParameterScope, _ config: VisionConfig) throws {
        let width = config.tower.hiddenSize
        let epsilon = config.tower.layerNormEps
        let embeddings = scope["embeddings"]
        self.classEmbedding = try embeddings.parameter("class_embedding", shape: [width])
        self.patchEmbedding = try embeddings["patch_embedding"].parameter(
            "weight", shape: [width, config.numChannels, config.patchSize, config.patchSize])
        self.positionEmbedding = try embeddings["position_embedding"].parameter(
            "weight", shape: [config.patchCount + 1, width])
        self.preNorm = try LayerNorm(scope["pre_layrnorm"], width: width, epsilon: epsilon)
        self.encoder = try TransformerEncoder(scope["encoder"], config.tower)
        self.postNorm = try LayerNorm(scope["post_layernorm"], width: width, epsilon: epsilon)
        self.config = config
    }

    /// - Parameters:
    ///   - pixels: `[B, 3, S, S]`.
    ///   - patches: Of every picture, which patches are seen: `[B, K]`, row major, each in 0 ..< T − 1; nil for all.
    /// - Returns: `[B, W]`.
    /// - Throws: `TorchError` if the shape does not fit or memory runs out.
    func callAsFunction(_ pixels: Tensor, patches: [Int64]? = nil) throws(TorchError) -> Tensor {
        try pooled(fromActivations: activations(pixels, upTo: 0, patches: patches), block: 0)
    }

    /// What the layer `block` takes: `[B, T, W]`, or behind the last layer, which gives nothing else, `[B, 1, W]`.
    func activations(_ pixels: Tensor, upTo block: Int, patches: [Int64]? = nil) throws(TorchError) -> Tensor {
        let batch = pixels.shape[0]
        let width = config.tower.hiddenSize
        var x = try pixels.convolved2D(weight: patchEmbedding, stride: config.patchSize)  // [B, W, S/p, S/p]
        x = try x.reshaped([batch, width, -1]).transposed(1, 2)  // [B, T-1, W]
        let first = try classEmbedding.reshaped([1, 1, width]).expanded([batch, 1, width])  // [B, 1, W]
        x = try Tensor.concatenated([first.to(dtype: x.dtype), x], dimension: 1) + positionEmbedding  // [B, T, W]
        if let patches { x = try kept(x, patches, batch: batch) }  // [B, K+1, W]
        x = try preNorm(x)
        return try encoder(x, selection: .first, range: 0..<encoder.bounded(block))
    }

    /// The rest of the way from what the layer `block` takes: `[B, W]`.
    func pooled(fromActivations x: Tensor, block: Int) throws(TorchError) -> Tensor {
        let last = try encoder(x, selection: .first, range: encoder.bounded(block)..<encoder.layers.count)  // [B, 1, W]
        return try postNorm(last.reshaped([x.shape[0], config.tower.hiddenSize]))  // [B, W]
    }

    /// The class token and the chosen patches of every picture, `[B, T, W]` → `[B, K+1, W]`.
    private func kept(_ x: Tensor, _ patches: [Int64], batch: Int) throws(TorchError) -> Tensor {
        let count = patches.count / batch
        var places: [Int64] = []
        places.reserveCapacity(batch * (count + 1))
        for picture in 0..<batch {
            places.append(0)
            for patch in patches[picture * count..<(picture + 1) * count] { places.append(1 + patch) }
        }
        return try x.selectingTokens(places)
    }
}
