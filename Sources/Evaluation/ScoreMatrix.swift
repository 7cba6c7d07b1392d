// SPDX-License-Identifier: Apache-2.0

public import Datasets

/// What the scores of a ``ScoreMatrix`` are.
public enum ScoreKind: String, Codable, Sendable {
    /// Logits z: ranked as they are; thresholds, calibration error and Brier score use sigmoid(z) in double
    /// precision, or the labels' calibration curves.
    case logits
    /// Probabilities in [0, 1], ranked and used as they are. A score outside is an error, since no threshold or
    /// calibration could be told from it.
    case probabilities
    /// Natural logarithms of probabilities, as of a softmax: ranked as they are, and e to their power is used.
    case logProbabilities
}

/// Scores and targets of N images × L labels, row major `[N, L]`.
///
/// Targets are 1 (present), 0 (absent), a number between (soft) or NaN (unknown). A pair whose target is unknown
/// takes part in no metric; its score has to be a number all the same.
public struct ScoreMatrix: Sendable {
    /// The largest number of images, 2²⁹ − 1: a ranked pair keeps its image's index in 29 bits.
    public static let maximumImages = 1 << 29 - 1
    /// The largest number of pairs, 2³² − 1: ranking keys have 32 bits.
    public static let maximumPairs = Int(UInt32.max)

    /// N, the number of rows.
    public let imageCount: Int
    /// L, the number of columns.
    public let labelCount: Int
    /// The scores, `[N, L]`.
    let scores: Scores
    /// The targets, `[N, L]`, NaN where unknown.
    public let targets: [Float]

    /// Scores in the precision in which they came: a model's logits are floats, a file's numbers may be doubles, and
    /// rounding those would make ties.
    enum Scores: Sendable {
        case float([Float])
        case double([Double])

        var count: Int {
            switch self {
            case .float(let scores): scores.count
            case .double(let scores): scores.count
            }
        }

        /// A score in double precision.
        @inline(__always) subscript(index: Int) -> Double {
            switch self {
            case .float(let scores): Double(scores[index])
            case .double(let scores): scores[index]
            }
        }

        func firstIndex(where isBad: (Double) -> Bool) -> Int? {
            switch self {
            case .float(let scores): Evaluation.firstIndex(in: scores) { isBad(Double($0)) }
            case .double(let scores): Evaluation.firstIndex(in: scores, where: isBad)
            }
        }
    }

    /// Takes finite scores, `[N, L]`, of annotated pictures; ``EvaluationError`` names the first place that cannot be
    /// used.
    public init(_ scores: [Double], of table: AnnotationTable) throws {
        try self.init(
            imageCount: table.images.count, labelCount: table.labels.count, scores: scores, targets: table.targets)
    }

    /// Takes finite scores of a model and targets in [0, 1] or NaN, both `[N, L]` with N and L at least 1.
    /// ``EvaluationError`` names the first row and column that cannot be used.
    public init(imageCount: Int, labelCount: Int, scores: [Float], targets: [Float]) throws {
        try self.init(imageCount, labelCount, .float(scores), targets)
    }

    /// Takes the same in double precision, as scores are read from a file.
    public init(imageCount: Int, labelCount: Int, scores: [Double], targets: [Float]) throws {
        try self.init(imageCount, labelCount, .double(scores), targets)
    }

    init(_ images: Int, _ labels: Int, _ scores: Scores, _ targets: [Float]) throws {
        guard images > 0, labels > 0 else { throw EvaluationError.empty(images: images, labels: labels) }
        let (pairs, overflow) = images.multipliedReportingOverflow(by: labels)
        guard !overflow, pairs <= Self.maximumPairs, images <= Self.maximumImages else {
            throw EvaluationError.tooLarge(images: images, labels: labels)
        }
        for (what, count) in [("scores", scores.count), ("targets", targets.count)] where count != pairs {
            throw EvaluationError.wrongCount(of: what, expected: pairs, found: count)
        }
        if let index = firstIndex(in: targets, where: { $0 < 0 || $0 > 1 }) {
            throw EvaluationError.targetOutOfRange(
                row: index / labels, column: index % labels, value: Double(targets[index]))
        }
        if let index = scores.firstIndex(where: { !$0.isFinite }) {
            throw EvaluationError.scoreNotFinite(row: index / labels, column: index % labels, value: scores[index])
        }
        (imageCount, labelCount, self.scores, self.targets) = (images, labels, scores, targets)
    }

    /// Refuses probabilities outside [0, 1] and logarithms of such, naming the first.
    func checkProbabilities(_ kind: ScoreKind, labels: [String]) throws {
        let bad: Int? =
            switch kind {
            case .logits: nil
            case .probabilities: scores.firstIndex { !($0 >= 0 && $0 <= 1) }
            // A logarithm that somebody has rounded may lie a little above 0.
            case .logProbabilities: scores.firstIndex { !($0 <= 1e-4) }
            }
        guard let bad else { return }
        let (row, column) = (bad / labelCount, bad % labelCount)
        throw kind == .logProbabilities
            ? EvaluationError.notALogProbability(row: row, column: column, label: labels[column], value: scores[bad])
            : EvaluationError.notAProbability(row: row, column: column, label: labels[column], value: scores[bad])
    }
}

/// The first index of a bad value; looks at whole stretches without branching, since nearly always none is.
private func firstIndex<Value: BinaryFloatingPoint>(in values: [Value], where isBad: (Value) -> Bool) -> Int? {
    values.withUnsafeBufferPointer { values in
        let stretch = 4096
        for start in stride(from: 0, to: values.count, by: stretch) {
            let end = min(values.count, start + stretch)
            var bad = false
            for index in start..<end { bad = isBad(values[index]) || bad }
            if bad { return (start..<end).first { isBad(values[$0]) } }
        }
        return nil
    }
}
