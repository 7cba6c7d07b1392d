// SPDX-License-Identifier: Apache-2.0

import Datasets
import Models
import MultiLabel
import Torch

/// The anchored heads of two models, and those between them: text weight, weights and biases are mixed as the towers'
/// weights are. A start without a head of its own scores all labels by their texts, at the fine-tuned model's scale.
struct MixedHead {
    private let start: AnchoredWeights
    private let fineTuned: AnchoredWeights
    private let temperature: Double

    /// The heads for some labels; nil where the fine-tuned model has none.
    ///
    /// - Parameters:
    ///   - start: What the other model was fine-tuned from, and its log(1/τ).
    ///   - fineTuned: What became of it, and its log(1/τ).
    ///   - labels: The labels.
    ///   - device: Where to compute.
    /// - Throws: The errors of reading `head.safetensors`.
    init?(
        start: (bundle: ModelBundle, logitScale: Tensor), fineTuned: (bundle: ModelBundle, logitScale: Tensor),
        labels: [Label], device: Device
    ) throws {
        guard fineTuned.bundle.head == .anchored else { return nil }
        let head = try AnchoredWeights(
            AnchoredHead.load(of: fineTuned.bundle, labels: labels, device: device), logitScale: fineTuned.logitScale)
        let scale = Double(try fineTuned.logitScale.exponential().item())
        self.fineTuned = head
        temperature = 1 / scale
        self.start =
            start.bundle.head == .anchored
            ? try AnchoredWeights(
                AnchoredHead.load(of: start.bundle, labels: labels, device: device), logitScale: start.logitScale)
            : AnchoredWeights(
                labels: labels.count, text: scale, sharedBias: head.sharedBias, standard: head.standard)
    }

    /// The head at a share of the fine-tuned one.
    func at(_ alpha: Double, device: Device) throws -> AnchoredHead {
        try fineTuned.combined(factor: alpha, with: start, otherFactor: 1 - alpha)
            .head(temperature: temperature, device: device)
    }

    /// Sets a head of the fine-tuned model to the one at a share.
    func set(_ head: any LabelHead, to alpha: Double, device: Device) throws {
        let mixed = try at(alpha, device: device)
        for (target, source) in zip(head.parameters, mixed.parameters) { try target.tensor.copyInPlace(source.tensor) }
    }
}
