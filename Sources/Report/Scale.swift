// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A way from values to places on an axis.
struct Scale {
    /// The value at the axis's beginning.
    var low: Double
    /// The value at its end.
    var high: Double
    /// Whether equal ratios, not equal differences, have equal lengths.
    var isLogarithmic = false

    /// Where a value lies, 0 at the beginning and 1 at the end of the axis; values beyond stay at the nearer end.
    func place(_ value: Double) -> Double {
        let place: Double
        if isLogarithmic {
            place = log(max(value, 1e-300) / low) / log(high / low)
        } else {
            place = (value - low) / (high - low)
        }
        return place.isFinite ? min(max(place, 0), 1) : 0
    }

    /// A linear axis that ends at ticks and holds those of the values that are finite; from 0 to 1 where there are
    /// none.
    static func linear(_ values: some Sequence<Double>, includesZero: Bool = false) -> Scale {
        let finite = values.filter(\.isFinite)
        var low = finite.min() ?? 0
        var high = finite.max() ?? 1
        if includesZero { (low, high) = (min(low, 0), max(high, 0)) }
        if high - low <= 1e-12 * max(abs(low), abs(high)) {
            let margin = low == 0 ? 0.5 : abs(low) * 0.05
            (low, high) = (includesZero && low == 0 ? 0 : low - margin, high + margin)
        }
        let step = tickStep(low, high, count: 4)
        return Scale(low: (low / step).rounded(.down) * step, high: (high / step).rounded(.up) * step)
    }

    /// A logarithmic axis for positive numbers, from a power of ten or a half or fifth of one.
    static func logarithmic(_ values: some Sequence<Double>) -> Scale {
        let positive = values.filter { $0 > 0 && $0.isFinite }
        let low = positive.min() ?? 1
        let high = positive.max() ?? 10
        func border(_ value: Double, up: Bool) -> Double {
            let decade = pow(10, log10(value).rounded(.down))
            let candidates = [1.0, 2, 5, 10].map { $0 * decade }
            let tolerance = 1e-9 * value
            return (up ? candidates.first { $0 >= value - tolerance } : candidates.last { $0 <= value + tolerance })
                ?? value
        }
        let start = border(low, up: false)
        let end = border(high, up: true)
        return Scale(low: start, high: end > start ? end : start * 10, isLogarithmic: true)
    }

    /// The rate axis.
    static let unit = Scale(low: 0, high: 1)

    /// About `count` round values on the axis, with their texts.
    func ticks(_ count: Int = 4) -> [(value: Double, text: String)] {
        if isLogarithmic {
            let decades = log10(high / low)
            let multiples: [Double] = decades > 3 ? [1] : decades > 1.5 ? [1, 3] : [1, 2, 5]
            var values: [Double] = []
            var decade = pow(10, log10(low).rounded(.down))
            while decade <= high * 1.000_001, values.count < 40 {
                values += multiples.map { $0 * decade }.filter { $0 >= low * 0.999_999 && $0 <= high * 1.000_001 }
                decade *= 10
            }
            return values.map { ($0, tickText($0, step: $0)) }
        }
        let step = tickStep(low, high, count: count)
        let first = (low / step - 1e-9).rounded(.up)
        let last = (high / step + 1e-9).rounded(.down)
        guard first.isFinite, last.isFinite, last - first < 100 else { return [] }
        return (Int(first)...max(Int(first), Int(last))).map { index in
            let value = Double(index) * step
            return (value, tickText(value, step: step))
        }
    }
}

/// The round distance (1, 2 or 5 times a power of ten) that cuts a range into about `count` parts.
func tickStep(_ low: Double, _ high: Double, count: Int) -> Double {
    let raw = (high - low) / Double(max(count, 1))
    guard raw > 0, raw.isFinite else { return 1 }
    let decade = pow(10, log10(raw).rounded(.down))
    let factor = [1.0, 2, 5].first { $0 * decade >= raw * 0.999_999 } ?? 10
    return factor * decade
}
