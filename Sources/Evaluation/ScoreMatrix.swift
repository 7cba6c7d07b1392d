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
    }

    /// Takes the scores of annotated pictures.
    ///
    /// - Parameters:
    ///   - scores: N·L finite numbers, row major.
    ///   - table: The pictures, their labels and the targets.
    /// - Throws: ``EvaluationError`` naming the first row and column that cannot be used.
    public init(_ scores: [Double], of table: AnnotationTable) throws {
        try self.init(
            imageCount: table.images.count, labelCount: table.labels.count, scores: scores, targets: table.targets)
    }

    /// Takes single-precision scores, as a model gives them.
    ///
    /// - Parameters:
    ///   - imageCount: N, at least 1.
    ///   - labelCount: L, at least 1.
    ///   - scores: N·L finite numbers, row major.
    ///   - targets: N·L numbers in [0, 1] or NaN, row major.
    /// - Throws: ``EvaluationError`` naming the first row and column that cannot be used.
    public init(imageCount: Int, labelCount: Int, scores: [Float], targets: [Float]) throws {
        try Self.check(imageCount, labelCount, scoreCount: scores.count, targets: targets)
        if let index = firstIndex(in: scores, where: { !$0.isFinite }) {
            throw EvaluationError.scoreNotFinite(
                row: index / labelCount, column: index % labelCount, value: Double(scores[index]))
        }
        self.imageCount = imageCount
        self.labelCount = labelCount
        self.scores = .float(scores)
        self.targets = targets
    }

    /// Takes double-precision scores, as they are read from a file.
    ///
    /// - Parameters:
    ///   - imageCount: N, at least 1.
    ///   - labelCount: L, at least 1.
    ///   - scores: N·L finite numbers, row major.
    ///   - targets: N·L numbers in [0, 1] or NaN, row major.
    /// - Throws: ``EvaluationError`` naming the first row and column that cannot be used.
    public init(imageCount: Int, labelCount: Int, scores: [Double], targets: [Float]) throws {
        try Self.check(imageCount, labelCount, scoreCount: scores.count, targets: targets)
        if let index = firstIndex(in: scores, where: { !$0.isFinite }) {
            throw EvaluationError.scoreNotFinite(
                row: index / labelCount, column: index % labelCount, value: scores[index])
        }
        self.imageCount = imageCount
        self.labelCount = labelCount
        self.scores = .double(scores)
        self.targets = targets
    }

    /// N·L.
    var pairCount: Int { imageCount * labelCount }

    /// Refuses probabilities outside [0, 1] and logarithms of such, naming the first.
    func checkProbabilities(_ kind: ScoreKind, labels: [String]) throws {
        let index: Int?
        switch (scores, kind) {
        case (_, .logits): return
        case (.float(let scores), .probabilities): index = firstIndex(in: scores) { !($0 >= 0 && $0 <= 1) }
        case (.double(let scores), .probabilities): index = firstIndex(in: scores) { !($0 >= 0 && $0 <= 1) }
        // A logarithm that somebody has rounded may lie a little above 0.
        case (.float(let scores), .logProbabilities): index = firstIndex(in: scores) { !($0 <= 1e-4) }
        case (.double(let scores), .logProbabilities): index = firstIndex(in: scores) { !($0 <= 1e-4) }
        }
        guard let index else { return }
        let (row, column) = (index / labelCount, index % labelCount)
        if kind == .logProbabilities {
            throw EvaluationError.notALogProbability(
                row: row, column: column, label: labels[column], value: score(at: index))
        }
        throw EvaluationError.notAProbability(
            row: row, column: column, label: labels[column], value: score(at: index))
    }

    private static func check(_ images: Int, _ labels: Int, scoreCount: Int, targets: [Float]) throws {
        guard images > 0, labels > 0 else { throw EvaluationError.empty(images: images, labels: labels) }
        let (pairs, overflow) = images.multipliedReportingOverflow(by: labels)
        guard !overflow, pairs <= maximumPairs, images <= maximumImages else {
            throw EvaluationError.tooLarge(images: images, labels: labels)
        }
        guard scoreCount == pairs else {
            throw EvaluationError.wrongCount(of: "scores", expected: pairs, found: scoreCount)
        }
        guard targets.count == pairs else {
            throw EvaluationError.wrongCount(of: "targets", expected: pairs, found: targets.count)
        }
        if let index = firstIndex(in: targets, where: { $0 < 0 || $0 > 1 }) {
            throw EvaluationError.targetOutOfRange(
                row: index / labels, column: index % labels, value: Double(targets[index]))
        }
    }
}

/// The first index whose value is bad; looks at whole stretches without branching, since nearly always none is.
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
