// SPDX-License-Identifier: Apache-2.0

import Foundation

extension Artist {
    func leaf(_ x: Double, _ y: Double, _ angle: Double, _ length: Double, _ wide: Double, _ colour: Colour) {
        let (dx, dy) = (cos(angle) * length, sin(angle) * length)
        let (nx, ny) = (-sin(angle) * wide, cos(angle) * wide)
        c.move(x, y)
        c.curve(x + dx * 0.3 + nx, y + dy * 0.3 + ny, x + dx * 0.7 + nx, y + dy * 0.7 + ny, x + dx, y + dy)
        c.curve(x + dx * 0.7 - nx, y + dy * 0.7 - ny, x + dx * 0.3 - nx, y + dy * 0.3 - ny, x, y)
        c.fill(colour)
    }

    /// A green, or what light and season make of it.
    mutating func foliage() -> Colour {
        Colour(
            hue: random.between(0.14, 0.48), saturation: random.between(0.2, 0.75), value: random.between(0.25, 0.75))
    }

    mutating func pottedPlant(_ k: Look) {
        c.shadow(0.5, 0.97, 0.4, 0.05)
        let green = k.second
        switch k.style {
        case 0:  // a bush of leaves on stems
            for index in 0..<9 {
                let angle = -.pi / 2 + (Double(index) - 4) * 0.34
                let (x, y) = (0.5 + cos(angle) * 0.2, 0.5 + sin(angle) * 0.16)
                c.rod([(0.5, 0.68), (x, y)], green.darker(0.3), 0.02)
                leaf(
                    x, y, angle + random.between(-0.2, 0.2), random.between(0.26, 0.36), 0.12,
                    green.mixed(.white, random.between(0, 0.2)))
            }
        case 1:  // swords
            for index in 0..<7 {
                let x = 0.34 + 0.053 * Double(index)
                let tip = x + (x - 0.5) * 1.3
                let top = random.between(0.0, 0.2)
                c.polygon([(x - 0.05, 0.7), (x + 0.05, 0.7), (tip, top)])
                c.fill(index % 2 == 0 ? green : green.lighter(0.25))
            }
        case 2:  // a small round tree
            c.rod([(0.5, 0.7), (0.5, 0.4)], Artist.wood, 0.06)
            foliageCloud(0.5, 0.26, 0.36, green, count: 9)
        default:  // a cactus
            c.rect(0.38, 0.08, 0.24, 0.64, r: 0.15)
            c.fill(green)
            c.rect(0.1, 0.26, 0.15, 0.28, r: 0.1)
            c.fill(green)
            c.rect(0.12, 0.44, 0.32, 0.12, r: 0.08)
            c.fill(green)
            c.rect(0.75, 0.16, 0.15, 0.28, r: 0.1)
            c.fill(green)
            c.rect(0.56, 0.34, 0.32, 0.12, r: 0.08)
            c.fill(green)
            for x in [0.44, 0.5, 0.56] {
                c.move(x, 0.14)
                c.line(x, 0.68)
            }
            c.hairline(green.lighter(0.5))
        }
        c.polygon([(0.26, 0.68), (0.74, 0.68), (0.68, 0.98), (0.32, 0.98)])
        c.fill(k.main)
        c.rect(0.23, 0.65, 0.54, 0.08, r: 0.02)
        c.fill(k.main.lighter(0.12))
    }

    mutating func foliageCloud(_ x: Double, _ y: Double, _ r: Double, _ colour: Colour, count: Int) {
        for index in 0..<count {
            let angle = Double(index) * 2.4
            let distance = r * 0.62 * (Double(index) / Double(max(1, count - 1))).squareRoot()
            c.ellipse(x + cos(angle) * distance, y + sin(angle) * distance * 0.8, r * 0.5, r * 0.42)
            c.fill(colour.mixed(index % 2 == 0 ? .white : .black, random.between(0, 0.18)), shade: 0.22)
        }
    }

    mutating func palmTree(_ k: Look) {
        c.shadow(0.5, 0.98, 0.25, 0.03)
        let lean = k.style == 1 ? 0.16 : k.style == 2 ? -0.12 : 0.03
        let (topX, topY) = (0.5 + lean, 0.3)
        c.move(0.45, 0.99)
        c.curve(0.48, 0.8, topX - 0.05 - lean * 0.5, 0.5, topX - 0.03, topY)
        c.line(topX + 0.03, topY)
        c.curve(topX + 0.04 - lean * 0.5, 0.5, 0.56, 0.8, 0.56, 0.99)
        c.close()
        c.fill(k.main)
        for ring in 0..<7 {
            let y = 0.38 + 0.085 * Double(ring)
            let x = topX + (0.5 - topX) * (y - topY) / 0.69
            c.move(x - 0.045, y)
            c.line(x + 0.045, y)
        }
        c.hairline(k.main.darker(0.5))
        let fronds = 9
        for index in 0..<fronds {
            let turn = Double(index) / Double(fronds - 1)
            let angle = -.pi * 1.12 + turn * .pi * 1.24
            let length = random.between(0.4, 0.5)
            let (dx, dy) = (cos(angle) * length, sin(angle) * length * 0.55)
            let (x, y) = (topX + dx, topY + dy + 0.14 * abs(cos(angle)))
            let green = k.second.mixed(index % 2 == 0 ? .white : .black, 0.16)
            c.move(topX, topY - 0.02)
            c.curve(topX + dx * 0.4, topY + dy * 1.2 - 0.07, topX + dx * 0.8, topY + dy - 0.05, x, y)
            c.curve(topX + dx * 0.7, topY + dy * 0.6 + 0.04, topX + dx * 0.4, topY + dy * 0.6 + 0.03, topX, topY + 0.02)
            c.fill(green)
            c.move(topX, topY)
            c.curve(topX + dx * 0.4, topY + dy, topX + dx * 0.8, topY + dy - 0.02, x, y)
            c.hairline(green.darker(0.5))
        }
        for (x, y) in [(-0.04, 0.03), (0.04, 0.03), (0, 0.05)] {
            c.disc(topX + x, topY + y, 0.035)
            c.fill(k.main.darker(0.4))
        }
    }
}
