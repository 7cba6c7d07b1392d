// SPDX-License-Identifier: Apache-2.0

public import Torch

/// Adam with decoupled weight decay, as torch.optim.AdamW (Loshchilov & Hutter, arXiv 1711.05101), fused by libtorch.
///
/// Tensors of rank 2 and more decay; biases, layer norms and the temperature do not.
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
            self.beta1 = beta1
            self.beta2 = beta2
            self.epsilon = epsilon
            self.weightDecay = weightDecay
        }
    }

    private struct Slot {
        let name: String
        let parameter: Tensor
        let firstMoment: Tensor
        let secondMoment: Tensor
        let step: Tensor
        let decays: Bool
    }

    private let configuration: Configuration
    private let slots: [Slot]

    /// Makes zero moments for `parameters`, which are named for the sake of saving.
    ///
    /// - Throws: ``Torch/TorchError`` if there is no memory for the moments.
    public init(parameters: [(name: String, tensor: Tensor)], configuration: Configuration) throws(TorchError) {
        self.configuration = configuration
        var slots: [Slot] = []
        for (name, tensor) in parameters {
            let shape = tensor.shape
            slots.append(
                Slot(
                    name: name, parameter: tensor,
                    firstMoment: try Tensor(repeating: 0, shape: shape, device: tensor.device),
                    secondMoment: try Tensor(repeating: 0, shape: shape, device: tensor.device),
                    step: try Tensor(repeating: 0, shape: [], device: tensor.device),
                    decays: shape.count >= 2))
        }
        self.slots = slots
    }

    /// Moves every parameter that has a gradient by one step.
    ///
    /// - Parameters:
    ///   - learningRate: The learning rate of this step.
    ///   - gradientScale: What the gradients are divided by; 1 leaves them as they are.
    /// - Throws: ``Torch/TorchError`` if libtorch refuses.
    public func step(learningRate: Double, gradientScale: Double = 1) throws(TorchError) {
        var scale: Tensor?
        if gradientScale != 1, let device = slots.first?.parameter.device {
            scale = try Tensor(repeating: gradientScale, shape: [], device: device)
        }
        for decays in [true, false] {
            var group: [Slot] = []
            var gradients: [Tensor] = []
            for slot in slots where slot.decays == decays {
                guard let gradient = slot.parameter.gradient else { continue }
                group.append(slot)
                gradients.append(gradient)
            }
            try adamWStep(
                parameters: group.map(\.parameter), gradients: gradients, firstMoments: group.map(\.firstMoment),
                secondMoments: group.map(\.secondMoment), steps: group.map(\.step), gradientScale: scale,
                learningRate: learningRate,
                beta1: configuration.beta1, beta2: configuration.beta2, epsilon: configuration.epsilon,
                weightDecay: decays ? configuration.weightDecay : 0)
        }
    }

    /// What has to be saved to go on later: for each parameter its two moments and its step count.
    public var state: [(name: String, tensor: Tensor)] {
        slots.flatMap { slot in
            [
                ("exp_avg." + slot.name, slot.firstMoment), ("exp_avg_sq." + slot.name, slot.secondMoment),
                ("step." + slot.name, slot.step),
            ]
        }
    }
}
