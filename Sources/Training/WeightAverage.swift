// SPDX-License-Identifier: Apache-2.0

package import Torch
package import TorchNN

/// The exponential moving average of the weights that train, kept beside them (Polyak & Juditsky, 1992).
///
/// After the update of step t, from 0: average += (1 − d)·(weight − average) with d = min(decay, (1 + t) / (10 + t)),
/// as TensorFlow's ExponentialMovingAverage has it, so that the weights before training are soon forgotten whatever the
/// decay. d depends on the step alone: a resumed run needs nothing but the averages.
package final class WeightAverage {
    /// The largest d.
    package let decay: Double
    private let names: [String]
    private let weights: [Tensor]
    private let averages: [Tensor]

    /// Averages that begin at the weights as they are; the largest d, 0 to 1, usually lies above 0.99. Throws
    /// `TorchError` if there is no memory for as many numbers again.
    package init(_ parameters: [ParameterStore.Parameter], decay: Double) throws(TorchError) {
        self.decay = decay
        self.names = parameters.map(\.name)
        self.weights = parameters.map(\.tensor)
        var averages: [Tensor] = []
        for parameter in parameters { averages.append(try parameter.tensor.detached().clone()) }
        self.averages = averages
    }

    /// d after the update of a step.
    package func decay(step: Int) -> Double { min(decay, (1 + Double(step)) / (10 + Double(step))) }

    /// Takes the weights in as the update of `step` left them.
    package func update(step: Int) throws(TorchError) {
        try interpolateInPlace(averages, to: weights, weight: 1 - decay(step: step))
    }

    /// Begins anew at the weights as they are.
    package func restart() throws(TorchError) {
        for (weight, average) in zip(weights, averages) { try average.copyInPlace(weight.detached()) }
    }

    /// Runs `body` while the model has the averages for weights, and puts the weights back, bit for bit. It measures or
    /// writes the model and must not train it. Throws what `body` throws, and `TorchError` if there is no memory for a
    /// copy of the largest weight.
    package func withAverages<R>(_ body: () throws -> R) throws -> R {
        try exchange()
        let result = Result { try body() }
        try exchange()
        return try result.get()
    }

    /// What has to be saved to go on later.
    package var state: [(name: String, tensor: Tensor)] {
        zip(names, averages).map { ("ema." + $0, $1) }
    }

    private func exchange() throws(TorchError) {
        for (weight, average) in zip(weights, averages) {
            let kept = try weight.detached().clone()
            try weight.copyInPlace(average)
            try average.copyInPlace(kept)
        }
    }
}
