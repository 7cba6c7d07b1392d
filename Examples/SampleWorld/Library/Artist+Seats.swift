// SPDX-License-Identifier: Apache-2.0

extension Artist {
    mutating func sofa(_ k: Look) {
        c.shadow(0.5, 0.96, 0.56, 0.14)
        for x in [0.06, 0.9] {
            c.rect(x, 0.88, 0.04, 0.12)
            c.flat(Artist.wood.darker(0.3))
        }
        let seats = k.style == 1 ? 2 : 3
        // Back.
        if k.style == 2 {
            c.move(0.02, 0.6)
            c.line(0.02, 0.25)
            c.curve(0.2, -0.08, 0.35, 0.1, 0.5, 0.02)
            c.curve(0.65, -0.08, 0.8, -0.08, 0.98, 0.25)
            c.line(0.98, 0.6)
            c.close()
        } else {
            c.rect(0.06, 0.02, 0.88, 0.62, r: 0.12)
        }
        c.fill(k.main.darker(0.08))
        let width = 0.78 / Double(seats)
        for seat in 0..<seats {
            let x = 0.11 + width * Double(seat)
            if k.style != 2 {
                c.rect(x + 0.005, 0.1, width - 0.01, 0.44, r: 0.12)
                c.fill(k.main)
            }
            c.rect(x, 0.5, width, 0.2, r: 0.08)
            c.fill(k.main.lighter(0.13))
        }
        c.rect(0.08, 0.68, 0.84, 0.22, r: 0.04)
        c.fill(k.main.darker(0.1))
        for x in [0.0, 0.87] {
            c.rect(x, 0.34, 0.13, 0.58, r: k.style == 1 ? 0.03 : 0.14)
            c.fill(k.main.lighter(0.04))
        }
        // Cushions.
        for x in [0.15, 0.7] where random.chance(0.7) {
            c.within(c.box(x, 0.26, 0.15, 0.3), angle: random.between(-0.25, 0.25)) {
                c.rect(0, 0, 1, 1, r: 0.15)
                c.fill(k.accent)
            }
        }
    }

    mutating func armchair(_ k: Look) {
        c.shadow(0.5, 0.96, 0.56, 0.1)
        switch k.style {
        case 1:  // a wooden frame with loose cushions, turned a little
            for x in [0.05, 0.88] {
                c.rod([(x, 0.98), (x + 0.03, 0.42)], k.accent, 0.06)
                c.rod([(x - 0.03, 0.44), (x + 0.1, 0.42)], k.accent, 0.07)
            }
            c.rect(0.16, 0.02, 0.7, 0.6, r: 0.1)
            c.fill(k.main)
            c.rect(0.12, 0.55, 0.76, 0.19, r: 0.08)
            c.fill(k.main.lighter(0.15))
            c.rod([(0.06, 0.76), (0.92, 0.76)], k.accent, 0.06)
        case 2:  // a round tub
            c.move(0.02, 0.9)
            c.curve(-0.06, 0.1, 0.25, 0.05, 0.5, 0.05)
            c.curve(0.75, 0.05, 1.06, 0.1, 0.98, 0.9)
            c.close()
            c.fill(k.main.darker(0.08))
            c.move(0.18, 0.6)
            c.curve(0.16, 0.2, 0.84, 0.2, 0.82, 0.6)
            c.close()
            c.fill(k.main.darker(0.25))
            c.ellipse(0.5, 0.64, 0.36, 0.12)
            c.fill(k.main.lighter(0.18))
            for x in [0.12, 0.82] {
                c.rect(x, 0.88, 0.06, 0.12)
                c.flat(Artist.wood.darker(0.3))
            }
        default:  // wings beside a high back
            for x in [0.1, 0.84] {
                c.rect(x, 0.88, 0.06, 0.12)
                c.flat(Artist.wood.darker(0.3))
            }
            c.rect(0.14, 0.0, 0.72, 0.66, r: 0.2)
            c.fill(k.main)
            for (x, tip) in [(0.06, 0.16), (0.94, 0.84)] {
                c.move(x, 0.5)
                c.curve(x, 0.2, x, 0.06, tip + (x < 0.5 ? 0.06 : -0.06), 0.04)
                c.line(tip + (x < 0.5 ? 0.06 : -0.06), 0.5)
                c.close()
                c.fill(k.main.darker(0.12))
            }
            c.rect(0.16, 0.54, 0.68, 0.2, r: 0.1)
            c.fill(k.main.lighter(0.17))
            c.rect(0.14, 0.7, 0.72, 0.2)
            c.fill(k.main.darker(0.12))
            for x in [0.0, 0.82] {
                c.rect(x, 0.42, 0.18, 0.5, r: 0.12)
                c.fill(k.main.lighter(0.05))
            }
        }
        if random.chance(0.4) {
            c.within(c.box(0.34, 0.3, 0.32, 0.3), angle: random.between(-0.3, 0.3)) {
                c.rect(0, 0, 1, 1, r: 0.15)
                c.fill(k.second)
            }
        }
    }

    /// A chair from the front or from behind; for tables and desks.
    func chair(_ colour: Colour, fromBehind: Bool) {
        for x in [0.06, 0.86] { c.rod([(x + 0.04, 0.1), (x + 0.04, 0.99)], colour.darker(0.2), 0.09) }
        c.rect(0.08, 0.02, 0.84, fromBehind ? 0.42 : 0.3, r: 0.12)
        c.fill(colour)
        c.rect(0.0, 0.52, 1, 0.12, r: 0.06)
        c.fill(colour.lighter(0.1))
    }

    mutating func diningTable(_ k: Look) {
        c.shadow(0.5, 0.95, 0.55, 0.12)
        if k.style == 1 {  // round, with a cloth
            c.within(0.0, 0.18, 0.22, 0.78) { chair(k.accent, fromBehind: false) }
            c.within(0.78, 0.18, 0.22, 0.78) { chair(k.accent, fromBehind: false) }
            c.move(0.12, 0.42)
            c.line(0.17, 0.88)
            c.curve(0.3, 0.98, 0.7, 0.98, 0.83, 0.88)
            c.line(0.88, 0.42)
            c.close()
            c.fill(k.main.darker(0.12))
            for x in [0.3, 0.45, 0.6, 0.72] {
                c.move(x, 0.5)
                c.line(x + (x - 0.5) * 0.1, 0.92)
                c.stroke(k.main.darker(0.3), 0.012)
            }
            c.ellipse(0.5, 0.42, 0.4, 0.14)
            c.fill(k.main.lighter(0.1))
        } else {
            for x in [0.16, 0.42, 0.68] {
                c.within(x, 0.0, 0.17, 0.6) { chair(k.accent, fromBehind: false) }
            }
            for x in [0.08, 0.87] {
                c.rect(x, 0.46, 0.05, 0.5)
                c.fill(k.main.darker(0.2))
            }
            c.polygon([(0.08, 0.32), (0.92, 0.32), (1, 0.5), (0, 0.5)])
            c.fill(k.main.lighter(0.1))
            c.rect(0, 0.5, 1, 0.07)
            c.fill(k.main.darker(0.1))
        }
        for x in [0.28, 0.5, 0.72] {
            c.ellipse(x, 0.42, 0.09, 0.035)
            c.fill(.white.mixed(k.second, 0.15))
            c.ellipse(x, 0.42, 0.05, 0.018)
            c.fill(k.second)
        }
        if random.chance(0.6) {
            c.rect(0.47, 0.2, 0.06, 0.2, r: 0.03)
            c.fill(k.second)
            for (x, y) in [(0.43, 0.12), (0.5, 0.08), (0.57, 0.13)] {
                c.disc(x, y, 0.06)
                c.fill(k.accent.lighter(0.3))
            }
        }
        if k.style == 2 {
            for x in [0.2, 0.6] {
                c.within(x, 0.5, 0.2, 0.5) { chair(k.accent.darker(0.1), fromBehind: true) }
            }
        }
    }

    mutating func desk(_ k: Look) {
        c.shadow(0.5, 0.96, 0.56, 0.1)
        c.rect(0.05, 0.52, 0.05, 0.46)
        c.fill(k.main.darker(0.15))
        // Drawers on one side.
        c.rect(0.64, 0.52, 0.32, 0.46)
        c.fill(k.main)
        for row in 0..<3 {
            let y = 0.55 + 0.145 * Double(row)
            c.rect(0.67, y, 0.26, 0.115)
            c.fill(k.main.lighter(0.12))
            c.rect(0.76, y + 0.04, 0.08, 0.025)
            c.flat(k.accent.darker(0.2))
        }
        c.rect(0, 0.44, 1, 0.09, r: 0.02)
        c.fill(k.main.lighter(0.08))
        switch k.style {
        case 0:  // a laptop
            c.polygon([(0.18, 0.14), (0.48, 0.14), (0.48, 0.4), (0.18, 0.4)])
            c.fill(.black.lighter(0.2))
            c.rect(0.2, 0.17, 0.26, 0.2)
            c.fill(k.second.lighter(0.3))
            c.polygon([(0.18, 0.4), (0.48, 0.4), (0.54, 0.45), (0.12, 0.45)])
            c.fill(Artist.metal)
        case 1:  // a desk lamp and paper
            c.rod([(0.84, 0.43), (0.74, 0.2), (0.58, 0.08)], k.accent, 0.035)
            c.polygon([(0.62, 0.02), (0.5, 0.1), (0.46, 0.22), (0.66, 0.16)])
            c.fill(k.accent)
            c.polygon([(0.16, 0.39), (0.36, 0.39), (0.4, 0.44), (0.12, 0.44)])
            c.fill(.white, edge: true)
        default:  // a screen
            c.rect(0.3, 0.34, 0.06, 0.1)
            c.flat(.black.lighter(0.25))
            c.rect(0.14, 0.04, 0.38, 0.31, r: 0.02)
            c.fill(.black.lighter(0.15))
            c.rect(0.16, 0.06, 0.34, 0.27)
            c.fill(k.second)
        }
        if random.chance(0.4) {
            for index in 0..<4 {
                c.rect(0.66 + 0.05 * Double(index), 0.24, 0.045, 0.2)
                c.fill([k.second, k.accent, k.main.lighter(0.4), k.second.darker(0.3)][index])
            }
        }
        // An office chair in front.
        c.rod([(0.36, 0.78), (0.36, 0.93)], .black.lighter(0.2), 0.05)
        c.rod([(0.22, 0.98), (0.36, 0.92), (0.5, 0.98)], .black.lighter(0.2), 0.04)
        c.rect(0.22, 0.48, 0.28, 0.24, r: 0.12)
        c.fill(k.accent)
        c.rect(0.2, 0.73, 0.32, 0.08, r: 0.04)
        c.fill(k.accent.darker(0.2))
    }
}
