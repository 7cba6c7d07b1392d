// SPDX-License-Identifier: Apache-2.0

public import Torch
import TorchNN

/// The towers in two parts, for training that changes only their upper layers: what lies below is computed once.
///
/// The two parts are the same operations in the same order as the whole, so that the results are equal bit for bit.
extension CLIPModel {
    /// The image tower up to a layer.
    ///
    /// - Parameters:
    ///   - pixels: Preprocessed pictures `[B, 3, S, S]`, float32, on the model's device.
    ///   - block: The first layer that is not run, from 0; the number of layers stands for behind the last one.
    /// - Returns: What that layer takes: `[B, T, W]`, or `[B, 1, W]` behind the last layer, in whatever type the tower
    ///   computes it.
    /// - Throws: ``Torch/TorchError`` if the shape does not fit or memory runs out.
    public func imageActivations(_ pixels: Tensor, upTo block: Int) throws(TorchError) -> Tensor {
        try vision.activations(pixels.to(dtype: vision.patchEmbedding.dtype), upTo: block)
    }

    /// The rest of the way through the image tower.
    ///
    /// - Parameters:
    ///   - activations: `[B, T, W]` or `[B, 1, W]`, of ``imageActivations(_:upTo:)`` in its type.
    ///   - block: The layer that takes them.
    /// - Returns: `[B, W]`, as ``pooledImages(_:patches:)`` gives it.
    /// - Throws: ``Torch/TorchError`` if the shape does not fit or memory runs out.
    public func pooledImages(fromActivations activations: Tensor, block: Int) throws(TorchError) -> Tensor {
        try vision.pooled(fromActivations: activations, block: block)
    }

    /// The text tower up to a layer.
    ///
    /// - Parameters:
    ///   - prompts: Token ids of `P` prompts, as for ``textFeatures(_:)``.
    ///   - block: The first layer that is not run, from 0; the number of layers stands for behind the last one.
    /// - Returns: What that layer takes.
    /// - Throws: ``CLIPError`` if an id is not in the vocabulary, ``Torch/TorchError`` if memory runs out.
    public func textActivations(_ prompts: [[Int32]], upTo block: Int) throws -> CLIPTextActivations {
        let cut = try prompts.map(upToPooledToken)
        let forest = PrefixForest(prompts: cut, maximumNodes: maximumTreeNodes)
        return CLIPTextActivations(
            forest: forest, states: try text.activations(forest.trees, upTo: block), block: block)
    }

    /// The unit-norm features of prompts whose way through the text tower has begun.
    ///
    /// - Parameter activations: What a layer takes.
    /// - Returns: `[P, D]`, float32, in the order of the prompts.
    /// - Throws: ``Torch/TorchError`` if memory runs out.
    public func textFeatures(fromActivations activations: CLIPTextActivations) throws(TorchError) -> Tensor {
        let forest = activations.forest
        let pooled = try text.pooled(
            fromActivations: activations.states, forest.trees, block: activations.block)  // [U, W]
        let features = try textProjection(pooled).to(dtype: .float32).normalized()  // [U, D]
        if forest.isInOrder { return features }
        let leaves = try Tensor(forest.leafOfPrompt, shape: [forest.leafOfPrompt.count]).to(device: features.device)
        return try features.selected(dimension: 0, indices: leaves)  // [P, D]
    }
}

/// What a layer of the text tower takes for a list of prompts.
public struct CLIPTextActivations {
    let forest: PrefixForest
    /// `[1, N, W]` for each tree of the forest.
    let states: [Tensor]
    let block: Int
}
