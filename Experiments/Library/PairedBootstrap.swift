// SPDX-License-Identifier: Apache-2.0

/// All pairs of one run's scores in ranked order, so that its GAP on any resample of the pictures is one pass.
struct PooledScores {
    /// The picture of each known pair, best score first.
    private let pictures: [Int32]
    private let isPositive: [Bool]
    /// Whether a pair is the last of its score.
    private let closes: [Bool]
    let pictureCount: Int

    init(_ table: RunScores) {
        let width = table.labels.count
        pictureCount = table.images.count
        let known = table.scores.indices.filter { !table.targets[$0].isNaN }
        let order = known.sorted {
            table.scores[$0] == table.scores[$1] ? $0 < $1 : table.scores[$0] > table.scores[$1]
        }
        pictures = order.map { Int32($0 / width) }
        isPositive = order.map { table.targets[$0] > 0.5 }
        closes = order.indices.map {
            $0 + 1 == order.count || table.scores[order[$0]] != table.scores[order[$0 + 1]]
        }
    }

    /// GAP where each picture counts as often as it was drawn; nil where no positive was.
    func gap(counts: [Int32]) -> Double? {
        var (seen, positives, gained) = (0, 0, 0)
        var sum = 0.0
        for place in pictures.indices {
            let count = Int(counts[Int(pictures[place])])
            seen += count
            if isPositive[place] { gained += count }
            if closes[place] {
                if gained > 0 {
                    positives += gained
                    sum += Double(gained) * Double(positives) / Double(seen)
                    gained = 0
                }
            }
        }
        return positives > 0 ? sum / Double(positives) : nil
    }
}

/// The difference between two variants' GAPs, with what chance there is in the choice of test pictures.
public struct PairedDifference: Sendable, Equatable {
    /// The mean difference over the seeds.
    public let value: Double
    /// The difference of each seed, in the order of the runs.
    public let bySeed: [Double]
    /// The 95 % percentile interval over resampled test pictures, the same for both variants and all seeds.
    public let low: Double
    /// Its upper end.
    public let high: Double

    /// What may be said of the difference: 1 it is more, -1 it is less, 0 neither.
    ///
    /// More means that the interval over pictures lies above 0 and that no seed says otherwise.
    public var verdict: Int {
        if low > 0, bySeed.allSatisfy({ $0 > 0 }) { return 1 }
        if high < 0, bySeed.allSatisfy({ $0 < 0 }) { return -1 }
        return 0
    }

    /// Compares runs on the same test pictures.
    ///
    /// - Parameters:
    ///   - pairs: A pair a seed: the variant's scores and the default's, of the same pictures in the same order.
    ///   - replicates: How many times the pictures are drawn anew.
    /// - Returns: Nil where there are no pairs, no positives, or other pictures.
    public static func of(
        _ pairs: [(variant: RunScores, reference: RunScores)], replicates: Int = 1000
    ) -> PairedDifference? {
        guard let images = pairs.first?.variant.images, !images.isEmpty,
            pairs.allSatisfy({ $0.variant.images == images && $0.reference.images == images })
        else { return nil }
        let ranked = pairs.map { (PooledScores($0.variant), PooledScores($0.reference)) }
        func differences(_ counts: [Int32]) -> [Double]? {
            var result: [Double] = []
            for (variant, reference) in ranked {
                guard let one = variant.gap(counts: counts), let other = reference.gap(counts: counts) else {
                    return nil
                }
                result.append(one - other)
            }
            return result
        }
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
        guard let bySeed = differences([Int32](repeating: 1, count: images.count)) else { return nil }
        var means: [Double] = []
        for replicate in 0..<replicates {
            var random = SeededRandom(seed: SeededRandom.word(UInt64(replicate), "paired bootstrap"))
            var counts = [Int32](repeating: 0, count: images.count)
            for _ in images { counts[random.index(below: images.count)] += 1 }
            if let values = differences(counts) { means.append(mean(values)) }
        }
        guard let interval = percentileInterval(means) else { return nil }
        return PairedDifference(value: mean(bySeed), bySeed: bySeed, low: interval.low, high: interval.high)
    }

    init(value: Double, bySeed: [Double], low: Double, high: Double) {
        (self.value, self.bySeed, self.low, self.high) = (value, bySeed, low, high)
    }
}
