// SPDX-License-Identifier: Apache-2.0

import Datasets
public import JSON

/// Counts of an audit, and each label's estimated share of mistakes.
public struct AuditSummary: Encodable, Sendable {
    /// A label's name beside what was found out about it.
    public struct Label: Encodable, Sendable {
        /// Its name.
        public let label: String
        /// What was found out.
        public let audit: LabelAudit

        /// Writes the name among the keys of the audit.
        public func encode(to encoder: any Encoder) throws {
            try audit.encode(to: encoder)
            var keys = encoder.container(keyedBy: CodingKeys.self)
            try keys.encode(label, forKey: .label)
        }

        private enum CodingKeys: CodingKey { case label }
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
        perLabel = zip(result.table.labels, result.found.labels).map { Label(label: $0, audit: $1) }
        let audits = result.found.labels
        func sum(_ count: (LabelAudit) -> Int) -> Int { audits.reduce(0) { $0 + count($1) } }
        images = result.table.images.count
        labels = audits.count
        (folds, seed, penalty) = (result.options.folds, result.options.seed, result.options.fit.penalty)
        (positives, negatives, unknown) = (sum(\.positives), sum(\.negatives), sum(\.unknown))
        (probablyWrong, probablyMissing, missing) = (sum(\.probablyWrong), sum(\.probablyMissing), sum(\.missing))
        let judged = audits.filter { $0.noiseRate != nil }
        let pairs = judged.reduce(0) { $0 + $1.positives + $1.negatives }
        let wrong = judged.reduce(0.0) { $0 + ($1.noiseRate ?? 0) * Double($1.positives + $1.negatives) }
        noiseRate = pairs > 0 ? wrong / Double(pairs) : nil
    }
}
