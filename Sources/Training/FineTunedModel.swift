// SPDX-License-Identifier: Apache-2.0

import CLIP
import Foundation
import Imaging
import MultiLabel
import Tokenization
package import Torch
import TorchNN

/// The classifier while it trains: the parameters of the towers, and what training adds to them.
struct FineTunedModel: TrainedModel {
    let classifier: MultiLabelClassifier
    let towers: [ParameterStore.Parameter]
    let extra: [ParameterStore.Parameter]
    let trained: [ParameterStore.Parameter]
    let trainsImage: Bool
    let trainsText: Bool
    private let targets: TargetRows
    private let precision: Precision
    private let device: Device
    /// The labels' features where the text tower does not train.
    private let frozenLabelFeatures: Tensor?

    /// Loads the towers, sets τ and b to where they start, and marks what trains.
    init(
        _ checkpoint: CLIPCheckpoint, labels: [Label], templates: [PromptTemplate], targets: TargetRows,
        _ options: TrainingConfiguration, device: Device
    ) throws {
        let (model, store) = try checkpoint.load(on: device)
        var extra: [ParameterStore.Parameter] = []
        var bias: Tensor?
        var head: MultiLabelClassifier.LinearHead?
        if options.loss == .mumic, let start = options.bias {
            let tensor = try Tensor(repeating: start, shape: [], device: device)
            bias = tensor
            extra.append(.init(name: "bias", tensor: tensor))
        }
        if options.loss == .linearHead {
            let width = checkpoint.config.vision.tower.hiddenSize
            let weight = try Tensor(repeating: 0, shape: [labels.count, width], device: device)
            let offset = try Tensor(repeating: 0, shape: [labels.count], device: device)
            head = .init(weight: weight, bias: offset)
            extra += [.init(name: "head.weight", tensor: weight), .init(name: "head.bias", tensor: offset)]
        }
        let start: Double? =
            switch options.loss {
            case .mumic: log(1 / options.temperature)
            case .bce: 0
            case .linearHead: nil
            }
        if let start { try model.logitScale.copyInPlace(Tensor(repeating: start, shape: [])) }
        let isFixed = options.loss != .mumic || options.fixedTemperature
        let usesText = options.loss != .linearHead
        let trainsImage = !options.freeze.contains(.image)
        let trainsText = usesText && !options.freeze.contains(.text)
        func trains(_ name: String) -> Bool {
            switch name.split(separator: ".").first ?? "" {
            case "text_model", "text_projection": trainsText
            case "vision_model": trainsImage
            case "visual_projection": trainsImage && usesText
            case "logit_scale": !isFixed
            case "bias": !options.fixedBias
            default: true
            }
        }
        self.towers = store.parameters
        self.extra = extra
        self.trainsImage = trainsImage
        self.trainsText = trainsText
        self.trained = (store.parameters + extra).filter { trains($0.name) }
        self.targets = targets
        self.precision = options.precision
        self.device = device
        let classifier = try MultiLabelClassifier(
            model: model, tokenizer: checkpoint.tokenizer, labels: labels, templates: templates, bias: bias, head: head)
        self.classifier = classifier
        self.frozenLabelFeatures =
            usesText && !trainsText ? try withoutGradient { try classifier.labelFeatures() } : nil
        if trained.isEmpty { throw TrainingError.nothingTrains }
        for parameter in trained { try parameter.tensor.setRequiresGradient(true) }
    }

    var all: [(name: String, tensor: Tensor)] { (towers + extra).map { ($0.name, $0.tensor) } }

    var groups: [ParameterGroup] { ParameterGroup.of(towers + extra, trained: trained) }

    func temperature() throws -> Double { exp(-Double(try classifier.model.logitScale.item())) }

    func clamp() throws {
        if classifier.model.logitScale.requiresGradient { try classifier.model.clampTemperature() }
    }

    /// The loss is the mean over the known pairs of all batches together, so that several small batches give what one
    /// large batch gives. Label features are computed once for all of them: the batches add up the gradient at the
    /// features, which then goes through the text tower once.
    func gradients(_ step: Int, batches: [[Int]], pixels: ([Int]) throws -> Tensor) throws -> Double {
        let known = targets.knownCount(batches.joined())
        if known == 0 {
            for batch in batches { _ = try pixels(batch) }
            return 0
        }
        let labels = trainsText ? try precision.run(on: device) { try classifier.labelFeatures() } : nil
        let leaf = try labels?.detached() ?? frozenLabelFeatures
        if trainsText { try leaf?.setRequiresGradient(true) }
        var total = 0.0
        for batch in batches {
            let input = try pixels(batch)
            let (targets, weights) = try targets.targets(batch, weight: 1 / Float(known), device: device)
            let logits = try self.logits(input, leaf)
            let loss = try temperedSigmoidCrossEntropy(logits: logits, targets: targets, weights: weights)
            let value = Double(try loss.item())
            if !value.isFinite { throw TrainingError.notFinite(what: try culprit(input, leaf), step: step) }
            total += value
            if loss.requiresGradient { try loss.backward() }
        }
        if let labels, let gradient = leaf?.gradient { try (labels * gradient).sum().backward() }
        return total
    }

    private func logits(_ pixels: Tensor, _ labelFeatures: Tensor?) throws -> Tensor {
        // Only the towers: cosines and logits in bfloat16 would tie.
        let pooled = try precision.run(on: device) {
            trainsImage
                ? try classifier.model.pooledImages(pixels)
                : try withoutGradient { try classifier.model.pooledImages(pixels) }
        }
        return try classifier.logits(pooled: pooled, labelFeatures: labelFeatures)
    }

    /// The first tensor on the way to the loss that is not finite, in words.
    private func culprit(_ pixels: Tensor, _ labelFeatures: Tensor?) throws -> String {
        for (name, tensor) in all where try !tensor.isFinite() { return "the parameter \(name)" }
        if let labelFeatures, try !labelFeatures.isFinite() { return "a label's feature" }
        let pooled = try withoutGradient {
            try precision.run(on: device) { try classifier.model.pooledImages(pixels) }
        }
        return try pooled.isFinite() ? "the loss" : "a picture's feature"
    }
}

extension Precision {
    /// Runs a part of a tower's forward pass with its matrix products in this type.
    package func run<R>(on device: Device, _ body: () throws -> R) throws -> R {
        self == .bfloat16 ? try withBFloat16Autocast(on: device, body) : try body()
    }
}
