// SPDX-License-Identifier: Apache-2.0

public import FileIO
import Foundation
public import Torch

/// A model with an image tower and a text tower that meet in one joint embedding: all that the rest of the program
/// knows of it. Each family of models has a folder here that implements it; ``ModelRegistry`` finds the family.
///
/// Shapes: `B` pictures, `S` the side of a prepared picture, `W` the width of its pooled state, `P` prompts, `D` the
/// width of the joint embedding. All functions throw ``Torch/TorchError`` if a shape does not fit or memory runs out.
public protocol ImageTextModel {
    /// The model's shape.
    var architecture: any ModelArchitecture { get }
    /// log(1/τ) of the score s/τ, a scalar `[]` in float32.
    var logitScale: Tensor { get }
    /// b of the model's own score s/τ + b, a scalar `[]` in float32; nil, the default, where the family has none.
    var logitBias: Tensor? { get }

    /// The image tower's pooled states `[B, W]` in the model's type, before the projection into the joint embedding.
    /// `pixels` are prepared pictures `[B, 3, S, S]`, float32, on the model's device. `patches` are the indices of the
    /// patches that are seen of every picture, `[B, K]`, row major, each below ``ModelArchitecture/patchCount``; nil for
    /// all. Pretraining leaves some out to see more pictures in the same time (Li et al., arXiv 2212.00794).
    func pooledImages(_ pixels: Tensor, patches: [Int64]?) throws -> Tensor

    /// The unit-norm features of pictures whose pooled states are known: `[B, W]` → `[B, D]`, float32.
    func imageFeatures(pooled: Tensor) throws -> Tensor

    /// The unit-norm features of `P` prompts, token ids as the model's tokenizer gives them: `[P, D]`, float32, in the
    /// order of `prompts`. Throws `InputError` if an id is not in the vocabulary.
    func textFeatures(_ prompts: [[Int32]]) throws -> Tensor

    /// The image tower up to a block, for training that changes only what lies above: the same operations in the same
    /// order as in the whole tower. The default is for towers without blocks, where nothing lies below. `block` is the
    /// first block that is not run, from 0; the number of blocks stands for behind the last one. Gives what that block
    /// takes, `[B, …]`, in whatever type the tower computes it.
    func imageActivations(_ pixels: Tensor, upTo block: Int) throws -> Tensor

    /// The rest of the way through the image tower: from what ``imageActivations(_:upTo:)`` gave for the same block to
    /// `[B, W]`, as ``pooledImages(_:patches:)`` gives it.
    func pooledImages(fromActivations activations: Tensor, block: Int) throws -> Tensor

    /// The features of prompts in two steps: what lies below a block is computed now, the rest in each call of the
    /// result, which gives `[P, D]` as ``textFeatures(_:)`` does. By default everything is. `block` is the first block
    /// of the second step, from 0; the number of blocks stands for behind the last one.
    func textFeatures(_ prompts: [[Int32]], from block: Int) throws -> () throws -> Tensor
}

extension ImageTextModel {
    /// None.
    public var logitBias: Tensor? { nil }

    /// The pictures themselves: there are no blocks.
    public func imageActivations(_ pixels: Tensor, upTo block: Int) throws -> Tensor { pixels }

    /// The whole tower: there are no blocks.
    public func pooledImages(fromActivations activations: Tensor, block: Int) throws -> Tensor {
        try pooledImages(activations)
    }

    /// The whole tower in each call.
    public func textFeatures(_ prompts: [[Int32]], from block: Int) throws -> () throws -> Tensor {
        { try textFeatures(prompts) }
    }

    /// The image tower's pooled states, all patches seen: `[B, 3, S, S]` → `[B, W]`.
    public func pooledImages(_ pixels: Tensor) throws -> Tensor { try pooledImages(pixels, patches: nil) }

    /// The unit-norm features of prepared pictures: `[B, 3, S, S]` → `[B, D]`, float32.
    public func imageFeatures(_ pixels: Tensor) throws -> Tensor { try imageFeatures(pooled: pooledImages(pixels)) }

    /// Refuses a temperature to begin with that the family's models cannot keep.
    ///
    /// - Throws: `InputError` of wrong usage.
    public func check(startingTemperature temperature: Double) throws(InputError) {
        let range = architecture.temperatureRange
        if range.contains(temperature) { return }
        throw .usage(
            "--temperature must lie in \(range.lowerBound)...\(range.upperBound) for a model of this family (\(architecture.classes.model))"
        )
    }

    /// Keeps the temperature in the family's range after an update.
    public func clampTemperature() throws(TorchError) {
        let range = architecture.temperatureRange
        try logitScale.clampInPlace(log(1 / range.upperBound), log(1 / range.lowerBound))
    }
}
