// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What the runs of several seeds say together.
public struct SeedSummary: Sendable, Equatable {
    /// How many runs.
    public let count: Int
    /// Their mean.
    public let mean: Double
    /// The least.
    public let minimum: Double
    /// The greatest.
    public let maximum: Double
    /// Half the width of the 95 % t-interval of the mean; nil below three runs, where it says next to nothing.
    public let halfWidth: Double?

    /// Summarises runs.
    ///
    /// - Parameter values: A number a run; nil comes of none.
    public init?(_ values: [Double]) {
        guard let first = values.first else { return nil }
        count = values.count
        mean = values.reduce(0, +) / Double(values.count)
        minimum = values.reduce(first, min)
        maximum = values.reduce(first, max)
        guard values.count >= 3 else {
            halfWidth = nil
            return
        }
        let mean = mean
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
        halfWidth = studentQuantile(0.975, degreesOfFreedom: values.count - 1) * (variance / Double(count)).squareRoot()
    }
}

/// The value below which Student's t lies with a probability.
///
/// - Parameters:
///   - probability: In [0.5, 1).
///   - degreesOfFreedom: At least 1.
/// - Returns: The quantile, to about 1e-9.
public func studentQuantile(_ probability: Double, degreesOfFreedom: Int) -> Double {
    precondition(probability >= 0.5 && probability < 1 && degreesOfFreedom >= 1, "a quantile in the upper half")
    var (low, high) = (0.0, 1.0)
    while studentProbability(high, degreesOfFreedom) < probability, high < 1e9 { high *= 2 }
    for _ in 0..<200 {
        let middle = (low + high) / 2
        if studentProbability(middle, degreesOfFreedom) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
}

/// P(T ≤ t) for t ≥ 0 by the finite sums of Abramowitz & Stegun 26.7.3 and 26.7.4.
private func studentProbability(_ t: Double, _ degrees: Int) -> Double {
    let angle = atan(t / Double(degrees).squareRoot())
    let (sine, cosine) = (sin(angle), cos(angle))
    var sum = 0.0
    var term = degrees % 2 == 0 ? 1.0 : cosine
    var index = degrees % 2 == 0 ? 2 : 3
    if degrees > 1 {
        sum = term
        while index < degrees {
            term *= cosine * cosine * Double(index - 1) / Double(index)
            sum += term
            index += 2
        }
    }
    let central = degrees % 2 == 0 ? sine * sum : 2 / Double.pi * (angle + sine * sum)
    return (1 + central) / 2
}

/// The interval between two percentiles of replicates, interpolated linearly as `numpy.percentile` does.
///
/// - Parameter replicates: Any order; nil comes of none.
/// - Returns: The 2.5th and the 97.5th percentile.
func percentileInterval(_ replicates: [Double]) -> (low: Double, high: Double)? {
    let sorted = replicates.sorted()
    guard !sorted.isEmpty else { return nil }
    func value(_ fraction: Double) -> Double {
        let place = fraction * Double(sorted.count - 1)
        let low = Int(place)
        let high = min(low + 1, sorted.count - 1)
        return sorted[low] + (sorted[high] - sorted[low]) * (place - Double(low))
    }
    return (value(0.025), value(0.975))
}
