// SPDX-License-Identifier: Apache-2.0
// https://github.com/huggingface/transformers/blob/main/src/transformers/models/clip/modeling_clip.py

import FileIO
public import Torch
public import TorchNN

/// CLIP: an image tower and a text tower with one joint embedding (Radford et al., arXiv 2103.00020).
public struct CLIPModel: ImageTextModel {
    /// The model's shape.
    public let config: CLIPConfig
    /// The same for whoever does not ask for its family.
    public var architecture: any ModelArchitecture { config }
    /// log(1/τ), a scalar `[]` in float32.
    public let logitScale: Tensor
    let vision: CLIPVisionTransformer
    let visualProjection: Linear
    let text: CLIPTextTransformer
    let textProjection: Linear
    /// Nodes of a prefix tree, where nobody asks for another number.
    public static let usualTreeNodes = 256
    /// Nodes of a prefix tree; see ``textFeatures(_:)``.
    let maximumTreeNodes: Int

    /// Builds both towers from the parameters below `scope`, named as in transformers' CLIPModel; a prefix tree of
    /// prompts may have `maximumTreeNodes` nodes. Throws `InputError` if one is missing or has another shape.
    public init(_ scope: ParameterScope, config: CLIPConfig, maximumTreeNodes: Int = usualTreeNodes) throws {
        self.config = config
        self.maximumTreeNodes = maximumTreeNodes
        self.logitScale = try scope.parameter("logit_scale", shape: [], dtype: .float32)
        self.text = try CLIPTextTransformer(scope["text_model"], config.text)
        self.vision = try CLIPVisionTransformer(scope["vision_model"], config.vision)
        self.visualProjection = try Linear(
            scope["visual_projection"], from: config.vision.tower.hiddenSize, to: config.projectionDim, bias: false)
        self.textProjection = try Linear(
            scope["text_projection"], from: config.text.tower.hiddenSize, to: config.projectionDim, bias: false)
    }

    /// The image tower's pooled states, before the projection into the joint embedding: `[B, W]`, in the model's type.
    public func pooledImages(_ pixels: Tensor, patches: [Int64]?) throws(TorchError) -> Tensor {
        try vision(pixels.to(dtype: vision.patchEmbedding.dtype), patches: patches)
    }

    /// The unit-norm features of pictures whose pooled states are known: `[B, W]` → `[B, D]`, float32.
    public func imageFeatures(pooled: Tensor) throws(TorchError) -> Tensor {
        try visualProjection(pooled.to(dtype: visualProjection.weight.dtype)).to(dtype: .float32).normalized()
    }

    /// The unit-norm features of prompts, computed on the prefix trees of the prompts.
    ///
    /// Equal to the padded computation, gradients included. The trees are bounded, so that any number of prompts works.
    /// Prompts are token ids, start and end included, unpadded, within the context length.
    public func textFeatures(_ prompts: [[Int32]]) throws -> Tensor { try textFeatures(prompts, from: 0)() }

    /// A prompt up to the token at which its feature is read.
    func upToPooledToken(_ prompt: [Int32]) throws(InputError) -> [Int32] {
        let vocabulary = config.text.vocabSize
        if let id = prompt.first(where: { $0 < 0 || Int($0) >= vocabulary }) {
            throw .badData(
                "token id \(id) lies outside the model's vocabulary of \(vocabulary); use the tokenizer of this model")
        }
        return config.upToPooledToken(prompt)
    }
}

/// The towers in two parts, for training that changes only their upper layers: what lies below is computed once.
///
/// The two parts are the same operations in the same order as the whole, so that the results are equal bit for bit.
extension CLIPModel {
    /// The image tower up to a layer: `[B, T, W]`, or `[B, 1, W]` behind the last layer.
    public func imageActivations(_ pixels: Tensor, upTo block: Int) throws(TorchError) -> Tensor {
        try vision.activations(pixels.to(dtype: vision.patchEmbedding.dtype), upTo: block)
    }

    /// The rest of the way through the image tower, from activations in the type that they were computed in.
    public func pooledImages(fromActivations activations: Tensor, block: Int) throws(TorchError) -> Tensor {
        try vision.pooled(fromActivations: activations, block: block)
    }

    /// The features of prompts in two steps, both on the prefix trees of the prompts.
    public func textFeatures(_ prompts: [[Int32]], from block: Int) throws -> () throws -> Tensor {
        let cut = try prompts.map(upToPooledToken)
        let forest = PrefixForest(prompts: cut, maximumNodes: maximumTreeNodes)
        let activations = try text.activations(forest.trees, upTo: block)  // [1, N, W] a tree
        return {
            let pooled = try text.pooled(fromActivations: activations, forest.trees, block: block)  // [U, W]
            let features = try textProjection(pooled).to(dtype: .float32).normalized()  // [U, D]
            if forest.isInOrder { return features }
            let leaves = try Tensor(forest.leafOfPrompt, shape: [forest.leafOfPrompt.count]).to(device: features.device)
            return try features.selected(dimension: 0, indices: leaves)  // [P, D]
        }
    }
}
