// SPDX-License-Identifier: Apache-2.0

import Datasets
public import Evaluation
public import FileIO
import Models
public import MultiLabel
public import Torch
import TorchNN

/// Two models of one architecture, and those between them.
///
/// Every weight but the temperature is (1 − α) · start + α · fine-tuned (WiSE-FT: Wortsman et al., CVPR 2022, arXiv
/// 2109.01903), in float32. Temperature and bias stay those of the fine-tuned model: they only scale and shift the
/// scores, and probabilities stay on its scale.
public struct InterpolatedModels {
    /// A model between the two.
    public struct Choice {
        /// The share α, and the metrics by which it was chosen.
        public let curve: InterpolationCurve
        /// What the model says of its labels, with thresholds where they were fitted; nil where the fine-tuned model
        /// says nothing either.
        public let description: ClassifierDescription?
    }

    let fineTuned: ModelBundle
    private let start: ModelBundle
    private let device: Device
    private let startWeights: [ParameterStore.Parameter]
    private let fineTunedWeights: [ParameterStore.Parameter]

    /// Loads both models' weights once they are known to fit: the start, and what became of it. Throws
    /// ``FileIO/InputError`` naming the first difference, and the errors of reading weights.
    public init(start: ModelBundle, fineTuned: ModelBundle, device: Device) throws {
        for bundle in [start, fineTuned] where bundle.head == .linear {
            throw InputError.badData(
                "\(printable(bundle.checkpoint.directory)) scores its labels by a linear head, which has no counterpart to interpolate with; take a model that scores label texts"
            )
        }
        let description = fineTuned.description
        let texts = description?.labels.flatMap { $0.texts(templates: description?.templates ?? []) } ?? []
        if let difference = start.checkpoint.difference(from: fineTuned.checkpoint, texts: texts) {
            throw InputError.badData(
                "\(printable(start.checkpoint.directory)) and \(printable(fineTuned.checkpoint.directory)) cannot be interpolated: \(difference); --model takes the model that the other was fine-tuned from"
            )
        }
        (self.start, self.fineTuned, self.device) = (start, fineTuned, device)
        startWeights = try start.checkpoint.load(on: device).1.parameters
        fineTunedWeights = try fineTuned.checkpoint.load(on: device).1.parameters
    }

    /// The model at a share of the fine-tuned weights, 0...1, that was settled before. Thresholds and calibration no
    /// longer hold and are left out.
    public func at(_ alpha: Double) -> Choice {
        Choice(curve: InterpolationCurve(alpha: alpha), description: descriptionWithoutFits)
    }

    /// The fine-tuned model's description without what was fitted to its probabilities.
    var descriptionWithoutFits: ClassifierDescription? {
        guard var copy = fineTuned.description else { return nil }
        copy.thresholds = [:]
        copy.calibration = nil
        return copy
    }

    /// Whether a parameter belongs to a tower; the others only scale and shift the scores.
    private func isMixed(_ name: String) -> Bool {
        if case .tower? = fineTuned.checkpoint.architecture.part(of: name) { true } else { false }
    }

    /// Sets weights to those at α; in the order of the fine-tuned model's.
    func mix(_ alpha: Double, into weights: [ParameterStore.Parameter]) throws {
        for ((start, fineTuned), target) in zip(zip(startWeights, fineTunedWeights), weights) {
            if alpha == 1 || !isMixed(fineTuned.name) {
                try target.tensor.copyInPlace(fineTuned.tensor)
            } else if alpha == 0 {
                try target.tensor.copyInPlace(start.tensor)
            } else {
                let scalars = try [1 - alpha, alpha].map {
                    try Tensor(repeating: $0, shape: [], device: start.tensor.device)
                }
                try target.tensor.copyInPlace(start.tensor * scalars[0] + fineTuned.tensor * scalars[1])
            }
        }
    }

    /// The anchored heads for some labels; nil where the fine-tuned model has none.
    func mixedHead(_ labels: [Label]) throws -> MixedHead? {
        func logitScale(_ weights: [ParameterStore.Parameter], _ bundle: ModelBundle) -> Tensor? {
            weights.first { bundle.checkpoint.architecture.part(of: $0.name) == .temperature }?.tensor
        }
        guard let first = logitScale(startWeights, start), let second = logitScale(fineTunedWeights, fineTuned) else {
            return nil
        }
        return try MixedHead(start: (start, first), fineTuned: (fineTuned, second), labels: labels, device: device)
    }

    /// Writes a model between the two, in Hugging Face's layout. Throws the errors of writing, and
    /// ``FileIO/Interrupted``; nothing is written then.
    public func write(_ choice: Choice, to copy: ModelCopy, monitor: WorkMonitor = .silent) throws {
        let weights = try fineTunedWeights.map {
            ParameterStore.Parameter(name: $0.name, tensor: try $0.tensor.clone())
        }
        try mix(choice.curve.alpha, into: weights)
        try copy.place(monitor: monitor) { aside in
            try fineTuned.checkpoint.export(to: aside, parameters: weights)
            guard var description = choice.description else { return }
            description.alpha = choice.curve.alpha
            if let head = try mixedHead(description.labels)?.at(choice.curve.alpha, device: .cpu) {
                try head.write(to: aside)
            }
            try description.write(to: aside)
        }
    }
}
