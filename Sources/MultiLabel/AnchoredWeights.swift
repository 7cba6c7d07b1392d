// SPDX-License-Identifier: Apache-2.0

package import Torch

/// An ``AnchoredHead`` as plain numbers: z = t·s + w_j·(h − mean)/σ + b_j with t = a/τ.
///
/// Heads on the same towers form a linear space: they can be brought to one standard, scaled and added.
package struct AnchoredWeights: Sendable, Equatable {
    /// L.
    package let labels: Int
    /// t, by which the cosine is multiplied.
    package var text: Double
    /// b of labels without weights.
    package var sharedBias: Double
    /// w, `[L, W]`, row major.
    package var weight: [Float]
    /// b − ``sharedBias``, `[L]`.
    package var offset: [Float]
    /// Where x is 0, and how long its unit is.
    package private(set) var standard: StateStandard

    /// A head that scores all labels by their texts.
    package init(labels: Int, text: Double, sharedBias: Double, standard: StateStandard) {
        (self.labels, self.text, self.sharedBias, self.standard) = (labels, text, sharedBias, standard)
        weight = [Float](repeating: 0, count: labels * standard.mean.count)
        offset = [Float](repeating: 0, count: labels)
    }

    /// The numbers of a head beside a model of a temperature.
    ///
    /// - Parameters:
    ///   - head: The head.
    ///   - logitScale: The model's log(1/τ), `[]`.
    /// - Throws: `TorchError` if they cannot be copied.
    package init(_ head: AnchoredHead, logitScale: Tensor) throws {
        labels = head.weight.shape[0]
        text = Double(try (head.textWeight * logitScale.exponential()).item())
        sharedBias = Double(try head.sharedBias.item())
        weight = try head.weight.floats()
        offset = try head.offset.floats()
        standard = StateStandard(mean: try head.mean.floats(), scale: Double(try head.scale.item()))
    }

    /// The head beside a model of temperature τ.
    ///
    /// - Throws: `TorchError` if memory runs out.
    package func head(temperature: Double, device: Device) throws -> AnchoredHead {
        func scalar(_ value: Double) throws -> Tensor { try Tensor(repeating: value, shape: [], device: device) }
        return AnchoredHead(
            weight: try Tensor(weight, shape: [labels, standard.mean.count]).to(device: device),
            offset: try Tensor(offset, shape: [labels]).to(device: device), sharedBias: try scalar(sharedBias),
            textWeight: try scalar(text * temperature),
            mean: try Tensor(standard.mean, shape: [standard.mean.count]).to(device: device),
            scale: try scalar(standard.scale))
    }

    /// The same scores with x measured from elsewhere and in another unit.
    package func moved(to standard: StateStandard) -> AnchoredWeights {
        if standard == self.standard { return self }
        var copy = self
        copy.standard = standard
        let width = standard.mean.count
        let unit = standard.scale / self.standard.scale
        let shift = zip(standard.mean, self.standard.mean).map { (Double($0) - Double($1)) / self.standard.scale }
        for label in 0..<labels {
            var sum = 0.0
            for column in 0..<width {
                let value = Double(weight[label * width + column])
                sum += value * shift[column]
                copy.weight[label * width + column] = Float(value * unit)
            }
            copy.offset[label] += Float(sum)
        }
        return copy
    }

    /// This head's scores times `factor` plus another's times `otherFactor` plus `shift`, on the same towers.
    ///
    /// - Precondition: Both have the same labels.
    package func combined(
        factor: Double, with other: AnchoredWeights? = nil, otherFactor: Double = 0, shift: Double = 0
    ) -> AnchoredWeights {
        var result = self
        let other = other?.moved(to: standard)
        func mix(_ own: [Float], _ its: [Float]?) -> [Float] {
            own.indices.map { Float(factor * Double(own[$0]) + otherFactor * Double(its?[$0] ?? 0)) }
        }
        result.text = factor * text + otherFactor * (other?.text ?? 0)
        result.sharedBias = factor * sharedBias + otherFactor * (other?.sharedBias ?? 0) + shift
        result.weight = mix(weight, other?.weight)
        result.offset = mix(offset, other?.offset)
        return result
    }

    /// Logits of pictures by their pooled states and cosines.
    ///
    /// - Parameters:
    ///   - states: h, `[N, W]`, float32.
    ///   - similarities: s, `[N, L]`, float32.
    /// - Returns: z, `[N, L]`, row major.
    /// - Throws: `TorchError` if memory runs out.
    package func logits(states: Tensor, similarities: Tensor) throws -> [Float] {
        let head = try head(temperature: 1, device: states.device)
        return try
            (similarities * head.textWeight
            + ((states - head.mean) / head.scale).linear(weight: head.weight, bias: head.offset + head.sharedBias))
            .floats()
    }
}
