// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing
import Torch

@testable import MultiLabel

@Suite struct TemperedSigmoidTests {
    /// The gradient of the mean loss of one picture by its cosines, all of them negatives unless told otherwise.
    private func push(_ cosines: [Float], temperature: Double, bias: Double? = nil, targets: [Float]? = nil) throws
        -> [Float]
    {
        let count = cosines.count
        let similarities = try Tensor(cosines, shape: [1, count])
        try similarities.setRequiresGradient(true)
        let logits = try temperedLogits(
            similarities: similarities, logitScale: Tensor(repeating: log(1 / temperature), shape: []),
            bias: bias.map { try Tensor(repeating: $0, shape: []) })
        let loss = try temperedSigmoidCrossEntropy(
            logits: logits, targets: Tensor(targets ?? cosines.map { _ in 0 }, shape: [1, count]),
            weights: Tensor(repeating: 1 / Double(count), shape: [1, count]))
        try loss.backward()
        return try #require(try similarities.gradient?.floats())
    }

    @Test(arguments: [1, 0.2, 0.07, 0.01])
    func `a negative is pushed by sigmoid of its logit over tau`(_ temperature: Double) throws {
        let cosines: [Float] = [-0.9, -0.31, -0.05, 0, 0.12, 0.35, 0.98]
        let gradient = try push(cosines, temperature: temperature)
        for (s, value) in zip(cosines, gradient) {
            let expected = 1 / (1 + exp(-Double(s) / temperature)) / temperature / Double(cosines.count)
            // Below float32's smallest normal number only the size matters.
            #expect(abs(Double(value) - expected) <= 2e-5 * expected + 1e-30)
        }
        #expect(gradient == gradient.sorted(), "the push grows with the cosine")
        #expect(Set(gradient.prefix(4)).count == 4 || temperature == 0.01)
    }

    @Test func `targets and bias enter the gradient as the formula says`() throws {
        let cosines: [Float] = [-0.2, 0.1, 0.3, 0.25]
        let targets: [Float] = [1, 1, 0, 0.3]
        let gradient = try push(cosines, temperature: 0.1, bias: -2.5, targets: targets)
        for index in cosines.indices {
            let p = 1 / (1 + exp(-(Double(cosines[index]) / 0.1 - 2.5)))
            let expected = (p - Double(targets[index])) / 0.1 / 4
            #expect(abs(Double(gradient[index]) - expected) <= 1e-5 * abs(expected))
        }
    }

    @Test func `the hardest negative takes a growing share of the push as tau falls`() throws {
        // One negative scores above the boundary and the others below, as when most labels are told apart already.
        let cosines: [Float] = [-0.45, -0.4, -0.2, -0.15, -0.1, 0.05]
        let shares = try [1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01].map { temperature in
            let gradient = try push(cosines, temperature: temperature)
            return gradient[5] / gradient.reduce(0, +)
        }
        #expect(zip(shares, shares.dropFirst()).allSatisfy { $0 < $1 }, "\(shares)")
        #expect(shares[0] < 0.25 && shares[6] > 0.99, "\(shares)")
        // Also between two that are both below it.
        let ratios = try [1, 0.2, 0.05].map { temperature in
            let gradient = try push(cosines, temperature: temperature)
            return gradient[4] / gradient[0]
        }
        #expect(ratios[0] < ratios[1] && ratios[1] < ratios[2], "\(ratios)")
    }

    @Test func `the loss is the naive formula where that can be computed`() throws {
        var random = SeededRandom(seed: 1)
        let logits = (0..<600).map { _ in Float.random(in: -30...30, using: &random) }
        let targets = logits.map { _ in
            [0, 1, Float.random(in: 0...1, using: &random)].randomElement(using: &random) ?? 0
        }
        let known = logits.map { _ in Bool.random(using: &random) }
        let count = Float(known.count { $0 })
        let loss = try temperedSigmoidCrossEntropy(
            logits: Tensor(logits, shape: [20, 30]), targets: Tensor(targets, shape: [20, 30]),
            weights: Tensor(known.map { $0 ? 1 / count : 0 }, shape: [20, 30])
        ).item()
        var expected = 0.0
        for index in logits.indices where known[index] {
            let (z, y) = (Double(logits[index]), Double(targets[index]))
            expected += (y * log1p(exp(-z)) + (1 - y) * log1p(exp(z))) / Double(count)
        }
        #expect(abs(Double(loss) - expected) <= 1e-5 * expected)
    }

    @Test(arguments: [Float(1e2), 1e3, 1e4, -1e2, -1e3, -1e4], [Float(0), 1, 0.25])
    func `huge logits do not overflow`(_ z: Float, target: Float) throws {
        let logits = try Tensor([z], shape: [1, 1])
        try logits.setRequiresGradient(true)
        let loss = try temperedSigmoidCrossEntropy(
            logits: logits, targets: Tensor([target], shape: [1, 1]), weights: Tensor(repeating: 1, shape: [1, 1]))
        // Beside it stands log(1 + e^-100), 4e-44.
        let value = try loss.item()
        #expect(abs(value - (max(z, 0) - z * target)) < 1e-30)
        try loss.backward()
        #expect(try logits.gradient?.item() == (z > 0 ? 1 : 0) - target)
    }

    @Test func `unknown pairs have no influence`() throws {
        let weights = try Tensor([0.5, 0, 0.5, 0] as [Float], shape: [2, 2])
        let targets = try Tensor([1, 0, 0, 0] as [Float], shape: [2, 2])
        func lossAndGradient(_ logits: [Float]) throws -> (Float, [Float]) {
            let z = try Tensor(logits, shape: [2, 2])
            try z.setRequiresGradient(true)
            let loss = try temperedSigmoidCrossEntropy(logits: z, targets: targets, weights: weights)
            try loss.backward()
            return (try loss.item(), try #require(try z.gradient?.floats()))
        }
        let (loss, gradient) = try lossAndGradient([0.3, -4, 1.5, 9])
        let (other, otherGradient) = try lossAndGradient([0.3, 4000, 1.5, -7])
        #expect(loss == other && loss > 0)
        #expect(gradient == otherGradient)
        #expect(gradient[1] == 0 && gradient[3] == 0 && gradient[0] < 0 && gradient[2] > 0)
    }

    @Test func `shapes that differ are errors`() throws {
        let z = try Tensor(repeating: 0, shape: [2, 3])
        let y = try Tensor(repeating: 0, shape: [2, 4])
        #expect(throws: TorchError.self) { try temperedSigmoidCrossEntropy(logits: z, targets: y, weights: z) }
    }
}
