// SPDX-License-Identifier: Apache-2.0

import Foundation
import Randomness

extension Artist {
    /// Fills the frame with what is far away.
    mutating func drawOutlook() {
        let o = outlook
        let h = o.horizon
        c.rect(-0.2, -0.2, 1.4, 1.4)
        switch o.light {
        case .day: c.fill(down: [(0, o.sky.darker(0.12)), (h, o.sky.lighter(0.45)), (1, o.sky.lighter(0.5))])
        case .sunset:
            let glow = Colour(hue: 0.03 + 0.08 * o.sun, saturation: 0.7, value: 1)
            c.fill(down: [(0, o.sky.darker(0.15)), (h * 0.6, o.sky.mixed(glow, 0.4)), (h, glow), (1, glow)])
        case .night: c.fill(down: [(0, o.sky.darker(0.4)), (h, o.sky.lighter(0.12)), (1, o.sky)])
        }
        sunAndClouds()
        switch o.view {
        case .sea: sea(from: h)
        case .lake: lake()
        case .mountains: mountains()
        case .city: city()
        case .hills:
            ridge(h - 0.04, 0.06, o.land.lighter(o.light == .night ? 0.05 : 0.25), 5)
            ridge(h + 0.04, 0.05, o.land, 4)
            c.rect(-0.2, h + 0.1, 1.4, 1.2)
            c.fill(o.land.darker(0.15), edge: false)
        case .trees:
            c.rect(-0.2, h + 0.02, 1.4, 1.2)
            c.fill(o.land, edge: false)
            var x = -0.05
            while x < 1.05 {
                c.rod([(x, h + 0.06), (x, h - 0.08)], Artist.wood.darker(0.3), 0.02)
                foliageCloud(
                    x, h - random.between(0.06, 0.14), random.between(0.1, 0.18),
                    o.land.darker(random.between(0, 0.25)), count: 5)
                x += random.between(0.09, 0.17)
            }
        }
    }

    private mutating func sunAndClouds() {
        let o = outlook
        let h = o.horizon
        // What stands before the sun or the moon must not hide it.
        let low: Double =
            switch o.view {
            case .sea, .lake: h - 0.05
            case .hills: h - 0.12
            case .trees, .mountains, .city: max(0.12, h - 0.24)
            }
        let high = min(h * 0.34, 0.13)
        switch o.light {
        case .day:
            if random.chance(0.25) {
                c.glow(o.sun, h * 0.25, 0.16, Colour(1, 1, 0.92, 0.9))
            }
            for _ in 0..<(random.below(4)) {
                let (x, y) = (random.between(0, 1), random.between(0.05, h * 0.7))
                for puff in 0..<4 {
                    c.ellipse(x + 0.05 * Double(puff), y + random.between(-0.015, 0.015), 0.06, 0.03)
                    c.flat(Colour(1, 1, 1, 0.7))
                }
            }
        case .sunset:
            for _ in 0..<3 {
                let (x, y) = (random.between(0, 0.8), random.between(0.1, h * 0.75))
                c.rect(x, y, random.between(0.2, 0.45), 0.018, r: 0.02)
                c.flat(o.sky.darker(0.35).with(alpha: 0.7))
            }
            c.glow(o.sun, low, 0.45, Colour(1, 0.86, 0.5, 0.8))
            c.disc(o.sun, low, 0.13)
            c.flat(Colour(1, 0.96, 0.76))
        case .night:
            for _ in 0..<26 {
                c.disc(random.between(0, 1), random.between(0, h), random.between(0.004, 0.011))
                c.flat(Colour(1, 1, 0.94, random.between(0.5, 1)))
            }
            c.glow(o.sun, high, 0.24, Colour(0.9, 0.93, 1, 0.35))
            c.disc(o.sun, high, 0.095)
            c.flat(Colour(0.98, 0.97, 0.88))
            if o.accent.red > 0.3 {  // a crescent
                c.disc(o.sun + 0.04, high - 0.03, 0.085)
                c.flat(o.sky.darker(0.2))
            }
        }
    }

    /// Hills or peaks along a line, down to the frame's foot.
    private mutating func ridge(_ y: Double, _ height: Double, _ colour: Colour, _ count: Int) {
        c.move(-0.2, 1.2)
        c.line(-0.2, y)
        let step = 1.4 / Double(count)
        for index in 0..<count {
            let x = -0.2 + step * Double(index)
            let lift = height * random.between(0.4, 1)
            c.curve(x + step * 0.3, y - lift, x + step * 0.7, y - lift, x + step, y)
        }
        c.line(1.2, 1.2)
        c.close()
        c.fill(colour, edge: false)
    }

    mutating func sea(from y: Double) {
        let o = outlook
        c.rect(-0.2, y, 1.4, 1.4)
        c.fill(down: [(0, o.water), (y, o.water.darker(0.2)), (1, o.water.lighter(0.25))])
        c.move(-0.2, y)
        c.line(1.2, y)
        c.hairline(o.water.darker(0.5))
        var row = y + 0.03
        while row < 1.05 {
            let depth = (row - y) / (1 - y)
            for _ in 0..<7 {
                let x = random.between(-0.1, 1)
                let length = 0.05 + 0.12 * depth
                c.move(x, row)
                c.curve(x + length * 0.3, row - 0.02 * depth, x + length * 0.7, row - 0.02 * depth, x + length, row)
                c.stroke(Colour(1, 1, 1, o.light == .night ? 0.25 : 0.6), 0.006 + 0.008 * depth)
            }
            row += 0.03 + 0.06 * depth
        }
        reflection(from: y)
    }

    private mutating func reflection(from y: Double) {
        guard outlook.light != .day else { return }
        let colour = outlook.light == .sunset ? Colour(1, 0.92, 0.65, 0.85) : Colour(0.9, 0.93, 1, 0.6)
        var row = y + 0.015
        while row < 1 {
            let wide = 0.05 + 0.06 * random.between(0, 1)
            c.rect(outlook.sun - wide, row, 2 * wide, 0.014, r: 0.01)
            c.flat(colour)
            row += 0.035
        }
    }

    private mutating func lake() {
        let o = outlook
        let h = o.horizon
        ridge(h, 0.14, o.land.lighter(o.light == .night ? 0.06 : 0.3), 3)
        ridge(h + 0.03, 0.08, o.land.darker(0.1), 5)
        c.rect(-0.2, h + 0.05, 1.4, 1.2)
        c.fill(down: [(0, o.water.lighter(0.2)), (h, o.water.lighter(0.3)), (1, o.water.darker(0.2))])
        // The far shore mirrored, and a near one with reeds.
        c.move(-0.2, h + 0.05)
        for index in 0..<4 {
            let x = -0.2 + 0.35 * Double(index)
            c.curve(x + 0.1, h + 0.12, x + 0.25, h + 0.12, x + 0.35, h + 0.05)
        }
        c.close()
        c.flat(o.land.darker(0.25).with(alpha: 0.55))
        reflection(from: h + 0.07)
        c.move(-0.2, 1.2)
        c.line(-0.2, 0.86)
        c.curve(0.2, 0.8, 0.5, 0.98, 1.2, 0.9)
        c.line(1.2, 1.2)
        c.close()
        c.fill(o.land.darker(0.2), edge: false)
        for _ in 0..<14 {
            let x = random.between(0, 0.5)
            c.move(x, 0.95)
            c.line(x + random.between(-0.02, 0.02), random.between(0.72, 0.82))
        }
        c.hairline(o.land.darker(0.45), pixels: 1)
    }

    private mutating func mountains() {
        let o = outlook
        let base = o.horizon + 0.1
        let rock = o.land.mixed(o.sky, 0.3).darker(0.15)
        for layer in 0..<2 {
            var x = -0.15 + 0.12 * Double(layer) + random.between(-0.05, 0.05)
            while x < 1.1 {
                let wide = random.between(0.22, 0.34)
                let tall = min(random.between(0.28, 0.44), base - 0.16) - 0.1 * Double(layer)
                let (top, peak) = (base - tall, x + random.between(-0.03, 0.03))
                c.polygon([(x - wide, base + 0.06), (peak, top), (x + wide, base + 0.06)])
                c.fill(rock.darker(0.18 * Double(layer)), shade: 0.1)
                c.polygon([(peak, top), (x + wide, base + 0.06), (x + wide * 0.2, base + 0.06)])
                c.flat(rock.darker(0.35 + 0.1 * Double(layer)))
                let s = 0.34
                c.polygon([
                    (peak, top), (peak + (x + wide - peak) * s, top + tall * s), (peak + 0.02, top + tall * s * 0.75),
                    (peak - 0.03, top + tall * s * 1.1), (peak - (peak - x + wide) * s, top + tall * s),
                ])
                c.flat(Colour(0.96, 0.97, 1).darker(o.light == .night ? 0.45 : o.light == .sunset ? 0.12 : 0))
                x += random.between(0.28, 0.42)
            }
        }
        ridge(base + 0.02, 0.04, o.land.darker(0.25), 6)
        for index in 0..<10 {
            let x = Double(index) / 9 + random.between(-0.04, 0.04)
            let y = base + random.between(0.06, 0.16)
            c.polygon([(x - 0.025, y), (x, y - 0.12), (x + 0.025, y)])
            c.flat(o.land.darker(0.5))
        }
    }

    private mutating func city() {
        let o = outlook
        let base = o.horizon + 0.16
        for layer in 0..<2 {
            var x = -0.1
            while x < 1.05 {
                let wide = random.between(0.08, 0.15)
                let top = base - min(random.between(0.16, 0.5), base - 0.16) + 0.16 * Double(layer)
                var colour = random.colour().mixed(o.sky, layer == 0 ? 0.5 : 0.2)
                if o.light == .night { colour = colour.darker(0.68) }
                if o.light == .sunset { colour = colour.darker(0.4) }
                c.rect(x, top, wide, 1.3 - top)
                c.fill(colour)
                if random.chance(0.25) {
                    c.polygon([(x, top), (x + wide / 2, top - 0.08), (x + wide, top)])
                    c.fill(colour.darker(0.2))
                }
                var y = top + 0.03
                while y < 0.98 {
                    for column in 0..<3 where random.chance(0.75) {
                        c.rect(x + wide * (0.14 + 0.28 * Double(column)), y, wide * 0.16, 0.026)
                        c.flat(
                            o.light == .day
                                ? colour.luminance > 0.5 ? colour.darker(0.45) : colour.lighter(0.5)
                                : Colour(1, 0.9, 0.55, random.chance(0.6) ? 1 : 0.2))
                    }
                    y += 0.055
                }
                x += wide + 0.005
            }
        }
    }

    mutating func window(_ k: Look) {
        c.rect(-0.03, -0.03, 1.06, 1.06)
        c.fill(k.main)
        c.rect(0.03, 0.03, 0.94, 0.94)
        c.clipped {
            c.within(0.03, 0.03, 0.94, 0.94) {
                if k.style == 3 {  // drawn blinds
                    c.rect(0, 0, 1, 1)
                    c.fill(k.second.lighter(0.5))
                    for slat in 0..<14 {
                        c.move(0, Double(slat) / 14)
                        c.line(1, Double(slat) / 14)
                    }
                    c.hairline(k.second.darker(0.3), pixels: 1.2)
                } else {
                    drawOutlook()
                }
            }
        }
        c.rect(0.03, 0.03, 0.94, 0.94)
        c.hairline(k.main.darker(0.55), pixels: 1)
        let bars = k.style == 1 ? [0.33, 0.66] : [0.5]
        for x in bars {
            c.rect(x - 0.018, 0.02, 0.036, 0.96)
            c.fill(k.main)
        }
        if k.style == 0 || k.style == 3 {
            c.rect(0.02, 0.42, 0.96, 0.032)
            c.fill(k.main)
        }
        c.rect(-0.07, 1.0, 1.14, 0.06)
        c.fill(k.main.lighter(0.1))
        guard k.style != 1 else { return }
        c.rod([(-0.2, -0.07), (1.2, -0.07)], k.accent.darker(0.4), 0.03)
        for (outer, inner) in [(-0.18, 0.1), (1.18, 0.9)] {
            c.move(outer, -0.06)
            c.line(inner, -0.06)
            c.curve(inner, 0.4, inner + (outer - inner) * 0.45, 0.6, inner + (outer - inner) * 0.4, 1.12)
            c.line(outer, 1.12)
            c.close()
            c.fill(k.accent)
            for share in [0.3, 0.6] {
                let x = outer + (inner - outer) * share
                c.move(x, -0.04)
                c.line(x + (outer - x) * 0.3, 1.1)
            }
            c.hairline(k.accent.darker(0.35), pixels: 1)
        }
    }
}
