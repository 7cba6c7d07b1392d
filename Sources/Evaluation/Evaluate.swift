// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Computes every metric of a report.
///
/// Pairs whose target is unknown are taken out first; a target above 0.5 is a positive; a label is predicted where
/// its probability is at least its threshold. Ranking metrics use the scores as they are: logits are never squeezed
/// through a sigmoid, whose rounding would make ties.
///
/// - Parameters:
///   - matrix: Scores and targets, `[N, L]`.
///   - labels: L names, in column order.
///   - kind: Whether the scores are logits or probabilities, or logarithms of these.
///   - options: Thresholds, calibration, k, bootstrap and so on.
/// - Returns: The report. Two runs with equal input and options are equal, whatever the number of threads.
/// - Throws: ``EvaluationError`` if the names or thresholds are not L, an option is out of range, or a score that is
///   declared a probability is outside [0, 1].
/// - Complexity: O(N·L) for the sorts, and N·L additions of one cache line for 64 bootstrap replicates. Works on all
///   cores and blocks its caller. Memory: up to about the size of `matrix` again.
public func evaluate(
    _ matrix: ScoreMatrix, labels: [String], kind: ScoreKind, options: EvaluationOptions = EvaluationOptions()
) throws -> EvaluationReport {
    try evaluate(
        matrix, labels: labels, kind: kind, options: options, workers: ProcessInfo.processInfo.activeProcessorCount)
}

/// The same on a given number of threads, and cutting the pooled ranking as finely as asked; for tests.
func evaluate(
    _ matrix: ScoreMatrix, labels: [String], kind: ScoreKind, options: EvaluationOptions, workers: Int,
    smallestSlab: Int = 1 << 20, replicatesAtOnce: Int? = nil
) throws -> EvaluationReport {
    guard labels.count == matrix.labelCount else {
        throw EvaluationError.wrongCount(of: "label names", expected: matrix.labelCount, found: labels.count)
    }
    try options.validate(labelCount: labels.count)
    try matrix.checkProbabilities(kind, labels: labels)
    let thresholds = options.thresholds ?? Array(repeating: options.threshold, count: labels.count)
    let counts = PairCounts(
        matrix, reading: ScoreReading(kind, curves: options.calibration), thresholds: thresholds,
        bins: options.calibrationBins, workers: workers)
    let rankings = Rankings(
        matrix, counts, options: options, workers: workers, smallestSlab: smallestSlab,
        replicatesAtOnce: replicatesAtOnce)
    return EvaluationReport(
        images: matrix.imageCount, labels: labels, counts: counts, rankings: rankings, thresholds: thresholds,
        options: options)
}

/// The non-interpolated average precision of one ranking, as scikit-learn's `average_precision_score`; nil without a
/// positive.
///
/// Scores are finite; targets above 0.5 are positive and NaN is left out. Equal scores form one block, whose precision
/// is taken at its end, so that their order does not matter. Throws ``EvaluationError`` for what cannot be used.
public func averagePrecision(scores: [Float], targets: [Float]) throws -> Double? {
    if scores.isEmpty, targets.isEmpty { return nil }
    let ranking = try ScoreMatrix(imageCount: scores.count, labelCount: 1, scores: scores, targets: targets)
    let options = EvaluationOptions(bootstrapReplicates: 0)
    return try evaluate(ranking, labels: ["ranking"], kind: .logits, options: options).gap
}

/// Everything that comes from rankings.
struct Rankings {
    var gap: Double?
    var gapAtK: Double?
    var gapAtKRetrieved: Double?
    var perLabel: [Double?] = []
    var gapInterval: ConfidenceInterval?
    var mapMacroInterval: ConfidenceInterval?
    var replicates = 0
    /// GAP and macro mAP of the replicates in which they are defined.
    var gaps: [Double] = []
    var means: [Double] = []

    init(
        _ matrix: ScoreMatrix, _ counts: PairCounts, options: EvaluationOptions, workers: Int, smallestSlab: Int,
        replicatesAtOnce: Int?
    ) {
        let positives = counts.positives
        let replicates = options.replicates(pairs: counts.known)
        self.replicates = replicates
        guard positives > 0 else {
            perLabel = Array(repeating: nil, count: matrix.labelCount)
            return
        }
        var (gaps, means): ([Double], [Double]) = ([], [])
        matrix.withKeyedPairs(workers: workers) { pairs in
            let cutoffs = pairs.cutoffs(ofBest: options.topK)
            let round = replicatesAtOnce ?? Self.replicatesAtOnce(matrix, workers: workers)
            var first = 0
            repeat {
                let count = min(round, replicates - first)
                let weights = Self.weights(matrix.imageCount, first..<(first + count), options.seed, workers)
                gaps += rankPooled(pairs, positives, cutoffs, weights, smallestSlab)
                let ranked = pairs.averagePrecisions(weights: weights)
                perLabel = ranked.perLabel
                means += ranked.replicateMeans.compactMap { $0 }
                first += count
            } while first < replicates
        }
        gapInterval = ConfidenceInterval(replicates: gaps)
        mapMacroInterval = ConfidenceInterval(replicates: means)
        (self.gaps, self.means) = (gaps, means)
    }

    /// Sets the three GAPs and returns the GAP of each replicate that drew a positive.
    private mutating func rankPooled(
        _ pooled: KeyedPairs, _ positives: Int, _ cutoffs: Scratch<UInt64>, _ weights: [ReplicateWeights],
        _ smallestSlab: Int
    ) -> [Double] {
        var all = PrecisionSum()
        var best = PrecisionSum()
        let replicates = weights.map { _ in ReplicatePrecision() }
        pooled.forEachStretch(positives: positives, cutoffs: cutoffs, smallest: smallestSlab) { pairs in
            for pair in pairs {
                let isPositive = pair & RankedPair.positive != 0
                all.add(isPositive: isPositive)
                if pair & RankedPair.amongBest != 0 { best.add(isPositive: isPositive) }
                if pair & RankedPair.closing != 0 {
                    all.closeBlock()
                    best.closeBlock()
                }
            }
            forEachIndex(below: weights.count, workers: pooled.workers) { group, _ in
                replicates[group].add(pairs, weights: weights[group])
            }
        }
        gap = all.value(over: positives)
        gapAtK = best.value(over: positives)
        gapAtKRetrieved = best.value(over: best.positives)
        return zip(weights, replicates).flatMap { weights, replicate in
            (0..<weights.count).compactMap { replicate.value(lane: $0) }
        }
    }

    /// Draws the replicates in groups of 64.
    private static func weights(
        _ images: Int, _ replicates: Range<Int>, _ seed: UInt64, _ workers: Int
    ) -> [ReplicateWeights] {
        let groups = (replicates.count + ReplicateWeights.lanes - 1) / ReplicateWeights.lanes
        return mapIndices(below: groups, workers: workers) { group in
            let first = replicates.lowerBound + group * ReplicateWeights.lanes
            return ReplicateWeights(
                images: images, first: first, count: min(ReplicateWeights.lanes, replicates.upperBound - first),
                seed: seed)
        }
    }

    /// As many replicates as fit in 256 MB of weights, but enough to keep up to four cores busy.
    private static func replicatesAtOnce(_ matrix: ScoreMatrix, workers: Int) -> Int {
        let bytesPerGroup = matrix.imageCount * ReplicateWeights.lanes
        return ReplicateWeights.lanes * max(1, min(workers, 4), (256 << 20) / bytesPerGroup)
    }
}
