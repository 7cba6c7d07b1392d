// SPDX-License-Identifier: Apache-2.0

import Evaluation

/// The metrics of two models on the same labels.
struct Comparison {
    /// A label that has an average precision under both.
    struct Change: Equatable {
        var label: String
        var positives: Int
        var before: Double
        var after: Double

        var difference: Double { after - before }
    }

    let before: EvaluationReport
    let after: EvaluationReport
    /// The former average precision of each label that has one.
    let averagePrecision: [String: Double]
    /// The labels with both, by falling gain.
    let changes: [Change]

    init(before: EvaluationReport, after: EvaluationReport) {
        self.before = before
        self.after = after
        var known: [String: Double] = [:]
        for label in before.perLabel { known[label.label] = label.averagePrecision }
        averagePrecision = known
        changes = after.perLabel.compactMap { label in
            guard let old = known[label.label], let new = label.averagePrecision else { return nil }
            return Change(label: label.label, positives: label.positives, before: old, after: new)
        }.sorted { ($1.difference, $0.label) < ($0.difference, $1.label) }
    }

    /// Whether both are of as many pictures, labels and positives, so that their metrics can be compared.
    var isOfTheSameData: Bool {
        before.images == after.images && before.positives == after.positives
            && Set(before.perLabel.map(\.label)) == Set(after.perLabel.map(\.label))
    }

    /// The rates that both have.
    var metrics: [(name: String, before: Double, after: Double, lowerIsBetter: Bool)] {
        let rows: [(String, Double?, Double?)] = [
            ("GAP", before.gap, after.gap), ("GAP@\(after.k)", before.k == after.k ? before.gapAtK : nil, after.gapAtK),
            ("macro mAP", before.mapMacro, after.mapMacro), ("weighted mAP", before.mapWeighted, after.mapWeighted),
            ("OF1", before.overallF1, after.overallF1), ("CF1", before.classF1, after.classF1),
            ("ECE (lower is better)", before.calibrationError, after.calibrationError),
        ]
        return rows.compactMap { name, before, after in
            guard let before, let after else { return nil }
            return (name, before, after, name.hasPrefix("ECE"))
        }
    }
}
