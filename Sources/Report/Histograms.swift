// SPDX-License-Identifier: Apache-2.0

import Evaluation

/// One bin of a reliability diagram.
struct ReliabilityBin: Equatable {
    /// Known pairs whose probability lies in the bin.
    var count = 0
    /// The mean probability; 0 in an empty bin.
    var probability = 0.0
    /// The mean target, which is the share of positives; 0 in an empty bin.
    var frequency = 0.0
}

/// The scores of positives and of negatives, counted in bins of equal width.
struct ScoreHistogram: Equatable {
    /// The lower end of the first bin, a logit.
    var low: Double
    /// The upper end of the last bin.
    var high: Double
    /// Pairs a bin; the first and the last bin also hold what lies beyond.
    var positives: [Int]
    var negatives: [Int]
}

extension PairTable {
    /// Known pairs by their probability, in bins of equal width over [0, 1]; p = 1 belongs to the last.
    func reliability(bins: Int = 15) -> [ReliabilityBin] {
        var result = [ReliabilityBin](repeating: ReliabilityBin(), count: bins)
        for index in scores.indices where !targets[index].isNaN {
            let p = probability(index)
            let bin = Int(min(p * Double(bins), Double(bins - 1)))
            result[bin].count += 1
            result[bin].probability += p
            result[bin].frequency += Double(targets[index])
        }
        for bin in result.indices where result[bin].count > 0 {
            result[bin].probability /= Double(result[bin].count)
            result[bin].frequency /= Double(result[bin].count)
        }
        return result
    }

    /// Pictures by their number of annotated and of predicted labels, known pairs only: equally many counts each, up to
    /// the largest number, and from `limit` on all together.
    func labelsPerPicture(limit: Int = 10) -> (annotated: [Int], predicted: [Int]) {
        var annotated = [Int](repeating: 0, count: limit + 1)
        var predicted = annotated
        for image in 0..<images {
            var (present, chosen) = (0, 0)
            for label in 0..<labels {
                let index = image * labels + label
                if targets[index].isNaN { continue }
                if targets[index] > 0.5 { present += 1 }
                if isPredicted(index, label: label) { chosen += 1 }
            }
            annotated[min(present, limit)] += 1
            predicted[min(chosen, limit)] += 1
        }
        let used = (0...limit).last { annotated[$0] + predicted[$0] > 0 } ?? 0
        return (Array(annotated.prefix(used + 1)), Array(predicted.prefix(used + 1)))
    }

    /// The logits of known pairs, if there are any. The bins leave out the outermost 0.1 % of each kind at either end,
    /// which would make the rest too narrow to see; the end bins hold them.
    func scoreHistogram(bins: Int = 48) -> ScoreHistogram? {
        guard let all = knownRange(), let first = usualRange(in: all) else { return nil }
        // Once more, since one bin may have held everything beside a few outliers.
        guard let usual = usualRange(in: first) else { return nil }
        // Nobody cares for differences of less than a tenth; equal scores still need a width.
        let missing = max(0, 0.1 - (usual.high - usual.low)) / 2
        return histogram(bins: bins, over: (usual.low - missing, usual.high + missing))
    }

    /// The part of a range that leaves out 0.1 % of either kind at either end, to the 4096th part.
    private func usualRange(in range: (low: Double, high: Double)) -> (low: Double, high: Double)? {
        guard let fine = histogram(bins: 4096, over: range) else { return nil }
        let width = (fine.high - fine.low) / Double(fine.positives.count)
        var (low, high) = (fine.high, fine.low)
        for counts in [fine.positives, fine.negatives] {
            let total = counts.reduce(0, +)
            if total == 0 { continue }
            var (first, last) = (0, counts.count - 1)
            var below = counts[first]
            while below <= total / 1000 {
                first += 1
                below += counts[first]
            }
            var above = counts[last]
            while above <= total / 1000 {
                last -= 1
                above += counts[last]
            }
            low = min(low, fine.low + Double(first) * width)
            high = max(high, fine.low + Double(last + 1) * width)
        }
        return low < high ? (low, high) : nil
    }

    private func knownRange() -> (low: Double, high: Double)? {
        var (low, high) = (Double.infinity, -Double.infinity)
        for index in scores.indices where !targets[index].isNaN {
            low = min(low, scores[index])
            high = max(high, scores[index])
        }
        guard low <= high else { return nil }
        // Bins have a width even where scores have none.
        let margin = high - low > 1e-9 * max(abs(low), abs(high)) ? 0 : max(abs(low) * 0.01, 0.5)
        return (low - margin, high + margin)
    }

    func histogram(bins: Int, over range: (low: Double, high: Double)?) -> ScoreHistogram? {
        guard let range else { return nil }
        var result = ScoreHistogram(
            low: range.low, high: range.high, positives: Array(repeating: 0, count: bins),
            negatives: Array(repeating: 0, count: bins))
        let scale = Double(bins) / (range.high - range.low)
        for index in scores.indices where !targets[index].isNaN {
            let bin = Int(min(max((scores[index] - range.low) * scale, 0), Double(bins - 1)))
            if targets[index] > 0.5 { result.positives[bin] += 1 } else { result.negatives[bin] += 1 }
        }
        return result
    }
}
