// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Foundation

/// How annotations come to differ from the truth, by two rates that hold for all pictures and labels.
///
/// Given a model's probability p = σ(z) that a label is truly present, the annotation is present with probability
/// p̃ = p·(1 − ρ₁) + (1 − p)·ρ₀. Training p̃ on the annotations trains p towards the truth (Natarajan et al., "Learning
/// with Noisy Labels", NeurIPS 2013; the forward correction of Patrini et al., CVPR 2017, arXiv 1609.03683). The gradient
/// of that cross-entropy by z is p − q, where q is the probability that the label is present given the annotation too.
/// So q can stand in for the target of any loss, which is the expectation step of EM.
public struct AnnotationNoise: Codable, Sendable, Equatable {
    /// ρ₀: the share of absent labels that are annotated as present.
    public var falsePositiveRate: Double
    /// ρ₁: the share of present labels that are annotated as absent.
    public var falseNegativeRate: Double

    enum CodingKeys: String, CodingKey {
        case falsePositiveRate = "false_positive_rate"
        case falseNegativeRate = "false_negative_rate"
    }

    /// Noise of known rates, each at least 0 and together below 1: else an annotation would say the contrary.
    public init(falsePositiveRate: Double, falseNegativeRate: Double) {
        precondition(
            falsePositiveRate >= 0 && falseNegativeRate >= 0 && falsePositiveRate + falseNegativeRate < 1,
            "rates of at least 0 whose sum is below 1")
        self.falsePositiveRate = falsePositiveRate
        self.falseNegativeRate = falseNegativeRate
    }

    /// q: how probably the label is present, in 0...1, by the annotation y and the logit z together. A target between 0
    /// and 1 gives the mean of both cases weighted by it. Where both rates are 0, q is the annotation itself.
    public func posterior(target: Double, logit: Double) -> Double {
        // Evidence adds up in log-odds; rates of 0 make it infinite, and the sigmoid 0 or 1.
        let present = sigmoid(logit + log((1 - falseNegativeRate) / falsePositiveRate))
        let absent = sigmoid(logit + log(falseNegativeRate / (1 - falsePositiveRate)))
        return target * present + (1 - target) * absent
    }

    /// ``posterior(target:logit:)`` of many pairs; NaN where the target is.
    public func posteriors(targets: [Float], logits: [Float]) -> [Float] {
        precondition(targets.count == logits.count, "as many logits as targets")
        return zip(targets, logits).map { target, logit in
            target.isNaN ? .nan : Float(posterior(target: Double(target), logit: Double(logit)))
        }
    }

    /// The share of pairs that are truly positive, from the share π̃ annotated so: (π̃ − ρ₀) / (1 − ρ₀ − ρ₁), at most
    /// 1, and at least π̃ / 20, in case the rates explain all there is.
    public func trueShare(observed: Double) -> Double {
        let share = (observed - falsePositiveRate) / (1 - falsePositiveRate - falseNegativeRate)
        return min(max(share, observed / 20), 1)
    }
}

/// Both rates of ``AnnotationNoise`` as training finds them, by EM over its batches.
///
/// Expected counts of the batches seen so far, older ones fading out, give the rates by which the next step judges. What
/// it begins with is a guess: among many labels some are hardly ever true, and how often those are annotated is the rate
/// of false positives.
public struct AnnotationNoiseEstimate: Sendable, Equatable {
    /// Expected numbers of false positives, absent labels, false negatives and present labels; float32, as checkpoints
    /// hold them.
    public private(set) var counts: [Float]

    /// A guess from the annotations of all pictures, `[N, L]` with NaN where unknown. It weighs as much as `pairs`
    /// pairs, those of one step.
    public init(targets: [Float], labels: Int, pairs: Int) {
        var (present, known) = ([Double](repeating: 0, count: labels), [Double](repeating: 0, count: labels))
        for (index, target) in targets.enumerated() where !target.isNaN {
            present[index % labels] += Double(target)
            known[index % labels] += 1
        }
        let shares = zip(present, known).map { ($0 + 0.5) / ($1 + 1) }.sorted()
        let total = known.reduce(0, +)
        let observed = total > 0 ? present.reduce(0, +) / total : 0.5
        // The tenth part of the labels that are annotated least often; of few labels none need be rare.
        let rarest = shares.isEmpty ? 0.1 : min(shares[(shares.count - 1) / 10], 0.45)
        let noise = AnnotationNoise(
            falsePositiveRate: shares.count < 20 ? min(rarest, observed / 2) : rarest, falseNegativeRate: 0.1)
        let share = noise.trueShare(observed: observed)
        let (positives, negatives) = (Double(max(pairs, 1)) * share, Double(max(pairs, 1)) * (1 - share))
        counts = [
            noise.falsePositiveRate * negatives, negatives, noise.falseNegativeRate * positives, positives,
        ].map { Float($0) }
    }

    /// An estimate whose four ``counts`` are known.
    public init(counts: [Float]) {
        precondition(counts.count == 4, "four counts")
        self.counts = counts
    }

    /// The rates, each at most 0.49, so that an annotation still says something.
    public var noise: AnnotationNoise {
        func rate(_ part: Float, _ whole: Float) -> Double {
            whole > 0 ? min(max(Double(part) / Double(whole), 0), 0.49) : 0
        }
        return AnnotationNoise(
            falsePositiveRate: rate(counts[0], counts[1]), falseNegativeRate: rate(counts[2], counts[3]))
    }

    /// What known pairs add to ``counts``, judged by the rates of `noise`: four counts and, last, the number of pairs.
    /// Targets are NaN where unknown.
    public static func expectedCounts(targets: [Float], logits: [Float], noise: AnnotationNoise) -> [Double] {
        var sums = [Double](repeating: 0, count: 5)
        for (target, logit) in zip(targets, logits) where !target.isNaN {
            let (target, logit) = (Double(target), Double(logit))
            let present = noise.posterior(target: 1, logit: logit)
            let absent = noise.posterior(target: 0, logit: logit)
            sums[0] += target * (1 - present)
            sums[1] += target * (1 - present) + (1 - target) * (1 - absent)
            sums[2] += (1 - target) * absent
            sums[3] += target * present + (1 - target) * absent
            sums[4] += 1
        }
        return sums
    }

    /// Takes in a step's ``expectedCounts(targets:logits:noise:)``, summed over its batches. Older counts fade by a
    /// tenth, or by less where a step has few pairs.
    public mutating func take(_ sums: [Double]) {
        let pairs = sums[4]
        if !(pairs > 0) || !sums.allSatisfy(\.isFinite) { return }
        let decay = exp(-pairs / max(10 * pairs, 20_000))
        counts = zip(counts, sums).map { Float(Double($0) * decay + $1) }
    }
}
