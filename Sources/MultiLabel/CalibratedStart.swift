// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Foundation

/// A temperature τ within `range` and a bias b to start training from, for z = s / τ + b: fitted to the cosines s of a
/// first batch, `[B, L]` in [−1, 1], and as many targets y, each in 0...1 or NaN where unknown. `temperature` fixes τ,
/// and only b is fitted; `noise` says how annotations differ from the truth, whose base rate is wanted. Nil if fewer
/// than two pairs are known, if a cosine is not finite, or if all are equal.
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
    // π, the share of positives, kept half a pair away from 0 and 1.
    let share = noise?.trueShare(observed: positives / count) ?? positives / count
    let rate = min(max(share, 0.5 / count), 1 - 0.5 / count)
    let baseLogit = log(rate / (1 - rate))
    // CLIP's cosines lie close together and are nearly all positive. At the checkpoint's own scale of 100 every negative
    // would start at a probability near 1, and at τ = 1 all would stay near one half for good. The start has to give:
    // - Calm: before anything is learned, no picture should be certain of anything. The logits' standard deviation is 1/2.
    // - Reach: a cosine of 1 must be able to say "certainly". The way from the mean cosine to 1 should be as long as that
    //   from the base rate's logit to a probability of 98 %. This matters where cosines are wide apart.
    let calm = min(2 * deviation, (1 - mean) / (abs(baseLogit) + 4))
    let temperature = temperature ?? min(max(calm, range.lowerBound), range.upperBound)

    // b gives the known pairs' probabilities the mean π. Then the loss starts near the entropy of π, and the first steps
    // need not pull all labels down together.
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
