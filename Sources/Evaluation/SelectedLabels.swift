// SPDX-License-Identifier: Apache-2.0

/// Computes every metric of the labels at `columns`, at least one, as if there were no others. Names, thresholds and
/// curves are those of all labels; throws ``EvaluationError`` as their evaluation.
public func evaluate(
    _ matrix: ScoreMatrix, columns: [Int], labels: [String], kind: ScoreKind,
    options: EvaluationOptions = EvaluationOptions()
) throws -> EvaluationReport {
    var some = options
    some.thresholds = options.thresholds.map { all in columns.map { all[$0] } }
    some.calibration = options.calibration.map { all in columns.map { all[$0] } }
    return try evaluate(try matrix.selecting(columns), labels: columns.map { labels[$0] }, kind: kind, options: some)
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
        let some: Scores =
            switch scores {
            case .float(let scores): .float(pick(scores))
            case .double(let scores): .double(pick(scores))
            }
        return try ScoreMatrix(imageCount, columns.count, some, pick(targets))
    }

    /// A matrix of the probabilities that a curve for each label gives these logits.
    public func calibrated(by curves: [CalibrationCurve]) throws -> ScoreMatrix {
        guard curves.count == labelCount else {
            throw EvaluationError.wrongCount(of: "calibration curves", expected: labelCount, found: curves.count)
        }
        let probabilities = targets.indices.map { curves[$0 % labelCount].probability(of: scores[$0]) }
        return try ScoreMatrix(imageCount, labelCount, .double(probabilities), targets)
    }
}
