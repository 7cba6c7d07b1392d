// SPDX-License-Identifier: Apache-2.0

/// How much more a label's positives count than its negatives.
public enum PositiveWeighting: String, Sendable, CaseIterable, Codable {
    /// Every label alike.
    case none
    /// Negatives over positives, so that both have the same weight in all: PyTorch's `pos_weight`.
    case balanced
    /// The square root of that.
    case sqrt

    /// Larger weights, and those below one over it, are cut: a label with one positive in a million would make that one
    /// picture the whole training.
    public static let limit = 100.0

    /// One weight for each of L labels, from 1/``limit`` to ``limit``; 1 for labels without positives or without
    /// negatives, and nil for ``none``. The training set's targets y are row major `[N, L]`, each in 0...1 or NaN where
    /// unknown; a soft target is so much of a positive.
    public func weights(targets: [Float], labels: Int) -> [Float]? {
        if self == .none || labels <= 0 { return nil }
        var positives = [Double](repeating: 0, count: labels)
        var negatives = positives
        for (index, target) in targets.enumerated() where !target.isNaN {
            positives[index % labels] += Double(target)
            negatives[index % labels] += 1 - Double(target)
        }
        return zip(positives, negatives).map { positives, negatives in
            if !(positives > 0 && negatives > 0) { return 1 }
            let ratio = negatives / positives
            return Float(min(max(self == .sqrt ? ratio.squareRoot() : ratio, 1 / Self.limit), Self.limit))
        }
    }
}
