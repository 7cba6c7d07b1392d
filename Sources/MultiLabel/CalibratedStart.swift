// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Foundation

/// A temperature and a bias to start training from, fitted to the cosines of a first batch.
///
/// CLIP's cosines lie close together and are nearly all positive, whatever the picture and the text say. At the
/// checkpoint's own scale of 100 every negative therefore starts at a probability near 1, and without tempering (τ = 1)
/// all stay near one half for good. What the start has to give is:
///
/// - **Calm**: before anything is learned, no picture should be certain of anything. The logits' standard deviation is
///   1/2, so τ is twice that of the cosines.
/// - **Reach**: a cosine of 1 must be able to say "certainly". From where the logits begin, around log(π / (1 − π)) for
///   a share π of positives, it is |log(π / (1 − π))| + 4 up to a probability of 98 %, and the way from the mean cosine
///   to 1 should be that long: τ is at most (1 − mean) over it. This matters where cosines are wide apart.
/// - **The base rate**: b is such that the probabilities of the known pairs have the mean π. Then the loss starts near
///   the entropy of π, and the first steps need not pull all labels down together.
///
/// - Parameters:
///   - similarities: s, the cosines of a batch, `[B, L]`, in [−1, 1].
///   - targets: y, as many, each in 0...1 or NaN where unknown.
///   - temperature: τ, if it is to be this one, and only b is wanted.
///   - noise: How annotations differ from the truth, whose base rate is wanted; nil if they do not.
///   - range: Where the model keeps τ.
/// - Returns: τ in `range` and b for z = s / τ + b; nil if fewer than two pairs are known, if a cosine is not finite, or
///   if all are equal. Where no pair or every pair is positive, π is taken as half a pair away from that.
/// - Precondition: There are as many targets as similarities.
public func calibratedStart(
    similarities: [Float], targets: [Float], temperature: Double? = nil, noise: AnnotationNoise? = nil,
    range: ClosedRange<Double> = 0.01...1
) -> (temperature: Double, bias: Double)? {
    precondition(similarities.count == targets.count, "as many targets as similarities")
    var cosines: [Double] = []
    var positives = 0.0
    for (similarity, target) in zip(similarities, targets) where !target.isNaN {
        cosines.append(Double(similarity))
        positives += Double(target)
    }
    let count = Double(cosines.count)
    if cosines.count < 2 || !cosines.allSatisfy(\.isFinite) || !positives.isFinite { return nil }
    let mean = cosines.reduce(0, +) / count
    let deviation = (cosines.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
    // Float32 cosines that should be equal differ in their last digits.
    if deviation < 1e-6 { return nil }
    let share = noise?.trueShare(observed: positives / count) ?? positives / count
    let rate = min(max(share, 0.5 / count), 1 - 0.5 / count)
    let baseLogit = log(rate / (1 - rate))
    let calm = min(2 * deviation, (1 - mean) / (abs(baseLogit) + 4))
    let temperature = temperature ?? min(max(calm, range.lowerBound), range.upperBound)

    // With b at the lower end every logit is at most the base rate's, and at the upper end at least that.
    var low = baseLogit
    var high = baseLogit
    for cosine in cosines {
        low = min(low, baseLogit - cosine / temperature)
        high = max(high, baseLogit - cosine / temperature)
    }
    for _ in 0..<60 where high - low > 1e-9 {
        let middle = (low + high) / 2
        let total = cosines.reduce(0) { $0 + sigmoid($1 / temperature + middle) }
        if total < rate * count { low = middle } else { high = middle }
    }
    return (temperature, (low + high) / 2)
}
