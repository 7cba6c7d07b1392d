// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Models
import Randomness
import Torch
import TorchNN
import Training
import TrainingOptions

/// A model while it learns from captions.
struct ContrastiveModel: TrainedModel {
    let model: any ImageTextModel
    let towers: [ParameterStore.Parameter]
    let bias: Tensor?
    let captions: [[Int32]]
    private let options: PretrainingConfiguration
    private let device: Device

    /// Loads the model, sets τ and b to where they start, and lets everything train. `captions` are the token ids of each
    /// row's caption; `bias` is SigLIP's where somebody gives it, nil for the model's own, or where the loss starts it.
    init(
        _ checkpoint: ModelCheckpoint, captions: [[Int32]], bias: Double?, _ options: PretrainingConfiguration,
        device: Device
    ) throws {
        if options.patchDropout > 0, checkpoint.architecture.patchCount == nil {
            throw InputError.usage(
                "--patch-dropout: the model in \(checkpoint.directory) sees pictures whole; leave the option out")
        }
        let (model, store) = try checkpoint.load(on: device)
        if let temperature = options.temperature {
            try model.check(startingTemperature: temperature)
            try model.logitScale.copyInPlace(Tensor(repeating: log(1 / temperature), shape: []))
        }
        self.model = model
        self.towers = store.parameters
        self.bias = try options.loss.defaultBias.map { start in
            if let own = model.logitBias {
                if let bias { try own.copyInPlace(Tensor(repeating: bias, shape: [])) }
                return own
            }
            return try Tensor(repeating: bias ?? start, shape: [], device: device)
        }
        self.captions = captions
        self.options = options
        self.device = device
        for parameter in trained { try parameter.tensor.setRequiresGradient(true) }
    }

    var trained: [ParameterStore.Parameter] {
        guard let bias, model.logitBias == nil else { return towers }
        return towers + [.init(name: "bias", tensor: bias)]
    }

    var all: [(name: String, tensor: Tensor)] { trained.map { ($0.name, $0.tensor) } }

    var groups: [ParameterGroup] { ParameterGroup.of(trained, trained: trained, model.architecture) }

    func temperature() throws -> Double { exp(-Double(try model.logitScale.item())) }

    func updated(step: Int) throws { try model.clampTemperature() }

    /// The loss is taken over the pairs of all batches together. With several batches, their features are computed
    /// first without a graph; the gradient at the features then goes through the image tower batch by batch (Gao et
    /// al., arXiv 2101.06983), so that memory grows with one batch and the result is that of a single one.
    func gradients(_ step: TrainingStep) throws -> Double {
        let texts = try options.precision.run(on: device) {
            try model.textFeatures(step.rows.map { captions[$0] })
        }
        var inputs: [Input] = []
        while let batch = try step.next() {
            inputs.append(Input(pixels: batch.inputs, patches: patches(batch.rows, step: step.number)))
        }
        if inputs.count == 1, let input = inputs.first {
            let loss = try loss(images(input), texts, step: step.number)
            try loss.backward()
            return Double(try loss.item())
        }
        let computed = try withoutGradient { try inputs.map(images) }
        let leaf = try Tensor.concatenated(computed, dimension: 0).detached()
        try leaf.setRequiresGradient(true)
        let loss = try loss(leaf, texts, step: step.number)
        try loss.backward()
        if let gradient = try leaf.gradient {
            var start = 0
            for input in inputs {
                let count = input.pixels.shape[0]
                let part = try gradient.narrowed(dimension: 0, start: start, count: count)
                try (images(input) * part).sum().backward()
                start += count
            }
        }
        return Double(try loss.item())
    }

    /// The pictures of a batch, and which of their patches are seen.
    private struct Input {
        let pixels: Tensor
        let patches: [Int64]?
    }

    /// Which patches of each picture a step looks at: `[B, K]`, drawn by the seed, the step and the row alone.
    private func patches(_ rows: [Int], step: Int) -> [Int64]? {
        guard options.patchDropout > 0, let patchCount = model.architecture.patchCount else { return nil }
        let all = (0..<patchCount).map(Int64.init)
        let count = max(1, Int((Double(all.count) * (1 - options.patchDropout)).rounded()))
        return rows.flatMap { row in
            // The order's and the augmentation's streams count epochs, this one steps, from the other end.
            var random = CountedRandom(seed: options.seed, epoch: ~UInt64(step), index: UInt64(row))
            return all.shuffled(using: &random).prefix(count)
        }
    }

    private func images(_ input: Input) throws -> Tensor {
        // Only the tower: cosines in bfloat16 would tie.
        let pooled = try options.precision.run(on: device) {
            try model.pooledImages(input.pixels, patches: input.patches)
        }
        return try model.imageFeatures(pooled: pooled)
    }

    /// The unit-norm features of prepared pictures, all of their patches seen: `[B, D]`.
    func images(_ pixels: Tensor) throws -> Tensor { try images(Input(pixels: pixels, patches: nil)) }

    private func loss(_ images: Tensor, _ texts: Tensor, step: Int) throws -> Tensor {
        let loss = try contrastiveCrossEntropy(
            options.loss, imageFeatures: images, textFeatures: texts, logitScale: model.logitScale, bias: bias)
        if try !loss.isFinite() {
            let parameter = try all.first { try !$0.tensor.isFinite() }?.name
            throw TrainingError.notFinite(what: parameter.map { "the parameter \($0)" } ?? "the loss", step: step)
        }
        return loss
    }
}
