// SPDX-License-Identifier: Apache-2.0

extension Artist {
    /// A lamp on a foot (0), on a small table (1), hanging (2) or with a jointed arm (3).
    mutating func lamp(_ k: Look) {
        let isLit = random.chance(0.65)
        let shade = isLit ? k.main.lighter(0.35) : k.main
        func trapezoid(_ top: Double, _ bottom: Double, _ narrow: Double, _ wide: Double) {
            c.polygon([(0.5 - narrow, top), (0.5 + narrow, top), (0.5 + wide, bottom), (0.5 - wide, bottom)])
            c.fill(shade)
        }
        switch k.style {
        case 0:
            c.rod([(0.5, 0.3), (0.5, 0.97)], k.second, 0.09)
            c.ellipse(0.5, 0.975, 0.3, 0.025)
            c.fill(k.second)
            if isLit { c.glow(0.5, 0.18, 1.3, Colour(1, 0.92, 0.7, 0.4)) }
            trapezoid(0.02, 0.32, 0.26, 0.5)
        case 1:
            c.rect(0, 0.8, 1, 0.06)
            c.fill(k.accent)
            for x in [0.06, 0.86] {
                c.rect(x, 0.86, 0.08, 0.14)
                c.flat(k.accent.darker(0.3))
            }
            c.move(0.44, 0.44)
            c.curve(0.2, 0.6, 0.3, 0.76, 0.42, 0.8)
            c.line(0.58, 0.8)
            c.curve(0.7, 0.76, 0.8, 0.6, 0.56, 0.44)
            c.close()
            c.fill(k.second)
            if isLit { c.glow(0.5, 0.25, 0.9, Colour(1, 0.92, 0.7, 0.4)) }
            trapezoid(0.02, 0.46, 0.22, 0.44)
        case 2:
            c.rod([(0.5, -0.6), (0.5, 0.4)], k.second.darker(0.3), 0.03)
            if isLit { c.glow(0.5, 0.8, 1, Colour(1, 0.92, 0.7, 0.45)) }
            c.move(0.02, 0.88)
            c.curve(0.04, 0.5, 0.3, 0.36, 0.5, 0.34)
            c.curve(0.7, 0.36, 0.96, 0.5, 0.98, 0.88)
            c.close()
            c.fill(shade)
            c.ellipse(0.5, 0.88, 0.48, 0.07)
            c.fill(isLit ? Colour(1, 0.97, 0.85) : k.main.darker(0.4))
            c.disc(0.5, 0.9, 0.08)
            c.fill(isLit ? .white : k.main.lighter(0.5), edge: false)
        default:
            c.ellipse(0.36, 0.96, 0.3, 0.04)
            c.fill(k.second)
            c.rod([(0.36, 0.95), (0.16, 0.52), (0.56, 0.22)], k.second, 0.05)
            c.disc(0.16, 0.52, 0.04)
            c.fill(k.second)
            if isLit { c.glow(0.74, 0.5, 0.5, Colour(1, 0.92, 0.7, 0.45)) }
            c.polygon([(0.48, 0.12), (0.64, 0.06), (1.0, 0.34), (0.6, 0.52)])
            c.fill(shade)
            c.polygon([(1.0, 0.34), (0.6, 0.52), (0.64, 0.56), (0.98, 0.4)])
            c.fill(Colour(1, 0.95, 0.8))
        }
    }

    mutating func chandelier(_ k: Look) {
        c.rod([(0.5, -0.5), (0.5, 0.7)], k.main, 0.05)
        if k.style == 1 {  // a ring with crystals
            for (y, rx) in [(0.3, 0.46), (0.56, 0.3), (0.76, 0.15)] {
                for index in 0..<9 {
                    let x = 0.5 + rx * (Double(index) / 4 - 1)
                    c.polygon([(x - 0.03, y), (x + 0.03, y), (x, y + 0.2)])
                    c.fill(Colour(0.9, 0.95, 1).mixed(k.second, 0.25))
                }
                c.rect(0.5 - rx, y - 0.05, 2 * rx, 0.06, r: 0.02)
                c.fill(k.main)
            }
            c.glow(0.5, 0.5, 0.8, Colour(1, 0.95, 0.75, 0.35))
            return
        }
        for x in [0.06, 0.27, 0.73, 0.94] {
            for (colour, width) in [(k.main.darker(0.3), 0.055), (k.main.lighter(0.15), 0.03)] {
                c.move(0.5, 0.72)
                c.curve(0.5 + (x - 0.5) * 0.5, 1.0, x, 0.95, x, 0.52)
                c.stroke(colour, width)
            }
        }
        for x in [0.06, 0.27, 0.5, 0.73, 0.94] {
            c.ellipse(x, 0.5, 0.07, 0.03)
            c.fill(k.main)
            c.rect(x - 0.03, 0.28, 0.06, 0.22)
            c.fill(k.second.lighter(0.6))
            flame(x, 0.28, 0.045, 0.16)
            c.glow(x, 0.22, 0.18, Colour(1, 0.9, 0.6, 0.5))
        }
        c.disc(0.5, 0.74, 0.09)
        c.fill(k.main)
        if k.style == 2 {
            for x in [0.16, 0.38, 0.62, 0.84] {
                c.polygon([(x - 0.025, 0.84), (x + 0.025, 0.84), (x, 1)])
                c.fill(Colour(0.9, 0.95, 1))
            }
        }
    }

    func flame(_ x: Double, _ bottom: Double, _ w: Double, _ h: Double) {
        for (share, colour) in [(1.0, Colour(1, 0.65, 0.15)), (0.55, Colour(1, 0.96, 0.7))] {
            c.move(x, bottom)
            c.curve(
                x - w * share * 1.3, bottom - h * 0.2 * share, x - w * 0.4 * share, bottom - h * 0.6 * share, x,
                bottom - h * share)
            c.curve(
                x + w * 0.4 * share, bottom - h * 0.6 * share, x + w * share * 1.3, bottom - h * 0.2 * share, x, bottom)
            c.flat(colour)
        }
    }

    mutating func candles(_ k: Look) {
        support(k.accent)
        let places: [(x: Double, top: Double)] =
            switch k.style {
            case 0: [(0.2, 0.42), (0.5, 0.24), (0.8, 0.5)]
            case 1: [(0.3, 0.3), (0.7, 0.3)]
            default: [(0.16, 0.5), (0.38, 0.32), (0.62, 0.4), (0.84, 0.56)]
            }
        for (x, top) in places {
            c.glow(x, top - 0.08, 0.3, Colour(1, 0.8, 0.4, 0.65))
            if k.style == 1 {  // in holders
                c.rod([(x, 0.5), (x, 0.76)], k.second, 0.05)
                c.ellipse(x, 0.77, 0.13, 0.025)
                c.fill(k.second)
                c.rect(x - 0.05, top, 0.1, 0.24)
                c.fill(k.main)
                c.ellipse(x, 0.54, 0.09, 0.02)
                c.fill(k.second)
            } else {
                c.rect(x - 0.09, top, 0.18, 0.79 - top)
                c.fill(k.main)
                c.ellipse(x, top, 0.09, 0.02)
                c.fill(k.main.lighter(0.4))
            }
            flame(x, top, 0.07, 0.2)
        }
    }

    /// The table top on which small things stand.
    func support(_ colour: Colour) {
        c.rect(-0.06, 0.78, 1.12, 0.07, r: 0.02)
        c.fill(colour)
        c.polygon([(0.02, 0.85), (0.98, 0.85), (0.92, 1), (0.08, 1)])
        c.fill(colour.darker(0.3))
    }

    mutating func kettle(_ k: Look) {
        support(k.accent)
        // Spout and handle first, the body over their ends.
        c.polygon([(0.7, 0.62), (0.98, 0.28), (1.0, 0.36), (0.8, 0.74)])
        c.fill(k.main.darker(0.1))
        switch k.style {
        case 0:  // a round one with the handle above
            c.move(0.22, 0.42)
            c.curve(0.2, -0.06, 0.76, -0.06, 0.74, 0.42)
            c.stroke(k.second.darker(0.2), 0.09)
            c.move(0.12, 0.76)
            c.curve(0.06, 0.4, 0.3, 0.28, 0.48, 0.28)
            c.curve(0.66, 0.28, 0.9, 0.4, 0.84, 0.76)
            c.close()
            c.fill(k.main)
            c.disc(0.48, 0.25, 0.06)
        default:  // an electric one with the handle behind
            c.move(0.24, 0.26)
            c.curve(-0.08, 0.2, -0.04, 0.66, 0.2, 0.66)
            c.stroke(k.second.darker(0.2), 0.1)
            c.polygon([(0.3, 0.2), (0.66, 0.2), (0.8, 0.76), (0.16, 0.76)])
            c.fill(k.main)
            c.rect(0.3, 0.13, 0.36, 0.08, r: 0.03)
            c.fill(k.second)
            c.rect(0.12, 0.74, 0.72, 0.05)
            c.fill(k.second)
            c.disc(0.48, 0.11, 0.05)
        }
        c.fill(k.second)
        c.polygon([(0.3, 0.36), (0.38, 0.34), (0.32, 0.66), (0.24, 0.68)])
        c.flat(Colour(1, 1, 1, 0.5))
        if k.style != 1 {
            for x in [1.0, 1.06] {
                c.move(x, 0.24)
                c.curve(x + 0.08, 0.16, x - 0.06, 0.1, x + 0.03, 0.0)
                c.stroke(Colour(1, 1, 1, 0.5), 0.04)
            }
        }
    }

    mutating func wineGlasses(_ k: Look) {
        support(k.accent)
        let places = k.style == 0 ? [0.24, 0.72] : k.style == 1 ? [0.16, 0.5, 0.84] : [0.34, 0.78]
        let wide = k.style == 1 ? 0.15 : 0.2
        if k.style == 2 {  // with a bottle
            c.rect(0.0, 0.3, 0.18, 0.5, r: 0.04)
            c.fill(k.second.darker(0.4))
            c.rect(0.06, 0.02, 0.06, 0.32)
            c.fill(k.second.darker(0.4))
            c.rect(0.0, 0.46, 0.18, 0.18)
            c.fill(.white)
        }
        for x in places {
            func bowl() {
                c.move(x - wide * 0.8, 0.12)
                c.curve(x - wide * 1.3, 0.5, x - wide * 0.3, 0.54, x, 0.54)
                c.curve(x + wide * 0.3, 0.54, x + wide * 1.3, 0.5, x + wide * 0.8, 0.12)
                c.close()
            }
            bowl()
            c.flat(Colour(0.95, 0.98, 1, 0.5))
            bowl()
            c.clipped {
                c.rect(x - wide * 1.2, 0.3, wide * 2.4, 0.3)
                c.fill(k.main)
            }
            bowl()
            c.stroke(Colour(0.96, 0.98, 1, 0.95), 0.035)
            bowl()
            c.hairline(.black.with(alpha: 0.45))
            c.rod([(x, 0.54), (x, 0.76)], Colour(0.93, 0.96, 1), 0.045)
            c.ellipse(x, 0.775, wide * 0.75, 0.025)
            c.fill(Colour(0.93, 0.96, 1))
        }
    }
}
