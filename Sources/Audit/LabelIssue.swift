// SPDX-License-Identifier: Apache-2.0

public import JSON

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
public struct LabelAudit: Sendable, Equatable, Encodable {
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
    /// Mean of p over the positives: from here on a picture confidently has the label.
    @OrNull public private(set) var positiveThreshold: Double?
    /// Mean of 1 − p over the negatives: from here on 1 − p says that it confidently has not.
    @OrNull public private(set) var negativeThreshold: Double?
    /// The confident joint: C[given][true], counts of known pairs that are confidently one or the other; the diagonal
    /// is at least 1, as cleanlab has it. Not in JSON.
    public let confidentJoint: [[Int]]
    /// Estimated share of the given labels that are wrong.
    @OrNull public private(set) var wrongRate: Double?
    /// Estimated share of the pictures with the label to which it was not given.
    @OrNull public private(set) var missingRate: Double?
    /// Estimated share of the known pairs whose annotation is wrong.
    @OrNull public private(set) var noiseRate: Double?

    enum CodingKeys: String, CodingKey {
        case positives, negatives, unknown, missing
        case probablyWrong = "probably_wrong"
        case probablyMissing = "probably_missing"
        case wrongRate = "wrong_rate"
        case missingRate = "missing_rate"
        case noiseRate = "noise_rate"
        case positiveThreshold = "positive_threshold"
        case negativeThreshold = "negative_threshold"
    }

    init(_ classes: ClassThresholds, joint: [[Int]], images: Int, issues: [LabelIssue]) {
        func count(_ kind: LabelIssue.Kind) -> Int { issues.count { $0.kind == kind } }
        (positives, negatives) = (classes.positives, classes.negatives)
        unknown = images - classes.positives - classes.negatives
        (probablyWrong, probablyMissing) = (count(.probablyWrong), count(.probablyMissing))
        missing = count(.missing)
        (positiveThreshold, negativeThreshold) = (classes.positive, classes.negative)
        var joint = joint
        for index in 0..<2 { joint[index][index] = max(1, joint[index][index]) }
        confidentJoint = joint
        guard positives > 0, negatives > 0 else {
            (wrongRate, missingRate, noiseRate) = (nil, nil, nil)
            return
        }
        // Each row of the joint, scaled to the number of pairs that are annotated so.
        let wrong = Double(positives) * Double(joint[1][0]) / Double(joint[1][0] + joint[1][1])
        let missed = Double(negatives) * Double(joint[0][1]) / Double(joint[0][0] + joint[0][1])
        wrongRate = wrong / Double(positives)
        missingRate = missed / (missed + Double(positives) - wrong)
        noiseRate = (wrong + missed) / Double(positives + negatives)
    }
}
