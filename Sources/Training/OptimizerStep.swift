// SPDX-License-Identifier: Apache-2.0

import CLIP
import Imaging
import MultiLabel
import Torch
import TorchNN

/// One optimiser step: forward and backward over one or more batches, then the update.
struct OptimizerStep {
    let parameters: ModelParameters
    let optimizer: AdamW
    let set: TrainingSet
    let device: Device
    let precision: Precision
    let gradientClip: Double
    /// The labels' features where the text tower does not train.
    let frozenLabelFeatures: Tensor?

    init(
        _ parameters: ModelParameters, _ optimizer: AdamW, _ set: TrainingSet, _ options: TrainingConfiguration,
        device: Device
    ) throws {
        self.parameters = parameters
        self.optimizer = optimizer
        self.set = set
        self.device = device
        self.precision = options.precision
        self.gradientClip = options.gradientClip
        let computesOnce = options.loss != .linearHead && !parameters.trainsText
        self.frozenLabelFeatures =
            computesOnce ? try withoutGradient { try parameters.classifier.labelFeatures() } : nil
    }

    /// Runs a step.
    ///
    /// The loss is the mean over the known pairs of all batches together, so that several small batches give what one
    /// large batch gives. Label features are computed once for all of them: the batches add up the gradient at the
    /// features, which then goes through the text tower once.
    ///
    /// - Parameters:
    ///   - step: The step's number, for messages.
    ///   - batches: Rows of the set, batch by batch.
    ///   - learningRate: The step's learning rate.
    ///   - pixels: The prepared pictures of a batch.
    /// - Returns: The loss.
    /// - Throws: ``TrainingError`` if a value is not finite or a picture cannot be read, `TorchError` if memory runs out.
    func callAsFunction(
        _ step: Int, batches: [[Int]], learningRate: Double, pixels: ([Int]) throws -> Tensor
    ) throws -> Double {
        let known = set.knownCount(batches.joined())
        if known == 0 {
            for batch in batches { _ = try pixels(batch) }
            return 0
        }
        let labels =
            parameters.trainsText ? try precision.run(on: device) { try parameters.classifier.labelFeatures() } : nil
        let leaf = try labels?.detached() ?? frozenLabelFeatures
        if parameters.trainsText { try leaf?.setRequiresGradient(true) }
        var total = 0.0
        for batch in batches {
            let input = try pixels(batch)
            let (targets, weights) = try set.targets(batch, weight: 1 / Float(known), device: device)
            let logits = try self.logits(input, leaf)
            let loss = try temperedSigmoidCrossEntropy(logits: logits, targets: targets, weights: weights)
            let value = Double(try loss.item())
            if !value.isFinite { throw TrainingError.notFinite(what: try culprit(input, leaf), step: step) }
            total += value
            if loss.requiresGradient { try loss.backward() }
        }
        if let labels, let gradient = leaf?.gradient { try (labels * gradient).sum().backward() }
        try update(step, learningRate: learningRate)
        return total
    }

    private func logits(_ pixels: Tensor, _ labelFeatures: Tensor?) throws -> Tensor {
        let model = parameters.classifier.model
        // Only the towers: cosines and logits in bfloat16 would tie.
        let pooled = try precision.run(on: device) {
            parameters.trainsImage
                ? try model.pooledImages(pixels) : try withoutGradient { try model.pooledImages(pixels) }
        }
        return try parameters.classifier.logits(pooled: pooled, labelFeatures: labelFeatures)
    }

    /// Checks, bounds and applies the gradients, and forgets them.
    private func update(_ step: Int, learningRate: Double) throws {
        var squares = 0.0
        let gradients = parameters.trained.compactMap { parameter in
            parameter.tensor.gradient.map { (parameter.name, $0) }
        }
        for (_, gradient) in gradients { squares += try gradient.squareSum() }
        guard squares.isFinite else {
            let name = try gradients.first { try !$0.1.isFinite() }?.0
            throw TrainingError.notFinite(
                what: name.map { "the gradient of \($0)" } ?? "the gradient's norm", step: step)
        }
        let norm = squares.squareRoot()
        // torch.nn.utils.clip_grad_norm_'s factor, applied by the optimiser in its own pass over the gradients.
        let scale = gradientClip > 0 && norm > gradientClip ? (norm + 1e-6) / gradientClip : 1
        try optimizer.step(learningRate: learningRate, gradientScale: scale)
        try parameters.clampTemperature()
        for parameter in parameters.trained { try parameter.tensor.clearGradient() }
    }

    /// The first tensor on the way to the loss that is not finite, in words.
    private func culprit(_ pixels: Tensor, _ labelFeatures: Tensor?) throws -> String {
        for (name, tensor) in parameters.all where try !tensor.isFinite() { return "the parameter \(name)" }
        if let labelFeatures, try !labelFeatures.isFinite() { return "a label's feature" }
        let pooled = try withoutGradient {
            try precision.run(on: device) { try parameters.classifier.model.pooledImages(pixels) }
        }
        return try pooled.isFinite() ? "the loss" : "a picture's feature"
    }
}

extension Precision {
    /// Runs a part of a tower's forward pass with its matrix products in this type.
    func run<R>(on device: Device, _ body: () throws -> R) throws -> R {
        self == .bfloat16 ? try withBFloat16Autocast(on: device, body) : try body()
    }
}
