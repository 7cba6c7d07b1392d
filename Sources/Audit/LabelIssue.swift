// SPDX-License-Identifier: Apache-2.0

/// A picture's label that is probably not as it was annotated.
public struct LabelIssue: Sendable, Equatable {
    /// What is probably wrong.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// The label was given, and the picture probably has not got it.
        case probablyWrong = "probably wrong"
        /// The label was not given, and the picture probably has it.
        case probablyMissing = "probably missing"
        /// Nobody has said whether the picture has the label, and it probably has: a suggestion, no mistake.
        case missing
    }

    /// The picture's row.
    public let image: Int
    /// The label's column.
    public let label: Int
    /// What is probably wrong.
    public let kind: Kind
    /// p, the probability that an annotator gives the picture the label.
    public let probability: Double
    /// The probability of what was annotated: p of a label that was given, 1 − p of one that was not. 1 − p for
    /// ``Kind/missing``, as if it had not been given.
    public let selfConfidence: Double
    /// ``selfConfidence`` minus its mean over the pairs of the label with the same annotation.
    public let adjustedConfidence: Double
}

/// In which order issues are looked at; the lowest number comes first.
public enum IssueOrder: String, Sendable, CaseIterable {
    /// By ``LabelIssue/selfConfidence``. The normalized margin 2s − 1 gives the same order.
    case selfConfidence = "self-confidence"
    /// By ``LabelIssue/adjustedConfidence``, which takes into account that some labels are harder to tell than others.
    case adjusted
}

/// What an audit found out about a label; nil where the label has no positives or no negatives.
public struct LabelAudit: Sendable, Equatable {
    /// Known pairs with the label.
    public let positives: Int
    /// Known pairs without it.
    public let negatives: Int
    /// Pairs of which nobody has said anything.
    public let unknown: Int
    /// Mean of p over the positives: from here on a picture confidently has the label.
    public let positiveThreshold: Double?
    /// Mean of 1 − p over the negatives: from here on 1 − p says that it confidently has not.
    public let negativeThreshold: Double?
    /// The confident joint: C[given][true], counts of known pairs that are confidently one or the other; the diagonal
    /// is at least 1, as cleanlab has it.
    public let confidentJoint: [[Int]]
    /// Estimated share of the given labels that are wrong.
    public let wrongRate: Double?
    /// Estimated share of the pictures with the label to which it was not given.
    public let missingRate: Double?
    /// Estimated share of the known pairs whose annotation is wrong.
    public let noiseRate: Double?
}
