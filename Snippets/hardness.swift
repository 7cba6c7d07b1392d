// SPDX-License-Identifier: Apache-2.0

import Foundation
import MultiLabel
import Torch

// A picture's cosines with four labels that it does not have: the last is the hardest.
let cosines: [Float] = [0.05, 0.15, 0.25, 0.35]
for (temperature, bias) in [(1, 0), (0.07, 0), (0.07, -4), (0.01, 0)] as [(Double, Double)] {
    let similarities = try Tensor(cosines, shape: [1, 4])
    try similarities.setRequiresGradient(true)
    let logits = try temperedLogits(
        similarities: similarities, logitScale: Tensor([Float(log(1 / temperature))], shape: []),
        bias: Tensor([Float(bias)], shape: []))
    let loss = try temperedSigmoidCrossEntropy(
        logits: logits, targets: Tensor([0, 0, 0, 0] as [Float], shape: [1, 4]),
        weights: Tensor([1, 1, 1, 1] as [Float], shape: [1, 4]))
    try loss.backward()
    // dL/ds = sigmoid(s / τ + b) / τ
    let push = try similarities.gradient?.floats() ?? []
    let numbers = push.map { String(format: "%.2f", $0) }.joined(separator: "  ")
    print(String(format: "τ %.2f, b %2.0f: ", temperature, bias) + numbers)
}
