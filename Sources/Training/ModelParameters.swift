// SPDX-License-Identifier: Apache-2.0

import CLIP
import Foundation
import MultiLabel
import Tokenization
import Torch
import TorchNN

/// A part of the model for the table of what trains.
public struct ParameterGroup: Sendable, Equatable {
    /// What people call the part.
    public let name: String
    /// Numbers in it.
    public let parameters: Int
    /// How many of them train.
    public let trained: Int
}

/// The classifier's parameters: those of the towers, and what training adds to them.
struct ModelParameters {
    static let minimumLogitScale = 0.0  // τ = 1
    static let maximumLogitScale = log(100.0)  // τ = 0.01

    let classifier: MultiLabelClassifier
    let towers: [ParameterStore.Parameter]
    let extra: [ParameterStore.Parameter]
    let trainsImage: Bool
    let trainsText: Bool
    let trained: [ParameterStore.Parameter]

    /// Loads the towers, sets τ and b to where they start, and marks what trains.
    init(
        _ checkpoint: CLIPCheckpoint, labels: [Label], templates: [PromptTemplate], _ options: TrainingConfiguration,
        device: Device
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
        self.classifier = try MultiLabelClassifier(
            model: model, tokenizer: checkpoint.tokenizer, labels: labels, templates: templates, bias: bias, head: head)
        if trained.isEmpty { throw TrainingError.nothingTrains }
        for parameter in trained { try parameter.tensor.setRequiresGradient(true) }
    }

    /// All parameters, by names that do not clash.
    var all: Checkpoint.NamedTensors { (towers + extra).map { ($0.name, $0.tensor) } }

    /// τ as it is now.
    func temperature() throws -> Double { exp(-Double(try classifier.model.logitScale.item())) }

    /// Keeps 0.01 ≤ τ ≤ 1.
    func clampTemperature() throws {
        guard classifier.model.logitScale.requiresGradient else { return }
        try classifier.model.logitScale.clampInPlace(Self.minimumLogitScale, Self.maximumLogitScale)
    }

    /// Throws if the update of `step` has left a parameter that is not finite.
    func checkFinite(step: Int) throws {
        for (name, tensor) in all where try !tensor.isFinite() {
            throw TrainingError.notFinite(what: "the parameter \(name)", step: step)
        }
    }

    /// What trains and what does not, part by part.
    func groups() -> [ParameterGroup] {
        let names = [
            ("image tower", ["vision_model."]), ("image projection", ["visual_projection."]),
            ("text tower", ["text_model."]), ("text projection", ["text_projection."]),
            ("temperature", ["logit_scale"]), ("bias", ["bias"]), ("linear head", ["head."]),
        ]
        let trainedNames = Set(trained.map(\.name))
        return names.compactMap { name, prefixes in
            let members = (towers + extra).filter { parameter in prefixes.contains { parameter.name.hasPrefix($0) } }
            if members.isEmpty { return nil }
            let count = { (list: [ParameterStore.Parameter]) in list.reduce(0) { $0 + $1.tensor.count } }
            return ParameterGroup(
                name: name, parameters: count(members),
                trained: count(members.filter { trainedNames.contains($0.name) }))
        }
    }
}
