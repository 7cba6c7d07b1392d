// SPDX-License-Identifier: Apache-2.0

public import Torch
import TorchNN

/// The towers in two parts, for training that changes only their upper layers: what lies below is computed once.
///
/// The two parts are the same operations in the same order as the whole, so that the results are equal bit for bit.
extension CLIPModel {
    /// The image tower up to a layer: `[B, T, W]`, or `[B, 1, W]` behind the last layer.
    ///
    /// - Throws: ``Torch/TorchError`` if the shape does not fit or memory runs out.
    public func imageActivations(_ pixels: Tensor, upTo block: Int) throws(TorchError) -> Tensor {
        try vision.activations(pixels.to(dtype: vision.patchEmbedding.dtype), upTo: block)
    }

    /// The rest of the way through the image tower, from activations in the type that they were computed in.
    ///
    /// - Throws: ``Torch/TorchError`` if the shape does not fit or memory runs out.
    public func pooledImages(fromActivations activations: Tensor, block: Int) throws(TorchError) -> Tensor {
        try vision.pooled(fromActivations: activations, block: block)
    }

    /// The features of prompts in two steps, both on the prefix trees of the prompts.
    ///
    /// - Throws: ``ModelError`` if an id is not in the vocabulary, ``Torch/TorchError`` if memory runs out.
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
