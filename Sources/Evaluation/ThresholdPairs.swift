// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The pairs of a matrix, of which thresholds are fitted to some: one label's, or all.
struct ThresholdPairs<Score: BinaryFloatingPoint> {
    let scores: UnsafeBufferPointer<Score>
    let targets: UnsafeBufferPointer<Float>
    let kind: ScoreKind

    /// Fits a threshold to the known pairs among every `step`-th from `first` on; nil for a global goal, too few
    /// positives or a goal out of reach.
    func fit(
        _ goal: ThresholdGoal, every step: Int, from first: Int, minimumPositives: Int = 1
    ) -> (threshold: Double?, positives: Int) {
        let (words, count, positives) = ranked(every: step, from: first)
        defer { withExtendedLifetime(words) {} }
        guard positives >= minimumPositives, goal != .global else { return (nil, positives) }
        let ranking = UnsafeBufferPointer(start: UnsafePointer(words.pointer), count: count)
        guard let lowest = lowestPredicted(ranking, positives, goal) else { return (nil, positives) }
        return (threshold(justBelow: lowest, every: step, from: first), positives)
    }

    /// The probability that metrics compare with a threshold.
    @inline(__always) private func probability(_ index: Int) -> Double {
        ScoreReading(kind).probability(Double(scores[index]), label: 0)
    }

    /// The known pairs in ascending order of probability.
    ///
    /// A probability's bits are in its own order and leave the two highest free: moved up by one, they make room for
    /// the bit that says which pairs are positives.
    private func ranked(every step: Int, from first: Int) -> (words: Scratch<UInt64>, count: Int, positives: Int) {
        let places = (targets.count - first + step - 1) / step
        // One more than pairs: each is written, and only a known one moves the end on.
        var words = Scratch<UInt64>(count: places + 1)
        var count = 0
        var positives = 0
        for index in stride(from: first, to: targets.count, by: step) {
            let target = targets[index]
            let isPositive = target > 0.5
            words.pointer[count] = probability(index).bitPattern << 1 | (isPositive ? 1 : 0)
            count &+= target.isNaN ? 0 : 1
            positives &+= isPositive ? 1 : 0
        }
        var spare = Scratch<UInt64>(count: count + 1)
        radixSort(&words, &spare, count: count, lowestBit: 0)
        return (words, count, positives)
    }

    /// The lowest probability that the goal's best cut takes in; nil where no cut reaches the goal.
    private func lowestPredicted(
        _ ranking: UnsafeBufferPointer<UInt64>, _ positives: Int, _ goal: ThresholdGoal
    ) -> Double? {
        var best: (probability: Double, found: Int, size: Int)?
        var found = 0
        var index = ranking.count
        while index > 0, found < positives || goal.mayGoOnWithoutPositives {
            // Equal probabilities are taken in together.
            let bits = ranking[index - 1] >> 1
            while index > 0, ranking[index - 1] >> 1 == bits {
                found += Int(ranking[index - 1] & 1)
                index -= 1
            }
            let predicted = ranking.count - index
            let cut = (probability: Double(bitPattern: bits), found: found, size: predicted + positives)
            switch goal {
            case .maximumF1, .global:
                // F1 is 2 · found / (predicted + positives), compared without rounding.
                guard found > 0 else { continue }
                if let best, !isLarger(cut.found, best.size, than: best.found, cut.size) { continue }
                best = cut
            case .precision(let rate):
                if ratio(found, predicted) >= rate { best = cut }
            case .recall(let rate):
                if ratio(found, positives) >= rate { return cut.probability }
            }
        }
        return best?.probability
    }

    /// A threshold that takes in the pairs of at least this probability and none below, as far from both as can be.
    private func threshold(justBelow lowest: Double, every step: Int, from first: Int) -> Double {
        var above = Double.infinity
        var below = -Double.infinity
        var nextProbability = -1.0
        for index in stride(from: first, to: targets.count, by: step) where !targets[index].isNaN {
            let probability = probability(index)
            let score = Double(scores[index])
            if probability == lowest {
                above = min(above, score)
            } else if probability < lowest {
                below = max(below, score)
                nextProbability = max(nextProbability, probability)
            }
        }
        guard nextProbability >= 0 else { return lowest }
        let middle =
            switch kind {
            case .logits: sigmoid(above / 2 + below / 2)
            case .probabilities: middleInLogits(below, above)
            case .logProbabilities: middleInLogits(exponential(below), exponential(above))
            }
        // Where the two are neighbours among double numbers, rounding may fall on the lower.
        return middle > nextProbability && middle <= lowest ? middle : lowest
    }
}

extension ThresholdGoal {
    /// Whether taking in more than all positives can serve the goal: a precision may still be kept.
    fileprivate var mayGoOnWithoutPositives: Bool { if case .precision = self { true } else { false } }
}

/// The probability whose logit is the mean of two logits; the plain mean where one of them is infinite.
private func middleInLogits(_ low: Double, _ high: Double) -> Double {
    let middle = (logit(low) + logit(high)) / 2
    return middle.isFinite ? sigmoid(middle) : (low + high) / 2
}

/// Whether a · b > c · d for counts whose products may need more than 64 bits.
private func isLarger(_ a: Int, _ b: Int, than c: Int, _ d: Int) -> Bool {
    let left = a.multipliedFullWidth(by: b)
    let right = c.multipliedFullWidth(by: d)
    return (left.high, left.low) > (right.high, right.low)
}
