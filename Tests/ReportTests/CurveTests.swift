// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Testing

@testable import Report

@Suite struct CurveTests {
    /// Every distinct score of a positive as a threshold, counted pair by pair.
    private func slowCurve(_ sample: Sample, label: Int?) -> [CurvePoint] {
        let indices = sample.scores.indices.filter { index in
            (label == nil || index % sample.labels == label) && !sample.targets[index].isNaN
        }
        let positives = indices.filter { sample.targets[$0] > 0.5 }
        return Set(positives.map { sample.scores[$0] }).sorted(by: >).map { threshold in
            let chosen = indices.filter { sample.scores[$0] >= threshold }
            let found = chosen.count { sample.targets[$0] > 0.5 }
            return CurvePoint(
                recall: Double(found) / Double(positives.count), precision: Double(found) / Double(chosen.count),
                threshold: threshold)
        }
    }

    @Test func `curves equal those that are counted threshold by threshold`() throws {
        for seed in 1...200 as ClosedRange<UInt64> {
            let sample = Sample(seed: seed)
            let table = try sample.table()
            #expect(table.precisionRecallCurve(label: nil) == slowCurve(sample, label: nil), "seed \(seed)")
            for label in 0..<sample.labels {
                #expect(table.precisionRecallCurve(label: label) == slowCurve(sample, label: label), "seed \(seed)")
            }
            #expect(table.precisionRecallCurve { _ in true } == slowCurve(sample, label: nil), "seed \(seed)")
            #expect(table.precisionRecallCurve { $0 == 0 } == slowCurve(sample, label: 0), "seed \(seed)")
        }
    }

    @Test func `the area under the pooled curve is GAP`() throws {
        for seed in 1...50 as ClosedRange<UInt64> {
            let sample = Sample(seed: seed)
            var (area, recall) = (0.0, 0.0)
            for point in try sample.table().precisionRecallCurve(label: nil) {
                area += point.precision * (point.recall - recall)
                recall = point.recall
            }
            // The same sum in another order: equal up to rounding.
            #expect(abs(area - (try sample.report().gap ?? 0)) < 1e-12, "seed \(seed)")
        }
    }

    @Test func `a thinned curve keeps exact points and both ends`() throws {
        let sample = Sample(seed: 7, images: 400, labels: 5)
        var scores = sample.scores
        var random = Random(seed: 3)
        for index in scores.indices { scores[index] += random.unit() / 8 }
        let table = try PairTable(
            images: 400, labels: 5, scores: scores, targets: sample.targets, thresholds: [0.5, 0.5, 0.5, 0.5, 0.5])
        let full = table.precisionRecallCurve(label: nil, maximumPoints: .max)
        let thin = table.precisionRecallCurve(label: nil, maximumPoints: 50)
        #expect(full.count > 300)
        #expect(thin.count == 50)
        #expect(thin.first == full.first)
        #expect(thin.last == full.last)
        #expect(thin.allSatisfy { full.contains($0) })
    }

    @Test func `there is no curve without a positive`() throws {
        let table = try PairTable(images: 2, labels: 1, scores: [1, 2], targets: [0, .nan], thresholds: [0.5])
        #expect(table.precisionRecallCurve(label: nil).isEmpty)
    }

    @Test func `indices at even distances begin and end with the ends`() {
        #expect(evenlySpaced(3, limit: 5) == [0, 1, 2])
        #expect(evenlySpaced(101, limit: 5) == [0, 25, 50, 75, 100])
        #expect(evenlySpaced(0, limit: 5).isEmpty)
        let many = evenlySpaced(1_000_003, limit: 300)
        #expect(many.count == 300 && many.first == 0 && many.last == 1_000_002 && Set(many).count == 300)
    }
}
