// SPDX-License-Identifier: Apache-2.0

/// One smooth convex function's way to its minimum by L-BFGS (Nocedal and Wright, Numerical Optimization, algorithm
/// 7.5), as steps that somebody else evaluates: so that many functions can share the evaluation.
package struct LimitedMemoryBFGS {
    private struct Pair {
        let step: [Double]
        let change: [Double]
        let inverse: Double
    }

    /// Where the function is to be evaluated next; at the end, the minimum.
    package private(set) var trial: [Double]
    /// Whether ``trial`` is as good as the minimum.
    package private(set) var isDone = false
    private let tolerance: Double
    private let maximumIterations: Int
    private var point: [Double]
    private var value = Double.infinity
    private var gradient: [Double] = []
    private var direction: [Double] = []
    private var slope = 0.0
    private var stepLength = 1.0
    private var shortenings = 0
    private var iterations = 0
    private var pairs: [Pair] = []

    private static let memory = 8

    /// A way that begins at `start`, in variables whose second derivatives are about 1, and is over when the norm of the
    /// gradient is `tolerance`.
    package init(start: [Double], tolerance: Double, maximumIterations: Int) {
        (trial, point) = (start, start)
        (self.tolerance, self.maximumIterations) = (tolerance, maximumIterations)
    }

    /// Takes the function's value and gradient at ``trial`` and moves on.
    package mutating func receive(value newValue: Double, gradient newGradient: [Double]) {
        if gradient.isEmpty {
            (value, gradient) = (newValue, newGradient)
        } else if newValue <= value + 1e-4 * stepLength * slope {
            let step = direction.map { $0 * stepLength }
            let change = zip(newGradient, gradient).map { $0 - $1 }
            let curvature = dot(step, change)
            if curvature > 1e-12 * (dot(step, step) * dot(change, change)).squareRoot() {
                if pairs.count == Self.memory { pairs.removeFirst() }
                pairs.append(Pair(step: step, change: change, inverse: 1 / curvature))
            }
            (point, value, gradient) = (trial, newValue, newGradient)
            iterations += 1
            shortenings = 0
        } else {
            shortenings += 1
            // The minimum of the parabola through what is known, within reason.
            let bend = newValue - value - stepLength * slope
            let best = bend > 0 ? -slope * stepLength / (2 * bend) : 0.5
            stepLength *= min(0.5, max(0.1, best.isFinite ? best : 0.1))
            // Rounding is all that is left to be gained.
            if shortenings > 20 { return finish() }
            trial = zip(point, direction).map { $0 + stepLength * $1 }
            return
        }
        let norm = dot(gradient, gradient).squareRoot()
        if norm <= tolerance || iterations >= maximumIterations { return finish() }
        direction = descent()
        slope = dot(direction, gradient)
        if slope >= 0 {
            pairs = []
            direction = gradient.map { -$0 }
            slope = -norm * norm
        }
        stepLength = pairs.isEmpty ? min(1, 1 / norm) : 1
        trial = zip(point, direction).map { $0 + stepLength * $1 }
    }

    private mutating func finish() {
        trial = point
        isDone = true
    }

    /// -H · gradient with H from the pairs.
    private func descent() -> [Double] {
        var result = gradient.map { -$0 }
        guard let last = pairs.last else { return result }
        var factors: [Double] = []
        for pair in pairs.reversed() {
            let factor = pair.inverse * dot(pair.step, result)
            factors.append(factor)
            for index in result.indices { result[index] -= factor * pair.change[index] }
        }
        let scale = 1 / (last.inverse * dot(last.change, last.change))
        for index in result.indices { result[index] *= scale }
        for (pair, factor) in zip(pairs, factors.reversed()) {
            let other = pair.inverse * dot(pair.change, result)
            for index in result.indices { result[index] += (factor - other) * pair.step[index] }
        }
        return result
    }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for index in a.indices { sum += a[index] * b[index] }
    return sum
}
