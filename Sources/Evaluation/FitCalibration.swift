// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How probabilities are calibrated.
public enum CalibrationMethod: String, Codable, Sendable, CaseIterable {
    /// σ(a·z + b) with a label's own a and b.
    case platt
    /// σ(a·z + b) with one a and b for all labels: a temperature and a shift.
    case temperature
    /// Steps that rise with z, for labels with enough pictures; σ(a·z + b) for the others.
    case isotonic
}

/// What a label's probabilities were calibrated by.
public enum CalibrationFit: String, Codable, Sendable {
    /// σ(a·z + b) of its own.
    case platt
    /// Steps of its own.
    case isotonic
    /// The fit of all labels together.
    case global
}

/// Why a label has the fit of all labels together.
public enum CalibrationFallback: String, Codable, Sendable {
    /// It has too few positives, or no negatives, to fit anything to.
    case fewPositives = "few-positives"
    /// Its scores do not rise with its annotations.
    case unfit
}

/// A curve for every label, fitted to annotated pictures.
public struct FittedCalibration: Sendable, Equatable {
    /// How.
    public let method: CalibrationMethod
    /// The curve of all labels together, also for labels that nobody has fitted anything to.
    public let global: CalibrationCurve
    /// The curves, `[L]`, in label order.
    public let perLabel: [CalibrationCurve]
    /// What each is, `[L]`.
    public let fits: [CalibrationFit]
    /// Why a label has the global curve, `[L]`; nil for labels with what the method asks for.
    public let fallbacks: [CalibrationFallback?]
}

/// What calibration needs of a label.
public struct CalibrationOptions: Sendable, Equatable {
    /// Positives that a label needs for a fit of its own. At least 1, default 10.
    public var minimumPositives: Int
    /// Positives that a label needs for steps. Default 50.
    public var stepPositives: Int
    /// Known pairs that a label needs for steps. Default 200.
    public var stepPairs: Int
    /// λ of the penalty λ/2 · ((a − a₀)² + (b − b₀)²) that pulls a label's line, in standardised logits, towards that
    /// of all labels. At least 0, default 1: it hardly holds a label of a hundred positives, and keeps one of ten from
    /// following each of them. On the sample world, 0.1 has a higher log loss on test pictures, and 10 gains nothing.
    public var penalty: Double

    /// Makes options; every one has a default.
    public init(minimumPositives: Int = 10, stepPositives: Int = 50, stepPairs: Int = 200, penalty: Double = 1) {
        self.minimumPositives = minimumPositives
        self.stepPositives = stepPositives
        self.stepPairs = stepPairs
        self.penalty = penalty
    }

    func validate() throws {
        try requireMinimumPositives(minimumPositives)
        try require(penalty >= 0 && penalty.isFinite, "the penalty", penalty, "a number of at least 0")
    }
}

/// Fits a curve for every label from logits, `[N, L]`, to probabilities that come true as often as they say.
///
/// Unknown pairs are left out; a target above 0.5 is a positive. All curves rise with the logit, so that no ranking
/// within a label changes. Works on all cores; the curves are the same on any number of threads. Throws
/// ``EvaluationError`` if an option is out of range, there is no positive or no negative at all, or the scores of all
/// labels together do not rise with the annotations.
public func fitCalibration(
    _ matrix: ScoreMatrix, method: CalibrationMethod, options: CalibrationOptions = CalibrationOptions()
) throws -> FittedCalibration {
    try options.validate()
    let columns = matrix.calibrationColumns { _ in true }
    return try fitCalibration(
        columns, method: method, options: options, workers: ProcessInfo.processInfo.activeProcessorCount)
}

func fitCalibration(
    _ columns: [CalibrationPairs], method: CalibrationMethod, options: CalibrationOptions, workers: Int
) throws -> FittedCalibration {
    let positives = columns.map(\.positives)
    let known = columns.reduce(0) { $0 + $1.logits.count }
    let total = positives.reduce(0, +)
    guard total > 0, total < known else { throw EvaluationError.oneKind(positives: total, pairs: known) }
    guard let standard = PlattScaling.Standard(columns) else { throw EvaluationError.scoresDoNotRise }
    var scaling = PlattScaling(standard: standard, workers: workers)
    guard let line = scaling.fit(columns), let global = scaling.curve(line) else {
        throw EvaluationError.scoresDoNotRise
    }
    scaling.penalty = options.penalty
    scaling.center = line
    scaling.workers = 1
    let own = scaling
    typealias Outcome = (curve: CalibrationCurve, fit: CalibrationFit, fallback: CalibrationFallback?)
    let outcomes = mapIndices(below: columns.count, workers: workers) { label -> Outcome in
        if method == .temperature { return (global, .global, nil) }
        let column = columns[label]
        let pairs = column.logits.count
        if positives[label] < options.minimumPositives || positives[label] == pairs {
            return (global, .global, .fewPositives)
        }
        guard let curve = own.fit([column]).flatMap(own.curve) else { return (global, .global, .unfit) }
        guard method == .isotonic, positives[label] >= options.stepPositives, pairs >= options.stepPairs else {
            return (curve, .platt, nil)
        }
        let points = column.logits.indices.map { (x: column.logits[$0], y: column.isPositive[$0] ? 1.0 : 0) }
        // A hundredth is less than what so many pictures can tell about a probability.
        return (IsotonicRegression(points).curve(mixedWith: curve, share: 0.01), .isotonic, nil)
    }
    return FittedCalibration(
        method: method, global: global, perLabel: outcomes.map(\.curve), fits: outcomes.map(\.fit),
        fallbacks: outcomes.map(\.fallback))
}

extension ScoreMatrix {
    /// Each label's known pairs, of the images that are asked for.
    func calibrationColumns(_ isIncluded: (Int) -> Bool) -> [CalibrationPairs] {
        var columns = [CalibrationPairs](repeating: CalibrationPairs(), count: labelCount)
        for image in 0..<imageCount where isIncluded(image) {
            for label in 0..<labelCount {
                let target = targets[image * labelCount + label]
                if target.isNaN { continue }
                columns[label].logits.append(scores[image * labelCount + label])
                columns[label].isPositive.append(target > 0.5)
            }
        }
        return columns
    }
}
