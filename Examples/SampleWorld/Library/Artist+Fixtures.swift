// SPDX-License-Identifier: Apache-2.0

/// What makes a place that place, beside its furniture; it has no label of its own.
enum Fixture: Sendable, Equatable, CaseIterable {
    case kitchenUnits, restaurantTables, barCounter, receptionDesk, gymMachines, stairs
    case railing, pergola, flowerBeds, parkedCars, tennisNet, swings
}

extension Artist {
    mutating func draw(_ fixture: Fixture, _ look: Look) {
        switch fixture {
        case .kitchenUnits: kitchenUnits(look)
        case .restaurantTables: restaurantTables(look)
        case .barCounter: barCounter(look)
        case .receptionDesk: receptionDesk(look)
        case .gymMachines: gymMachines(look)
        case .stairs: stairs(look)
        case .railing: railing(look)
        case .pergola: pergola(look)
        case .flowerBeds: flowerBeds(look)
        case .parkedCars: parkedCars(look)
        case .tennisNet: tennisNet(look)
        case .swings: swings(look)
        }
    }

    /// Cupboards above and below, a stove with a hood.
    private mutating func kitchenUnits(_ k: Look) {
        c.shadow(0.5, 0.98, 0.55, 0.05)
        let stove = k.style == 0 ? 0.36 : 0.62
        for index in 0..<5 {
            let x = 0.2 * Double(index)
            if abs(x - stove) > 0.15 {
                c.rect(x, 0.0, 0.195, 0.32)
                c.fill(k.main)
                c.rect(x + 0.15, 0.2, 0.015, 0.08)
                c.flat(Artist.metal)
            }
            c.rect(x, 0.6, 0.195, 0.4)
            c.fill(k.main)
            c.rect(x + 0.05, 0.65, 0.1, 0.02)
            c.flat(Artist.metal)
        }
        c.rect(-0.02, 0.55, 1.04, 0.06)
        c.fill(k.second)
        c.polygon([(stove + 0.06, 0), (stove + 0.18, 0), (stove + 0.26, 0.28), (stove - 0.02, 0.28)])
        c.fill(Artist.metal)
        c.rect(stove, 0.56, 0.24, 0.44)
        c.fill(Artist.metal.darker(0.3))
        c.rect(stove + 0.03, 0.7, 0.18, 0.22)
        c.fill(.black.lighter(0.1))
        for x in [0.03, 0.09, 0.15, 0.21] {
            c.disc(stove + x, 0.635, 0.02)
            c.flat(.black)
        }
        c.rect(stove + 0.02, 0.46, 0.12, 0.09)
        c.fill(k.accent)
        c.rod([(stove + 0.14, 0.49), (stove + 0.22, 0.48)], .black.lighter(0.2), 0.02)
        for index in 0..<3 {
            c.rect((stove > 0.5 ? 0.08 : 0.75) + 0.06 * Double(index), 0.46, 0.045, 0.09, r: 0.01)
            c.fill([k.accent, k.second.lighter(0.4), k.accent.darker(0.3)][index])
        }
    }

    /// Small tables in rows, laid, with chairs.
    private mutating func restaurantTables(_ k: Look) {
        let places: [(Double, Double, Double)] =
            k.style == 0
            ? [(0.1, 0.0, 0.3), (0.6, 0.0, 0.3), (-0.02, 0.34, 0.48), (0.54, 0.34, 0.48)]
            : [(0.0, 0.04, 0.3), (0.36, 0.0, 0.28), (0.7, 0.04, 0.3), (0.24, 0.36, 0.52)]
        for (x, y, w) in places {
            c.within(x, y, w, w * 1.25) {
                c.shadow(0.5, 0.97, 0.5, 0.1)
                c.within(0, 0.1, 0.26, 0.85) { chair(k.accent, fromBehind: false) }
                c.within(0.74, 0.1, 0.26, 0.85) { chair(k.accent, fromBehind: false) }
                c.polygon([(0.14, 0.42), (0.86, 0.42), (0.8, 0.9), (0.2, 0.9)])
                c.fill(k.main.darker(0.08))
                c.ellipse(0.5, 0.42, 0.38, 0.12)
                c.fill(k.main.lighter(0.2))
                for px in [0.34, 0.66] {
                    c.ellipse(px, 0.42, 0.1, 0.04)
                    c.fill(.white)
                }
                c.polygon([(0.46, 0.4), (0.5, 0.14), (0.54, 0.4)])
                c.fill(k.second)
            }
        }
    }

    /// Shelves of bottles, a counter, stools.
    private mutating func barCounter(_ k: Look) {
        c.rect(0.04, 0, 0.92, 0.46)
        c.fill(k.second.darker(0.35))
        for row in 0..<3 {
            let y = 0.14 + 0.15 * Double(row)
            for index in 0..<13 {
                let x = 0.065 + 0.068 * Double(index)
                let tall = random.between(0.07, 0.11)
                let glass = random.colour()
                c.rect(x, y - tall, 0.036, tall, r: 0.008)
                c.fill(glass)
                c.rect(x + 0.011, y - tall - 0.03, 0.014, 0.035)
                c.flat(glass.darker(0.2))
            }
            c.rect(0.04, y, 0.92, 0.016)
            c.flat(k.second.lighter(0.35))
        }
        c.rect(0, 0.52, 1, 0.4)
        c.fill(k.main)
        for x in [0.2, 0.4, 0.6, 0.8] {
            c.move(x, 0.58)
            c.line(x, 0.92)
        }
        c.hairline(k.main.darker(0.5), pixels: 1.2)
        c.rect(-0.02, 0.48, 1.04, 0.07, r: 0.01)
        c.fill(k.second)
        for index in 0..<3 {
            let x = 0.2 + 0.3 * Double(index)
            c.rod([(x, 0.66), (x, 0.98)], Artist.metal, 0.03)
            c.ellipse(x, 0.985, 0.06, 0.015)
            c.fill(Artist.metal)
            c.rect(x - 0.075, 0.6, 0.15, 0.07, r: 0.03)
            c.fill(k.accent)
        }
        // A beer tap.
        c.rod([(0.5, 0.49), (0.5, 0.36), (0.56, 0.36)], Artist.metal.lighter(0.3), 0.025)
    }

    /// A reception desk with a bell, key boxes and a clock behind it, a column on either side.
    private mutating func receptionDesk(_ k: Look) {
        c.rect(0.22, 0.02, 0.56, 0.36)
        c.fill(k.second.darker(0.2))
        for row in 0..<3 {
            for column in 0..<7 {
                c.rect(0.24 + 0.077 * Double(column), 0.04 + 0.11 * Double(row), 0.06, 0.09)
                c.fill(k.second.darker(0.6))
                if random.chance(0.5) {
                    c.rect(0.26 + 0.077 * Double(column), 0.08 + 0.11 * Double(row), 0.02, 0.04)
                    c.flat(Colour(0.95, 0.8, 0.3))
                }
            }
        }
        if k.style == 1 {
            for x in [0.0, 0.86] {
                c.rect(x, -0.3, 0.14, 1.2)
                c.fill(k.accent.lighter(0.4))
                c.rect(x - 0.02, 0.86, 0.18, 0.06)
                c.fill(k.accent.lighter(0.2))
            }
        } else {
            for x in [0.08, 0.92] {
                c.disc(x, 0.12, 0.1)
                c.fill(k.accent)
                c.disc(x, 0.12, 0.08)
                c.fill(.white)
                c.move(x, 0.06)
                c.line(x, 0.12)
                c.line(x + 0.03, 0.14)
                c.hairline(.black, pixels: 1)
            }
        }
        // Somebody stands behind the desk.
        c.ellipse(0.42, 0.28, 0.035, 0.07)
        c.fill(Colour(0.8, 0.6, 0.48))
        c.rect(0.35, 0.35, 0.14, 0.24, r: 0.04)
        c.fill(k.accent)
        c.move(0.1, 0.54)
        c.line(0.9, 0.54)
        c.line(0.84, 1)
        c.line(0.16, 1)
        c.close()
        c.fill(k.main)
        for x in [0.3, 0.5, 0.7] {
            c.rect(x - 0.08, 0.64, 0.16, 0.28)
            c.hairline(k.main.lighter(0.5), pixels: 1.4)
        }
        c.rect(0.06, 0.49, 0.88, 0.08, r: 0.01)
        c.fill(k.second.lighter(0.2))
        c.move(0.66, 0.49)
        c.curve(0.66, 0.42, 0.74, 0.42, 0.74, 0.49)
        c.fill(Colour(0.95, 0.8, 0.3))
    }

    /// A treadmill and a rack of weights.
    private mutating func gymMachines(_ k: Look) {
        c.shadow(0.25, 0.97, 0.3, 0.06)
        c.polygon([(0.0, 0.86), (0.42, 0.86), (0.44, 0.97), (0.0, 0.97)])
        c.fill(.black.lighter(0.2))
        c.rod([(0.36, 0.9), (0.42, 0.3)], k.main, 0.05)
        c.rod([(0.42, 0.5), (0.26, 0.52)], k.main, 0.04)
        c.rect(0.32, 0.18, 0.16, 0.14, r: 0.02)
        c.fill(k.main)
        c.rect(0.34, 0.2, 0.12, 0.08)
        c.fill(k.second.lighter(0.4))
        // The rack.
        for x in [0.56, 0.96] { c.rod([(x, 0.24), (x, 0.98)], Artist.metal.darker(0.3), 0.04) }
        for y in [0.38, 0.62, 0.86] {
            c.rect(0.54, y, 0.44, 0.035)
            c.fill(Artist.metal.darker(0.2))
            for index in 0..<3 {
                let x = 0.61 + 0.135 * Double(index)
                c.rod([(x - 0.035, y - 0.05), (x + 0.035, y - 0.05)], Artist.metal, 0.025)
                for side in [-0.05, 0.03] {
                    c.rect(x + side, y - 0.11, 0.026, 0.11)
                    c.fill(k.accent)
                }
            }
        }
        if k.style == 1 {  // a barbell above
            c.rod([(0.5, 0.14), (1.0, 0.14)], Artist.metal, 0.025)
            for x in [0.53, 0.57, 0.91, 0.95] {
                c.rect(x, 0.03, 0.026, 0.22)
                c.fill(.black.lighter(0.15))
            }
        }
    }

    private func stairs(_ k: Look) {
        let steps = 8
        c.move(0, 1)
        for step in 0..<steps {
            let (x, y) = (Double(step) / Double(steps), 1 - Double(step + 1) / Double(steps) * 0.86)
            c.line(x, y)
            c.line(Double(step + 1) / Double(steps), y)
        }
        c.line(1, 1)
        c.close()
        c.fill(k.main.darker(0.15))
        for step in 0..<steps {
            let (x, y) = (Double(step) / Double(steps), 1 - Double(step + 1) / Double(steps) * 0.86)
            c.rect(x, y, 1 / Double(steps) + 0.01, 0.045)
            c.fill(k.main.lighter(0.3))
            c.rod([(x + 0.07, y), (x + 0.07, y - 0.24)], k.second, 0.02)
            if k.style == 1 { c.rod([(x + 0.02, y), (x + 0.02, y - 0.21)], k.second, 0.015) }
        }
        c.rod([(0.03, 0.64), (0.98, -0.1)], k.second, 0.055)
        c.rod([(0.04, 0.92), (0.04, 0.58)], k.second, 0.06)
        c.disc(0.04, 0.57, 0.045)
        c.fill(k.second)
    }
}
