// SPDX-License-Identifier: Apache-2.0

/// The non-decreasing step function of least squared error, by pooling adjacent violators (Ayer et al., 1955).
struct IsotonicRegression {
    /// Neighbouring values that are fitted by one number.
    struct Step: Equatable {
        /// The lowest x.
        var low: Double
        /// The highest x.
        var high: Double
        /// The mean of their y.
        var value: Double
        /// How many there are.
        var count: Int
    }

    /// The steps by rising x; their values rise too.
    let steps: [Step]

    /// Fits y to x, in any order, in O(n log n); equal x count as one place with their mean y.
    init(_ points: [(x: Double, y: Double)]) {
        var steps: [Step] = []
        let sorted = points.sorted { $0.x < $1.x }
        var index = 0
        while index < sorted.count {
            let x = sorted[index].x
            var (sum, count) = (0.0, 0)
            while index < sorted.count, sorted[index].x == x {
                sum += sorted[index].y
                count += 1
                index += 1
            }
            var step = Step(low: x, high: x, value: sum / Double(count), count: count)
            // Equal neighbours are one step as well.
            while let last = steps.last, last.value >= step.value {
                let total = Double(last.count + step.count)
                step.value = (last.value * Double(last.count) + step.value * Double(step.count)) / total
                step.low = last.low
                step.count += last.count
                steps.removeLast()
            }
            steps.append(step)
        }
        self.steps = steps
    }

    /// The steps' ends and a point beyond either end, with a `share`, in [0, 1], of another rising curve in it.
    ///
    /// Within a step, and for a while beyond the first and the last, the other curve keeps what is higher higher: a
    /// threshold can then part what scores can part, and no probability is exactly 0 or 1.
    func curve(mixedWith curve: CalibrationCurve, share: Double) -> CalibrationCurve {
        guard let first = steps.first, let last = steps.last else { return curve }
        var places: [(x: Double, value: Double)] = []
        for step in steps {
            places.append((step.low, step.value))
            if step.high > step.low { places.append((step.high, step.value)) }
        }
        // At 40 a plain sigmoid has long been 1.
        let margin = max(40, last.high / 2 - first.low / 2)
        if first.low - margin < first.low { places.insert((first.low - margin, first.value), at: 0) }
        if last.high + margin > last.high { places.append((last.high + margin, last.value)) }
        return .points(
            places.map { place in
                .init(logit: place.x, probability: (1 - share) * place.value + share * curve.probability(of: place.x))
            })
    }
}
