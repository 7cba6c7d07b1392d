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
    let encoder: CLIPEncoder
    let postNorm: LayerNorm
    let config: CLIPVisionConfig

    init(_ scope: ParameterScope, _ config: CLIPVisionConfig) throws {
        let width = config.tower.hiddenSize
        let epsilon = config.tower.layerNormEps
        let embeddings = scope["embeddings"]
        self.classEmbedding = try embeddings.parameter("class_embedding", shape: [width])
        self.patchEmbedding = try embeddings["patch_embedding"].parameter(
            "weight", shape: [width, config.numChannels, config.patchSize, config.patchSize])
        self.positionEmbedding = try embeddings["position_embedding"].parameter(
            "weight", shape: [config.patchCount + 1, width])
        self.preNorm = try LayerNorm(scope["pre_layrnorm"], width: width, epsilon: epsilon)
        self.encoder = try CLIPEncoder(scope["encoder"], config.tower)
        self.postNorm = try LayerNorm(scope["post_layernorm"], width: width, epsilon: epsilon)
        self.config = config
    }

    func callAsFunction(_ pixels: Tensor) throws(TorchError) -> Tensor {
        let batch = pixels.shape[0]
        let width = config.tower.hiddenSize
        var x = try pixels.convolved2D(weight: patchEmbedding, stride: config.patchSize)  // [B, W, S/p, S/p]
        x = try x.reshaped([batch, width, -1]).transposed(1, 2)  // [B, T-1, W]
        let first = try classEmbedding.reshaped([1, 1, width]).expanded([batch, 1, width])  // [B, 1, W]
        x = try Tensor.concatenated([first.to(dtype: x.dtype), x], dimension: 1) + positionEmbedding  // [B, T, W]
        x = try preNorm(x)
        x = try encoder(x, selection: .first)  // [B, 1, W]
        return try postNorm(x.reshaped([batch, width]))  // [B, W]
    }
}
