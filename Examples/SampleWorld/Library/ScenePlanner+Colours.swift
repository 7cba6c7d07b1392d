// SPDX-License-Identifier: Apache-2.0

import Randomness

extension ScenePlanner {
    mutating func look(_ label: WorldLabel?, style: Int) -> Look {
        let ground =
            plan.backdrop.isIndoors
            ? [plan.backdrop.wallColour, plan.backdrop.floorColour] : [plan.outlook.sky, plan.backdrop.floorColour]
        let main = random.colour(apart: ground, by: 0.27)
        let second = random.colour(apart: [main] + ground, by: 0.22)
        let accent = random.colour(apart: [main, second], by: 0.24)
        var look = Look(main: main, second: second, accent: accent, style: style)
        switch label {
        case .bathtub, .toilet, .washbasin:
            if random.chance(0.45) {
                look.main = Colour(
                    hue: random.uniform(0..<1), saturation: random.between(0, 0.08), value: random.between(0.82, 1))
            }
        case .pottedPlant, .palmTree:
            if random.chance(0.75) {
                look.second = Colour(
                    hue: random.between(0.16, 0.45), saturation: random.between(0.25, 0.8),
                    value: random.between(0.25, 0.75))
            }
            if label == .palmTree, random.chance(0.7) {
                look.main = Colour(
                    hue: random.between(0.04, 0.12), saturation: random.between(0.2, 0.6),
                    value: random.between(0.3, 0.7))
            }
        case .dog, .cat:
            if random.chance(0.7) {
                look.main = Colour(
                    hue: random.between(0.05, 0.12), saturation: random.between(0.05, 0.65),
                    value: random.between(0.2, 0.95))
            }
        case .swimmingPool:
            look.main = Colour(
                hue: random.between(0.38, 0.66), saturation: random.between(0.2, 0.85), value: random.between(0.4, 0.95)
            )
        case .window:
            if random.chance(0.5) { look.main = Colour(0.95, 0.95, 0.93) }
        case .piano:
            if random.chance(0.5) { look.main = Colour(0.13, 0.12, 0.13) }
        default: break
        }
        return look
    }

    static func light(_ setting: Setting, _ random: inout CountedRandom) -> Outlook.Light {
        let isOutdoors = !setting.isIndoors
        switch random.weighted(isOutdoors ? [0.7, 0.16, 0.14] : [0.6, 0.18, 0.22]) {
        case 0: return .day
        case 1: return .sunset
        default: return .night
        }
    }

    static func backdrop(_ setting: Setting, _ random: inout CountedRandom) -> Backdrop {
        let wallColour = random.colour()
        let floorColour = random.colour(apart: [wallColour], by: 0.15)
        var wall: Backdrop.Wall = random.pick([
            .plain, .plain, .stripes, .panels, .pattern, .halfPanelled, .bricks, .tiles,
        ])
        var floor: Backdrop.Floor = random.pick([.planks, .planks, .tiles, .plain, .rug])
        var line = random.between(0.58, 0.74)
        switch setting {
        case .bathroom: if random.chance(0.65) { (wall, floor) = (.tiles, .tiles) }
        case .tabletop: (floor, line) = (.planks, random.between(0.76, 0.86))
        case .balcony: (floor, line) = (.paving, 1.05)
        case .landscape: (floor, line) = (random.pick([.grass, .sand, .paving]), random.between(0.74, 0.84))
        case .terrace: (floor, line) = (random.pick([.deck, .deck, .paving]), random.between(0.54, 0.66))
        case .garden, .playground: (floor, line) = (random.pick([.grass, .grass, .sand]), random.between(0.46, 0.58))
        case .beach: (floor, line) = (.sand, random.between(0.56, 0.68))
        case .pool: (floor, line) = (random.pick([.paving, .grass, .deck]), random.between(0.46, 0.56))
        case .parking: (floor, line) = (.asphalt, random.between(0.44, 0.54))
        case .tennisCourt: (floor, line) = (.plain, random.between(0.44, 0.54))
        default: break
        }
        return Backdrop(
            isIndoors: setting.isIndoors, wall: wall, floor: floor, wallColour: wallColour,
            wallSecond: random.colour(apart: [wallColour]), floorColour: floorColour,
            floorSecond: random.colour(apart: [floorColour]), floorLine: line,
            corner: random.chance(0.35) ? random.between(0.06, 0.16) * (random.chance(0.5) ? 1 : -1) : 0)
    }
}
