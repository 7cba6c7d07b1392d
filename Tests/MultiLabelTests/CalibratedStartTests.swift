// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing
import Torch

@testable import MultiLabel

@Suite struct CalibratedStartTests {
    /// A batch with normally distributed cosines; those of positives are larger by `gain`.
    private func batch(
        _ count: Int, mean: Double, deviation: Double, rate: Double, gain: Double = 0, seed: UInt64
    ) -> (similarities: [Float], targets: [Float]) {
        var random = SeededRandom(seed: seed)
        var similarities: [Float] = []
        var targets: [Float] = []
        for _ in 0..<count {
            let isPositive = Double.random(in: 0..<1, using: &random) < rate
            let radius = (-2 * log(Double.random(in: 1e-12..<1, using: &random))).squareRoot()
            let normal = radius * cos(2 * .pi * Double.random(in: 0..<1, using: &random))
            similarities.append(Float(min(1, max(-1, mean + deviation * normal + (isPositive ? gain : 0)))))
            targets.append(isPositive ? 1 : 0)
        }
        return (similarities, targets)
    }

    private func meanProbability(_ cosines: [Float], _ start: (temperature: Double, bias: Double)) -> Double {
        cosines.reduce(0) { $0 + 1 / (1 + exp(-(Double($1) / start.temperature + start.bias))) } / Double(cosines.count)
    }

    private func entropy(_ rate: Double) -> Double { -rate * log(rate) - (1 - rate) * log(1 - rate) }

    private func loss(
        _ similarities: [Float], _ targets: [Float], _ start: (temperature: Double, bias: Double)
    ) throws -> Double {
        let shape = [1, similarities.count]
        let logits = try temperedLogits(
            similarities: Tensor(similarities, shape: shape),
            logitScale: Tensor(repeating: -log(start.temperature), shape: []),
            bias: Tensor(repeating: start.bias, shape: []))
        let loss = try MultiLabelLoss.binaryCrossEntropy()(
            logits: logits, targets: Tensor(targets, shape: shape), known: Tensor(repeating: 1, shape: shape),
            count: Double(similarities.count))
        return Double(try loss.item())
    }

    @Test(arguments: [0.01, 0.03, 0.1, 0.5])
    func `on cosines like CLIP's, the loss starts at the base rate's entropy`(_ rate: Double) throws {
        let (similarities, targets) = batch(7680, mean: 0.25, deviation: 0.03, rate: rate, gain: 0.01, seed: 1)
        let share = Double(targets.count { $0 == 1 }) / 7680
        let start = try #require(calibratedStart(similarities: similarities, targets: targets))
        #expect(abs(start.temperature - 0.06) < 0.003)
        #expect(abs(meanProbability(similarities, start) - share) < 1e-6)
        let found = try loss(similarities, targets, start)
        #expect(abs(found - entropy(share)) < 0.1 * entropy(share), "\(found), \(entropy(share))")
        // The trap that this is for.
        #expect(try loss(similarities, targets, (0.01, 0)) > 10)
    }

    /// A cosine of 1 can then say 90 % and more; with the deviation alone to go by it would be 30 % at 0.3.
    @Test(arguments: [0.05, 0.15, 0.3])
    func `where cosines are far apart, the temperature leaves reach`(_ deviation: Double) throws {
        let (similarities, targets) = batch(4000, mean: 0.1, deviation: deviation, rate: 0.05, seed: 2)
        let start = try #require(calibratedStart(similarities: similarities, targets: targets))
        let share = Double(targets.count { $0 == 1 }) / 4000
        #expect(abs(meanProbability(similarities, start) - share) < 1e-6)
        #expect(1 / start.temperature + start.bias > 2.2, "\(start)")
        #expect(0.01...1 ~= start.temperature && start.temperature <= 2 * deviation * 1.05)
    }

    @Test func `unknown pairs do not count`() throws {
        var (similarities, targets) = batch(500, mean: 0.2, deviation: 0.04, rate: 0.2, seed: 3)
        let start = try #require(calibratedStart(similarities: similarities, targets: targets))
        similarities += [0.9, -0.9, .nan]
        targets += [.nan, .nan, .nan]
        let other = try #require(calibratedStart(similarities: similarities, targets: targets))
        #expect(start == other)
    }

    @Test func `soft targets are so much of a positive`() throws {
        let similarities: [Float] = [0.2, 0.22, 0.25, 0.31]
        let start = try #require(calibratedStart(similarities: similarities, targets: [0.5, 0, 0.1, 0.2]))
        #expect(abs(meanProbability(similarities, start) - 0.2) < 1e-6)
    }

    @Test func `batches of one kind of pair are half a pair from certain`() throws {
        let similarities: [Float] = [0.2, 0.22, 0.25, 0.31]
        for (target, expected) in [(Float(0), 0.125), (1, 0.875)] {
            let start = try #require(
                calibratedStart(similarities: similarities, targets: .init(repeating: target, count: 4)))
            #expect(abs(meanProbability(similarities, start) - expected) < 1e-6)
        }
    }

    @Test func `the temperature stays in its bounds`() throws {
        let narrow = try #require(calibratedStart(similarities: [0.3, 0.30002, 0.30001], targets: [0, 1, 0]))
        #expect(narrow.temperature == 0.01)
        let high = try #require(calibratedStart(similarities: [1, 1, 0.9999], targets: [0, 1, 0]))
        #expect(high.temperature == 0.01 && high.bias.isFinite)
        let opposite = try #require(calibratedStart(similarities: [-1, -1, 1, -1], targets: [0, 1, 1, 0]))
        #expect(0.01...1 ~= opposite.temperature)
        #expect(abs(meanProbability([-1, -1, 1, -1], opposite) - 0.5) < 1e-6)
    }

    @Test func `with nothing to go by, there is no start`() {
        #expect(calibratedStart(similarities: [], targets: []) == nil)
        #expect(calibratedStart(similarities: [0.3], targets: [1]) == nil)
        #expect(calibratedStart(similarities: [0.3, 0.4], targets: [1, .nan]) == nil)
        #expect(calibratedStart(similarities: [0.3, 0.3, 0.3], targets: [1, 0, 0]) == nil)
        #expect(calibratedStart(similarities: [0.3, .nan, 0.2], targets: [1, 0, 0]) == nil)
        #expect(calibratedStart(similarities: [0.3, .infinity, 0.2], targets: [1, 0, 0]) == nil)
    }
}
