// SPDX-License-Identifier: Apache-2.0

extension Artist {
    mutating func doubleBed(_ k: Look) {
        let linen = k.second
        if k.style == 2 { return bedFromTheSide(k) }
        c.shadow(0.5, 0.95, 0.6, 0.12)
        // The headboard.
        switch k.style {
        case 1:
            c.move(0.06, 0.6)
            c.line(0.06, 0.18)
            c.curve(0.2, -0.06, 0.8, -0.06, 0.94, 0.18)
            c.line(0.94, 0.6)
            c.close()
            c.fill(k.main)
            for x in [0.25, 0.4, 0.55, 0.7] {
                c.move(x + 0.02, 0.05)
                c.line(x + 0.02, 0.4)
                c.stroke(k.main.darker(0.3), 0.012)
            }
        case 3:
            for x in [0.03, 0.91] {
                c.rect(x, -0.35, 0.06, 1.1)
                c.fill(k.main)
            }
            c.rect(0.0, -0.38, 1, 0.1)
            c.fill(k.accent)
            for (x, bend) in [(0.0, 0.2), (0.84, -0.2)] {
                c.move(x, -0.3)
                c.line(x + 0.16, -0.3)
                c.curve(x + 0.1 + bend * 0.2, 0, x + 0.06, 0.2, x + 0.08 - bend * 0.2, 0.5)
                c.line(x, 0.5)
                c.close()
                c.fill(k.accent.with(alpha: 0.85))
            }
            c.rect(0.08, 0.02, 0.84, 0.55)
            c.fill(k.main)
        default:
            c.rect(0.04, 0.0, 0.92, 0.6, r: 0.04)
            c.fill(k.main)
            if random.chance(0.5) {
                for row in 0..<2 {
                    for column in 0..<5 {
                        c.disc(0.14 + 0.18 * Double(column), 0.1 + 0.14 * Double(row), 0.018)
                        c.flat(k.main.darker(0.45))
                    }
                }
            }
        }
        // Mattress and blanket come towards the viewer.
        c.polygon([(0.08, 0.42), (0.92, 0.42), (1, 0.8), (0, 0.8)])
        c.fill(linen)
        for x in [0.13, 0.53] {
            c.move(x, 0.48)
            c.curve(x - 0.03, 0.26, x + 0.37, 0.26, x + 0.34, 0.48)
            c.curve(x + 0.3, 0.54, x + 0.04, 0.54, x, 0.48)
            c.fill(linen.lighter(0.45))
        }
        if random.chance(0.6) {
            for x in [0.24, 0.6] {
                c.rect(x, 0.36, 0.17, 0.17, r: 0.05)
                c.fill(k.accent)
            }
        }
        c.polygon([(0.05, 0.56), (0.95, 0.56), (1.0, 0.82), (1, 0.96), (0, 0.96), (0, 0.82)])
        c.fill(k.accent)
        c.polygon([(0.05, 0.55), (0.95, 0.55), (0.965, 0.63), (0.035, 0.63)])
        c.fill(linen.lighter(0.3))
        c.move(0, 0.82)
        c.line(1, 0.82)
        c.stroke(k.accent.darker(0.35), 0.012)
        for x in [0.04, 0.9] {
            c.rect(x, 0.95, 0.06, 0.05)
            c.flat(k.main.darker(0.3))
        }
    }

    private mutating func bedFromTheSide(_ k: Look) {
        c.shadow(0.5, 0.97, 0.58, 0.1)
        c.rect(0, 0.05, 0.09, 0.95, r: 0.03)
        c.fill(k.main)
        c.rect(0.93, 0.45, 0.07, 0.55, r: 0.03)
        c.fill(k.main)
        c.rect(0.04, 0.68, 0.92, 0.18)
        c.fill(k.main.darker(0.1))
        c.rect(0.08, 0.5, 0.86, 0.24, r: 0.06)
        c.fill(k.second)
        for (x, y) in [(0.1, 0.34), (0.16, 0.38)] {
            c.rect(x, y, 0.2, 0.16, r: 0.08)
            c.fill(k.second.lighter(0.45))
        }
        c.move(0.36, 0.48)
        c.curve(0.5, 0.4, 0.8, 0.42, 0.95, 0.47)
        c.line(0.95, 0.8)
        c.curve(0.8, 0.84, 0.5, 0.76, 0.36, 0.8)
        c.close()
        c.fill(k.accent)
        for x in [0.5, 0.65, 0.8] {
            c.move(x, 0.46)
            c.line(x + 0.02, 0.78)
            c.stroke(k.accent.darker(0.2), 0.015)
        }
    }

    mutating func bunkBed(_ k: Look) {
        c.shadow(0.5, 0.98, 0.58, 0.06)
        let isLoft = k.style == 2
        for x in [0.0, 0.93] {
            c.rect(x, 0, 0.07, 1)
            c.fill(k.main)
        }
        for (top, blanket) in [(0.2, k.accent), (0.66, k.second)] {
            if isLoft, top > 0.5 {
                c.rect(0.1, 0.72, 0.6, 0.05)
                c.fill(k.second)
                c.rect(0.14, 0.77, 0.05, 0.22)
                c.flat(k.second.darker(0.3))
                c.rect(0.6, 0.77, 0.05, 0.22)
                c.flat(k.second.darker(0.3))
                continue
            }
            c.rect(0.07, top, 0.86, 0.1, r: 0.03)
            c.fill(.white.mixed(blanket, 0.2))
            c.rect(0.1, top - 0.06, 0.2, 0.09, r: 0.06)
            c.fill(.white)
            c.rect(0.34, top - 0.03, 0.59, 0.13, r: 0.04)
            c.fill(blanket)
            c.rect(0.02, top + 0.1, 0.96, 0.06)
            c.fill(k.main.lighter(0.1))
        }
        // The rail of the upper bed and the ladder.
        c.rect(0.04, 0.04, 0.58, 0.04)
        c.fill(k.main.lighter(0.1))
        let ladder = k.style == 1 ? 0.1 : 0.68
        for x in [ladder, ladder + 0.18] {
            c.rod([(x, 0.02), (x, 0.99)], k.main.darker(0.15), 0.035)
        }
        for step in 0..<6 {
            let y = 0.12 + 0.155 * Double(step)
            c.rod([(ladder, y), (ladder + 0.18, y)], k.main.darker(0.15), 0.035)
        }
    }

    mutating func babyCot(_ k: Look) {
        c.shadow(0.5, 0.97, 0.55, 0.07)
        c.rect(0.06, 0.58, 0.88, 0.16, r: 0.05)
        c.fill(k.second)
        c.rect(0.1, 0.5, 0.24, 0.12, r: 0.06)
        c.fill(.white)
        for x in [0.0, 0.93] {
            c.rect(x, k.style == 1 ? 0.12 : 0.24, 0.07, 0.76, r: 0.04)
            c.fill(k.main)
        }
        for y in [0.3, 0.78] {
            c.rect(0.02, y, 0.96, 0.06)
            c.fill(k.main)
        }
        for bar in 0..<9 {
            let x = 0.12 + 0.095 * Double(bar)
            c.rod([(x, 0.33), (x, 0.8)], k.main.lighter(0.1), 0.03)
        }
        // The mobile hangs above.
        c.move(0.96, 0.3)
        c.curve(0.98, -0.02, 0.7, -0.02, 0.5, 0.03)
        c.stroke(k.main.darker(0.2), 0.02)
        for (index, x) in [0.32, 0.5, 0.68].enumerated() {
            c.move(0.5, 0.03)
            c.line(x, 0.1)
            c.line(x, 0.16)
            c.stroke(k.main.darker(0.3), 0.01)
            c.disc(x, 0.18, 0.05)
            c.fill([k.accent, k.second, k.accent.lighter(0.3)][index])
        }
        if k.style == 2 {
            for x in [0.08, 0.92] {
                c.disc(x, 0.97, 0.05)
                c.fill(.black.lighter(0.2))
            }
        }
    }
}
