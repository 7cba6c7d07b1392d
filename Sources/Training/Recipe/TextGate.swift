// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Whether scores know anything of labels: the mean over labels of the area under the ROC curve, against the ½ of
/// scores that know nothing.
struct TextGate {
    /// The mean of the labels' areas, in [0, 1]; nil where no label has both kinds of pictures.
    let area: Double?
    /// (area − ½) over its standard error.
    let significance: Double

    /// By this many standard errors the area has to be above ½.
    static let threshold = 2.5

    /// Whether the scores know anything.
    var isOpen: Bool { significance > Self.threshold }

    /// Looks at scores of annotated pictures.
    ///
    /// The standard error is the larger of two: by the spread of the labels' areas, and by what each area of unrelated
    /// scores varies, (n₊ + n₋ + 1) / (12·n₊·n₋) (Mann & Whitney, 1947).
    ///
    /// - Parameters:
    ///   - scores: `[N, L]`, row major.
    ///   - targets: As many, in 0...1 or NaN where unknown.
    ///   - labels: L.
    init(_ scores: [Float], targets: [Float], labels: Int) {
        var areas: [Double] = []
        var variance = 0.0
        for label in 0..<labels {
            var column: [(score: Float, isPositive: Bool)] = []
            for pair in stride(from: label, to: scores.count, by: labels) where !targets[pair].isNaN {
                column.append((scores[pair], targets[pair] > 0.5))
            }
            let positives = Double(column.count { $0.isPositive })
            let negatives = Double(column.count) - positives
            if positives == 0 || negatives == 0 { continue }
            column.sort { $0.score < $1.score }
            var (rankSum, first) = (0.0, 0)
            while first < column.count {
                var end = first
                while end < column.count, column[end].score == column[first].score { end += 1 }
                let rank = Double(first + end + 1) / 2  // the mean rank of a block of equals, from 1
                rankSum += rank * Double(column[first..<end].count { $0.isPositive })
                first = end
            }
            areas.append((rankSum - positives * (positives + 1) / 2) / (positives * negatives))
            variance += (positives + negatives + 1) / (12 * positives * negatives)
        }
        guard !areas.isEmpty else {
            (area, significance) = (nil, 0)
            return
        }
        let count = Double(areas.count)
        let mean = areas.reduce(0, +) / count
        let spread = areas.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, count - 1) / count
        area = mean
        significance = (mean - 0.5) / max(spread, variance / (count * count), 1e-12).squareRoot()
    }
}
