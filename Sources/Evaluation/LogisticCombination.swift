// SPDX-License-Identifier: Apache-2.0

import Foundation

/// p = σ(c₁·z₁ + … + c_K·z_K + b) with c ≥ 0, fitted by cross-entropy to pairs of a picture and a label: stacks several
/// scores and calibrates them at once. K is small.
package struct LogisticCombination: Sendable, Equatable {
    /// c, `[K]`, none below 0.
    package let weights: [Double]
    /// b.
    package let shift: Double

    /// Fits c and b by Newton's method; a score whose weight would be negative is left out and the rest fitted again, and
    /// one that tells nothing has weight 0. Nil without a known pair of each kind.
    ///
    /// - Parameters:
    ///   - scores: K lists of as many scores, each finite.
    ///   - targets: As many targets in 0...1, NaN where unknown.
    package init?(_ scores: [[Float]], targets: [Float]) {
        let known = targets.indices.filter { !targets[$0].isNaN }
        let positives = known.reduce(0.0) { $0 + Double(targets[$1]) }
        let count = Double(known.count)
        guard positives > 0, positives < count else { return nil }
        var active = Array(scores.indices)
        while true {
            // Standardised, so that a weak ridge means the same for every score.
            let standards = active.map { Self.standard(scores[$0], known) }
            let start = [Double](repeating: 0, count: active.count) + [log(positives / (count - positives))]
            let fitted = Self.fit(active.map { scores[$0] }, standards, targets, known, start: start)
            if let worst = active.indices.filter({ fitted[$0] < 0 }).min(by: { fitted[$0] < fitted[$1] }) {
                active.remove(at: worst)
                continue
            }
            var weights = [Double](repeating: 0, count: scores.count)
            var shift = fitted[active.count]
            for (place, score) in active.enumerated() {
                weights[score] = fitted[place] / standards[place].deviation
                shift -= weights[score] * standards[place].mean
            }
            (self.weights, self.shift) = (weights, shift)
            return
        }
    }

    /// The combined logits of scores.
    package func callAsFunction(_ scores: [[Float]]) -> [Float] {
        guard let first = scores.first else { return [] }
        return first.indices.map { pair in
            Float(zip(weights, scores).reduce(shift) { $0 + $1.0 * Double($1.1[pair]) })
        }
    }

    private static func standard(_ scores: [Float], _ known: [Int]) -> (mean: Double, deviation: Double) {
        let count = Double(known.count)
        let mean = known.reduce(0.0) { $0 + Double(scores[$1]) } / count
        let variance = known.reduce(0.0) { $0 + (Double(scores[$1]) - mean) * (Double(scores[$1]) - mean) } / count
        return (mean, variance > 1e-20 ? variance.squareRoot() : 1)
    }

    /// The ridge on standardised weights: it only matters where scores are separable or the same.
    private static let ridge = 1e-3

    private static func fit(
        _ scores: [[Float]], _ standards: [(mean: Double, deviation: Double)], _ targets: [Float], _ known: [Int],
        start: [Double]
    ) -> [Double] {
        let size = start.count
        var point = start
        var (value, gradient, hessian) = sums(scores, standards, targets, known, point)
        for _ in 0..<100 {
            guard let step = solve(hessian, gradient) else { break }
            let gain = zip(gradient, step).reduce(0) { $0 + $1.0 * $1.1 }
            if gain <= 1e-12 * max(1, abs(value)) { break }
            var length = 1.0
            var isBetter = false
            while length > 1e-8, !isBetter {
                let trial = (0..<size).map { point[$0] - length * step[$0] }
                let next = sums(scores, standards, targets, known, trial)
                if next.value <= value - 1e-4 * length * gain {
                    (point, isBetter) = (trial, true)
                    (value, gradient, hessian) = next
                } else {
                    length /= 2
                }
            }
            if !isBetter { break }
        }
        return point
    }

    private static func sums(
        _ scores: [[Float]], _ standards: [(mean: Double, deviation: Double)], _ targets: [Float], _ known: [Int],
        _ point: [Double]
    ) -> (value: Double, gradient: [Double], hessian: [[Double]]) {
        let size = point.count
        var value = 0.0
        var gradient = [Double](repeating: 0, count: size)
        var hessian = [[Double]](repeating: gradient, count: size)
        var row = [Double](repeating: 1, count: size)
        for pair in known {
            var logit = point[size - 1]
            for place in 0..<(size - 1) {
                row[place] = (Double(scores[place][pair]) - standards[place].mean) / standards[place].deviation
                logit += point[place] * row[place]
            }
            let power = exp(-abs(logit))
            let probability = (logit >= 0 ? 1 : power) / (1 + power)
            let target = Double(targets[pair])
            value += max(logit, 0) - target * logit + log1p(power)
            let weight = power / ((1 + power) * (1 + power))
            for place in 0..<size {
                gradient[place] += (probability - target) * row[place]
                for other in 0...place { hessian[place][other] += weight * row[place] * row[other] }
            }
        }
        for place in 0..<size {
            let penalty = place < size - 1 ? ridge : 1e-9
            value += penalty / 2 * point[place] * point[place]
            gradient[place] += penalty * point[place]
            hessian[place][place] += penalty
            for other in 0..<place { hessian[other][place] = hessian[place][other] }
        }
        return (value, gradient, hessian)
    }

    /// H⁻¹·g by elimination with pivots; nil where H is singular.
    private static func solve(_ matrix: [[Double]], _ vector: [Double]) -> [Double]? {
        var (a, b) = (matrix, vector)
        let size = b.count
        for column in 0..<size {
            let pivot = (column..<size).max { abs(a[$0][column]) < abs(a[$1][column]) } ?? column
            if abs(a[pivot][column]) < 1e-300 { return nil }
            a.swapAt(column, pivot)
            b.swapAt(column, pivot)
            for row in (column + 1)..<max(size, column + 1) {
                let factor = a[row][column] / a[column][column]
                for other in column..<size { a[row][other] -= factor * a[column][other] }
                b[row] -= factor * b[column]
            }
        }
        for column in stride(from: size - 1, through: 0, by: -1) {
            for other in (column + 1)..<max(size, column + 1) { b[column] -= a[column][other] * b[other] }
            b[column] /= a[column][column]
        }
        return b
    }
}
