// SPDX-License-Identifier: Apache-2.0

extension Artist {
    mutating func television(_ k: Look) {
        let isOnWall = k.style == 1
        let bottom = isOnWall ? 0.98 : 0.76
        c.rect(0, 0, 1, bottom, r: 0.02)
        c.fill(.black.lighter(0.1))
        let isOn = k.style != 2
        c.rect(0.03, 0.045, 0.94, bottom - 0.09)
        if isOn {
            c.clipped { programme(k, bottom: bottom) }
        } else {
            c.fill(Colour(0.1, 0.11, 0.14))
            c.polygon([(0.1, bottom - 0.05), (0.45, 0.05), (0.62, 0.05), (0.27, bottom - 0.05)])
            c.flat(Colour(1, 1, 1, 0.1))
        }
        if isOnWall { return }
        c.rect(0.44, 0.76, 0.12, 0.06)
        c.flat(.black.lighter(0.15))
        c.rect(0.3, 0.8, 0.4, 0.03)
        c.flat(.black.lighter(0.2))
        // A low cabinet under it.
        c.rect(-0.06, 0.83, 1.12, 0.17)
        c.fill(k.main)
        c.move(0.5, 0.84)
        c.line(0.5, 1)
        c.hairline(k.main.darker(0.5))
    }

    /// What is on: a face before a plain ground with a caption bar, or a match.
    private mutating func programme(_ k: Look, bottom: Double) {
        c.rect(0, 0, 1, bottom)
        if random.chance(0.5) {
            c.fill(k.second.lighter(0.1), edge: false)
            c.ellipse(0.5, bottom * 0.95, 0.26, bottom * 0.36)
            c.flat(k.accent)
            c.ellipse(0.5, bottom * 0.42, 0.12, bottom * 0.22)
            c.flat(Colour(0.86, 0.66, 0.54))
        } else {
            c.fill(k.second.mixed(Colour(0.2, 0.6, 0.3), 0.5), edge: false)
            c.ellipse(0.5, bottom * 0.5, 0.14, bottom * 0.2)
            c.stroke(.white, 0.015)
            c.move(0.5, 0)
            c.line(0.5, bottom)
            c.stroke(.white, 0.015)
            for _ in 0..<5 {
                c.rect(random.between(0.1, 0.85), random.between(0.15, 0.65) * bottom, 0.035, 0.1 * bottom)
                c.flat(random.chance(0.5) ? k.accent : k.main)
            }
        }
        c.rect(0.03, bottom * 0.8, 0.94, bottom * 0.1)
        c.flat(k.accent.with(alpha: 0.9))
    }

    mutating func painting(_ k: Look) {
        c.rect(0.02, 0.03, 1, 1)
        c.flat(Colour(0, 0, 0, 0.25))
        c.rect(0, 0, 1, 1)
        c.fill(k.main)
        c.rect(0.09, 0.09, 0.82, 0.82)
        c.fill(k.second.lighter(0.75))
        c.rect(0.16, 0.16, 0.68, 0.68)
        c.clipped {
            c.within(0.16, 0.16, 0.68, 0.68) { motif(k) }
        }
        c.rect(0.16, 0.16, 0.68, 0.68)
        c.hairline(.black.with(alpha: 0.5))
    }

    private mutating func motif(_ k: Look) {
        c.rect(0, 0, 1, 1)
        c.fill(k.accent.lighter(0.35), edge: false)
        switch k.style {
        case 0:  // abstract blocks
            for _ in 0..<6 {
                let side = random.between(0.2, 0.5)
                c.rect(random.between(-0.1, 0.8), random.between(-0.1, 0.8), side, random.between(0.15, 0.5))
                c.flat(random.colour())
            }
        case 1:  // flowers
            for index in 0..<4 {
                let x = 0.2 + 0.2 * Double(index)
                c.move(x, 1)
                c.line(x, 0.4)
                c.stroke(Colour(0.2, 0.45, 0.2), 0.05)
                let y = random.between(0.22, 0.45)
                for petal in 0..<5 {
                    let (dx, dy) = [(0.0, -0.1), (0.09, -0.03), (0.06, 0.08), (-0.06, 0.08), (-0.09, -0.03)][petal]
                    c.disc(x + dx, y + dy, 0.08)
                    c.flat(k.second)
                }
                c.disc(x, y, 0.05)
                c.flat(k.accent.darker(0.5))
            }
        case 2:  // a portrait
            c.ellipse(0.5, 1.02, 0.42, 0.4)
            c.flat(k.second)
            c.ellipse(0.5, 0.38, 0.2, 0.26)
            c.flat(Colour(0.87, 0.68, 0.55).mixed(k.accent, 0.15))
            c.move(0.3, 0.4)
            c.curve(0.25, 0.05, 0.75, 0.05, 0.7, 0.4)
            c.curve(0.6, 0.2, 0.4, 0.2, 0.3, 0.4)
            c.flat(k.main.darker(0.6))
        default:  // circles
            for index in 0..<4 {
                c.disc(0.5, 0.5, 0.48 - 0.11 * Double(index))
                c.flat(index % 2 == 0 ? k.second : k.main)
            }
        }
    }

    mutating func mirror(_ k: Look) {
        func outline(_ inset: Double) {
            switch k.style {
            case 0: c.ellipse(0.5, 0.5, 0.5 - inset, 0.5 - inset)
            case 1: c.rect(inset, inset, 1 - 2 * inset, 1 - 2 * inset, r: 0.05)
            default:
                c.move(inset, 1 - inset)
                c.line(inset, 0.35)
                c.curve(inset, inset - 0.1, 1 - inset, inset - 0.1, 1 - inset, 0.35)
                c.line(1 - inset, 1 - inset)
                c.close()
            }
        }
        outline(0)
        c.fill(k.main)
        outline(0.07)
        c.clipped {
            c.rect(0, 0, 1, 1)
            let glass = Colour(0.78, 0.85, 0.9).mixed(k.second, 0.3)
            c.fill(diagonal: [(0, glass.lighter(0.5)), (0.5, glass.darker(0.2)), (1, glass.lighter(0.2))])
            c.rect(0, 0.7, 1, 0.4)
            c.flat(k.second.darker(0.3).with(alpha: 0.35))
            for (x, w) in [(0.1, 0.16), (0.34, 0.07)] {
                c.polygon([(x, 1), (x + 0.5, 0), (x + 0.5 + w, 0), (x + w, 1)])
                c.flat(Colour(1, 1, 1, 0.55))
            }
        }
    }

    mutating func bookshelf(_ k: Look) {
        c.shadow(0.5, 0.99, 0.55, 0.04)
        c.rect(0, 0, 1, 1)
        c.fill(k.main)
        let rows = 3 + k.style
        let height = 0.94 / Double(rows)
        for row in 0..<rows {
            let y = 0.03 + height * Double(row)
            c.rect(0.05, y, 0.9, height - 0.03)
            c.fill(k.main.darker(0.55))
            var x = 0.06
            while x < 0.86 {
                let thickness = random.between(0.05, 0.1)
                if random.chance(0.9) {
                    let tall = (height - 0.04) * random.between(0.65, 0.98)
                    c.rect(x, y + height - 0.03 - tall, thickness, tall)
                    c.fill(random.colour())
                }
                x += thickness + 0.008
            }
        }
    }

    mutating func wardrobe(_ k: Look) {
        c.shadow(0.5, 0.98, 0.58, 0.05)
        c.rect(0, 0, 1, 0.96, r: 0.02)
        c.fill(k.main)
        c.rect(-0.03, -0.02, 1.06, 0.05)
        c.fill(k.main.lighter(0.12))
        for x in [0.04, 0.88] {
            c.rect(x, 0.95, 0.08, 0.05)
            c.flat(k.main.darker(0.4))
        }
        if k.style == 2 {  // open: clothes on a rail
            c.rect(0.24, 0.06, 0.52, 0.86)
            c.fill(k.main.darker(0.65))
            c.rod([(0.25, 0.12), (0.75, 0.12)], Artist.metal, 0.03)
            for index in 0..<4 {
                let x = 0.27 + 0.115 * Double(index)
                c.polygon([(x + 0.02, 0.16), (x + 0.09, 0.16), (x + 0.12, 0.62), (x, 0.62)])
                c.fill(random.colour())
            }
            for (x, lean) in [(0.02, -0.07), (0.78, 0.07)] {
                c.polygon([(x, 0.04), (x + 0.2, 0.04), (x + 0.2 + lean, 0.95), (x + lean, 0.95)])
                c.fill(k.main.lighter(0.1))
            }
            return
        }
        let doors = k.style == 1 ? 3 : 2
        let width = 0.92 / Double(doors)
        for door in 0..<doors {
            let x = 0.04 + width * Double(door)
            c.rect(x, 0.06, width - 0.012, 0.86)
            c.fill(k.main.lighter(0.08))
            for (y, h) in [(0.12, 0.32), (0.5, 0.36)] {
                c.rect(x + 0.15 * width, y, 0.68 * width, h)
                c.hairline(k.main.darker(0.5), pixels: 1.2)
            }
            c.rect(door == 0 ? x + width - 0.07 : x + 0.03, 0.43, 0.03, 0.1)
            c.flat(k.accent.luminance > 0.5 ? k.accent : k.accent.lighter(0.5))
        }
    }

    mutating func fireplace(_ k: Look) {
        c.rect(0.06, 0.14, 0.88, 0.86)
        c.fill(k.main)
        if k.style == 1 {  // bricks
            for row in 0..<8 {
                let y = 0.16 + 0.105 * Double(row)
                c.move(0.06, y)
                c.line(0.94, y)
                for column in 0..<6 {
                    let x = 0.08 + 0.16 * Double(column) + (row % 2 == 0 ? 0.0 : 0.08)
                    c.move(x, y)
                    c.line(x, y + 0.105)
                }
            }
            c.hairline(k.main.lighter(0.55))
        }
        c.rect(0, 0.06, 1, 0.1, r: 0.02)
        c.fill(k.second)
        if k.style == 2 {
            c.move(0.22, 0.96)
            c.line(0.22, 0.55)
            c.curve(0.26, 0.28, 0.74, 0.28, 0.78, 0.55)
            c.line(0.78, 0.96)
            c.close()
        } else {
            c.rect(0.22, 0.36, 0.56, 0.6)
        }
        c.fill(Colour(0.08, 0.06, 0.05))
        c.glow(0.5, 0.76, 0.4, Colour(1, 0.5, 0.1, 0.8))
        for (x, size) in [(0.38, 0.3), (0.5, 0.42), (0.62, 0.28)] {
            for (share, colour) in [(1.0, Colour(0.98, 0.45, 0.08)), (0.6, Colour(1, 0.85, 0.3))] {
                let (h, w) = (size * share, 0.09 * share)
                c.move(x - w, 0.9)
                c.curve(x - w * 1.4, 0.9 - h * 0.5, x, 0.9 - h * 0.6, x, 0.9 - h)
                c.curve(x + w * 0.3, 0.9 - h * 0.6, x + w * 1.6, 0.9 - h * 0.5, x + w, 0.9)
                c.close()
                c.flat(colour)
            }
        }
        c.rod([(0.3, 0.91), (0.7, 0.88)], Artist.wood.darker(0.3), 0.06)
        c.rod([(0.32, 0.87), (0.68, 0.92)], Artist.wood.darker(0.4), 0.06)
        c.rect(0.04, 0.95, 0.92, 0.05)
        c.fill(k.second.darker(0.2))
    }
}
