// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Scores of known pairs in one or more groups, each with whether it is a positive.
struct CalibrationPairs: Sendable {
    var logits: [Double] = []
    var isPositive: [Bool] = []

    var positives: Int { isPositive.count { $0 } }
}

/// Fits σ(a·u + b) to pairs by Newton's method with backtracking, after Lin, Lin & Weng, "A note on Platt's
/// probabilistic outputs for support vector machines" (Machine Learning 68, 2007).
///
/// Targets are Platt's: (N₊ + 1)/(N₊ + 2) for positives and 1/(N₋ + 2) for negatives, so that separable scores have a
/// finite optimum. u = (z − mean)/deviation is the standardised logit, in which the penalty
/// λ/2 · ((a − a₀)² + (b − b₀)²) pulls a label's fit towards that of all labels together.
struct PlattScaling {
    /// Where u is 0, and how long its unit is.
    struct Standard: Sendable {
        let mean: Double
        let deviation: Double

        /// The mean and standard deviation of logits; nil where they are all equal or too large to square.
        init?(_ groups: [CalibrationPairs]) {
            let count = Double(groups.reduce(0) { $0 + $1.logits.count })
            guard count > 0 else { return nil }
            let mean = groups.reduce(0) { $0 + $1.logits.reduce(0) { $0 + $1 / count } }
            let variance = groups.reduce(0) { $0 + $1.logits.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / count } }
            guard mean.isFinite, variance.isFinite, variance.squareRoot() > 1e-12 * abs(mean) else { return nil }
            self.mean = mean
            deviation = variance.squareRoot()
        }
    }

    /// a and b of σ(a·u + b).
    struct Line: Sendable, Equatable {
        var slope: Double
        var height: Double
    }

    let standard: Standard
    /// λ.
    var penalty = 0.0
    /// a₀ and b₀.
    var center = Line(slope: 0, height: 0)
    var workers = 1

    /// The line in terms of z; nil where it does not rise.
    func curve(_ line: Line) -> CalibrationCurve? {
        let scale = line.slope / standard.deviation
        let shift = line.height - line.slope * standard.mean / standard.deviation
        guard scale > 0, scale.isFinite, shift.isFinite else { return nil }
        return .logistic(scale: scale, shift: shift)
    }

    /// The sums of the objective and its derivatives over the pairs.
    private struct Sums {
        var loss = 0.0
        var bySlope = 0.0
        var byHeight = 0.0
        var slopeSlope = 0.0
        var slopeHeight = 0.0
        var heightHeight = 0.0
    }

    /// The optimum; nil where no finite one is found.
    func fit(_ groups: [CalibrationPairs]) -> Line? {
        let positives = groups.reduce(0) { $0 + $1.positives }
        let count = groups.reduce(0) { $0 + $1.logits.count }
        let negatives = count - positives
        let targets = (
            positive: (Double(positives) + 1) / (Double(positives) + 2), negative: 1 / (Double(negatives) + 2)
        )
        var line = Line(slope: 0, height: log((Double(positives) + 1) / (Double(negatives) + 1)))
        var here = sums(groups, targets, line)
        for _ in 0..<100 {
            // What Lin, Lin & Weng add keeps the matrix regular where all scores are equal.
            let (a, b, c) = (here.slopeSlope + 1e-12, here.slopeHeight, here.heightHeight + 1e-12)
            let determinant = a * c - b * b
            guard determinant > 0 else { return nil }
            let step = Line(
                slope: -(c * here.bySlope - b * here.byHeight) / determinant,
                height: -(a * here.byHeight - b * here.bySlope) / determinant)
            let gain = here.bySlope * step.slope + here.byHeight * step.height
            // What is left to gain is lost in the rounding of the sum, and the last step squares the error.
            if -gain <= 1e-13 * here.loss {
                line = Line(slope: line.slope + step.slope, height: line.height + step.height)
                return line.slope.isFinite && line.height.isFinite ? line : nil
            }
            var size = 1.0
            while true {
                let next = Line(slope: line.slope + size * step.slope, height: line.height + size * step.height)
                let there = sums(groups, targets, next)
                if there.loss < here.loss + 1e-4 * size * gain {
                    (line, here) = (next, there)
                    break
                }
                size /= 2
                // No step that is to be seen lowers the loss: this is the optimum, as far as rounding tells.
                if size < 1e-10 { return line.slope.isFinite && line.height.isFinite ? line : nil }
            }
        }
        return line.slope.isFinite && line.height.isFinite ? line : nil
    }

    private func sums(
        _ groups: [CalibrationPairs], _ targets: (positive: Double, negative: Double), _ line: Line
    ) -> Sums {
        // Added up in order, whatever the number of threads.
        let parts = mapIndices(below: groups.count, workers: workers) { sums(groups[$0], targets, line) }
        let slope = line.slope - center.slope
        let height = line.height - center.height
        var total = Sums(
            loss: penalty / 2 * (slope * slope + height * height), bySlope: penalty * slope, byHeight: penalty * height,
            slopeSlope: penalty, slopeHeight: 0, heightHeight: penalty)
        for part in parts {
            total.loss += part.loss
            total.bySlope += part.bySlope
            total.byHeight += part.byHeight
            total.slopeSlope += part.slopeSlope
            total.slopeHeight += part.slopeHeight
            total.heightHeight += part.heightHeight
        }
        return total
    }

    private func sums(
        _ pairs: CalibrationPairs, _ targets: (positive: Double, negative: Double), _ line: Line
    ) -> Sums {
        var sums = Sums()
        for index in pairs.logits.indices {
            let u = (pairs.logits[index] - standard.mean) / standard.deviation
            let target = pairs.isPositive[index] ? targets.positive : targets.negative
            let value = line.slope * u + line.height
            // log(1 + e^v) − t·v and its derivatives, from one exponential that cannot overflow.
            let power = exp(-abs(value))
            let probability = (value >= 0 ? 1 : power) / (1 + power)
            let weight = power / ((1 + power) * (1 + power))
            sums.loss += max(value, 0) - target * value + log1p(power)
            sums.bySlope += (probability - target) * u
            sums.byHeight += probability - target
            sums.slopeSlope += weight * u * u
            sums.slopeHeight += weight * u
            sums.heightHeight += weight
        }
        return sums
    }
}
