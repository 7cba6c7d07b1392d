// SPDX-License-Identifier: Apache-2.0

/// Things without a label that stand about and get in the way.
enum Clutter: Int, Sendable, Equatable, CaseIterable {
    case box, suitcase, person, pole, ball, basket, stool, umbrellaStand, sign, cushion
}

extension Artist {
    mutating func draw(_ clutter: Clutter, _ k: Look) {
        if clutter != .pole { c.shadow(0.5, 0.97, 0.5, 0.08) }
        switch clutter {
        case .box:
            c.polygon([(0, 0.3), (0.16, 0.1), (1, 0.1), (0.86, 0.3)])
            c.fill(k.main.lighter(0.2))
            c.rect(0, 0.3, 0.86, 0.7)
            c.fill(k.main)
            c.polygon([(0.86, 0.3), (1, 0.1), (1, 0.8), (0.86, 1)])
            c.fill(k.main.darker(0.3))
        case .suitcase:
            c.rod([(0.34, 0.2), (0.34, 0.0), (0.66, 0.0), (0.66, 0.2)], .black.lighter(0.2), 0.06)
            c.rect(0.05, 0.18, 0.9, 0.76, r: 0.12)
            c.fill(k.main)
            for x in [0.3, 0.5, 0.7] {
                c.move(x, 0.24)
                c.line(x, 0.88)
            }
            c.hairline(k.main.darker(0.4), pixels: 1.2)
        case .person:
            for x in [0.36, 0.58] { c.rod([(x, 0.55), (x, 0.98)], k.second.darker(0.2), 0.2) }
            c.rect(0.18, 0.2, 0.62, 0.44, r: 0.2)
            c.fill(k.main)
            c.ellipse(0.49, 0.11, 0.17, 0.1)
            c.fill(Colour(0.82, 0.62, 0.5).mixed(Colour(0.35, 0.22, 0.15), random.between(0, 0.9)))
            c.ellipse(0.49, 0.06, 0.18, 0.065)
            c.flat(k.accent.darker(0.5))
        case .pole:
            c.rect(0.2, -0.1, 0.6, 1.2)
            c.fill(k.main)
        case .ball:
            c.disc(0.5, 0.5, 0.5)
            c.fill(k.main, shade: 0.35)
        case .basket:
            c.polygon([(0, 0.25), (1, 0.25), (0.84, 1), (0.16, 1)])
            c.fill(k.main)
            for y in [0.4, 0.55, 0.7, 0.85] {
                c.move(0.06, y)
                c.line(0.94, y)
            }
            c.hairline(k.main.darker(0.4))
        case .stool:
            for x in [0.16, 0.8] { c.rod([(x, 0.3), (x, 1)], k.main.darker(0.2), 0.09) }
            c.rect(0, 0.12, 1, 0.22, r: 0.1)
            c.fill(k.main)
        case .umbrellaStand:
            c.rod([(0.4, 0.5), (0.3, 0.0)], k.accent, 0.12)
            c.rect(0.15, 0.4, 0.7, 0.6, r: 0.05)
            c.fill(k.main)
        case .sign:
            c.rod([(0.5, 0.5), (0.5, 1)], .black.lighter(0.3), 0.08)
            c.rect(0, 0.05, 1, 0.5, r: 0.05)
            c.fill(k.main)
            for y in [0.18, 0.3, 0.42] {
                c.move(0.14, y)
                c.line(0.86, y)
            }
            c.hairline(k.main.luminance > 0.5 ? .black : .white, pixels: 1.4)
        case .cushion:
            c.rect(0, 0.3, 1, 0.7, r: 0.25)
            c.fill(k.main)
        }
    }
}
