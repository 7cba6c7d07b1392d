// SPDX-License-Identifier: Apache-2.0

import Evaluation

/// What `mumic thresholds` prints.
struct ThresholdReport: Encodable {
    struct Label: Encodable {
        let label: String
        let threshold: Double
        let positives: Int
        let negatives: Int
        let f1Before: Double
        let f1After: Double
        let precision: Double
        let recall: Double
        let fallback: ThresholdFallback?

        enum CodingKeys: String, CodingKey {
            case label, threshold, positives, negatives, precision, recall, fallback
            case f1Before = "f1_before"
            case f1After = "f1_after"
        }

        /// Writes every key, `null` where there is nothing to say.
        func encode(to encoder: any Encoder) throws {
            var keys = encoder.container(keyedBy: CodingKeys.self)
            try keys.encode(label, forKey: .label)
            try keys.encode(threshold, forKey: .threshold)
            try keys.encode(positives, forKey: .positives)
            try keys.encode(negatives, forKey: .negatives)
            try keys.encode(f1Before, forKey: .f1Before)
            try keys.encode(f1After, forKey: .f1After)
            try keys.encode(precision, forKey: .precision)
            try keys.encode(recall, forKey: .recall)
            try keys.encode(fallback, forKey: .fallback)
        }
    }

    let goal: String
    let minimumPositives: Int
    let images: Int
    let global: Double
    let f1MacroBefore: Double
    let f1MacroAfter: Double
    let f1MicroBefore: Double
    let f1MicroAfter: Double
    let perLabel: [Label]

    enum CodingKeys: String, CodingKey {
        case goal, images, global
        case minimumPositives = "minimum_positives"
        case f1MacroBefore = "f1_macro_before"
        case f1MacroAfter = "f1_macro_after"
        case f1MicroBefore = "f1_micro_before"
        case f1MicroAfter = "f1_micro_after"
        case perLabel = "per_label"
    }

    init(
        _ matrix: ScoreMatrix, _ labels: [String], _ goal: ThresholdGoal, _ minimumPositives: Int,
        _ fitted: FittedThresholds, _ curves: [CalibrationCurve]?
    ) throws {
        func report(_ thresholds: [Double]?) throws -> EvaluationReport {
            try evaluate(
                matrix, labels: labels, kind: .logits,
                options: EvaluationOptions(thresholds: thresholds, bootstrapReplicates: 0, calibration: curves))
        }
        let before = try report(nil)
        let after = try report(fitted.perLabel)
        self.goal = goal.defaultValueDescription
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
                label: label.label, threshold: label.threshold, positives: label.positives,
                negatives: label.negatives, f1Before: before.perLabel[index].f1, f1After: label.f1,
                precision: label.precision, recall: label.recall, fallback: fitted.fallbacks[index])
        }
    }
}
