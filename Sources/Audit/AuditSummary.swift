// SPDX-License-Identifier: Apache-2.0

import Datasets
public import JSON

/// Counts of an audit, and each label's estimated share of mistakes.
public struct AuditSummary: Encodable, Sendable {
    /// What was found out about a label; nil where it has no positives or no negatives.
    public struct Label: Encodable, Sendable {
        /// Its name.
        public let label: String
        /// Known pairs with the label.
        public let positives: Int
        /// Known pairs without it.
        public let negatives: Int
        /// Pairs of which nobody has said anything.
        public let unknown: Int
        /// Doubts of ``LabelIssue/Kind/probablyWrong``.
        public let probablyWrong: Int
        /// Doubts of ``LabelIssue/Kind/probablyMissing``.
        public let probablyMissing: Int
        /// Suggestions, of ``LabelIssue/Kind/missing``.
        public let missing: Int
        /// Estimated share of the given labels that are wrong.
        @OrNull public private(set) var wrongRate: Double?
        /// Estimated share of the pictures with the label to which it was not given.
        @OrNull public private(set) var missingRate: Double?
        /// Estimated share of the known pairs whose annotation is wrong.
        @OrNull public private(set) var noiseRate: Double?
        /// From this probability on a picture confidently has the label.
        @OrNull public private(set) var positiveThreshold: Double?
        /// From this probability of its absence on a picture confidently has it not.
        @OrNull public private(set) var negativeThreshold: Double?

        enum CodingKeys: String, CodingKey {
            case label, positives, negatives, unknown, missing
            case probablyWrong = "probably_wrong"
            case probablyMissing = "probably_missing"
            case wrongRate = "wrong_rate"
            case missingRate = "missing_rate"
            case noiseRate = "noise_rate"
            case positiveThreshold = "positive_threshold"
            case negativeThreshold = "negative_threshold"
        }

        init(_ name: String, _ audit: LabelAudit, _ issues: [LabelIssue]) {
            func count(_ kind: LabelIssue.Kind) -> Int { issues.count { $0.kind == kind } }
            label = name
            (positives, negatives, unknown) = (audit.positives, audit.negatives, audit.unknown)
            probablyWrong = count(.probablyWrong)
            probablyMissing = count(.probablyMissing)
            missing = count(.missing)
            (wrongRate, missingRate, noiseRate) = (audit.wrongRate, audit.missingRate, audit.noiseRate)
            (positiveThreshold, negativeThreshold) = (audit.positiveThreshold, audit.negativeThreshold)
        }
    }

    /// N.
    public let images: Int
    /// L.
    public let labels: Int
    /// The parts that were held out in turn.
    public let folds: Int
    /// The seed of the parts.
    public let seed: UInt64
    /// The classifiers' penalty.
    public let penalty: Double
    /// Known pairs with their label.
    public let positives: Int
    /// Known pairs without it.
    public let negatives: Int
    /// Pairs of which nobody has said anything.
    public let unknown: Int
    /// Doubts of ``LabelIssue/Kind/probablyWrong``.
    public let probablyWrong: Int
    /// Doubts of ``LabelIssue/Kind/probablyMissing``.
    public let probablyMissing: Int
    /// Suggestions, of ``LabelIssue/Kind/missing``.
    public let missing: Int
    /// Estimated share of the known pairs whose annotation is wrong; nil where no label has one.
    @OrNull public private(set) var noiseRate: Double?
    /// In label order.
    public let perLabel: [Label]

    enum CodingKeys: String, CodingKey {
        case images, labels, folds, seed, penalty, positives, negatives, unknown, missing
        case probablyWrong = "probably_wrong"
        case probablyMissing = "probably_missing"
        case noiseRate = "noise_rate"
        case perLabel = "per_label"
    }

    /// The summary of a result.
    public init(_ result: AuditResult) {
        let issues = Dictionary(grouping: result.found.issues, by: \.label)
        let perLabel = result.table.labels.enumerated().map { index, name in
            Label(name, result.found.labels[index], issues[index] ?? [])
        }
        func sum(_ count: (Label) -> Int) -> Int { perLabel.reduce(0) { $0 + count($1) } }
        self.perLabel = perLabel
        images = result.table.images.count
        labels = perLabel.count
        (folds, seed, penalty) = (result.options.folds, result.options.seed, result.options.fit.penalty)
        (positives, negatives, unknown) = (sum(\.positives), sum(\.negatives), sum(\.unknown))
        (probablyWrong, probablyMissing, missing) = (sum(\.probablyWrong), sum(\.probablyMissing), sum(\.missing))
        let judged = perLabel.filter { $0.noiseRate != nil }
        let pairs = judged.reduce(0) { $0 + $1.positives + $1.negatives }
        let wrong = judged.reduce(0.0) { $0 + ($1.noiseRate ?? 0) * Double($1.positives + $1.negatives) }
        noiseRate = pairs > 0 ? wrong / Double(pairs) : nil
    }
}
