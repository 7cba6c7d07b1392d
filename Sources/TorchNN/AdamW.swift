// SPDX-License-Identifier: Apache-2.0

public import Torch

/// Adam with decoupled weight decay, as torch.optim.AdamW (Loshchilov & Hutter, arXiv 1711.05101), fused by libtorch.
///
/// Tensors of rank 2 and more decay; biases, layer norms and the temperature do not. A parameter may have a learning
/// rate of its own, as a multiple of the step's; its decay, which the learning rate scales, follows it.
public final class AdamW {
    /// The constants of the method.
    public struct Configuration: Codable, Sendable, Equatable {
        /// Decay of the running mean of the gradients. The default is 0.9.
        public var beta1: Double
        /// Decay of the running mean of the squared gradients. The default is 0.999.
        public var beta2: Double
        /// Added to the root of the second moment. The default is 1e-8.
        public var epsilon: Double
        /// Times the learning rate, the share of a decaying parameter taken away each step. The default is 0.1.
        public var weightDecay: Double

        /// PyTorch's constants, and a weight decay of 0.1.
        public init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0.1) {
            (self.beta1, self.beta2, self.epsilon, self.weightDecay) = (beta1, beta2, epsilon, weightDecay)
        }
    }

    /// What trains, and how fast.
    public struct Parameter {
        /// The name that its state is saved under.
        public let name: String
        /// What is changed.
        public let tensor: Tensor
        /// Times the step's learning rate, its own.
        public let multiplier: Double

        /// A parameter that learns at `multiplier` times the step's rate.
        public init(name: String, tensor: Tensor, multiplier: Double = 1) {
            (self.name, self.tensor, self.multiplier) = (name, tensor, multiplier)
        }
    }

    private struct Slot {
        let parameter: Parameter
        let firstMoment: Tensor
        let secondMoment: Tensor
        let step: Tensor
        let decays: Bool
    }

    private let configuration: Configuration
    private let slots: [Slot]
    /// The different multipliers, in the order in which they first occur.
    private let multipliers: [Double]

    /// Makes zero moments for `parameters`, each with its own learning rate.
    ///
    /// - Throws: ``Torch/TorchError`` if there is no memory for the moments.
    public init(_ parameters: [Parameter], configuration: Configuration) throws(TorchError) {
        self.configuration = configuration
        var multipliers: [Double] = []
        self.slots = try parameters.map { parameter throws(TorchError) in
            let (shape, device) = (parameter.tensor.shape, parameter.tensor.device)
            if !multipliers.contains(parameter.multiplier) { multipliers.append(parameter.multiplier) }
            return Slot(
                parameter: parameter, firstMoment: try Tensor(repeating: 0, shape: shape, device: device),
                secondMoment: try Tensor(repeating: 0, shape: shape, device: device),
                step: try Tensor(repeating: 0, shape: [], device: device), decays: shape.count >= 2)
        }
        self.multipliers = multipliers
    }

    /// Moves every parameter that has a gradient by one step.
    /// Gradients are divided by `gradientScale` first.
    public func step(learningRate: Double, gradientScale: Double = 1) throws(TorchError) {
        var scale: Tensor?
        if gradientScale != 1, let device = slots.first?.parameter.tensor.device {
            scale = try Tensor(repeating: gradientScale, shape: [], device: device)
        }
        for multiplier in multipliers {
            for decays in [true, false] {
                try step(
                    slots.filter { $0.parameter.multiplier == multiplier && $0.decays == decays },
                    learningRate: learningRate * multiplier, scale: scale,
                    weightDecay: decays ? configuration.weightDecay : 0)
            }
        }
    }

    /// Moves those of `slots` that have a gradient, in one pass.
    private func step(_ slots: [Slot], learningRate: Double, scale: Tensor?, weightDecay: Double) throws(TorchError) {
        var group: [Slot] = []
        var gradients: [Tensor] = []
        for slot in slots {
            guard let gradient = try slot.parameter.tensor.gradient else { continue }
            group.append(slot)
            gradients.append(gradient)
        }
        try adamWStep(
            parameters: group.map(\.parameter.tensor), gradients: gradients, firstMoments: group.map(\.firstMoment),
            secondMoments: group.map(\.secondMoment), steps: group.map(\.step), gradientScale: scale,
            learningRate: learningRate, beta1: configuration.beta1, beta2: configuration.beta2,
            epsilon: configuration.epsilon, weightDecay: weightDecay)
    }

    /// What has to be saved to go on later: for each parameter its two moments and its step count.
    public var state: [(name: String, tensor: Tensor)] {
        slots.flatMap { slot in
            [
                ("exp_avg." + slot.parameter.name, slot.firstMoment),
                ("exp_avg_sq." + slot.parameter.name, slot.secondMoment),
                ("step." + slot.parameter.name, slot.step),
            ]
        }
    }
}
