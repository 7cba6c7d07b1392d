// SPDX-License-Identifier: Apache-2.0

/// The non-interpolated average precision of one ranking, as scikit-learn's `average_precision_score`.
///
/// Equal scores form one block, whose precision is taken at its end, so that the order of the arguments does not
/// matter.
///
/// - Parameters:
///   - scores: Finite numbers.
///   - targets: As many targets: above 0.5 is positive, NaN is unknown and left out.
/// - Returns: A number in [0, 1]; nil without a positive.
/// - Throws: ``EvaluationError`` if the counts differ, a score is not finite or a target is outside [0, 1].
/// - Complexity: O(n log n).
public func averagePrecision(scores: [Float], targets: [Float]) throws -> Double? {
    var accumulator = GlobalAveragePrecision()
    try accumulator.add(scores: scores, targets: targets)
    return accumulator.value()
}

/// Global average precision (YouTube-8M), fed image by image.
///
/// For a whole matrix at once, ``evaluate(_:labels:kind:options:)`` is quicker and needs less memory.
public struct GlobalAveragePrecision: Sendable {
    private let topK: Int?
    private var images = 0
    private var positives = 0
    private var pairs: [UInt64] = []

    /// Starts without images.
    ///
    /// - Parameter topK: How many of an image's best known scores take part, at least 1; nil for all.
    public init(topK: Int? = nil) {
        self.topK = topK.map { max(1, $0) }
    }

    /// Adds one image.
    ///
    /// - Parameters:
    ///   - scores: The scores of its labels, `[L]`.
    ///   - targets: Their targets, `[L]`, NaN where unknown.
    /// - Throws: ``EvaluationError`` if the counts differ, a score is not finite or a target is outside [0, 1]; the
    ///   image is then not added.
    public mutating func add(scores: [Float], targets: [Float]) throws {
        let added = try rankedPairs(scores: scores, targets: targets, row: images)
        images += 1
        positives += added.count { $0.isPositive }
        let best = topK.map { Array(added.sorted { $0.place < $1.place }.prefix($0)) } ?? added
        pairs += best.map(\.packed)
    }

    /// GAP, or GAP@k with all positives in the denominator; nil while no positive was seen.
    ///
    /// - Returns: A number in [0, 1].
    public func value() -> Double? { precisionSum(of: pairs).value(over: positives) }

    /// GAP@k with only the positives among the k best in the denominator; nil while there is none.
    ///
    /// - Returns: A number in [0, 1].
    public func retrievedValue() -> Double? {
        let sum = precisionSum(of: pairs)
        return sum.value(over: sum.positives)
    }
}

/// Mean average precision over labels, fed image by image.
public struct MeanAveragePrecision: Sendable {
    private var images = 0
    private var pairs: [[UInt64]]

    /// Starts without images.
    ///
    /// - Parameter labelCount: L.
    public init(labelCount: Int) {
        pairs = Array(repeating: [], count: max(0, labelCount))
    }

    /// Adds one image.
    ///
    /// - Parameters:
    ///   - scores: The scores of its labels, `[L]`.
    ///   - targets: Their targets, `[L]`, NaN where unknown.
    /// - Throws: ``EvaluationError`` if there are not L of each, a score is not finite or a target is outside [0, 1];
    ///   the image is then not added.
    public mutating func add(scores: [Float], targets: [Float]) throws {
        guard scores.count == pairs.count else {
            throw EvaluationError.wrongCount(of: "scores", expected: pairs.count, found: scores.count)
        }
        let added = try rankedPairs(scores: scores, targets: targets, row: images)
        images += 1
        for pair in added { pairs[pair.label].append(pair.packed) }
    }

    /// The average precision of each label, nil where it has no positive.
    ///
    /// - Returns: L values in label order.
    public func perLabel() -> [Double?] {
        pairs.map { pairs in
            let sum = precisionSum(of: pairs)
            return sum.value(over: sum.positives)
        }
    }

    /// The mean over the labels that have positives; nil where none has.
    ///
    /// - Returns: A number in [0, 1].
    public func value() -> Double? {
        let defined = perLabel().compactMap { $0 }
        return defined.isEmpty ? nil : defined.reduce(0, +) / Double(defined.count)
    }
}

private struct LabelledPair {
    let key: UInt32
    let label: Int
    let isPositive: Bool

    var packed: UInt64 { RankedPair.pack(key: key, image: 0, isPositive: isPositive) }
    var place: UInt64 { placeInImage(key: key, label: label) }
}

private func rankedPairs(scores: [Float], targets: [Float], row: Int) throws -> [LabelledPair] {
    guard targets.count == scores.count else {
        throw EvaluationError.wrongCount(of: "targets", expected: scores.count, found: targets.count)
    }
    return try scores.indices.compactMap { label in
        let (score, target) = (scores[label], targets[label])
        guard score.isFinite else {
            throw EvaluationError.scoreNotFinite(row: row, column: label, value: Double(score))
        }
        if target.isNaN { return nil }
        guard target >= 0, target <= 1 else {
            throw EvaluationError.targetOutOfRange(row: row, column: label, value: Double(target))
        }
        return LabelledPair(key: rankingKey(floatBits: score.bitPattern), label: label, isPositive: target > 0.5)
    }
}

private func precisionSum(of pairs: [UInt64]) -> PrecisionSum {
    var sorted = pairs.sorted()
    return sorted.withUnsafeMutableBufferPointer { sorted in
        _ = RankedPair.markBlocks(sorted)
        var sum = PrecisionSum()
        sum.add(sorted)
        return sum
    }
}
