// SPDX-License-Identifier: Apache-2.0

import Randomness

/// The ground and, indoors, the walls on and before which everything stands.
struct Backdrop: Sendable, Equatable {
    enum Wall: Sendable, Equatable { case plain, stripes, panels, tiles, pattern, bricks, halfPanelled }
    enum Floor: Sendable, Equatable { case planks, tiles, plain, rug, sand, grass, paving, asphalt, deck }

    var isIndoors: Bool
    var wall: Wall
    var floor: Floor
    var wallColour: Colour
    var wallSecond: Colour
    var floorColour: Colour
    var floorSecond: Colour
    /// Where wall and floor, or the far ground and the near one, meet: a share of the height.
    var floorLine: Double
    /// How much of the width a side wall takes: positive on the left, negative on the right, 0 for none.
    var corner: Double
}

extension Artist {
    mutating func drawBackdrop(_ b: Backdrop) {
        if b.isIndoors {
            wall(b)
        } else {
            c.within(c.box(0, 0, 1, 1)) { drawOutlook() }
        }
        floor(b)
        guard b.isIndoors else { return }
        // A skirting board, and the shadow in the corner.
        c.rect(-0.1, b.floorLine - 0.018, 1.2, 0.025)
        c.fill(b.wallSecond.lighter(0.3))
        if b.corner != 0 { sideWall(b) }
    }

    private mutating func wall(_ b: Backdrop) {
        let f = b.floorLine
        c.rect(-0.1, -0.1, 1.2, f + 0.1)
        c.fill(b.wallColour, shade: 0.12, edge: false)
        let line = b.wallColour.luminance > 0.45 ? b.wallColour.darker(0.25) : b.wallColour.lighter(0.25)
        switch b.wall {
        case .plain: break
        case .stripes:
            let wide = random.between(0.04, 0.09)
            var x = -0.08
            while x < 1.1 {
                c.rect(x, -0.1, wide / 2, f + 0.1)
                c.flat(b.wallSecond.with(alpha: 0.35))
                x += wide
            }
        case .panels, .halfPanelled:
            let top = b.wall == .panels ? 0.04 : f * 0.6
            if b.wall == .halfPanelled {
                c.rect(-0.1, top - 0.04, 1.2, f - top + 0.04)
                c.fill(b.wallSecond, edge: false)
            }
            for index in 0..<6 {
                c.rect(-0.06 + 0.19 * Double(index), top, 0.16, f - top - 0.04)
                c.hairline(line, pixels: 1.1)
            }
        case .tiles, .bricks:
            let size = random.between(0.05, 0.1)
            var (row, y) = (0, f)
            while y > -0.1 {
                c.move(-0.1, y)
                c.line(1.1, y)
                var x = -0.1 + (b.wall == .bricks && row % 2 == 1 ? size : 0)
                while x < 1.1 {
                    c.move(x, y)
                    c.line(x, y - size)
                    x += b.wall == .bricks ? size * 2 : size
                }
                y -= size
                row += 1
            }
            c.hairline(line.with(alpha: 0.75))
        case .pattern:
            var (row, y) = (0, 0.03)
            while y < f {
                var x = row % 2 == 0 ? 0.0 : 0.05
                while x < 1.05 {
                    c.ellipse(x, y, 0.014, 0.022)
                    x += 0.1
                }
                y += 0.07
                row += 1
            }
            c.flat(b.wallSecond.with(alpha: 0.55))
        }
    }

    private func sideWall(_ b: Backdrop) {
        let x = b.corner > 0 ? b.corner : 1 + b.corner
        let outer = b.corner > 0 ? -0.1 : 1.1
        let foot = b.floorLine + 0.9 * abs(b.corner)
        c.polygon([(x, -0.1), (outer, -0.1), (outer, foot + 0.06), (x, b.floorLine)])
        c.fill(b.wallColour.darker(0.2), shade: 0.08)
        c.polygon([(x, b.floorLine), (outer, foot + 0.06), (outer, foot + 0.03), (x, b.floorLine - 0.018)])
        c.flat(b.wallSecond.lighter(0.15))
    }

    private mutating func floor(_ b: Backdrop) {
        let f = b.floorLine
        let colour = b.floorColour
        c.rect(-0.1, f, 1.2, 1.15 - f)
        c.fill(down: [(0, colour.darker(0.2)), (f, colour.darker(0.15)), (1, colour.lighter(0.12))])
        let line = (colour.luminance > 0.4 ? colour.darker(0.35) : colour.lighter(0.3)).with(alpha: 0.7)
        switch b.floor {
        case .plain, .asphalt:
            speckle(f, colour, count: 60)
        case .planks, .deck:
            for index in 0..<15 {
                let x = (Double(index) - 7) / 7
                c.move(0.5 + x * 0.8, f)
                c.line(0.5 + x * (b.floor == .deck ? 0.9 : 2.2), 1.1)
            }
            c.hairline(line)
        case .tiles, .paving:
            for index in 0..<13 {
                let x = (Double(index) - 6) / 6
                c.move(0.5 + x * 0.75, f)
                c.line(0.5 + x * 1.9, 1.1)
            }
            var (y, step) = (f, 0.03)
            while y < 1.08 {
                c.move(-0.1, y)
                c.line(1.1, y)
                y += step
                step *= 1.4
            }
            c.hairline(line)
        case .rug:
            let middle = f + (1 - f) * 0.62
            for (share, tone) in [
                (1.0, b.floorSecond), (0.82, b.floorSecond.lighter(0.3)), (0.7, b.floorSecond.darker(0.1)),
            ] {
                c.ellipse(0.5, middle, 0.42 * share, (1 - f) * 0.34 * share)
                c.fill(tone)
            }
        case .sand:
            speckle(f, colour, count: 80)
            for _ in 0..<5 {
                let (x, y) = (random.between(0, 0.9), random.between(f + 0.03, 1))
                c.move(x, y)
                c.curve(x + 0.05, y - 0.02, x + 0.1, y + 0.02, x + 0.16, y)
                c.hairline(colour.darker(0.25))
            }
        case .grass:
            for _ in 0..<130 {
                let (x, y) = (random.between(-0.02, 1.02), random.between(f, 1.04))
                let tall = 0.015 + 0.05 * (y - f) / (1.04 - f)
                c.move(x, y)
                c.line(x + random.between(-0.012, 0.012), y - tall)
            }
            c.hairline((random.chance(0.5) ? colour.lighter(0.3) : colour.darker(0.35)).with(alpha: 0.8), pixels: 1)
        }
    }

    private mutating func speckle(_ top: Double, _ colour: Colour, count: Int) {
        for tone in [colour.darker(0.25), colour.lighter(0.25)] {
            for _ in 0..<count {
                let y = random.between(top, 1)
                c.disc(random.between(0, 1), y, 0.003 + 0.003 * y)
            }
            c.flat(tone.with(alpha: 0.6))
        }
    }
}
