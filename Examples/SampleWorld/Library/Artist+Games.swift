// SPDX-License-Identifier: Apache-2.0

extension Artist {
    mutating func piano(_ k: Look) {
        c.shadow(0.5, 0.97, 0.55, 0.08)
        if k.style == 1 {  // upright
            c.rect(0, 0.0, 1, 0.5)
            c.fill(k.main)
            c.rect(-0.02, -0.02, 1.04, 0.06)
            c.fill(k.main.lighter(0.12))
            c.rect(0.3, 0.12, 0.4, 0.26)
            c.fill(.white)
            for y in [0.18, 0.24, 0.3] {
                c.move(0.34, y)
                c.line(0.66, y)
            }
            c.hairline(.black)
            c.rect(0.06, 0.5, 0.88, 0.46)
            c.fill(k.main.darker(0.25))
            keys(-0.02, 0.46, 1.04, 0.14, k)
            for x in [0.0, 0.92] {
                c.rect(x, 0.58, 0.08, 0.4)
                c.fill(k.main)
            }
            c.rect(0.36, 0.8, 0.28, 0.06)
            c.fill(k.second)
            for x in [0.38, 0.6] { c.rod([(x, 0.86), (x, 0.99)], k.second.darker(0.3), 0.03) }
            return
        }
        // A grand piano with its lid up.
        c.move(0.3, 0.42)
        c.curve(0.4, 0.1, 0.56, -0.02, 0.98, 0.0)
        c.curve(0.86, 0.12, 0.96, 0.3, 0.86, 0.44)
        c.close()
        c.fill(k.main.lighter(0.12))
        c.rod([(0.62, 0.44), (0.76, 0.14)], Artist.wood.lighter(0.3), 0.025)
        c.move(0.06, 0.46)
        c.line(0.06, 0.62)
        c.line(0.92, 0.6)
        c.curve(1.0, 0.5, 0.96, 0.42, 0.86, 0.42)
        c.curve(0.7, 0.42, 0.5, 0.38, 0.3, 0.42)
        c.close()
        c.fill(k.main)
        c.polygon([(0.32, 0.45), (0.86, 0.44), (0.84, 0.49), (0.36, 0.5)])
        c.fill(Colour(0.8, 0.62, 0.3))
        keys(0.0, 0.47, 0.38, 0.15, k)
        for x in [0.08, 0.36, 0.86] {
            c.polygon([(x, 0.61), (x + 0.07, 0.61), (x + 0.05, 0.98), (x + 0.02, 0.98)])
            c.fill(k.main.darker(0.1))
        }
        c.rect(-0.04, 0.74, 0.24, 0.07)
        c.fill(k.second)
        for x in [-0.02, 0.16] { c.rod([(x, 0.8), (x, 0.99)], k.second.darker(0.3), 0.03) }
    }

    private func keys(_ x: Double, _ y: Double, _ w: Double, _ h: Double, _ k: Look) {
        c.rect(x, y, w, h)
        c.fill(.white)
        let count = 14
        for key in 1..<count {
            let at = x + w * Double(key) / Double(count)
            c.move(at, y)
            c.line(at, y + h)
        }
        c.hairline(.black.with(alpha: 0.6))
        for key in 1..<count where key % 7 != 3 && key % 7 != 0 {
            c.rect(x + w * (Double(key) - 0.3) / Double(count), y, 0.6 * w / Double(count), h * 0.6)
            c.flat(.black)
        }
    }

    mutating func poolTable(_ k: Look) {
        c.shadow(0.5, 0.97, 0.55, 0.1)
        for x in [0.06, 0.84] {
            c.polygon([(x, 0.6), (x + 0.1, 0.6), (x + 0.08, 0.99), (x + 0.02, 0.99)])
            c.fill(k.second.darker(0.2))
        }
        let back = k.style == 1 ? 0.22 : 0.14
        c.polygon([(back, 0.08), (1 - back, 0.08), (1.0, 0.56), (0, 0.56)])
        c.fill(k.second)
        c.rect(0, 0.56, 1, 0.14)
        c.fill(k.second.darker(0.25))
        c.polygon([(back + 0.05, 0.13), (0.95 - back, 0.13), (0.9, 0.49), (0.1, 0.49)])
        c.fill(k.main)
        for (x, y) in [(back + 0.04, 0.12), (0.5, 0.11), (0.96 - back, 0.12), (0.08, 0.5), (0.5, 0.52), (0.92, 0.5)] {
            c.ellipse(x, y, 0.035, 0.035)
            c.flat(.black)
        }
        let bright = [
            Colour(0.95, 0.8, 0.15), Colour(0.85, 0.15, 0.15), Colour(0.2, 0.3, 0.85), .white, Colour(0.95, 0.5, 0.1),
            Colour(0.1, 0.1, 0.1),
        ]
        if k.style == 0 {
            var index = 0
            for row in 0..<3 {
                for column in 0...row {
                    c.disc(0.6 + 0.05 * Double(row), 0.28 + 0.07 * (Double(column) - Double(row) / 2), 0.035)
                    c.fill(bright[index])
                    index += 1
                }
            }
            c.disc(0.3, 0.32, 0.035)
            c.fill(.white)
        } else {
            for colour in bright {
                c.disc(random.between(0.26, 0.74), random.between(0.2, 0.44), 0.038)
                c.fill(colour)
            }
        }
        c.rod([(0.16, 0.44), (0.56, 0.24)], Colour(0.8, 0.62, 0.38), 0.03)
    }
}
