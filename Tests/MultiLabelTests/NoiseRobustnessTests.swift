// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing
import Torch

@testable import MultiLabel

@Suite struct NoiseRobustnessTests {
    private func loss(_ z: Float, _ y: Float) -> Double {
        -Double(y) * -log1p(exp(-Double(z))) + Double(1 - y) * log1p(exp(Double(z)))
    }

    /// By the definition: a pair is distrusted if fewer than round(n · share) of its sign have a larger loss, or an
    /// equal one and a lower index.
    private func distrusted(_ targets: [Float], _ logits: [Float], _ share: Double, both: Bool) -> Set<Int> {
        var result: Set<Int> = []
        for index in targets.indices where !targets[index].isNaN && (both || targets[index] <= 0.5) {
            let peers = targets.indices.filter {
                !targets[$0].isNaN && (targets[$0] > 0.5) == (targets[index] > 0.5)
            }
            let own = loss(logits[index], targets[index])
            let before = peers.count {
                let other = loss(logits[$0], targets[$0])
                return abs(other - own) < 1e-12 ? $0 < index : other > own
            }
            if before < Int((Double(peers.count) * share).rounded()) { result.insert(index) }
        }
        return result
    }

    @Test(arguments: 0..<60) func `the largest losses of each sign are distrusted`(_ seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let count = Int.random(in: 1...120, using: &random)
        let shares: [Double] = [0.01, 0.1, 0.25, 0.5, 1]
        let share = shares[Int.random(in: 0..<5, using: &random)]
        // Few values, so that there are ties.
        let logits = (0..<count).map { _ in Float(Int.random(in: -12...12, using: &random)) / 2 }
        let kinds: [Float] = [0, 0, 0, 1, 0.25, .nan]
        let targets = logits.map { _ in kinds[Int.random(in: 0..<6, using: &random)] }
        for both in [false, true] {
            let chosen = distrusted(targets, logits, share, both: both)
            let signs: NoiseRobustness.Signs = both ? .both : .negatives
            let rejected = NoiseRobustness.reject.adjusted(
                targets: targets, logits: logits, share: share, signs: signs)
            let corrected = NoiseRobustness.correct.adjusted(
                targets: targets, logits: logits, share: share, signs: signs)
            for index in targets.indices {
                let target = targets[index]
                if target.isNaN {
                    #expect(rejected[index].isNaN && corrected[index].isNaN)
                } else if chosen.contains(index) {
                    #expect(rejected[index].isNaN && corrected[index] == 1 - target, "seed \(seed), pair \(index)")
                } else {
                    #expect(rejected[index] == target && corrected[index] == target, "seed \(seed), pair \(index)")
                }
            }
        }
    }

    @Test func `rare positives are not dropped for being hard`() {
        // All positives still have larger losses than all negatives, as at the start of training.
        var targets = [Float](repeating: 0, count: 200)
        for index in stride(from: 0, to: 200, by: 20) { targets[index] = 1 }
        let logits = (0..<200).map { Float(-4) + Float($0) / 1000 }
        let adjusted = NoiseRobustness.reject.adjusted(targets: targets, logits: logits, share: 0.1)
        #expect(targets.indices.count { targets[$0] == 1 && adjusted[$0].isNaN } == 1)
        #expect(adjusted[0].isNaN, "the positive of the lowest logit")
        #expect((180..<200).allSatisfy { targets[$0] == 1 || adjusted[$0].isNaN })
        #expect(adjusted.count { $0.isNaN } == 20)
    }

    @Test func `bootstrapping moves targets towards the prediction`() {
        let targets: [Float] = [0, 1, 0, 1, 0.5, .nan, 0]
        let logits: [Float] = [3, 3, -3, -3, 1e4, 3, 0]
        let adjusted = NoiseRobustness.bootstrap.adjusted(targets: targets, logits: logits, share: 0.2)
        let expected: [Float] = [0.2, 1, 0, 0.8, 0.6, .nan, 0]
        for (value, expected) in zip(adjusted, expected) {
            #expect(expected.isNaN ? value.isNaN : abs(value - expected) < 1e-6)
        }
        #expect(adjusted.allSatisfy { $0.isNaN || 0...1 ~= $0 })
    }

    /// Why the soft form is not offered.
    @Test func `a soft bootstrap would only shrink the gradient`() throws {
        let logits: [Float] = [-3, -0.5, 0.2, 4]
        let targets: [Float] = [0, 1, 0.3, 0]
        let soft = zip(logits, targets).map { z, y in 0.8 * y + 0.2 / (1 + exp(-z)) }
        let plain = try LossBatch(logits: logits, targets: targets, labels: 4)(.binaryCrossEntropy()).gradient
        let bootstrapped = try LossBatch(logits: logits, targets: soft, labels: 4)(.binaryCrossEntropy()).gradient
        #expect(largestDifference(bootstrapped, plain.map { 0.8 * $0 }) < 1e-7)
    }

    @Test func `the share grows with every whole epoch and bootstrapping's stays`() {
        for rule in [NoiseRobustness.reject, .correct] {
            #expect([0, 0.99, 1, 2.5, 10].map { rule.share(epochs: $0, rate: 0.01) } == [0, 0, 0.01, 0.02, 0.1])
            #expect(rule.share(epochs: 1000, rate: 0.01) == 0.5)
            #expect(rule.share(epochs: -1, rate: 0.01) == 0 && rule.share(epochs: 3, rate: 0) == 0)
        }
        #expect([0, 1, 7.5].map { NoiseRobustness.bootstrap.share(epochs: $0, rate: 0.2) } == [0.2, 0.2, 0.2])
        #expect(NoiseRobustness.bootstrap.share(epochs: 1, rate: 3) == 1)
    }

    @Test func `nothing is distrusted without a share`() {
        let targets: [Float] = [0, 1, 0.5, 0]
        for rule in NoiseRobustness.allCases {
            for share in [0, -1, Double.nan] {
                #expect(rule.adjusted(targets: targets, logits: [9, -9, 0, 1], share: share) == targets)
            }
            #expect(rule.adjusted(targets: [], logits: [], share: 0.5).isEmpty)
        }
        // A model that computes NaN is somebody else's finding.
        let adjusted = NoiseRobustness.reject.adjusted(targets: targets, logits: [.nan, 1, 2, 50], share: 0.34)
        #expect(adjusted[0] == 0 && adjusted[3].isNaN)
    }

    /// What is rejected leaves the sum and stays in the count, so the others' gradients are those without rejection.
    @Test func `rejected pairs do not change the gradient of the others`() throws {
        var batch = LossBatch.random(6, 5, seed: 11)
        let count = MultiLabelLoss.binaryCrossEntropy().count(targets: batch.targets, labels: 5)
        let plain = try batch(.binaryCrossEntropy(), count: count).gradient
        batch.targets = NoiseRobustness.reject.adjusted(targets: batch.targets, logits: batch.logits, share: 0.2)
        let robust = try batch(.binaryCrossEntropy(), count: count).gradient
        let changed = robust.indices.filter { robust[$0] != plain[$0] }
        #expect(!changed.isEmpty && changed.allSatisfy { batch.targets[$0].isNaN && robust[$0] == 0 })
    }
}
