// SPDX-License-Identifier: Apache-2.0

import Foundation

extension Artist {
    /// A railing in front of the view, and the floor before it.
    func railing(_ k: Look) {
        c.rect(-0.1, 0.84, 1.2, 0.3)
        c.fill(k.accent)
        for x in [0.16, 0.5, 0.84] {
            c.move(x, 0.84)
            c.line(0.5 + (x - 0.5) * 1.6, 1.1)
        }
        c.hairline(k.accent.darker(0.4))
        c.rect(-0.1, 0.8, 1.2, 0.05)
        c.fill(k.main.darker(0.1))
        switch k.style {
        case 0:
            for bar in 0..<19 {
                let x = -0.02 + 0.058 * Double(bar)
                c.rod([(x, 0.1), (x, 0.82)], k.main, 0.05)
            }
        case 1:  // balusters
            for index in 0..<9 {
                let x = 0.03 + 0.118 * Double(index)
                c.move(x, 0.1)
                c.curve(x + 0.06, 0.3, x - 0.005, 0.4, x + 0.02, 0.45)
                c.curve(x + 0.09, 0.6, x + 0.06, 0.75, x + 0.03, 0.82)
                c.line(x - 0.03, 0.82)
                c.curve(x - 0.06, 0.75, x - 0.09, 0.6, x - 0.02, 0.45)
                c.curve(x + 0.005, 0.4, x - 0.06, 0.3, x, 0.1)
                c.fill(k.main)
            }
        default:  // cables and posts
            for y in [0.24, 0.38, 0.52, 0.66] { c.rod([(-0.1, y), (1.1, y)], k.main, 0.03) }
            for x in [0.02, 0.34, 0.66, 0.98] { c.rod([(x, 0.1), (x, 0.82)], k.main, 0.07) }
        }
        c.rect(-0.1, 0.02, 1.2, 0.11, r: 0.02)
        c.fill(k.main.lighter(0.1))
    }

    /// Beams overhead on posts.
    func pergola(_ k: Look) {
        for x in [0.02, 0.93] {
            c.rect(x, 0.08, 0.05, 0.92)
            c.fill(k.main)
        }
        for index in 0..<8 {
            let x = -0.06 + 0.14 * Double(index)
            c.polygon([
                (x, 0.0), (x + 0.06, 0.0), (0.5 + (x + 0.05 - 0.5) * 0.82, 0.14), (0.5 + (x - 0.5) * 0.82, 0.14),
            ])
            c.fill(k.main.darker(0.12))
        }
        c.rect(-0.06, 0.1, 1.12, 0.065)
        c.fill(k.main)
        if k.style == 1 {  // lights on a wire
            c.move(0.04, 0.17)
            c.curve(0.3, 0.32, 0.7, 0.32, 0.96, 0.17)
            c.hairline(.black)
            for (x, y) in [(0.16, 0.235), (0.33, 0.275), (0.5, 0.285), (0.67, 0.275), (0.84, 0.235)] {
                c.glow(x, y + 0.02, 0.06, Colour(1, 0.9, 0.6, 0.7))
                c.disc(x, y + 0.02, 0.02)
                c.flat(Colour(1, 0.97, 0.85))
            }
        }
    }

    /// A hedge and flowers in beds.
    mutating func flowerBeds(_ k: Look) {
        let green = k.main
        for index in 0..<8 {
            foliageCloud(0.02 + 0.14 * Double(index), 0.26, 0.15, green.darker(0.15), count: 5)
        }
        c.rect(-0.1, 0.34, 1.2, 0.12)
        c.fill(green.darker(0.3), edge: false)
        for row in 0..<3 {
            let y = 0.5 + 0.17 * Double(row)
            let size = 0.05 + 0.02 * Double(row)
            for index in 0..<(10 - 2 * row) {
                let x = (Double(index) + random.between(0.2, 0.8)) / Double(10 - 2 * row)
                c.move(x, y + 0.16)
                c.line(x, y)
                c.stroke(green.darker(0.2), 0.014)
                leaf(x, y + 0.13, -0.6, size * 0.9, 0.025, green)
                let petals = random.chance(0.5) ? k.second : k.accent
                for petal in 0..<5 {
                    let angle = Double(petal) * 1.2566
                    c.disc(x + cos(angle) * size * 0.45, y + sin(angle) * size * 0.7, size * 0.55)
                    c.flat(petals.mixed(.white, petal == 0 ? 0.25 : 0))
                }
                c.disc(x, y, size * 0.35)
                c.flat(Colour(0.98, 0.85, 0.3))
            }
        }
    }

    /// Cars side by side between white lines, and the sign.
    mutating func parkedCars(_ k: Look) {
        for index in 0..<5 {
            let x = 0.02 + 0.24 * Double(index)
            c.polygon([
                (x + 0.02, 0.6), (x + 0.035, 0.6), (x + 0.02 - 0.06 * (2 - Double(index)), 1),
                (x - 0.02 - 0.06 * (2 - Double(index)), 1),
            ])
            c.flat(.white)
        }
        let places = k.style == 0 ? [0.06, 0.54] : [0.02, 0.36, 0.68]
        let wide = k.style == 0 ? 0.4 : 0.3
        for (index, x) in places.enumerated() {
            let paint = [k.main, k.second, k.accent][index]
            c.within(x, 0.3, wide, 0.5) {
                c.shadow(0.5, 0.96, 0.55, 0.12)
                for wheel in [0.06, 0.78] {
                    c.rect(wheel, 0.7, 0.16, 0.28, r: 0.05)
                    c.fill(.black.lighter(0.1))
                }
                c.polygon([(0.2, 0.06), (0.8, 0.06), (0.92, 0.44), (0.08, 0.44)])
                c.fill(paint)
                c.polygon([(0.24, 0.11), (0.76, 0.11), (0.85, 0.4), (0.15, 0.4)])
                c.fill(Colour(0.25, 0.32, 0.38))
                c.rect(0, 0.42, 1, 0.42, r: 0.14)
                c.fill(paint)
                for lamp in [0.04, 0.76] {
                    c.rect(lamp, 0.5, 0.2, 0.12, r: 0.08)
                    c.fill(Colour(1, 0.98, 0.85))
                }
                c.rect(0.32, 0.56, 0.36, 0.1)
                c.fill(.black.lighter(0.2))
                c.rect(0.34, 0.71, 0.32, 0.08)
                c.flat(.white)
            }
        }
        c.rod([(0.94, 0.62), (0.94, 0.1)], Artist.metal, 0.025)
        c.rect(0.87, -0.04, 0.14, 0.22, r: 0.02)
        c.fill(Colour(0.15, 0.3, 0.75))
        c.move(0.92, 0.13)
        c.line(0.92, 0.0)
        c.curve(0.99, -0.02, 0.99, 0.09, 0.92, 0.07)
        c.stroke(.white, 0.03)
    }

    func tennisNet(_ k: Look) {
        c.polygon([(0.2, 0.24), (0.8, 0.24), (1.05, 1), (-0.05, 1)])
        c.fill(k.main)
        for points in [
            [(0.2, 0.25), (0.8, 0.25)], [(0.2, 0.25), (-0.05, 1)], [(0.8, 0.25), (1.05, 1)],
            [(0.27, 0.24), (0.08, 1)], [(0.73, 0.24), (0.92, 1)], [(0.1, 0.78), (0.9, 0.78)],
            [(0.5, 0.4), (0.5, 0.78)],
        ] {
            c.move(points[0].0, points[0].1)
            c.line(points[1].0, points[1].1)
            c.stroke(.white, 0.018)
        }
        c.rect(0.04, 0.3, 0.92, 0.24)
        c.flat(Colour(0.1, 0.1, 0.1, 0.35))
        for column in 0..<24 {
            c.move(0.04 + 0.04 * Double(column), 0.3)
            c.line(0.04 + 0.04 * Double(column), 0.54)
        }
        for row in 0..<5 {
            c.move(0.04, 0.33 + 0.05 * Double(row))
            c.line(0.96, 0.33 + 0.05 * Double(row))
        }
        c.hairline(.black.with(alpha: 0.6), pixels: 0.6)
        c.rect(0.03, 0.28, 0.94, 0.045)
        c.flat(.white)
        for x in [0.03, 0.97] { c.rod([(x, 0.22), (x, 0.6)], k.second.darker(0.4), 0.03) }
        if k.style == 1 {  // an umpire's chair
            c.rod([(0.95, 0.6), (0.98, 0.12)], k.second, 0.02)
            c.rod([(1.05, 0.6), (1.02, 0.12)], k.second, 0.02)
            c.rect(0.94, 0.1, 0.12, 0.06)
            c.fill(k.second)
        }
        c.disc(0.62, 0.7, 0.03)
        c.fill(Colour(0.85, 0.95, 0.2))
    }

    /// Swings under a beam and a slide.
    func swings(_ k: Look) {
        c.shadow(0.5, 0.97, 0.5, 0.05)
        for (foot, top) in [(0.0, 0.06), (0.14, 0.06), (0.46, 0.52), (0.6, 0.52)] {
            c.rod([(foot, 0.98), (top, 0.08)], k.main, 0.035)
        }
        c.rod([(0.04, 0.08), (0.56, 0.08)], k.main, 0.045)
        for (x, swing) in [(0.16, 0.0), (0.34, 0.05)] {
            for side in [0.0, 0.09] {
                c.move(x + side, 0.08)
                c.line(x + side + swing, 0.7)
            }
            c.hairline(.black.lighter(0.2), pixels: 1.1)
            c.rect(x + swing - 0.01, 0.69, 0.11, 0.045)
            c.fill(k.accent)
        }
        // The slide, with its ladder.
        for x in [0.7, 0.78] { c.rod([(x, 0.98), (x, 0.26)], k.accent.darker(0.2), 0.025) }
        for step in 0..<5 {
            let y = 0.4 + 0.12 * Double(step)
            c.rod([(0.7, y), (0.78, y)], k.accent.darker(0.2), 0.02)
        }
        c.move(0.7, 0.36)
        c.line(0.82, 0.36)
        c.curve(0.92, 0.7, 0.94, 0.86, 1.06, 0.9)
        c.line(1.06, 0.97)
        c.curve(0.88, 0.97, 0.86, 0.7, 0.76, 0.44)
        c.line(0.7, 0.44)
        c.close()
        c.fill(k.second)
        if k.style == 1 {
            c.polygon([(0.66, 0.2), (0.75, 0.02), (0.86, 0.2)])
            c.fill(k.accent)
            for x in [0.68, 0.83] { c.rod([(x, 0.2), (x, 0.38)], k.main, 0.02) }
        }
    }
}
