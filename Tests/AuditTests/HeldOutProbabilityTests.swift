// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Audit

/// Numbers that are the same in every run.
struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) ^ (state << 31)
    }
}

@Suite struct HeldOutProbabilityTests {
    struct Recorded: Decodable {
        let dimension: Int
        let labels: Int
        let penalty: Double
        let folds: [Int]
        let features: [Float]
        let logits: [Float]
        let targets: [Float?]
        let probabilities: [Float]
    }

    @Test func `probabilities are those of scikit-learn's logistic regression`() throws {
        let golden: Recorded = try Golden.read("logistic-regression")
        let targets = golden.targets.map { $0 ?? .nan }
        func probabilities(_ tolerance: Double) throws -> [Float] {
            try heldOutProbabilities(
                features: golden.features, dimension: golden.dimension, logits: golden.logits, targets: targets,
                labels: golden.labels, folds: golden.folds,
                options: HeldOutOptions(penalty: golden.penalty, tolerance: tolerance))
        }
        #expect(golden.probabilities.max() ?? 0 > 0.9 && golden.probabilities.min() ?? 1 < 0.1)
        // Products are taken in float32; the default stops as far from the minimum as does not matter for a ranking.
        for (tolerance, allowed) in [(1e-4, 1e-4), (0.01, 3e-3)] as [(Double, Float)] {
            let found = try probabilities(tolerance)
            let differences = zip(found, golden.probabilities).map { abs($0 - $1) }
            #expect(differences.allSatisfy { $0 < allowed }, "tolerance \(tolerance): \(differences.max() ?? 0)")
        }
    }

    private func world(
        images: Int, dimension: Int, labels: Int, seed: UInt64 = 3
    ) -> (features: [Float], logits: [Float], targets: [Float]) {
        var random = Numbers(state: seed)
        let features = (0..<images * dimension).map { _ in Float.random(in: -1...1, using: &random) }
        let weights = (0..<labels * dimension).map { _ in Float.random(in: -1...1, using: &random) }
        var logits: [Float] = []
        for image in 0..<images {
            for label in 0..<labels {
                logits.append(
                    (0..<dimension).reduce(0) {
                        $0 + features[image * dimension + $1] * weights[label * dimension + $1]
                    })
            }
        }
        return (features, logits.map { $0 + Float.random(in: -1...1, using: &random) }, logits.map { $0 > 1 ? 1 : 0 })
    }

    @Test func `the number of threads changes nothing`() throws {
        let world = world(images: 700, dimension: 9, labels: 5)
        var random = Numbers(state: 1)
        let folds = try foldsOfRows(700, folds: 4, using: &random)
        let results = try [1, 2, 5].map { workers in
            try heldOutProbabilities(
                features: world.features, dimension: 9, logits: world.logits, targets: world.targets, labels: 5,
                folds: folds, options: HeldOutOptions(workers: workers))
        }
        #expect(results[0] == results[1] && results[0] == results[2])
        #expect(Set(results[0]).count > 3000)
    }

    @Test func `a picture's own annotation does not reach its probability`() throws {
        var world = world(images: 60, dimension: 4, labels: 1)
        var random = Numbers(state: 2)
        let folds = try foldsOfRows(60, folds: 3, using: &random)
        func run() throws -> [Float] {
            try heldOutProbabilities(
                features: world.features, dimension: 4, logits: world.logits, targets: world.targets, labels: 1,
                folds: folds)
        }
        let before = try run()
        for row in folds.indices where folds[row] == 1 { world.targets[row] = 1 - world.targets[row] }
        let after = try run()
        for row in folds.indices { #expect((before[row] == after[row]) == (folds[row] == 1)) }
    }

    @Test func `labels that cannot be fitted get their frequency`() throws {
        // No positives; only positives; nothing known; a constant logit and the like must not make NaN.
        let targets: [Float] = (0..<8).flatMap { _ in [0, 1, .nan] as [Float] }
        let found = try heldOutProbabilities(
            features: [Float](repeating: 0.5, count: 16), dimension: 2, logits: [Float](repeating: 1, count: 24),
            targets: targets, labels: 3, folds: [0, 1, 0, 1, 0, 1, 0, 1])
        for row in 0..<8 { #expect(found[row * 3..<row * 3 + 3] == [0.1, 0.9, 0.5]) }
    }

    @Test func `alike pictures give the base rate`() throws {
        let targets: [Float] = [1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0]
        let found = try heldOutProbabilities(
            features: [Float](repeating: 0.5, count: 24), dimension: 2, logits: [Float](repeating: 1, count: 12),
            targets: targets, labels: 1, folds: [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
        #expect(found.allSatisfy { abs($0 - 1.0 / 3) < 1e-4 })
    }

    @Test func `folds part all rows evenly and by seed`() throws {
        var first = Numbers(state: 1)
        var again = first
        var other = Numbers(state: 2)
        let folds = try foldsOfRows(103, folds: 5, using: &first)
        #expect((0..<5).map { fold in folds.count { $0 == fold } } == [21, 21, 21, 20, 20])
        #expect(try folds == foldsOfRows(103, folds: 5, using: &again))
        #expect(try folds != foldsOfRows(103, folds: 5, using: &other))
        #expect(throws: AuditError.folds(count: 1, images: 9)) { try foldsOfRows(9, folds: 1, using: &first) }
        #expect(throws: AuditError.folds(count: 4, images: 3)) { try foldsOfRows(3, folds: 4, using: &first) }
    }

    @Test func `parts that do not belong together are named`() {
        func run(_ features: Int, _ logits: Int, _ targets: Int, _ folds: [Int]) throws {
            _ = try heldOutProbabilities(
                features: Array(repeating: 0, count: features), dimension: 2,
                logits: Array(repeating: 0, count: logits), targets: Array(repeating: 0, count: targets), labels: 1,
                folds: folds)
        }
        #expect(throws: AuditError.wrongCount(of: "features", expected: 4, found: 3)) { try run(3, 2, 2, [0, 1]) }
        #expect(throws: AuditError.wrongCount(of: "logits", expected: 2, found: 1)) { try run(4, 1, 2, [0, 1]) }
        #expect(throws: AuditError.wrongCount(of: "targets", expected: 2, found: 3)) { try run(4, 2, 3, [0, 1]) }
        #expect(throws: AuditError.folds(count: 1, images: 2)) { try run(4, 2, 2, [0, 0]) }
    }

    @Test func `work can be stopped`() {
        struct Stop: Error {}
        let world = world(images: 50, dimension: 3, labels: 2)
        #expect(throws: Stop.self) {
            _ = try heldOutProbabilities(
                features: world.features, dimension: 3, logits: world.logits, targets: world.targets, labels: 2,
                folds: (0..<50).map { $0 % 2 }
            ) { done in if done > 0 { throw Stop() } }
        }
    }
}
