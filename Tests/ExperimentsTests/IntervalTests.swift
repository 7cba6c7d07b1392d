// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Foundation
import Testing

@testable import ExperimentTables

struct IntervalTests {
    @Test func `the quantiles of Student's t are those of the printed tables`() {
        for (degrees, value) in [
            (1, 12.706_204_736), (2, 4.302_652_730), (3, 3.182_446_305), (4, 2.776_445_105), (9, 2.262_157_163),
            (30, 2.042_272_456), (99, 1.984_216_952),
        ] {
            #expect(abs(studentQuantile(0.975, degreesOfFreedom: degrees) - value) < 1e-6, "\(degrees)")
        }
    }

    @Test func `above a quantile lies what the density says`() {
        for degrees in [2, 5, 8] {
            let quantile = studentQuantile(0.975, degreesOfFreedom: degrees)
            // Simpson's rule over the density without its constant, once up to the quantile and once to far outside,
            // where t = tan(u) brings infinity near.
            func integral(to limit: Double) -> Double {
                let steps = 20_000
                let end = atan(limit)
                func density(_ u: Double) -> Double {
                    let t = tan(u)
                    return pow(1 + t * t / Double(degrees), -Double(degrees + 1) / 2) * (1 + t * t)
                }
                let width = end / Double(steps)
                return (0...steps).reduce(0.0) { sum, step in
                    sum + density(Double(step) * width) * (step == 0 || step == steps ? 1 : step % 2 == 1 ? 4 : 2)
                } * width / 3
            }
            #expect(abs(integral(to: quantile) / integral(to: 1e7) - 0.95) < 1e-5, "\(degrees)")
        }
    }

    @Test func `a summary has a t-interval from three seeds on`() throws {
        #expect(SeedSummary([]) == nil)
        #expect(try #require(SeedSummary([1, 3])).halfWidth == nil)
        let summary = try #require(SeedSummary([1, 2, 6]))
        #expect(summary.mean == 3 && summary.minimum == 1 && summary.maximum == 6)
        // s = √7, so t·s/√3 with t of two degrees of freedom.
        let expected = 4.302_652_730 * (7.0 / 3).squareRoot()
        #expect(abs(try #require(summary.halfWidth) - expected) < 1e-6)
    }

    /// Scores with ties and gaps, deterministic.
    private func scores(_ seed: UInt64, strength: Double) -> RunScores {
        var random = SeededRandom(seed: seed)
        let targets = (0..<120).map { index -> Float in
            var own = SeededRandom(seed: UInt64(index))
            return own.index(below: 12) == 0 ? .nan : own.index(below: 4) == 0 ? 1 : 0
        }
        let values = targets.map { Double(random.index(below: 9)) / 2 + ($0 == 1 ? strength : 0) }
        return RunScores(
            images: (0..<30).map(String.init), labels: ["a", "b", "c", "d"], scores: values, targets: targets)
    }

    @Test func `the pooled GAP is that of evaluate, on all pictures and on any resample`() throws {
        let run = scores(3, strength: 1)
        let pooled = PooledScores(run)
        var random = SeededRandom(seed: 9)
        for round in 0..<20 {
            var counts = [Int32](repeating: round == 0 ? 1 : 0, count: 30)
            if round > 0 { for _ in 0..<30 { counts[random.index(below: 30)] += 1 } }
            let rows = counts.indices.flatMap { Array(repeating: $0, count: Int(counts[$0])) }
            let matrix = try ScoreMatrix(
                imageCount: rows.count, labelCount: 4, scores: rows.flatMap { run.scores[$0 * 4..<$0 * 4 + 4] },
                targets: rows.flatMap { run.targets[$0 * 4..<$0 * 4 + 4] })
            let expected = try evaluate(
                matrix, labels: run.labels, kind: .logits, options: EvaluationOptions(bootstrapReplicates: 0)
            ).gap
            let found = pooled.gap(counts: counts)
            #expect(abs(try #require(found) - (try #require(expected))) < 1e-12)
        }
    }

    @Test func `a clear difference is told from none, and the sign of every seed counts`() throws {
        let weak = [scores(1, strength: 0.2), scores(2, strength: 0.2)]
        let strong = [scores(11, strength: 3), scores(12, strength: 3)]
        let difference = try #require(PairedDifference.of(zip(strong, weak).map { ($0, $1) }, replicates: 200))
        #expect(difference.verdict == 1 && difference.low > 0 && difference.high > difference.value)
        let mean = difference.bySeed.reduce(0, +) / 2
        #expect(abs(difference.value - mean) < 1e-12)
        let back = try #require(PairedDifference.of(zip(weak, strong).map { ($0, $1) }, replicates: 200))
        #expect(back.verdict == -1)
        let same = try #require(PairedDifference.of([(weak[0], weak[0])], replicates: 50))
        #expect(same == PairedDifference(value: 0, bySeed: [0], low: 0, high: 0))
        #expect(same.verdict == 0)
        #expect(PairedDifference(value: 0.1, bySeed: [0.3, -0.1], low: 0.05, high: 0.2).verdict == 0)
    }

    @Test func `runs on other pictures are not compared`() {
        let run = scores(1, strength: 1)
        let other = RunScores(images: ["x"], labels: ["a"], scores: [1], targets: [1])
        #expect(PairedDifference.of([(run, other)]) == nil)
        #expect(PairedDifference.of([]) == nil)
    }
}
