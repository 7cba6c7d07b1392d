// SPDX-License-Identifier: Apache-2.0

extension Artist {
    mutating func dog(_ k: Look) {
        c.shadow(0.5, 0.97, 0.5, 0.05)
        let coat = k.main
        if k.style == 1 {  // sitting
            c.move(0.2, 0.86)
            c.curve(0.02, 0.8, 0.0, 0.62, 0.06, 0.54)
            c.stroke(coat.darker(0.15), 0.08)
            c.move(0.16, 0.98)
            c.curve(0.06, 0.62, 0.34, 0.5, 0.46, 0.34)
            c.line(0.72, 0.36)
            c.curve(0.76, 0.6, 0.72, 0.8, 0.74, 0.98)
            c.close()
            c.fill(coat)
            for x in [0.54, 0.68] { c.rod([(x, 0.6), (x, 0.96)], coat.lighter(0.1), 0.11) }
            dogHead(k, 0.36, 0.02, 0.6, 0.4)
            return
        }
        c.move(0.1, 0.44)
        c.curve(0.0, 0.34, -0.02, 0.2, 0.06, 0.1)
        c.stroke(coat.darker(0.15), 0.08)
        for x in [0.16, 0.27, 0.58, 0.68] {
            c.rod([(x, 0.6), (x - 0.01, 0.97)], coat.darker(x == 0.27 || x == 0.58 ? 0.25 : 0.05), 0.11)
        }
        c.rect(0.08, 0.36, 0.66, 0.32, r: 0.2)
        c.fill(coat)
        if k.style == 2 {
            c.ellipse(0.34, 0.48, 0.12, 0.1)
            c.flat(k.second)
        }
        c.polygon([(0.56, 0.38), (0.68, 0.2), (0.84, 0.3), (0.74, 0.56)])
        c.fill(coat)
        dogHead(k, 0.58, 0.0, 0.42, 0.42)
    }

    private func dogHead(_ k: Look, _ x: Double, _ y: Double, _ w: Double, _ h: Double) {
        c.within(x, y, w, h) {
            c.ellipse(0.4, 0.46, 0.34, 0.38)
            c.fill(k.main.lighter(0.05))
            c.rect(0.46, 0.44, 0.5, 0.32, r: 0.15)
            c.fill(k.main.lighter(0.15))
            c.disc(0.94, 0.52, 0.09)
            c.flat(.black)
            c.disc(0.54, 0.36, 0.06)
            c.flat(.black)
            // A hanging ear.
            c.move(0.14, 0.16)
            c.curve(0.36, 0.1, 0.4, 0.5, 0.24, 0.84)
            c.curve(0.04, 0.86, -0.02, 0.4, 0.14, 0.16)
            c.fill(k.second.darker(0.2))
            c.move(0.62, 0.72)
            c.line(0.9, 0.72)
            c.stroke(k.main.darker(0.6), 0.03)
        }
    }

    mutating func cat(_ k: Look) {
        c.shadow(0.5, 0.97, 0.45, 0.05)
        let coat = k.main
        if k.style == 1 {  // lying
            c.move(0.1, 0.9)
            c.curve(-0.06, 0.8, -0.04, 0.5, 0.08, 0.4)
            c.stroke(coat.darker(0.15), 0.1)
            c.move(0.04, 0.95)
            c.curve(0.02, 0.4, 0.4, 0.3, 0.66, 0.56)
            c.line(0.9, 0.95)
            c.close()
            c.fill(coat)
            c.rod([(0.64, 0.92), (0.96, 0.92)], coat.lighter(0.1), 0.13)
            catHead(k, 0.52, 0.06, 0.46, 0.66)
        } else {  // sitting, its tail round
            c.move(0.72, 0.93)
            c.curve(1.04, 0.92, 1.02, 0.6, 0.9, 0.46)
            c.stroke(coat.darker(0.15), 0.12)
            c.move(0.2, 0.98)
            c.curve(0.16, 0.7, 0.3, 0.55, 0.34, 0.36)
            c.line(0.66, 0.36)
            c.curve(0.72, 0.55, 0.86, 0.7, 0.8, 0.98)
            c.close()
            c.fill(coat)
            if k.style == 2 {
                for y in [0.56, 0.66, 0.76] {
                    c.move(0.26, y)
                    c.line(0.42, y + 0.02)
                    c.move(0.74, y)
                    c.line(0.58, y + 0.02)
                }
                c.stroke(k.second.darker(0.2), 0.04)
            }
            for x in [0.42, 0.58] { c.rod([(x, 0.7), (x, 0.95)], coat.lighter(0.12), 0.13) }
            catHead(k, 0.18, 0.0, 0.64, 0.48)
        }
    }

    private func catHead(_ k: Look, _ x: Double, _ y: Double, _ w: Double, _ h: Double) {
        c.within(x, y, w, h) {
            for (outer, inner, tip) in [(0.08, 0.46, 0.1), (0.92, 0.54, 0.9)] {
                c.polygon([(outer, 0.5), (inner, 0.26), (tip, 0.0)])
                c.fill(k.main.darker(0.1))
            }
            c.ellipse(0.5, 0.58, 0.46, 0.4)
            c.fill(k.main.lighter(0.06))
            for ex in [0.32, 0.68] {
                c.ellipse(ex, 0.5, 0.09, 0.1)
                c.flat(Colour(0.75, 0.85, 0.3))
                c.ellipse(ex, 0.5, 0.035, 0.09)
                c.flat(.black)
            }
            c.polygon([(0.44, 0.66), (0.56, 0.66), (0.5, 0.74)])
            c.flat(Colour(0.85, 0.5, 0.5))
            for side in [-1.0, 1.0] {
                for y in [0.68, 0.76] {
                    c.move(0.5 + side * 0.14, 0.71)
                    c.line(0.5 + side * 0.5, y)
                }
            }
            c.hairline(.white.with(alpha: 0.8))
        }
    }
}
