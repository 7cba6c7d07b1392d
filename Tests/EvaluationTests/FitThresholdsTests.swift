// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Evaluation

/// Fitted thresholds against every threshold that there is.
@Suite struct FitThresholdsTests {
    /// One known pair: its score, its probability as metrics see it, and whether it is a positive.
    private struct Pair {
        let score: Double
        let probability: Double
        let isPositive: Bool
    }

    private static func pairs(_ scores: [Double], _ targets: [Float], _ kind: ScoreKind) -> [Pair] {
        zip(scores, targets).filter { !$0.1.isNaN }.map {
            Pair(score: $0.0, probability: kind == .logits ? sigmoid($0.0) : $0.0, isPositive: $0.1 > 0.5)
        }
    }

    /// What a threshold gives: true positives and predictions.
    private static func counts(_ pairs: [Pair], _ threshold: Double) -> (found: Int, predicted: Int) {
        let predicted = pairs.filter { $0.probability >= threshold }
        return (predicted.count(where: \.isPositive), predicted.count)
    }

    /// The best of all probabilities as thresholds, from the highest down.
    private static func best(_ pairs: [Pair], _ goal: ThresholdGoal, minimum: Int) -> Double? {
        let positives = pairs.count(where: \.isPositive)
        guard positives >= minimum else { return nil }
        let candidates = Set(pairs.map(\.probability)).sorted(by: >)
        switch goal {
        case .maximumF1, .global:
            func isBetter(_ a: Double, _ b: Double) -> Bool {
                let (first, second) = (counts(pairs, a), counts(pairs, b))
                return first.found * (second.predicted + positives) > second.found * (first.predicted + positives)
            }
            return candidates.reduce(nil as Double?) { best, candidate in
                best.map { isBetter(candidate, $0) ? candidate : $0 } ?? candidate
            }
        case .precision(let rate):
            return candidates.last {
                let (found, predicted) = counts(pairs, $0)
                return Double(found) / Double(predicted) >= rate
            }
        case .recall(let rate):
            return candidates.first { Double(counts(pairs, $0).found) / Double(positives) >= rate }
        }
    }

    /// Expects that `threshold` takes in what `candidate` does, and lies halfway to what it leaves out.
    private static func expect(
        _ threshold: Double, at candidate: Double, _ pairs: [Pair], _ kind: ScoreKind, _ comment: Comment
    ) {
        #expect((0...1).contains(threshold), comment)
        #expect(counts(pairs, threshold) == counts(pairs, candidate), comment)
        let above = pairs.filter { $0.probability == candidate }.map(\.score).min() ?? .nan
        let rest = pairs.filter { $0.probability < candidate }
        guard let below = rest.map(\.score).max() else {
            #expect(threshold == candidate, comment)
            return
        }
        func logit(_ p: Double) -> Double { log(p / (1 - p)) }
        let middle = kind == .logits ? (above + below) / 2 : (logit(above) + logit(below)) / 2
        if middle.isFinite, abs(middle) < 15 {
            // A probability's last digit is 1e-16 / (p (1 − p)) in logits: below 1e-9 up to 15.
            #expect(abs(logit(threshold) - middle) < 1e-8, comment)
        }
    }

    private static let goals: [ThresholdGoal] = [
        .maximumF1, .global, .precision(0.5), .precision(0.9), .precision(1), .recall(0.5), .recall(0.9), .recall(1),
    ]

    @Test(arguments: goals) func `every small matrix gets the best of all thresholds`(_ goal: ThresholdGoal) throws {
        var fitted = 0
        var unreachable = 0
        for seed in 1...1500 as ClosedRange<UInt64> {
            let random = RandomMatrix(seed: seed)
            let comment = Comment(rawValue: "\(goal) \(random)")
            let minimum = Int(seed % 3) + 1
            let result = try fitThresholds(random.matrix(), goal: goal, minimumPositives: minimum, kind: random.kind)
            let all = Self.pairs(random.scores, random.targets, random.kind)
            if let global = Self.best(all, .global, minimum: 1) {
                Self.expect(result.global, at: global, all, random.kind, comment)
            } else {
                #expect(result.global == 0.5, comment)
            }
            #expect(result.isGlobalFitted == all.contains(where: \.isPositive), comment)
            for label in 0..<random.labels {
                let indices = stride(from: label, to: random.scores.count, by: random.labels)
                let pairs = Self.pairs(
                    indices.map { random.scores[$0] }, indices.map { random.targets[$0] }, random.kind)
                let positives = pairs.count(where: \.isPositive)
                #expect(result.positives[label] == positives, comment)
                let best = goal == .global ? nil : Self.best(pairs, goal, minimum: minimum)
                if let best {
                    fitted += 1
                    Self.expect(result.perLabel[label], at: best, pairs, random.kind, comment)
                    #expect(result.fallbacks[label] == nil, comment)
                } else {
                    #expect(result.perLabel[label] == result.global, comment)
                    let reason: ThresholdFallback? =
                        goal == .global ? nil : positives < minimum ? .fewPositives : .unreachable
                    #expect(result.fallbacks[label] == reason, comment)
                    if reason == .unreachable { unreachable += 1 }
                }
            }
        }
        // The seeds reach what is to be tested.
        #expect(goal == .global || fitted > 500)
        if case .precision = goal { #expect(unreachable > 50) }
    }

    @Test func `metrics at fitted thresholds are what was fitted, where probabilities round to 0 and 1 too`() throws {
        for seed in 1...600 as ClosedRange<UInt64> {
            var random = TestGenerator(seed: seed)
            let scale = [1.0, 30, 200, 1000, 1e300][Int(seed % 5)]
            let count = Int.random(in: 2...30, using: &random)
            let scores = (0..<count).map { _ in Double(Int.random(in: -4...4, using: &random)) / 4 * scale }
            let targets = (0..<count).map { _ in Float(Int.random(in: 0...1, using: &random)) }
            let comment: Comment = "seed \(seed) scores \(scores) targets \(targets)"
            let matrix = try ScoreMatrix(imageCount: count, labelCount: 1, scores: scores, targets: targets)
            func rates(_ goal: ThresholdGoal) throws -> (report: LabelReport, isFitted: Bool) {
                let fitted = try fitThresholds(matrix, goal: goal, minimumPositives: 1)
                #expect((0...1).contains(fitted.perLabel[0]), comment)
                let report = try evaluate(
                    matrix, labels: ["a"], kind: .logits,
                    options: EvaluationOptions(thresholds: fitted.perLabel, bootstrapReplicates: 0))
                #expect(report.threshold == nil && report.perLabel[0].threshold == fitted.perLabel[0], comment)
                return (report.perLabel[0], fitted.fallbacks[0] == nil)
            }
            let (best, hasPositives) = try rates(.maximumF1)
            guard hasPositives else {
                #expect(!targets.contains(1), comment)
                continue
            }
            for threshold in scores.map(sigmoid) + [0, 0.25, 0.5, 0.75, 1] {
                let other = try evaluate(
                    matrix, labels: ["a"], kind: .logits,
                    options: EvaluationOptions(threshold: threshold, bootstrapReplicates: 0))
                #expect(best.f1 >= other.f1Micro, comment)
            }
            let precise = try rates(.precision(0.75))
            if precise.isFitted { #expect(precise.report.precision >= 0.75, comment) }
            #expect(try rates(.recall(0.75)).report.recall >= 0.75, comment)
        }
    }

    @Test func `a threshold parts what the probability can part, and lies within reach of both sides`() throws {
        func threshold(_ scores: [Double], _ kind: ScoreKind = .logits) throws -> Double {
            let targets: [Float] = [1, 0]
            let matrix = try ScoreMatrix(imageCount: 2, labelCount: 1, scores: scores, targets: targets)
            return try fitThresholds(matrix, goal: .maximumF1, minimumPositives: 1, kind: kind).perLabel[0]
        }
        #expect(try threshold([3, -1]) == sigmoid(1))
        #expect(try threshold([Double.greatestFiniteMagnitude, -Double.greatestFiniteMagnitude]) == 0.5)
        // Both are probability 1, or 0, to every reader: no threshold takes one and leaves the other.
        #expect(try threshold([90, 80]) == 1)
        #expect(try threshold([-800, -900]) == 0)
        // Neighbours: rounding must not give the lower one.
        #expect(try threshold([1.0, 1.0.nextDown], .probabilities) == 1)
        #expect(try threshold([0.5, 0.5.nextDown], .probabilities) == 0.5)
        #expect(try abs(threshold([0.8, 0.2], .probabilities) - 0.5) < 1e-15)
        #expect(try abs(threshold([0.9, 0.5], .probabilities) - 0.75) < 1e-15)
        #expect(try threshold([1, 0], .probabilities) == 0.5)
        #expect(try threshold([0.5, 0], .probabilities) == 0.25)
        #expect(try threshold([0, -0.0], .probabilities) == 0)
    }

    @Test func `labels with few positives and goals out of reach take the global threshold`() throws {
        let scores: [Double] = [2, 2, -9, 1, 3, -9, 0, 1, -9, -1, -1, -9]
        let targets: [Float] = [1, 0, 0, 1, 0, 0, 1, 1, .nan, 0, 1, 0]
        let matrix = try ScoreMatrix(imageCount: 4, labelCount: 3, scores: scores, targets: targets)
        let fitted = try fitThresholds(matrix, goal: .precision(0.9), minimumPositives: 2)
        #expect(fitted.fallbacks == [nil, .unreachable, .fewPositives])
        #expect(fitted.positives == [3, 2, 0])
        #expect(fitted.perLabel == [sigmoid(-0.5), fitted.global, fitted.global])
        let many = try fitThresholds(matrix, goal: .maximumF1)
        #expect(many.fallbacks == [.fewPositives, .fewPositives, .fewPositives] && many.isGlobalFitted)
        let nothing = try fitThresholds(
            ScoreMatrix(imageCount: 1, labelCount: 2, scores: [3.0, 4], targets: [0, .nan]), goal: .maximumF1)
        #expect(!nothing.isGlobalFitted && nothing.perLabel == [0.5, 0.5])
    }

    @Test func `long columns are ranked as short ones are`() throws {
        var random = TestGenerator(seed: 7)
        let count = 20_000
        let scores = (0..<count).map { _ in Float.random(in: -8...8, using: &random) }
        let targets = scores.map { Float.random(in: -8...8, using: &random) < $0 ? 1 : 0 as Float }
        let matrix = try ScoreMatrix(imageCount: count / 2, labelCount: 2, scores: scores, targets: targets)
        let fitted = try fitThresholds(matrix, goal: .maximumF1)
        for label in 0..<2 {
            let indices = stride(from: label, to: count, by: 2)
            let ranked = indices.map { (Double(scores[$0]), targets[$0]) }.sorted { $0.0 > $1.0 }
            let positives = ranked.count { $0.1 == 1 }
            var found = 0
            var best = 0.0
            for (index, pair) in ranked.enumerated() {
                found += pair.1 == 1 ? 1 : 0
                if index + 1 < ranked.count, ranked[index + 1].0 == pair.0 { continue }
                best = max(best, 2 * Double(found) / Double(index + 1 + positives))
            }
            let predicted = ranked.filter { sigmoid($0.0) >= fitted.perLabel[label] }
            let f1 = 2 * Double(predicted.count { $0.1 == 1 }) / Double(predicted.count + positives)
            #expect(f1 == best && best > 0.6)
        }
    }

    @Test func `impossible goals are errors`() throws {
        let matrix = try ScoreMatrix(imageCount: 1, labelCount: 1, scores: [2.0], targets: [1])
        for goal: ThresholdGoal in [.precision(0), .precision(1.1), .recall(-1), .recall(.nan)] {
            #expect(throws: EvaluationError.self) { try fitThresholds(matrix, goal: goal) }
        }
        #expect(throws: EvaluationError.self) { try fitThresholds(matrix, goal: .maximumF1, minimumPositives: 0) }
        #expect(throws: EvaluationError.self) { try fitThresholds(matrix, goal: .maximumF1, kind: .probabilities) }
    }
}
