// SPDX-License-Identifier: Apache-2.0

/// How a label's logits become calibrated probabilities: a curve that never falls.
public enum CalibrationCurve: Sendable, Equatable {
    /// p = σ(scale · z + shift), with a scale above 0.
    case logistic(scale: Double, shift: Double)
    /// Straight lines between points, and the first or last point's probability beyond them.
    case points([Point])

    /// A logit with its probability.
    public struct Point: Sendable, Equatable {
        /// z.
        public let logit: Double
        /// p, in [0, 1].
        public let probability: Double

        /// A point of a curve.
        public init(logit: Double, probability: Double) {
            self.logit = logit
            self.probability = probability
        }
    }

    /// The plain sigmoid, p = σ(z), to the last bit.
    public static let plain = CalibrationCurve.logistic(scale: 1, shift: 0)

    /// The calibrated probability, in [0, 1], of a logit, finite or infinite; of a larger logit never a smaller one.
    public func probability(of logit: Double) -> Double {
        switch self {
        case .logistic(let scale, let shift): return sigmoid(scale * logit + shift)
        case .points(let points):
            guard let first = points.first, let last = points.last else { return sigmoid(logit) }
            if !(logit > first.logit) { return first.probability }
            if logit >= last.logit { return last.probability }
            // The first point beyond the logit.
            var (low, high) = (1, points.count - 1)
            while low < high {
                let middle = (low + high) / 2
                if points[middle].logit > logit { high = middle } else { low = middle + 1 }
            }
            let (before, after) = (points[low - 1], points[low])
            // Halves, since the difference of two finite numbers may not be one.
            let share = (logit / 2 - before.logit / 2) / (after.logit / 2 - before.logit / 2)
            return min(before.probability + (after.probability - before.probability) * share, after.probability)
        }
    }

    /// A threshold that decides by this curve as `threshold` does by the curve `old`; both are probabilities in [0, 1].
    ///
    /// Both curves rise with the logit, so what reaches the old threshold under the old curve is what reaches the new
    /// one under the new. The old threshold may be some picture's own probability: it is taken a few representable
    /// numbers lower, and its logit by the 10¹⁰-th part, far less than single-precision logits differ by, so that
    /// rounding cannot leave that picture out.
    public func threshold(for threshold: Double, under old: CalibrationCurve) -> Double {
        if threshold <= 0 { return 0 }
        let logit = old.logit(of: max(0, threshold - 4 * threshold.ulp))
        return probability(of: logit.isFinite ? logit - 1e-10 * max(1, abs(logit)) : logit)
    }

    /// The lowest logit of at least this probability; infinite where there is none.
    func logit(of probability: Double) -> Double {
        switch self {
        case .logistic(let scale, let shift): return (Evaluation.logit(probability) - shift) / scale
        case .points(let points):
            guard let index = points.firstIndex(where: { $0.probability >= probability }) else { return .infinity }
            guard index > 0 else { return -.infinity }
            let (before, after) = (points[index - 1], points[index])
            let share = (probability - before.probability) / (after.probability - before.probability)
            return before.logit * (1 - share) + after.logit * share
        }
    }
}

/// How scores are read as probabilities: what kind they are, and for logits the labels' curves.
public struct ScoreReading: Sendable, Equatable {
    /// What the scores are.
    public let kind: ScoreKind
    /// A curve for each label, in label order; nil for the plain sigmoid. Only logits have any.
    public let curves: [CalibrationCurve]?

    /// A reading of scores; curves, one for each label, count for logits only.
    public init(_ kind: ScoreKind, curves: [CalibrationCurve]? = nil) {
        self.kind = kind
        self.curves = kind == .logits ? curves : nil
    }

    /// The probability, in [0, 1], that thresholds, calibration error and Brier score are about.
    @inline(__always) public func probability(_ score: Double, label: Int) -> Double {
        switch kind {
        case .logits: curves.map { $0[label].probability(of: score) } ?? sigmoid(score)
        // The sum turns −0, whose bits would be the largest of all, into 0.
        case .probabilities: score + 0
        case .logProbabilities: exponential(score)
        }
    }
}
