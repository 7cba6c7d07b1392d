// SPDX-License-Identifier: Apache-2.0

public import JSON

/// What fitted thresholds change; in JSON, what `mumic thresholds` prints.
public struct ThresholdReport: Encodable, Sendable {
    /// A label's threshold and what it gives.
    public struct Label: Encodable, Sendable {
        /// The label.
        public let label: String
        /// The probability from which on it counts as predicted.
        public let threshold: Double
        /// Pictures with a target above 0.5.
        public let positives: Int
        /// The other known pictures.
        public let negatives: Int
        /// F1 at a probability of 0.5.
        public let f1Before: Double
        /// F1 at the threshold.
        public let f1After: Double
        /// Precision at the threshold.
        public let precision: Double
        /// Recall at the threshold.
        public let recall: Double
        /// Why it has the global threshold; nil for labels with what the goal asks for.
        @OrNull public private(set) var fallback: ThresholdFallback?

        enum CodingKeys: String, CodingKey {
            case label, threshold, positives, negatives, precision, recall, fallback
            case f1Before = "f1_before"
            case f1After = "f1_after"
        }
    }

    /// What the thresholds were fitted for.
    public let goal: String
    /// Positives that a label needs for a threshold of its own.
    public let minimumPositives: Int
    /// N.
    public let images: Int
    /// The threshold of labels without one of their own.
    public let global: Double
    /// The mean of the labels' F1 at 0.5.
    public let f1MacroBefore: Double
    /// The mean of the labels' F1 at the thresholds.
    public let f1MacroAfter: Double
    /// F1 of all pairs at 0.5.
    public let f1MicroBefore: Double
    /// F1 of all pairs at the thresholds.
    public let f1MicroAfter: Double
    /// The labels, in column order.
    public let perLabel: [Label]

    enum CodingKeys: String, CodingKey {
        case goal, images, global
        case minimumPositives = "minimum_positives"
        case f1MacroBefore = "f1_macro_before"
        case f1MacroAfter = "f1_macro_after"
        case f1MicroBefore = "f1_micro_before"
        case f1MicroAfter = "f1_micro_after"
        case perLabel = "per_label"
    }

    /// Compares thresholds with 0.5 on the logits, `[N, L]`, that they were fitted to. `curves` give the probabilities
    /// that the thresholds refer to; nil is the plain sigmoid. Throws ``EvaluationError`` as the evaluation.
    public init(
        _ fitted: FittedThresholds, of matrix: ScoreMatrix, labels: [String], goal: ThresholdGoal,
        minimumPositives: Int, curves: [CalibrationCurve]?
    ) throws {
        func report(_ thresholds: [Double]?) throws -> EvaluationReport {
            try evaluate(
                matrix, labels: labels, kind: .logits,
                options: EvaluationOptions(thresholds: thresholds, bootstrapReplicates: 0, calibration: curves))
        }
        let (before, after) = (try report(nil), try report(fitted.perLabel))
        self.goal = goal.description
        self.minimumPositives = minimumPositives
        images = matrix.imageCount
        global = fitted.global
        f1MacroBefore = before.f1Macro
        f1MacroAfter = after.f1Macro
        f1MicroBefore = before.f1Micro
        f1MicroAfter = after.f1Micro
        perLabel = labels.indices.map { index in
            let label = after.perLabel[index]
            return Label(
                label: label.label, threshold: label.threshold, positives: label.positives, negatives: label.negatives,
                f1Before: before.perLabel[index].f1, f1After: label.f1, precision: label.precision,
                recall: label.recall, fallback: fitted.fallbacks[index])
        }
    }
}
