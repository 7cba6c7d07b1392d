// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite struct PairedComparisonTests {
    private static let (count, labels) = (60, 4)

    private typealias Scores = (matrix: ScoreMatrix, values: [Float])

    private static func matrices() throws -> (Scores, Scores) {
        var random = SeededRandom(seed: 21)
        var (targets, first, second): ([Float], [Float], [Float]) = ([], [], [])
        for _ in 0..<count * labels {
            let target = Float(Int.random(in: 0..<4, using: &random) == 0 ? 1 : 0)
            targets.append(Int.random(in: 0..<10, using: &random) == 0 ? .nan : target)
            first.append(target + Float.random(in: -1.5...1.5, using: &random))
            second.append(target + Float.random(in: -1...1, using: &random))
        }
        func matrix(_ scores: [Float]) throws -> Scores {
            (try ScoreMatrix(imageCount: count, labelCount: labels, scores: scores, targets: targets), scores)
        }
        return (try matrix(first), try matrix(second))
    }

    private static func gap(_ scores: Scores, _ rows: [Int]) throws -> Double {
        let own = try ScoreMatrix(
            imageCount: rows.count, labelCount: labels,
            scores: rows.flatMap { Array(scores.values[$0 * labels..<($0 + 1) * labels]) },
            targets: rows.flatMap { Array(scores.matrix.targets[$0 * labels..<($0 + 1) * labels]) })
        return try evaluate(
            own, labels: (0..<labels).map(String.init), kind: .logits,
            options: EvaluationOptions(bootstrapReplicates: 0)
        ).gap ?? .nan
    }

    @Test func `differences are those of the evaluations, and their spread that of drawing pictures anew`() throws {
        let (first, second) = try Self.matrices()
        let found = try #require(
            try PairedComparison(
                first.matrix, second.matrix, options: EvaluationOptions(bootstrapReplicates: 2000, seed: 3)
            ).gap)
        let all = Array(0..<Self.count)
        #expect(abs(found.difference - (try Self.gap(second, all) - Self.gap(first, all))) < 1e-12)
        // Brute force with other draws: the standard error agrees up to what 400 draws can tell.
        var random = SeededRandom(seed: 5)
        var differences: [Double] = []
        for _ in 0..<400 {
            let rows = all.map { _ in Int.random(in: 0..<Self.count, using: &random) }
            differences.append(try Self.gap(second, rows) - Self.gap(first, rows))
        }
        let mean = differences.reduce(0, +) / 400
        let deviation = (differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 399).squareRoot()
        #expect(abs(found.standardError / deviation - 1) < 0.15)
        let interval = try #require(found.interval)
        #expect(interval.low < found.difference && found.difference < interval.high)
        #expect(found.isClear == (interval.low > 0 || interval.high < 0))
        // The other way round it is the other way round.
        let back = try PairedComparison(
            second.matrix, first.matrix, options: EvaluationOptions(bootstrapReplicates: 2000, seed: 3))
        #expect(back.gap?.difference == -found.difference)
        #expect(abs((back.gap?.standardError ?? 0) - found.standardError) < 1e-12)
    }

    @Test func `a model is not told apart from itself`() throws {
        let first = try Self.matrices().0.matrix
        let comparison = try PairedComparison(first, first)
        #expect(comparison.gap?.difference == 0 && comparison.gap?.standardError == 0)
        #expect(comparison.mapMacro?.isClear == false)
        let none = try ScoreMatrix(imageCount: 1, labelCount: 1, scores: [0 as Float], targets: [0])
        #expect(try PairedComparison(none, none).gap == nil)
    }
}

@Suite struct LogisticCombinationTests {
    @Test func `weights are at the minimum of the cross-entropy, none below 0`() throws {
        var random = SeededRandom(seed: 8)
        var (targets, first, second, noise): ([Float], [Float], [Float], [Float]) = ([], [], [], [])
        for _ in 0..<400 {
            let target = Float(Int.random(in: 0...1, using: &random))
            targets.append(Int.random(in: 0..<9, using: &random) == 0 ? .nan : target)
            first.append(2 * target + Float.random(in: -2...2, using: &random))
            second.append(target + Float.random(in: -2...2, using: &random) + 5)
            noise.append(-target + Float.random(in: -2...2, using: &random))
        }
        let scores = [first, second, noise]
        let fit = try #require(LogisticCombination(scores, targets: targets))
        // What speaks against its label is left out, not turned round.
        #expect(fit.weights[0] > 0 && fit.weights[1] > 0 && fit.weights[2] == 0)
        func loss(_ weights: [Double], _ shift: Double) -> Double {
            var sum = 0.0
            for pair in targets.indices where !targets[pair].isNaN {
                let z = shift + weights[0] * Double(first[pair]) + weights[1] * Double(second[pair])
                sum += max(z, 0) - z * Double(targets[pair]) + Double.log1pExp(-abs(z))
            }
            return sum
        }
        let least = loss(fit.weights, fit.shift)
        for step in [-0.05, 0.05] {
            #expect(loss([fit.weights[0] + step, fit.weights[1]], fit.shift) > least)
            #expect(loss([fit.weights[0], fit.weights[1] + step], fit.shift) > least)
            #expect(loss(fit.weights, fit.shift + step) > least)
        }
        let combined = fit([first, second, noise])
        let expected = fit.shift + fit.weights[0] * Double(first[7]) + fit.weights[1] * Double(second[7])
        #expect(abs(Double(combined[7]) - expected) < 1e-5)
    }

    @Test func `one kind of target tells nothing, and separable scores stay finite`() throws {
        #expect(LogisticCombination([[1, 2]], targets: [1, 1]) == nil)
        #expect(LogisticCombination([[1, 2]], targets: [.nan, 1]) == nil)
        let fit = try #require(LogisticCombination([[-1, -2, 3, 4]], targets: [0, 0, 1, 1]))
        #expect(fit.weights[0].isFinite && fit.weights[0] > 0 && fit.shift.isFinite)
        let flat = try #require(LogisticCombination([[1, 1, 1, 1]], targets: [0, 0, 0, 1]))
        #expect(abs(flat([[1, 1, 1, 1]])[0] - Float.logit(0.25)) < 1e-3)
    }
}

extension Double {
    fileprivate static func log1pExp(_ x: Double) -> Double { log1p(exp(x)) }
}

extension Float {
    fileprivate static func logit(_ p: Float) -> Float { Float(log(Double(p) / (1 - Double(p)))) }
}
