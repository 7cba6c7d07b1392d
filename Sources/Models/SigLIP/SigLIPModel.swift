// SPDX-License-Identifier: Apache-2.0
// https://github.com/huggingface/transformers/blob/main/src/transformers/models/siglip/modeling_siglip.py

import FileIO
public import Torch
public import TorchNN

/// SigLIP: an image tower and a text tower with one joint embedding and a score that is a sigmoid's logit of its own
/// (Zhai et al., arXiv 2303.15343).
public struct SigLIPModel: ImageTextModel {
    /// The model's shape.
    public let config: SigLIPConfig
    /// The same for whoever does not ask for its family.
    public var architecture: any ModelArchitecture { config }
    /// log(1/τ), `[1]` in float32.
    public let logitScale: Tensor
    private let bias: Tensor
    /// b, `[1]` in float32.
    public var logitBias: Tensor? { bias }
    let vision: SigLIPVisionTransformer
    let text: SigLIPTextTransformer

    /// Builds both towers from the parameters below `scope`, named as in transformers' SiglipModel. Throws `InputError` if
    /// one is missing or has another shape.
    public init(_ scope: ParameterScope, config: SigLIPConfig) throws {
        self.config = config
        self.logitScale = try scope.parameter("logit_scale", shape: [1], dtype: .float32)
        self.bias = try scope.parameter("logit_bias", shape: [1], dtype: .float32)
        self.text = try SigLIPTextTransformer(scope["text_model"], config.text, featureWidth: config.featureWidth)
        self.vision = try SigLIPVisionTransformer(scope["vision_model"], config.vision)
    }

    /// The image tower's pooled states, which are its features before they get unit length: `[B, W]`, in the model's type.
    public func pooledImages(_ pixels: Tensor, patches: [Int64]?) throws(TorchError) -> Tensor {
        let states = try vision.activations(converted(pixels), upTo: 0, patches: patches)
        return try vision.pooled(fromActivations: states, block: 0)
    }

    /// The unit-norm features of pictures whose pooled states are known: `[B, W]` → `[B, W]`, float32.
    public func imageFeatures(pooled: Tensor) throws(TorchError) -> Tensor {
        try pooled.to(dtype: .float32).normalized()
    }

    /// The unit-norm features of prompts, each padded to the context length as the tokenizer does it: every token sees
    /// every other, pads included.
    public func textFeatures(_ prompts: [[Int32]]) throws -> Tensor { try textFeatures(prompts, from: 0)() }

    /// The image tower up to a layer: `[B, T, W]`.
    public func imageActivations(_ pixels: Tensor, upTo block: Int) throws(TorchError) -> Tensor {
        try vision.activations(converted(pixels), upTo: block)
    }

    /// The rest of the way through the image tower, from activations in the type that they were computed in.
    public func pooledImages(fromActivations activations: Tensor, block: Int) throws(TorchError) -> Tensor {
        try vision.pooled(fromActivations: activations, block: block)
    }

    /// The features of prompts in two steps; equal prompts are computed once.
    public func textFeatures(_ prompts: [[Int32]], from block: Int) throws -> () throws -> Tensor {
        var distinct: [[Int32]] = []
        var places: [[Int32]: Int64] = [:]
        let rows = try prompts.map { prompt in
            if let place = places[prompt] { return place }
            try check(prompt)
            let place = Int64(distinct.count)
            places[prompt] = place
            distinct.append(prompt)
            return place
        }
        let activations = try text.activations(distinct, upTo: block)
        let isInOrder = distinct.count == prompts.count
        return {
            let features = try text.features(fromActivations: activations, block: block)  // [U, D]
                .to(dtype: .float32).normalized()
            if isInOrder { return features }
            return try features.selected(
                dimension: 0, indices: Tensor(rows, shape: [rows.count]).to(device: features.device))  // [P, D]
        }
    }

    private func converted(_ pixels: Tensor) throws(TorchError) -> Tensor {
        try pixels.to(dtype: vision.patchEmbedding.dtype)
    }

    private func check(_ prompt: [Int32]) throws(InputError) {
        let (vocabulary, length) = (config.text.vocabSize, config.text.maxPositionEmbeddings)
        if let id = prompt.first(where: { $0 < 0 || Int($0) >= vocabulary }) {
            throw .badData(
                "token id \(id) lies outside the model's vocabulary of \(vocabulary); use the tokenizer of this model")
        }
        if prompt.count != length {
            throw .badData(
                "a text has \(prompt.count) tokens, the model takes texts padded to \(length); use its tokenizer")
        }
    }
}
