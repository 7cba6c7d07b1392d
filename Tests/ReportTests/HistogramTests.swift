// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Foundation
import Testing

@testable import Report

@Suite struct HistogramTests {
    @Test func `reliability bins hold what brute force puts into them`() throws {
        for seed in 1...100 as ClosedRange<UInt64> {
            let sample = Sample(seed: seed)
            let bins = try sample.table().reliability(bins: 15)
            for (number, bin) in bins.enumerated() {
                let members = sample.scores.indices.filter { index in
                    let p = 1 / (1 + exp(-sample.scores[index]))
                    return !sample.targets[index].isNaN && min(Int(p * 15), 14) == number
                }
                #expect(bin.count == members.count, "seed \(seed), bin \(number)")
                let total = max(Double(members.count), 1)
                let probability = members.reduce(0) { $0 + 1 / (1 + exp(-sample.scores[$1])) } / total
                let frequency = members.reduce(0) { $0 + Double(sample.targets[$1]) } / total
                #expect(abs(bin.probability - probability) < 1e-12 && abs(bin.frequency - frequency) < 1e-12)
            }
        }
    }

    @Test func `reliability bins give the evaluation's calibration error`() throws {
        for seed in 1...50 as ClosedRange<UInt64> {
            let sample = Sample(seed: seed)
            let bins = try sample.table().reliability()
            let total = bins.reduce(0) { $0 + $1.count }
            guard total > 0 else { continue }
            let error = bins.reduce(0) { $0 + Double($1.count) / Double(total) * abs($1.frequency - $1.probability) }
            #expect(abs(error - (try sample.report().calibrationError ?? -1)) < 1e-12, "seed \(seed)")
        }
    }

    @Test func `a calibrated table's bins give the calibrated evaluation's error, and uncalibrated the plain one's`()
        throws
    {
        for seed in 1...50 as ClosedRange<UInt64> {
            let sample = Sample(seed: seed)
            let curves = (0..<sample.labels).map {
                CalibrationCurve.logistic(scale: 0.4 + Double($0) / 5, shift: 0.3 - Double($0))
            }
            let table = try PairTable(
                images: sample.images, labels: sample.labels, scores: sample.scores, targets: sample.targets,
                thresholds: Array(repeating: 0.5, count: sample.labels), reading: ScoreReading(.logits, curves: curves))
            let matrix = try ScoreMatrix(
                imageCount: sample.images, labelCount: sample.labels, scores: sample.scores, targets: sample.targets)
            let report = try evaluate(
                matrix, labels: sample.names, kind: .logits,
                options: EvaluationOptions(bootstrapReplicates: 0, calibration: curves))
            guard report.pairs > 0 else { continue }
            let found = calibrationError(table.reliability()) ?? -1
            #expect(abs(found - (report.calibrationError ?? -2)) < 1e-12, "seed \(seed)")
            let again = calibrationError(table.byProbability().reliability()) ?? -1
            #expect(abs(found - again) < 1e-12, "seed \(seed)")
            let plain = calibrationError(table.uncalibrated().reliability()) ?? -1
            #expect(abs(plain - (try sample.report().calibrationError ?? -2)) < 1e-12, "seed \(seed)")
            let predicted = sample.scores.indices.filter {
                !sample.targets[$0].isNaN && table.isPredicted($0, label: $0 % sample.labels)
            }
            #expect(ratio(predicted.count { sample.targets[$0] > 0.5 }, predicted.count) == report.overallPrecision)
        }
    }

    /// 0/0 is 0.
    private func ratio(_ part: Int, _ whole: Int) -> Double { whole > 0 ? Double(part) / Double(whole) : 0 }

    @Test func `score histograms count every known pair once`() throws {
        for seed in 1...100 as ClosedRange<UInt64> {
            let sample = Sample(seed: seed)
            let known = sample.targets.filter { !$0.isNaN }
            guard let histogram = try sample.table().scoreHistogram(bins: 12) else {
                #expect(known.isEmpty, "seed \(seed)")
                continue
            }
            #expect(histogram.positives.reduce(0, +) == known.count { $0 > 0.5 }, "seed \(seed)")
            #expect(histogram.negatives.reduce(0, +) == known.count { $0 <= 0.5 }, "seed \(seed)")
            #expect(histogram.low < histogram.high)
        }
    }

    @Test func `histogram bins are those of brute force, with the rest at the ends`() throws {
        let sample = Sample(seed: 11, images: 50, labels: 4)
        let histogram = try #require(try sample.table().histogram(bins: 5, over: (-1, 1.5)))
        for bin in 0..<5 {
            let low = bin == 0 ? -.infinity : -1 + Double(bin) * 0.5
            let high = bin == 4 ? .infinity : -1 + Double(bin + 1) * 0.5
            let members = sample.scores.indices.filter { sample.scores[$0] >= low && sample.scores[$0] < high }
            #expect(histogram.positives[bin] == members.count { sample.targets[$0] > 0.5 })
            #expect(histogram.negatives[bin] == members.count { sample.targets[$0] <= 0.5 })
        }
    }

    @Test func `a few outliers do not flatten a histogram, and equal scores have one`() throws {
        var scores = (0..<5000).map { Double($0 % 100) / 100 }
        scores[17] = 1e6
        scores[18] = -1e6
        let targets = (0..<5000).map { Float($0 % 2) }
        let table = try PairTable(images: 5000, labels: 1, scores: scores, targets: targets, thresholds: [0.5])
        let histogram = try #require(table.scoreHistogram())
        // 4096 bins over two million are 500 wide: one of them holds everything but the outliers.
        #expect(histogram.high - histogram.low < 1000)
        let flat = try PairTable(images: 3, labels: 1, scores: [2, 2, 2], targets: [1, 0, 1], thresholds: [0.5])
        let bins = try #require(flat.scoreHistogram())
        #expect(bins.low < 2 && bins.high > 2 && bins.positives.reduce(0, +) == 2)
        let unknown = try PairTable(images: 1, labels: 1, scores: [2], targets: [.nan], thresholds: [0.5])
        #expect(unknown.scoreHistogram() == nil)
    }

    @Test func `pictures are counted by their labels`() throws {
        for seed in 1...50 as ClosedRange<UInt64> {
            let sample = Sample(seed: seed)
            let counts = try sample.table().labelsPerPicture(limit: 3)
            var (annotated, predicted) = ([0, 0, 0, 0], [0, 0, 0, 0])
            for image in 0..<sample.images {
                let row = image * sample.labels..<(image + 1) * sample.labels
                annotated[min(row.count { sample.targets[$0] > 0.5 }, 3)] += 1
                predicted[min(row.count { !sample.targets[$0].isNaN && sample.scores[$0] >= 0 }, 3)] += 1
            }
            let used = counts.annotated.count
            #expect(counts.annotated == Array(annotated.prefix(used)), "seed \(seed)")
            #expect(counts.predicted == Array(predicted.prefix(used)), "seed \(seed)")
            #expect((annotated + predicted).reduce(0, +) == (counts.annotated + counts.predicted).reduce(0, +))
        }
    }
}
