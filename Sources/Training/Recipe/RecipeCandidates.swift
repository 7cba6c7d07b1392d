// SPDX-License-Identifier: Apache-2.0

import Evaluation
import MultiLabel

/// A model that a stage gives: towers, a head, and what they make of the validation pictures.
struct RecipeCandidate {
    /// The stage's name.
    let name: String
    /// What it is, in words.
    let what: String
    /// What was chosen in it, in words.
    var chosen: String?
    /// The tuning that its towers come from; nil for those that the model came with.
    let towers: Tuning.Kind?
    let head: AnchoredWeights
    /// z of the validation pictures, `[N, L]`.
    let logits: [Float]
    let report: EvaluationReport

    /// Measures a head.
    init(
        _ name: String, _ what: String, chosen: String? = nil, _ towers: Tuning.Kind?, _ head: AnchoredWeights,
        on view: TowerView, labels: [String]
    ) throws {
        (self.name, self.what, self.chosen, self.towers, self.head) = (name, what, chosen, towers, head)
        logits = try view.logits(head)
        report = try evaluate(
            ScoreMatrix(
                imageCount: view.count, labelCount: view.labels, scores: logits, targets: view.targets),
            labels: labels, kind: .logits, options: EvaluationOptions(bootstrapReplicates: 0))
    }

    var stage: RecipeRecord.Stage {
        .init(name: name, what: what, gap: report.gap, mapMacro: report.mapMacro, chosen: chosen)
    }
}

/// Chooses among candidates, which are in the order of their simplicity: of those whose GAP is within one standard error
/// of the best one's, by a paired bootstrap over the validation pictures, the first.
///
/// - Parameters:
///   - candidates: At least one.
///   - targets: Of the validation pictures, `[N, L]`.
///   - labels: L.
///   - seed: Of the bootstrap.
/// - Returns: The choice, and the reason in words.
/// - Throws: `EvaluationError` if something is out of range.
func simplestOfTheBest(
    _ candidates: [RecipeCandidate], targets: [Float], labels: Int, seed: UInt64
) throws -> (choice: RecipeCandidate, reason: String) {
    guard let best = candidates.max(by: { ($0.report.gap ?? -1) < ($1.report.gap ?? -1) }), best.report.gap != nil
    else {
        let head = candidates.first { $0.name == "head" } ?? candidates[0]
        return (head, "the validation pictures have no positives, so that nothing more can be chosen")
    }
    func matrix(_ candidate: RecipeCandidate) throws -> ScoreMatrix {
        try ScoreMatrix(
            imageCount: targets.count / max(1, labels), labelCount: labels, scores: candidate.logits, targets: targets)
    }
    for candidate in candidates {
        if candidate.name == best.name { break }
        let comparison = try PairedComparison(
            matrix(candidate), matrix(best), options: EvaluationOptions(bootstrapReplicates: 400, seed: seed))
        guard let gap = comparison.gap else { continue }
        if gap.difference <= gap.standardError {
            return (
                candidate,
                "its GAP is within one standard error of the best, \(best.name), on the validation pictures, and it is simpler"
            )
        }
    }
    return (
        best, "its GAP is the best on the validation pictures, by more than one standard error above each simpler stage"
    )
}
