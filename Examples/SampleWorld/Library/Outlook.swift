// SPDX-License-Identifier: Apache-2.0

import Randomness

/// What is far away, and the time of day.
struct Outlook: Sendable, Equatable {
    enum View: Sendable, Equatable { case sea, mountains, city, lake, hills, trees }
    enum Light: Sendable, Equatable { case day, sunset, night }

    var view: View
    var light: Light
    var sky: Colour
    var land: Colour
    var water: Colour
    var accent: Colour
    /// Where the horizon lies, as a share of the frame's height.
    var horizon: Double
    /// Where the sun or the moon stands.
    var sun: Double

    init(view: View, light: Light, using random: inout CountedRandom) {
        self.view = view
        self.light = light
        let hue = random.uniform(0..<1)
        switch light {
        case .day:
            // Clear, overcast, hazy: a sky may be nearly any pale colour, and not only blue.
            sky =
                random.chance(0.45)
                ? Colour(
                    hue: random.between(0.5, 0.64), saturation: random.between(0.2, 0.7), value: random.between(0.6, 1))
                : Colour(hue: hue, saturation: random.between(0, 0.35), value: random.between(0.5, 1))
        case .sunset:
            sky =
                random.chance(0.5)
                ? Colour(
                    hue: random.between(0.94, 1.12), saturation: random.between(0.4, 0.8),
                    value: random.between(0.5, 0.95))
                : Colour(
                    hue: random.between(0.55, 0.95), saturation: random.between(0.15, 0.6),
                    value: random.between(0.35, 0.85))
        case .night:
            sky = Colour(hue: hue, saturation: random.between(0.2, 0.8), value: random.between(0.06, 0.3))
        }
        land = Colour(
            hue: random.between(0.05, 0.5), saturation: random.between(0.15, 0.7), value: random.between(0.25, 0.75))
        water = Colour(
            hue: random.between(0.35, 0.7), saturation: random.between(0.15, 0.75), value: random.between(0.35, 0.85))
        accent = random.colour()
        if light == .night {
            land = land.darker(0.62)
            water = water.darker(0.6)
            accent = accent.darker(0.5)
        }
        if light == .sunset {
            land = land.darker(0.35)
            water = water.mixed(sky, 0.45)
        }
        horizon = random.between(0.42, 0.62)
        sun = random.between(0.18, 0.82)
    }

    /// The labels that it is worth.
    var labels: [WorldLabel] {
        var labels: [WorldLabel] = []
        switch view {
        case .sea: labels.append(.seaView)
        case .mountains: labels.append(.mountainView)
        case .city: labels.append(.cityView)
        case .lake: labels.append(.lakeView)
        case .hills, .trees: break
        }
        switch light {
        case .day: break
        case .sunset: labels.append(.sunset)
        case .night: labels.append(.night)
        }
        return labels
    }
}
