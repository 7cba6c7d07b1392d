// SPDX-License-Identifier: Apache-2.0

import Foundation

extension Artist {
    mutating func sunLounger(_ k: Look) {
        c.shadow(0.5, 0.95, 0.55, 0.12)
        if k.style == 2 {  // two of them
            c.within(0, 0, 0.82, 0.8) { oneLounger(k) }
            c.within(0.18, 0.2, 0.82, 0.8) { oneLounger(k) }
        } else {
            oneLounger(k)
        }
    }

    private func oneLounger(_ k: Look) {
        let frame = k.second
        for x in [0.28, 0.42, 0.9] { c.rod([(x, 0.66), (x - 0.02, 0.99)], frame, 0.06) }
        c.rod([(0.02, 0.1), (0.34, 0.66), (0.99, 0.66)], frame, 0.09)
        c.rod([(0.12, 0.3), (0.26, 0.96)], frame, 0.05)
        // The mattress: a back that is up, a flat seat.
        c.polygon([(-0.01, 0.08), (0.09, 0.0), (0.38, 0.47), (1, 0.47), (1, 0.63), (0.31, 0.63)])
        c.fill(k.main)
        if k.style != 1 {
            for x in [0.5, 0.66, 0.82] {
                c.rect(x, 0.47, 0.07, 0.16)
                c.flat(k.accent)
            }
            c.polygon([(0.13, 0.33), (0.22, 0.22), (0.27, 0.3), (0.17, 0.4)])
            c.flat(k.accent)
        }
        c.polygon([(0.0, 0.08), (0.08, 0.0), (0.16, 0.12), (0.07, 0.2)])
        c.fill(k.accent.lighter(0.4))
    }

    mutating func parasol(_ k: Look) {
        c.shadow(0.5, 0.98, 0.3, 0.04)
        let lean = k.style == 1 ? 0.2 : 0.0
        c.within(c.box(0, 0, 1, 1), angle: lean) {
            c.rod([(0.5, 0.05), (0.5, 1.0)], k.accent, 0.05)
            let edge = k.style == 2 ? 0.3 : 0.42
            let rim: [Double] = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
            for index in 0..<5 {
                let (left, right) = (rim[index], rim[index + 1])
                c.move(0.5, 0.02)
                c.curve(0.5 + (left - 0.5) * 0.7, 0.08, left, edge - 0.16, left, edge)
                c.curve(left + 0.06, edge - 0.06, right - 0.06, edge - 0.06, right, edge)
                c.curve(right, edge - 0.16, 0.5 + (right - 0.5) * 0.7, 0.08, 0.5, 0.02)
                c.fill(index % 2 == 0 ? k.main : k.second)
            }
            c.disc(0.5, 0.02, 0.025)
            c.fill(k.accent)
        }
    }

    mutating func sailingBoat(_ k: Look) {
        c.shadow(0.5, 0.97, 0.55, 0.06, alpha: 0.3)
        c.rod([(0.5, 0.02), (0.5, 0.82)], Artist.wood.darker(0.2), 0.035)
        c.move(0.53, 0.04)
        c.curve(0.78, 0.3, 0.92, 0.56, 0.95, 0.74)
        c.line(0.53, 0.74)
        c.close()
        c.fill(k.main)
        c.move(0.47, 0.12)
        c.curve(0.4, 0.4, 0.24, 0.62, 0.1, 0.74)
        c.line(0.47, 0.74)
        c.close()
        c.fill(k.style == 1 ? k.accent : k.main.lighter(0.2))
        if k.style == 2 {
            c.polygon([(0.53, 0.46), (0.87, 0.46), (0.92, 0.58), (0.53, 0.58)])
            c.flat(k.accent)
        }
        c.move(0.0, 0.8)
        c.line(1, 0.8)
        c.curve(0.96, 0.92, 0.88, 0.98, 0.82, 0.99)
        c.line(0.2, 0.99)
        c.curve(0.1, 0.96, 0.04, 0.9, 0, 0.8)
        c.fill(k.second)
        c.move(0.04, 0.86)
        c.line(0.96, 0.86)
        c.stroke(k.second.luminance > 0.5 ? k.second.darker(0.5) : k.second.lighter(0.6), 0.02)
    }

    mutating func hammock(_ k: Look) {
        c.shadow(0.5, 0.97, 0.45, 0.06)
        for x in [0.04, 0.96] {
            if k.style == 1 {
                c.rod([(x, 1), (x, 0.02)], Artist.wood.darker(0.3), 0.11)
            } else {
                c.rod([(x, 1), (x, 0.1)], Artist.wood, 0.07)
            }
        }
        if k.style == 2 { c.rod([(0.0, 0.98), (1, 0.98)], Artist.wood, 0.06) }
        for (x, end) in [(0.04, 0.16), (0.96, 0.84)] {
            for y in [0.28, 0.34, 0.4] {
                c.move(x, 0.18)
                c.line(end, y)
            }
            c.hairline(k.accent.darker(0.2), pixels: 1)
        }
        c.move(0.14, 0.26)
        c.curve(0.3, 0.66, 0.7, 0.66, 0.86, 0.26)
        c.curve(0.9, 0.5, 0.7, 0.88, 0.5, 0.88)
        c.curve(0.3, 0.88, 0.1, 0.5, 0.14, 0.26)
        c.fill(k.main)
        for depth in [0.08, 0.16] {
            c.move(0.14 + depth * 0.1, 0.28 + depth)
            c.curve(0.3, 0.64 + depth, 0.7, 0.64 + depth, 0.86 - depth * 0.1, 0.28 + depth)
            c.stroke(k.second, 0.035)
        }
        c.rect(0.18, 0.36, 0.14, 0.12, r: 0.06)
        c.fill(k.accent)
        for index in 0..<9 {
            let x = 0.22 + 0.07 * Double(index)
            let y = 0.86 - 2.6 * (x - 0.5) * (x - 0.5) * 0.6
            c.move(x, y - 0.06)
            c.line(x, y + 0.06)
        }
        c.hairline(k.second, pixels: 1)
    }

    mutating func bicycle(_ k: Look) {
        c.shadow(0.5, 0.98, 0.52, 0.06)
        let r = 0.3 * min(1, c.frame.width / c.frame.height / 1.6)
        let (left, right, y) = (0.22, 0.78, 0.68)
        for x in [left, right] {
            c.disc(x, y, r / 0.95)
            c.stroke(Colour(0.1, 0.1, 0.1), 0.055)
            c.disc(x, y, r / 1.1)
            c.hairline(Artist.metal)
            for spoke in 0..<6 {
                let angle = Double(spoke) * .pi / 6
                let (dx, dy) = (cos(angle) * r * c.unit / c.frame.width, sin(angle) * r * c.unit / c.frame.height)
                c.move(x - dx, y - dy)
                c.line(x + dx, y + dy)
            }
            c.hairline(Artist.metal.with(alpha: 0.7), pixels: 0.6)
        }
        let (crank, seat, head) = ((0.47, 0.7), (0.38, 0.3), (0.68, 0.26))
        if k.style == 1 {  // a low frame
            c.rod([(head.0, head.1 + 0.06), (0.5, 0.5), crank], k.main, 0.06)
        } else {
            c.rod([(0.4, 0.36), (head.0, head.1 + 0.04)], k.main, 0.06)
            c.rod([crank, (head.0, head.1 + 0.1)], k.main, 0.06)
        }
        c.rod([crank, seat], k.main, 0.06)
        c.rod([(0.4, 0.4), (left, y), crank], k.main, 0.05)
        c.rod([(right, y), head, (0.66, 0.12)], k.main.darker(0.15), 0.05)
        c.rod([(0.58, 0.14), (0.66, 0.1), (0.74, 0.14)], .black.lighter(0.2), 0.05)
        c.rod([(0.31, 0.27), (0.44, 0.27)], k.second.darker(0.3), 0.08)
        c.disc(crank.0, crank.1, 0.06)
        c.fill(k.main.darker(0.3))
        if k.style == 2 {  // with a basket
            c.polygon([(0.7, 0.16), (0.96, 0.16), (0.92, 0.38), (0.74, 0.38)])
            c.fill(Colour(0.7, 0.52, 0.3))
        }
    }

    /// A stretch of pool: a rim, water with light on it, a ladder.
    mutating func poolWater(_ k: Look) {
        let (inset, rim) = (k.style == 1 ? 0.16 : 0.1, k.second.lighter(0.3))
        let water = k.main
        func outline(_ by: Double) {
            if k.style == 2 {  // rounded
                c.ellipse(0.5, 0.5, 0.5 - by, 0.5 - by)
            } else {
                c.polygon([
                    (inset + by, by), (1 - inset - by, by), (1 - by, 1 - by * 1.4), (by, 1 - by * 1.4),
                ])
            }
        }
        outline(0)
        c.fill(rim)
        if k.style != 2 {
            for index in 1..<9 {
                let x = Double(index) / 9
                c.move(inset + (1 - 2 * inset) * x, 0)
                c.line(x, 1)
            }
            c.hairline(rim.darker(0.3))
        }
        outline(0.07)
        c.fill(rim.darker(0.45))
        outline(0.075)
        c.clipped {
            c.rect(0, 0, 1, 1)
            c.fill(down: [(0, water.darker(0.25)), (1, water.lighter(0.25))])
            // Tiles seen through the water, bent, and the net of light on it.
            for index in 0..<9 {
                let x = -0.1 + 0.15 * Double(index)
                c.move(0.5 + (x - 0.5) * 0.7, 0)
                c.curve(x + 0.04, 0.3, x - 0.05, 0.6, 0.5 + (x - 0.5) * 1.4, 1)
            }
            c.hairline(water.darker(0.3).with(alpha: 0.6))
            for _ in 0..<16 {
                let (x, y) = (random.between(0, 1), random.between(0.1, 1))
                let size = 0.06 + 0.1 * y
                c.ellipse(x, y, size, size * 0.35)
                c.stroke(water.lighter(0.65).with(alpha: 0.8), 0.012)
            }
        }
        // The ladder.
        let x = random.between(0.2, 0.6)
        for offset in [0.0, 0.1] {
            c.move(x + offset, 0.3)
            c.line(x + offset, -0.02)
            c.curve(x + offset, -0.14, x + offset + 0.06, -0.14, x + offset + 0.06, 0.03)
            c.stroke(Artist.metal.lighter(0.4), 0.03)
        }
        for y in [0.12, 0.22] { c.rod([(x, y), (x + 0.1, y)], Artist.metal.lighter(0.3), 0.025) }
    }
}
