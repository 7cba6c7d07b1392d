// SPDX-License-Identifier: Apache-2.0

public import Datasets
import FileIO
import Foundation

/// By how much one evaluation is above another on the same pictures, and how sure that is: a paired bootstrap over
/// pictures, in which both are measured on the same draws (Efron & Tibshirani, An Introduction to the Bootstrap, 1993).
public struct PairedDifference: Codable, Sendable, Equatable {
    /// The second minus the first.
    public let difference: Double
    /// The 95 % percentile interval of it.
    public let interval: ConfidenceInterval?
    /// The standard deviation of it over the draws; 0 without draws.
    public let standardError: Double

    /// Whether the interval leaves 0 out, so that the two are told apart.
    public var isClear: Bool { interval.map { $0.low > 0 || $0.high < 0 } ?? false }

    enum CodingKeys: String, CodingKey {
        case difference
        case interval = "ci"
        case standardError = "standard_error"
    }

    init?(_ values: (before: Double?, after: Double?), before: [Double], after: [Double]) {
        guard let first = values.before, let second = values.after, before.count == after.count else { return nil }
        difference = second - first
        let differences = zip(before, after).map { $1 - $0 }
        interval = ConfidenceInterval(replicates: differences)
        let mean = differences.reduce(0, +) / Double(max(1, differences.count))
        let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        standardError = differences.count > 1 ? (squares / Double(differences.count - 1)).squareRoot() : 0
    }
}

/// Two evaluations of the same pictures side by side.
public struct PairedComparison: Codable, Sendable, Equatable {
    /// The difference in GAP; nil where there is no positive.
    public let gap: PairedDifference?
    /// The difference in macro mAP; nil where there is no positive.
    public let mapMacro: PairedDifference?

    enum CodingKeys: String, CodingKey {
        case gap
        case mapMacro = "map_macro"
    }

    /// Compares two models' scores of the same pictures and labels.
    ///
    /// - Parameters:
    ///   - before: Scores and targets `[N, L]` of the first.
    ///   - after: The same of the second, with the same targets.
    ///   - options: The number of bootstrap replicates and their seed.
    /// - Throws: ``EvaluationError`` if an option is out of range.
    /// - Precondition: Both have the same targets.
    public init(
        _ before: ScoreMatrix, _ after: ScoreMatrix, options: EvaluationOptions = EvaluationOptions()
    ) throws {
        precondition(
            before.imageCount == after.imageCount && before.labelCount == after.labelCount, "the same pictures")
        let first = try Rankings(before, options)
        let second = try Rankings(after, options)
        gap = PairedDifference((first.gap, second.gap), before: first.gaps, after: second.gaps)
        mapMacro = PairedDifference(
            (first.mapMacro, second.mapMacro), before: first.means, after: second.means)
    }
}

extension PairedComparison {
    /// Compares with an evaluation that was written to a folder: with the `scores.csv` beside its `evaluation.json`; nil
    /// if there is none, or if it has other pictures or labels.
    ///
    /// - Parameters:
    ///   - path: The `evaluation.json`.
    ///   - scores: The later scores, `[N, L]`, row major.
    ///   - table: The pictures and targets of both.
    ///   - options: The number of bootstrap replicates and their seed.
    /// - Throws: `DatasetError` if it cannot be used, and ``EvaluationError`` if an option is out of range.
    public init?(
        since path: String, _ scores: [Double], of table: AnnotationTable, options: EvaluationOptions
    ) throws {
        let file = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("scores.csv").path
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        let before = try ScoreTable.read(path: file)
        let columns = Dictionary(uniqueKeysWithValues: before.labels.enumerated().map { ($1, $0) })
        let rows = Dictionary(uniqueKeysWithValues: before.images.enumerated().map { ($1, $0) })
        guard before.images.count == table.images.count, before.labels.count == table.labels.count else { return nil }
        var old: [Double] = []
        old.reserveCapacity(scores.count)
        for image in table.images {
            guard let row = rows[image.name] else { return nil }
            for label in table.labels {
                guard let column = columns[label] else { return nil }
                old.append(before.scores[row * before.labels.count + column])
            }
        }
        try self.init(ScoreMatrix(old, of: table), ScoreMatrix(scores, of: table), options: options)
    }
}

extension Rankings {
    /// The rankings of scores on all cores.
    fileprivate init(_ matrix: ScoreMatrix, _ options: EvaluationOptions) throws {
        try options.validate(labelCount: matrix.labelCount)
        let workers = ProcessInfo.processInfo.activeProcessorCount
        let counts = PairCounts(
            matrix, reading: ScoreReading(.logits), thresholds: Array(repeating: 0.5, count: matrix.labelCount),
            bins: options.calibrationBins, workers: workers)
        self.init(matrix, counts, options: options, workers: workers, smallestSlab: 1 << 20, replicatesAtOnce: nil)
    }

    /// The mean of the labels' average precisions, those without positives left out.
    fileprivate var mapMacro: Double? { mean(perLabel.compactMap { $0 }) }
}
