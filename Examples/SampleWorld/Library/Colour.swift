// SPDX-License-Identifier: Apache-2.0

import Randomness

/// A colour, each part in [0, 1].
struct Colour: Sendable, Equatable {
    var red: Double
    var green: Double
    var blue: Double
    var alpha = 1.0

    init(_ red: Double, _ green: Double, _ blue: Double, _ alpha: Double = 1) {
        (self.red, self.green, self.blue, self.alpha) = (red, green, blue, alpha)
    }

    /// Hue in turns, saturation and value in [0, 1].
    init(hue: Double, saturation: Double, value: Double) {
        let sector = (hue - hue.rounded(.down)) * 6
        let part = sector - sector.rounded(.down)
        let (p, q, t) = (
            value * (1 - saturation), value * (1 - saturation * part), value * (1 - saturation * (1 - part))
        )
        switch Int(sector) {
        case 0: self.init(value, t, p)
        case 1: self.init(q, value, p)
        case 2: self.init(p, value, t)
        case 3: self.init(p, q, value)
        case 4: self.init(t, p, value)
        default: self.init(value, p, q)
        }
    }

    static let white = Colour(1, 1, 1)
    static let black = Colour(0, 0, 0)

    /// How bright it looks, in [0, 1].
    var luminance: Double { 0.3 * red + 0.59 * green + 0.11 * blue }

    func mixed(_ other: Colour, _ share: Double) -> Colour {
        Colour(
            red + (other.red - red) * share, green + (other.green - green) * share,
            blue + (other.blue - blue) * share, alpha)
    }

    func lighter(_ share: Double) -> Colour { mixed(.white, share) }

    func darker(_ share: Double) -> Colour { mixed(.black, share) }

    func with(alpha: Double) -> Colour { Colour(red, green, blue, alpha) }

    /// How far apart two colours look.
    func distance(_ other: Colour) -> Double {
        let (r, g, b) = (red - other.red, green - other.green, blue - other.blue)
        return (0.3 * r * r + 0.59 * g * g + 0.11 * b * b).squareRoot()
    }

    /// The word that a caption uses.
    var name: String {
        let (high, low) = (max(red, green, blue), min(red, green, blue))
        let saturation = high > 0 ? (high - low) / high : 0
        if high < 0.2 { return "black" }
        if saturation < 0.16 { return high > 0.82 ? "white" : high < 0.36 ? "black" : "grey" }
        let hue = self.hue(high, high - low)
        switch hue {
        case ..<0.045, 0.955...: return high < 0.5 ? "brown" : saturation < 0.5 ? "pink" : "red"
        case ..<0.11: return high < 0.66 ? "brown" : saturation < 0.45 ? "beige" : "orange"
        case ..<0.19: return saturation < 0.4 ? "beige" : high < 0.55 ? "brown" : "yellow"
        case ..<0.44: return "green"
        case ..<0.54: return "turquoise"
        case ..<0.71: return "blue"
        case ..<0.84: return "purple"
        default: return "pink"
        }
    }

    private func hue(_ high: Double, _ spread: Double) -> Double {
        let sector =
            if red == high {
                (green - blue) / spread
            } else if green == high {
                2 + (blue - red) / spread
            } else {
                4 + (red - green) / spread
            }
        let turn = sector / 6
        return turn < 0 ? turn + 1 : turn
    }
}

extension CountedRandom {
    /// True with the given probability.
    mutating func chance(_ probability: Double) -> Bool { uniform(0..<1) < probability }

    /// A number between two, in either order.
    mutating func between(_ low: Double, _ high: Double) -> Double {
        low + (high - low) * uniform(0..<1)
    }

    /// One of the elements, each equally likely; the list is not empty.
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// The index of one of the weights, in proportion to it; the last one where all are zero.
    mutating func weighted(_ weights: [Double]) -> Int {
        var rest = uniform(0..<1) * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            rest -= weight
            if rest < 0 { return index }
        }
        return weights.count - 1
    }

    /// Any colour that a thing in a house may have: bright, pastel, dark or nearly without colour.
    mutating func colour() -> Colour {
        switch below(10) {
        case 0...1: Colour(hue: uniform(0..<1), saturation: between(0, 0.12), value: between(0.7, 1))
        case 2: Colour(hue: uniform(0..<1), saturation: between(0, 0.15), value: between(0.12, 0.6))
        case 3...4: Colour(hue: uniform(0..<1), saturation: between(0.2, 0.45), value: between(0.6, 0.98))
        case 5: Colour(hue: between(0.04, 0.12), saturation: between(0.35, 0.7), value: between(0.3, 0.75))
        default: Colour(hue: uniform(0..<1), saturation: between(0.45, 0.95), value: between(0.3, 0.95))
        }
    }

    /// A colour that can be told from others; the best of ten tries.
    mutating func colour(apart others: [Colour], by distance: Double = 0.24) -> Colour {
        var best = colour()
        var bestDistance = -1.0
        for _ in 0..<10 {
            let candidate = colour()
            let nearest = others.map { candidate.distance($0) }.min() ?? 1
            if nearest >= distance { return candidate }
            if nearest > bestDistance { (best, bestDistance) = (candidate, nearest) }
        }
        return best
    }
}
