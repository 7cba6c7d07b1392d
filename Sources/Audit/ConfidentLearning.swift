// SPDX-License-Identifier: Apache-2.0

/// Probable mistakes among annotations, by confident learning (Northcutt, Jiang and Chuang, JAIR 2021, arXiv
/// 1911.00068), each label against the rest as cleanlab's `multilabel_classification` does it.
///
/// A label has two classes, with it and without. Each has a threshold: the mean probability of the class over the pairs
/// that are annotated with it. A pair is confidently of a class if the probability of that class reaches the threshold;
/// if it is confidently of both, the more probable one counts. A pair that is confidently of the class that it is not
/// annotated with is an issue. So what is an issue depends on how sure the classifier is of each label, and not on one
/// half, which is out of reach where many labels are missing.
public struct ConfidentLearning: Sendable {
    /// What was found out about each label, in label order.
    public let labels: [LabelAudit]
    /// All probable mistakes and suggestions, in the order of pictures and labels.
    public let issues: [LabelIssue]

    /// cleanlab's slack for thresholds, so that equal probabilities reach their own mean.
    private static let slack = 1e-6

    /// Audits annotations, `[N, L]`: above 0.5 given, NaN unknown. The probabilities, `[N, L]` in [0, 1], are of a
    /// classifier that was not fitted to them. Throws ``AuditError/wrongCount(of:expected:found:)`` if the parts do not
    /// belong together.
    public init(probabilities: [Float], targets: [Float], labelCount: Int) throws(AuditError) {
        guard probabilities.count == targets.count else {
            throw .wrongCount(of: "probabilities", expected: targets.count, found: probabilities.count)
        }
        guard labelCount > 0, targets.count.isMultiple(of: labelCount) else {
            throw .wrongCount(of: "labels", expected: max(1, targets.count), found: labelCount)
        }
        let images = targets.count / labelCount
        let classes = (0..<labelCount).map { label in
            ClassThresholds(probabilities, targets, label: label, labelCount: labelCount)
        }
        var joints = Array(repeating: [[0, 0], [0, 0]], count: labelCount)
        var issues: [LabelIssue] = []
        for image in 0..<images {
            for label in 0..<labelCount {
                let pair = image * labelCount + label
                let (probability, target) = (Double(probabilities[pair]), targets[pair])
                let guess = classes[label].guess(probability, slack: Self.slack)
                let kind: LabelIssue.Kind
                if target.isNaN {
                    // Most unknown pairs are without the label, and 1 - p of the negatives tells little of them.
                    guard guess == true else { continue }
                    kind = .missing
                } else {
                    let isGiven = target > 0.5
                    guard let guess else { continue }
                    joints[label][isGiven ? 1 : 0][guess ? 1 : 0] += 1
                    if guess == isGiven { continue }
                    kind = isGiven ? .probablyWrong : .probablyMissing
                }
                let confidence = kind == .probablyWrong ? probability : 1 - probability
                let mean = kind == .probablyWrong ? classes[label].positive : classes[label].negative
                issues.append(
                    LabelIssue(
                        image: image, label: label, kind: kind, probability: probability, selfConfidence: confidence,
                        adjustedConfidence: confidence - (mean ?? 1)))
            }
        }
        self.issues = issues
        let byLabel = Dictionary(grouping: issues, by: \.label)
        labels = classes.indices.map { label in
            LabelAudit(classes[label], joint: joints[label], images: images, issues: byLabel[label] ?? [])
        }
    }

    /// The issues of some kinds, the most probable ones first; equal ones in the order of pictures and labels.
    public func ranked(_ kinds: Set<LabelIssue.Kind>, by order: IssueOrder = .selfConfidence) -> [LabelIssue] {
        func key(_ issue: LabelIssue) -> Double { order == .adjusted ? issue.adjustedConfidence : issue.selfConfidence }
        return issues.filter { kinds.contains($0.kind) }.sorted {
            (key($0), $0.image, $0.label) < (key($1), $1.image, $1.label)
        }
    }
}

/// A label's two thresholds.
struct ClassThresholds {
    var positives = 0
    var negatives = 0
    /// Mean of p over the positives.
    var positive: Double?
    /// Mean of 1 − p over the negatives.
    var negative: Double?

    init(_ probabilities: [Float], _ targets: [Float], label: Int, labelCount: Int) {
        var (positiveSum, negativeSum) = (0.0, 0.0)
        for pair in stride(from: label, to: targets.count, by: labelCount) where !targets[pair].isNaN {
            if targets[pair] > 0.5 {
                positives += 1
                positiveSum += Double(probabilities[pair])
            } else {
                negatives += 1
                negativeSum += 1 - Double(probabilities[pair])
            }
        }
        if positives > 0 { positive = positiveSum / Double(positives) }
        if negatives > 0 { negative = negativeSum / Double(negatives) }
    }

    /// Whether a picture confidently has the label; nil where neither is sure.
    func guess(_ probability: Double, slack: Double) -> Bool? {
        let has = positive.map { probability >= $0 - slack } ?? false
        let hasNot = negative.map { 1 - probability >= $0 - slack } ?? false
        switch (has, hasNot) {
        case (false, false): return nil
        // Of two equal ones the first class, as argmax has it.
        case (true, true): return probability > 1 - probability
        case (let has, _): return has
        }
    }
}
