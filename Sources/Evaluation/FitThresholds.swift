// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What a threshold is fitted for.
public enum ThresholdGoal: Sendable, Equatable {
    /// Each label's threshold of the highest F1; among equals the highest threshold.
    case maximumF1
    /// Each label's lowest threshold of at least this precision, in (0, 1], which gives the highest recall.
    case precision(Double)
    /// Each label's highest threshold of at least this recall, in (0, 1].
    case recall(Double)
    /// One threshold for all labels, that of the highest F1 over all pairs pooled.
    case global
}

/// Why a label has the global threshold instead of one of its own.
public enum ThresholdFallback: String, Codable, Sendable {
    /// The label has too few positives to fit a threshold to.
    case fewPositives = "few-positives"
    /// No threshold reaches the goal.
    case unreachable
}

/// A threshold for every label, fitted to scores.
public struct FittedThresholds: Sendable, Equatable {
    /// The probability of the highest F1 over all known pairs pooled; 0.5 where no pair is positive.
    public let global: Double
    /// Whether there was a positive to fit ``global`` to.
    public let isGlobalFitted: Bool
    /// The probability from which on each label counts as predicted, `[L]`, in label order, each in [0, 1].
    public let perLabel: [Double]
    /// Why a label has the global threshold, `[L]`; nil for labels with what the goal asks for.
    public let fallbacks: [ThresholdFallback?]
    /// Each label's known pairs with a target above 0.5, `[L]`.
    public let positives: [Int]
}

/// Fits a probability threshold for every label: it is predicted where its probability is at least the threshold.
///
/// A threshold lies halfway, in logits, between the lowest score that it takes in and the next one below; where nothing
/// is below, it is the lowest score itself. Scores whose probabilities round to the same number in double precision
/// count as equal, so that ``evaluate(_:labels:kind:options:)`` finds exactly what was fitted, however large the logits
/// are. Unknown pairs are left out; a target above 0.5 is a positive. Labels with fewer than `minimumPositives`
/// positives, at least 1, get the global threshold.
///
/// Throws ``EvaluationError`` if the goal's rate or `minimumPositives` is out of range, or a score that is declared a
/// probability is outside [0, 1]. Works on all cores, with the same result on any number of them, and takes 16 bytes a
/// pair while the global threshold is fitted.
public func fitThresholds(
    _ matrix: ScoreMatrix, goal: ThresholdGoal, minimumPositives: Int = 5, kind: ScoreKind = .logits
) throws -> FittedThresholds {
    try goal.check()
    try requireMinimumPositives(minimumPositives)
    if kind != .logits {
        try matrix.checkProbabilities(kind, labels: (0..<matrix.labelCount).map { "column \($0 + 1)" })
    }
    let workers = ProcessInfo.processInfo.activeProcessorCount
    return switch matrix.scores {
    case .float(let scores): fit(matrix, scores, kind, goal, minimumPositives, workers)
    case .double(let scores): fit(matrix, scores, kind, goal, minimumPositives, workers)
    }
}

extension ThresholdGoal: LosslessStringConvertible {
    /// Reads `max-f1`, `global`, `precision=P` or `recall=R`.
    public init?(_ description: String) {
        let parts = description.split(separator: "=", maxSplits: 1).map(String.init)
        switch (parts.first, parts.count > 1 ? Double(parts[1]) : nil) {
        case ("max-f1", nil) where parts.count == 1: self = .maximumF1
        case ("global", nil) where parts.count == 1: self = .global
        case ("precision", let rate?) where rate > 0 && rate <= 1: self = .precision(rate)
        case ("recall", let rate?) where rate > 0 && rate <= 1: self = .recall(rate)
        default: return nil
        }
    }

    /// The goal as it is read.
    public var description: String {
        switch self {
        case .maximumF1: "max-f1"
        case .global: "global"
        case .precision(let rate): "precision=\(rate)"
        case .recall(let rate): "recall=\(rate)"
        }
    }

    fileprivate func check() throws {
        let (name, rate): (String, Double) =
            switch self {
            case .maximumF1, .global: ("", 1)
            case .precision(let rate): ("the precision to reach", rate)
            case .recall(let rate): ("the recall to reach", rate)
            }
        try require(rate > 0 && rate <= 1, name, rate, "a number above 0 and at most 1")
    }
}

private func fit<Score: BinaryFloatingPoint>(
    _ matrix: ScoreMatrix, _ scores: [Score], _ kind: ScoreKind, _ goal: ThresholdGoal, _ minimumPositives: Int,
    _ workers: Int
) -> FittedThresholds {
    let labels = matrix.labelCount
    return scores.withUnsafeBufferPointer { scores in
        matrix.targets.withUnsafeBufferPointer { targets in
            let pairs = ThresholdPairs(scores: scores, targets: targets, kind: kind)
            let pooled = pairs.fit(.maximumF1, every: 1, from: 0)
            let global = pooled.threshold ?? 0.5
            let fitted = mapIndices(below: labels, workers: workers) { label in
                pairs.fit(goal, every: labels, from: label, minimumPositives: minimumPositives)
            }
            let fallbacks: [ThresholdFallback?] = fitted.map { label in
                if goal == .global || label.threshold != nil { return nil }
                return label.positives < minimumPositives ? .fewPositives : .unreachable
            }
            return FittedThresholds(
                global: global, isGlobalFitted: pooled.threshold != nil,
                perLabel: fitted.map { $0.threshold ?? global }, fallbacks: fallbacks,
                positives: fitted.map(\.positives))
        }
    }
}
