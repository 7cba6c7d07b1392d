// SPDX-License-Identifier: Apache-2.0

/// Computes every metric of some of the labels, as if there were no others.
///
/// - Parameters:
///   - matrix: Scores and targets of all labels, `[N, L]`.
///   - columns: The indices of the labels to evaluate, at least one.
///   - labels: L names, in column order.
///   - kind: What the scores are.
///   - options: Thresholds and curves for all labels, k and so on.
/// - Returns: The report.
/// - Throws: ``EvaluationError`` as the evaluation of all labels.
public func evaluate(
    _ matrix: ScoreMatrix, columns: [Int], labels: [String], kind: ScoreKind,
    options: EvaluationOptions = EvaluationOptions()
) throws -> EvaluationReport {
    var some = options
    some.thresholds = options.thresholds.map { all in columns.map { all[$0] } }
    some.calibration = options.calibration.map { all in columns.map { all[$0] } }
    return try evaluate(
        try matrix.selecting(columns), labels: columns.map { labels[$0] }, kind: kind, options: some)
}

extension ScoreMatrix {
    /// The matrix of some of the columns, in the given order.
    func selecting(_ columns: [Int]) throws -> ScoreMatrix {
        func pick<Value>(_ values: [Value]) -> [Value] {
            var result: [Value] = []
            result.reserveCapacity(imageCount * columns.count)
            for start in stride(from: 0, to: values.count, by: labelCount) {
                for column in columns { result.append(values[start + column]) }
            }
            return result
        }
        switch scores {
        case .float(let scores):
            return try ScoreMatrix(
                imageCount: imageCount, labelCount: columns.count, scores: pick(scores), targets: pick(targets))
        case .double(let scores):
            return try ScoreMatrix(
                imageCount: imageCount, labelCount: columns.count, scores: pick(scores), targets: pick(targets))
        }
    }

    /// The same pairs with the probabilities that curves give their logits.
    ///
    /// - Parameter curves: A curve for each label.
    /// - Returns: A matrix of probabilities.
    /// - Throws: ``EvaluationError`` if the curves are not L.
    public func calibrated(by curves: [CalibrationCurve]) throws -> ScoreMatrix {
        guard curves.count == labelCount else {
            throw EvaluationError.wrongCount(of: "calibration curves", expected: labelCount, found: curves.count)
        }
        let probabilities = (0..<pairCount).map { curves[$0 % labelCount].probability(of: score(at: $0)) }
        return try ScoreMatrix(
            imageCount: imageCount, labelCount: labelCount, scores: probabilities, targets: targets)
    }
}
