// SPDX-License-Identifier: Apache-2.0

extension Artist {
    private static let water = Colour(0.62, 0.82, 0.9)

    private func tap(_ x: Double, _ y: Double, _ size: Double) {
        c.move(x, y)
        c.line(x, y - 0.55 * size)
        c.curve(x, y - size, x + 0.7 * size, y - size, x + 0.7 * size, y - 0.4 * size)
        c.stroke(Artist.metal.darker(0.35), 0.06)
        c.move(x, y)
        c.line(x, y - 0.55 * size)
        c.curve(x, y - size, x + 0.7 * size, y - size, x + 0.7 * size, y - 0.4 * size)
        c.stroke(Artist.metal.lighter(0.5), 0.025)
    }

    mutating func bathtub(_ k: Look) {
        c.shadow(0.5, 0.96, 0.56, 0.12)
        let inside = k.main.lighter(0.35)
        if k.style == 1 {  // built in, tiled
            c.rect(0, 0.36, 1, 0.64)
            c.fill(k.second)
            for column in 1..<7 {
                c.move(Double(column) / 7, 0.4)
                c.line(Double(column) / 7, 1)
            }
            for row in 1..<3 {
                c.move(0, 0.36 + 0.21 * Double(row))
                c.line(1, 0.36 + 0.21 * Double(row))
            }
            c.hairline(k.second.lighter(0.5))
            c.rect(0, 0.24, 1, 0.16, r: 0.06)
            c.fill(k.main)
        } else {  // standing free
            c.move(0, 0.3)
            c.curve(0.04, 0.8, 0.14, 0.92, 0.3, 0.92)
            c.line(0.7, 0.92)
            c.curve(0.86, 0.92, 0.96, 0.8, 1, 0.3)
            c.close()
            c.fill(k.main)
            if k.style == 0 {
                for x in [0.2, 0.8] {
                    c.move(x - 0.06, 0.86)
                    c.curve(x, 1.06, x + 0.02, 1.0, x + 0.05, 0.86)
                    c.close()
                    c.fill(k.accent)
                }
            } else {
                c.rect(0.2, 0.9, 0.6, 0.09)
                c.fill(k.accent)
            }
        }
        c.ellipse(0.5, 0.31, 0.5, 0.14)
        c.fill(k.main.lighter(0.25))
        c.ellipse(0.5, 0.32, 0.44, 0.1)
        c.fill(inside.darker(0.25))
        c.ellipse(0.5, 0.35, 0.39, 0.07)
        c.fill(Artist.water.mixed(k.accent, 0.25))
        if random.chance(0.4) {
            for _ in 0..<9 {
                c.disc(random.between(0.2, 0.8), random.between(0.28, 0.36), random.between(0.03, 0.07))
                c.fill(Colour(1, 1, 1, 0.9))
            }
        }
        tap(0.08, 0.28, 0.26)
    }

    mutating func shower(_ k: Look) {
        c.rect(0.04, 0.02, 0.92, 0.92)
        c.flat(Colour(0.8, 0.9, 0.94, 0.28))
        c.rect(0, 0.92, 1, 0.08, r: 0.02)
        c.fill(k.main.lighter(0.5))
        // The rain, from a head on an arm.
        let x = k.style == 1 ? 0.5 : 0.62
        c.rod([(0.2, 0.86), (0.2, 0.1), (x, 0.1)], Artist.metal, 0.035)
        c.polygon([(x - 0.2, 0.2), (x - 0.07, 0.1), (x + 0.07, 0.1), (x + 0.2, 0.2)])
        c.fill(Artist.metal)
        for drop in 0..<9 {
            let offset = (Double(drop) - 4) / 4
            for part in 0..<3 {
                let y = 0.26 + 0.2 * Double(part) + random.between(0, 0.06)
                c.move(x + offset * (0.17 + 0.1 * (y - 0.26)), y)
                c.line(x + offset * (0.19 + 0.12 * (y - 0.2)), y + 0.1)
                c.stroke(Colour(0.95, 0.98, 1, 0.75), 0.014)
            }
        }
        c.polygon([(0.1, 0.6), (0.3, 0.05), (0.4, 0.05), (0.2, 0.6)])
        c.flat(Colour(1, 1, 1, 0.22))
        // The frame of the cabin.
        let doors = k.style == 2 ? [0.02, 0.98] : [0.02, 0.5, 0.98]
        for door in doors { c.rod([(door, 0.0), (door, 0.96)], k.accent, 0.035) }
        c.rod([(0.02, 0.015), (0.98, 0.015)], k.accent, 0.04)
        if k.style != 2 { c.rod([(0.55, 0.45), (0.55, 0.58)], Artist.metal.darker(0.3), 0.03) }
    }

    mutating func toilet(_ k: Look) {
        c.shadow(0.5, 0.96, 0.5, 0.08)
        if k.style == 1 {  // from the side
            c.rect(0.02, 0.12, 0.28, 0.48, r: 0.04)
            c.fill(k.main)
            c.rect(0, 0.06, 0.32, 0.09, r: 0.03)
            c.fill(k.main.lighter(0.2))
            c.move(0.16, 0.52)
            c.line(0.98, 0.52)
            c.curve(0.98, 0.76, 0.74, 0.76, 0.66, 0.96)
            c.line(0.26, 0.96)
            c.curve(0.24, 0.8, 0.18, 0.7, 0.16, 0.52)
            c.fill(k.main)
            c.rect(0.22, 0.47, 0.78, 0.07, r: 0.03)
            c.fill(k.accent)
            c.within(c.box(0.24, 0.02, 0.12, 0.46), angle: 0.12) {
                c.rect(0, 0, 1, 1, r: 0.4)
                c.fill(k.accent)
            }
            return
        }
        // From the front: tank, lid, seat, foot.
        c.rect(0.14, 0.02, 0.72, 0.36, r: 0.05)
        c.fill(k.main)
        c.rect(0.1, 0.0, 0.8, 0.07, r: 0.03)
        c.fill(k.main.lighter(0.2))
        c.disc(0.5, 0.03, 0.04)
        c.flat(Artist.metal.darker(0.3))
        c.move(0.26, 0.56)
        c.curve(0.3, 0.8, 0.34, 0.86, 0.28, 0.98)
        c.line(0.72, 0.98)
        c.curve(0.66, 0.86, 0.7, 0.8, 0.74, 0.56)
        c.close()
        c.fill(k.main.darker(0.1))
        if k.style == 2 {  // lid open
            c.ellipse(0.5, 0.3, 0.3, 0.22)
            c.fill(k.accent.lighter(0.1))
        }
        c.ellipse(0.5, 0.56, 0.38, 0.19)
        c.fill(k.accent)
        c.ellipse(0.5, 0.56, 0.24, 0.11)
        c.fill(k.style == 2 ? k.main.darker(0.55) : k.accent.lighter(0.2))
    }

    mutating func washbasin(_ k: Look) {
        c.shadow(0.5, 0.97, 0.45, 0.06)
        switch k.style {
        case 1:  // on a cabinet
            c.rect(0.04, 0.42, 0.92, 0.56)
            c.fill(k.second)
            for x in [0.08, 0.52] {
                c.rect(x, 0.48, 0.4, 0.46)
                c.fill(k.second.lighter(0.1))
            }
            for x in [0.43, 0.54] {
                c.rect(x, 0.64, 0.03, 0.12)
                c.flat(Artist.metal)
            }
            c.rect(0, 0.34, 1, 0.1, r: 0.02)
            c.fill(k.accent)
            c.move(0.16, 0.22)
            c.curve(0.2, 0.4, 0.8, 0.4, 0.84, 0.22)
            c.close()
            c.fill(k.main)
            c.ellipse(0.5, 0.22, 0.34, 0.05)
            c.fill(k.main.darker(0.2))
        default:  // on a foot or on the wall
            if k.style == 0 {
                c.move(0.38, 0.45)
                c.line(0.34, 1)
                c.line(0.66, 1)
                c.line(0.62, 0.45)
                c.close()
                c.fill(k.main.darker(0.12))
            } else {
                c.rod([(0.5, 0.5), (0.5, 0.78), (0.7, 0.78)], Artist.metal, 0.07)
            }
            c.move(0.02, 0.26)
            c.curve(0.06, 0.64, 0.94, 0.64, 0.98, 0.26)
            c.close()
            c.fill(k.main)
            c.ellipse(0.5, 0.27, 0.48, 0.09)
            c.fill(k.main.lighter(0.25))
            c.ellipse(0.5, 0.29, 0.36, 0.055)
            c.fill(k.main.darker(0.25))
        }
        tap(0.44, 0.24, 0.24)
    }

    mutating func towels(_ k: Look) {
        if k.style == 1 {  // folded, on a stool
            c.shadow(0.5, 0.97, 0.5, 0.06)
            for x in [0.12, 0.82] { c.rod([(x, 0.68), (x, 0.99)], Artist.wood, 0.06) }
            c.rect(0.02, 0.62, 0.96, 0.09)
            c.fill(Artist.wood)
            for (index, colour) in [k.main, k.second, k.main.lighter(0.2), k.accent].enumerated() {
                let y = 0.48 - 0.14 * Double(index)
                c.rect(0.1, y, 0.8, 0.14, r: 0.07)
                c.fill(colour)
                c.move(0.14, y + 0.07)
                c.line(0.86, y + 0.07)
                c.stroke(colour.darker(0.3), 0.012)
            }
            return
        }
        c.rod([(0.0, 0.08), (1.0, 0.08)], Artist.metal, 0.06)
        let count = k.style == 0 ? 2 : 3
        let width = 0.9 / Double(count)
        for index in 0..<count {
            let colour = [k.main, k.second, k.accent][index]
            let x = 0.06 + width * Double(index)
            let bottom = random.between(0.74, 0.98)
            c.move(x, 0.05)
            c.line(x + width - 0.05, 0.05)
            c.curve(x + width - 0.04, 0.4, x + width - 0.06, 0.7, x + width - 0.05, bottom)
            c.line(x, bottom - 0.02)
            c.curve(x + 0.02, 0.7, x - 0.02, 0.4, x, 0.05)
            c.fill(colour)
            for y in [bottom - 0.16, bottom - 0.1] {
                c.rect(x, y, width - 0.05, 0.03)
                c.flat(colour.luminance > 0.5 ? colour.darker(0.35) : colour.lighter(0.5))
            }
            c.move(x + width * 0.4, 0.08)
            c.line(x + width * 0.42, bottom - 0.2)
            c.stroke(colour.darker(0.2), 0.015)
        }
    }
}
