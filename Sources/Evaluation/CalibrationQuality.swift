// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How well probabilities come true.
public struct CalibrationQuality: Sendable, Equatable {
    /// ECE over all known pairs in bins of equal width.
    public let error: Double
    /// The mean of the labels' own ECE: opposite errors of two labels do not cancel.
    public let macroError: Double
    /// The mean of (p − y)² over all known pairs.
    public let brier: Double
    /// Each label's ECE and Brier score, `[L]`; nil without known pairs.
    public let perLabel: [Label?]

    /// A label's numbers.
    public struct Label: Sendable, Equatable {
        /// ECE of the label's pairs.
        public let error: Double
        /// Their mean of (p − y)².
        public let brier: Double
    }
}

extension CalibrationQuality {
    /// Measures logits, `[N, L]`, that are read by a curve for each label; nil without a known pair.
    public init?(_ matrix: ScoreMatrix, curves: [CalibrationCurve], bins: Int = 15) {
        self.init(matrix, bins: bins) { _, label in curves[label] }
    }

    /// The same for pictures that are read by curves of their own.
    init?(_ matrix: ScoreMatrix, bins: Int = 15, curve: (_ image: Int, _ label: Int) -> CalibrationCurve) {
        let labels = matrix.labelCount
        var gaps = [Double](repeating: 0, count: labels * bins)
        var squared = [Double](repeating: 0, count: labels)
        var known = [Int](repeating: 0, count: labels)
        for image in 0..<matrix.imageCount {
            for label in 0..<labels {
                let index = image * labels + label
                let target = Double(matrix.targets[index])
                if target.isNaN { continue }
                let p = curve(image, label).probability(of: matrix.scores[index])
                gaps[label * bins + Int(min(p * Double(bins), Double(bins - 1)))] += p - target
                squared[label] += (p - target) * (p - target)
                known[label] += 1
            }
        }
        let total = Double(known.reduce(0, +))
        guard total > 0 else { return nil }
        perLabel = (0..<labels).map { label in
            if known[label] == 0 { return nil }
            let gap = gaps[label * bins..<(label + 1) * bins].reduce(0) { $0 + abs($1) }
            return Label(error: gap / Double(known[label]), brier: squared[label] / Double(known[label]))
        }
        let measured = perLabel.compactMap { $0 }
        error =
            (0..<bins).reduce(0) { sum, bin in sum + abs((0..<labels).reduce(0) { $0 + gaps[$1 * bins + bin] }) }
            / total
        macroError = measured.reduce(0) { $0 + $1.error } / Double(measured.count)
        brier = squared.reduce(0, +) / total
    }
}

/// What calibration does for pictures that it was not fitted to: images are dealt into folds, and each fold's
/// probabilities come from curves that were fitted to the other folds.
///
/// Nil where there are fewer than two images, or where some fold leaves nothing that could be fitted. Throws
/// ``EvaluationError`` if an option is out of range.
public func crossValidatedCalibration(
    _ matrix: ScoreMatrix, method: CalibrationMethod, options: CalibrationOptions = CalibrationOptions(),
    folds: Int = 5, seed: UInt64 = 0
) throws -> CalibrationQuality? {
    try options.validate()
    let count = min(folds, matrix.imageCount)
    guard count >= 2 else { return nil }
    let foldOfImage = dealtFolds(shuffledImages(matrix.imageCount, seed: seed), count: count)
    var curves: [[CalibrationCurve]] = []
    for fold in 0..<count {
        let columns = matrix.calibrationColumns { foldOfImage[$0] != fold }
        do {
            let fitted = try fitCalibration(
                columns, method: method, options: options, workers: ProcessInfo.processInfo.activeProcessorCount)
            curves.append(fitted.perLabel)
        } catch EvaluationError.oneKind, EvaluationError.scoresDoNotRise { return nil }
    }
    return CalibrationQuality(matrix) { image, label in curves[foldOfImage[image]][label] }
}

func shuffledImages(_ count: Int, seed: UInt64) -> [Int] {
    var generator = ReplicateGenerator(seed: seed, replicate: 0)
    var deck = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) { deck.swapAt(last, generator.index(below: last + 1)) }
    return deck
}

/// The fold of each row of a shuffled deck, `[N]`, each in 0..<K: the deck is dealt in turn.
package func dealtFolds(_ deck: [Int], count: Int) -> [Int] {
    var result = [Int](repeating: 0, count: deck.count)
    for (place, row) in deck.enumerated() { result[row] = place % count }
    return result
}
