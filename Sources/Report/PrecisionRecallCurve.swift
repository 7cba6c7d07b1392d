// SPDX-License-Identifier: Apache-2.0

/// Precision and recall where everything from a threshold on is predicted.
struct CurvePoint: Equatable {
    var recall: Double
    var precision: Double
    /// A logit.
    var threshold: Double
}

extension PairTable {
    /// The precision-recall curve of one label, or of all pairs pooled for nil: points of falling threshold, none
    /// without a positive.
    ///
    /// Recall changes only at scores of positives, so these are the thresholds. Where there are more than
    /// `maximumPoints`, some are taken at even distances; each is exact, without all pairs being sorted.
    func precisionRecallCurve(label: Int?, maximumPoints: Int = 300) -> [CurvePoint] {
        curve(maximumPoints) { body in forEachKnown(label, body) }
    }

    /// The same curve of all pairs of some labels.
    func precisionRecallCurve(of isIncluded: (Int) -> Bool) -> [CurvePoint] {
        curve(300) { body in
            for label in 0..<labels where isIncluded(label) { forEachKnown(label, body) }
        }
    }

    private func curve(
        _ maximumPoints: Int, forEachKnown: ((_ score: Double, _ isPositive: Bool) -> Void) -> Void
    ) -> [CurvePoint] {
        var positives: [Double] = []
        forEachKnown { score, isPositive in
            if isPositive { positives.append(score) }
        }
        positives.sort(by: >)
        var ends: [(threshold: Double, count: Int)] = []
        for (index, score) in positives.enumerated() {
            if let last = ends.last, last.threshold == score { ends.removeLast() }
            ends.append((score, index + 1))
        }
        ends = evenlySpaced(ends.count, limit: maximumPoints).map { ends[$0] }
        var negatives = [Int](repeating: 0, count: ends.count)
        forEachKnown { score, isPositive in
            if isPositive { return }
            // The first threshold that the score reaches.
            var (low, high) = (0, ends.count)
            while low < high {
                let middle = (low + high) / 2
                if ends[middle].threshold <= score { high = middle } else { low = middle + 1 }
            }
            if low < ends.count { negatives[low] += 1 }
        }
        var above = 0
        return ends.indices.map { index in
            above += negatives[index]
            let found = Double(ends[index].count)
            return CurvePoint(
                recall: found / Double(positives.count), precision: found / (found + Double(above)),
                threshold: ends[index].threshold)
        }
    }

    @inline(__always) private func forEachKnown(_ label: Int?, _ body: (_ score: Double, _ isPositive: Bool) -> Void) {
        for index in stride(from: label ?? 0, to: scores.count, by: label == nil ? 1 : labels) {
            let target = targets[index]
            if !target.isNaN { body(scores[index], target > 0.5) }
        }
    }
}

/// Up to `limit` indices below `count` at even distances, the first and the last among them.
func evenlySpaced(_ count: Int, limit: Int) -> [Int] {
    guard count > limit, limit > 1 else { return Array(0..<count) }
    return (0..<limit).map { $0 * (count - 1) / (limit - 1) }
}
