// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What thresholds and calibration need of all known pairs, from one pass over the matrix.
struct PairCounts {
    /// The pairs of one label.
    struct Label {
        var known = 0
        var positives = 0
        var predicted = 0
        var truePositives = 0
    }

    private(set) var labels: [Label]
    /// Σ (p − y) of each bin of equal width over [0, 1]; p = 1 belongs to the last.
    private(set) var binGaps: [Double]
    /// Σ (p − y)².
    private(set) var squaredError = 0.0

    var known: Int { labels.reduce(0) { $0 + $1.known } }
    var positives: Int { labels.reduce(0) { $0 + $1.positives } }

    /// Expected calibration error: Σ over bins of (pairs in the bin / pairs) · |mean y − mean p|, which is
    /// Σ |Σ (p − y)| / pairs. Nil without pairs.
    var expectedCalibrationError: Double? { known > 0 ? binGaps.reduce(0) { $0 + abs($1) } / Double(known) : nil }

    /// The mean of (p − y)², y as annotated, soft targets too. Nil without pairs.
    var brierScore: Double? { known > 0 ? squaredError / Double(known) : nil }

    init(_ matrix: ScoreMatrix, reading: ScoreReading, thresholds: [Double], bins: Int, workers: Int) {
        labels = Array(repeating: Label(), count: matrix.labelCount)
        binGaps = Array(repeating: 0, count: bins)
        // The plain cases apart: they are most, and the loop is then free of decisions.
        switch (matrix.scores, reading.kind, reading.curves) {
        case (.float(let scores), .logits, nil):
            add(scores, matrix, thresholds, workers) { score, _ in sigmoid(Double(score)) }
        case (.double(let scores), .logits, nil):
            add(scores, matrix, thresholds, workers) { score, _ in sigmoid(score) }
        case (.float(let scores), _, _):
            add(scores, matrix, thresholds, workers) { reading.probability(Double($0), label: $1) }
        case (.double(let scores), _, _):
            add(scores, matrix, thresholds, workers) { reading.probability($0, label: $1) }
        }
    }

    @inline(__always) private mutating func add<Score>(
        _ scores: [Score], _ matrix: ScoreMatrix, _ thresholds: [Double], _ workers: Int,
        _ probability: (Score, _ label: Int) -> Double
    ) {
        let columns = matrix.labelCount
        let images = matrix.imageCount
        let rows = max(1, 65_536 / columns)
        let parts = (images + rows - 1) / rows
        let bins = binGaps.count
        // Whole numbers are summed per worker. Fractions are summed per part of fixed size and then in order, so that
        // they do not depend on the number of threads.
        let counts = Scratch<Label>(repeating: Label(), count: max(1, workers) * columns)
        let sums = Scratch<Double>(repeating: 0, count: parts * (bins + 1))
        let targets = matrix.targets
        let lastBin = Double(bins - 1)
        let binScale = Double(bins)
        scores.withUnsafeBufferPointer { scores in
            targets.withUnsafeBufferPointer { targets in
                thresholds.withUnsafeBufferPointer { thresholds in
                    forEachIndex(below: parts, workers: workers) { part, worker in
                        let count = counts.pointer + worker * columns
                        let gaps = sums.pointer + part * (bins + 1)
                        var squared = 0.0
                        for image in (part * rows)..<min(images, (part + 1) * rows) {
                            for label in 0..<columns {
                                let target = targets[image * columns + label]
                                if target.isNaN { continue }
                                let p = probability(scores[image * columns + label], label)
                                let difference = p - Double(target)
                                gaps[Int(min(p * binScale, lastBin))] += difference
                                squared += difference * difference
                                let isPositive = target > 0.5
                                let isPredicted = p >= thresholds[label]
                                count[label].known &+= 1
                                count[label].positives &+= isPositive ? 1 : 0
                                count[label].predicted &+= isPredicted ? 1 : 0
                                count[label].truePositives &+= isPositive && isPredicted ? 1 : 0
                            }
                        }
                        gaps[bins] = squared
                    }
                }
            }
        }
        for worker in 0..<max(1, workers) {
            for label in 0..<columns {
                let part = counts.pointer[worker * columns + label]
                labels[label].known += part.known
                labels[label].positives += part.positives
                labels[label].predicted += part.predicted
                labels[label].truePositives += part.truePositives
            }
        }
        for part in 0..<parts {
            for bin in 0..<bins { binGaps[bin] += sums.pointer[part * (bins + 1) + bin] }
            squaredError += sums.pointer[part * (bins + 1) + bins]
        }
        withExtendedLifetime((counts, sums)) {}
    }
}
