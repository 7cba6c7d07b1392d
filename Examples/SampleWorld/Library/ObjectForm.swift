// SPDX-License-Identifier: Apache-2.0

/// Where an object can be and how large it is.
struct ObjectForm: Sendable {
    enum Zone: Sendable {
        /// On the wall, wholly above the floor.
        case wall
        /// Hanging from the upper edge.
        case ceiling
        /// Against the wall, its foot where wall and floor meet.
        case backWall
        /// Anywhere on the ground.
        case floor
        /// Close to the viewer, as what stands on a table.
        case near
        /// On the water between horizon and shore.
        case water
        /// Lying in the ground.
        case ground
    }

    var zone: Zone
    /// Width as a share of the picture's shorter side.
    var width: ClosedRange<Double>
    /// Width divided by height.
    var proportion: ClosedRange<Double>
    /// The share of the box that hides what is behind it.
    var solidity = 0.85

    init(_ zone: Zone, _ width: ClosedRange<Double>, _ proportion: ClosedRange<Double>, solidity: Double = 0.85) {
        (self.zone, self.width, self.proportion, self.solidity) = (zone, width, proportion, solidity)
    }

    /// How many styles an object has.
    static func styles(of label: WorldLabel) -> Int {
        switch label {
        case .doubleBed, .lamp, .painting, .pottedPlant, .window: 4
        case .toilet, .bunkBed, .babyCot, .sofa, .armchair, .diningTable, .desk, .wardrobe, .bookshelf, .chandelier,
            .candles, .television, .mirror, .fireplace, .bathtub, .shower, .washbasin, .towels, .palmTree,
            .sunLounger, .parasol, .sailingBoat, .hammock, .bicycle, .dog, .cat, .kettle, .wineGlasses,
            .swimmingPool:
            3
        default: 2
        }
    }

    /// The form of an object in one of its styles.
    static func of(_ label: WorldLabel, style: Int) -> ObjectForm {
        switch label {
        case .doubleBed: ObjectForm(.floor, 0.6...0.88, style == 2 ? 1.5...1.8 : 1.15...1.5)
        case .bunkBed: ObjectForm(.floor, 0.5...0.68, 0.78...1.02)
        case .babyCot: ObjectForm(.floor, 0.42...0.58, 1.0...1.2)
        case .sofa: ObjectForm(.floor, 0.6...0.9, 1.75...2.2)
        case .armchair: ObjectForm(.floor, 0.36...0.52, 0.85...1.05)
        case .diningTable: ObjectForm(.floor, 0.55...0.8, 1.3...1.6)
        case .desk: ObjectForm(.floor, 0.52...0.74, 1.15...1.4)
        case .wardrobe: ObjectForm(.backWall, 0.38...0.55, 0.62...0.85)
        case .bookshelf: ObjectForm(.backWall, 0.34...0.5, 0.58...0.85)
        case .lamp:
            switch style {
            case 0: ObjectForm(.floor, 0.2...0.28, 0.3...0.38, solidity: 0.5)
            case 1: ObjectForm(.floor, 0.26...0.38, 0.52...0.66)
            case 2: ObjectForm(.ceiling, 0.28...0.44, 0.95...1.3, solidity: 0.7)
            default: ObjectForm(.near, 0.3...0.42, 0.95...1.1, solidity: 0.6)
            }
        case .chandelier: ObjectForm(.ceiling, 0.45...0.66, 1.1...1.4)
        case .candles: ObjectForm(.near, 0.34...0.5, 0.95...1.2)
        case .television: ObjectForm(style == 1 ? .wall : .backWall, 0.44...0.66, 1.4...1.65, solidity: 1)
        case .painting: ObjectForm(.wall, 0.3...0.48, 0.72...1.35, solidity: 1)
        case .mirror: ObjectForm(.wall, 0.3...0.44, 0.62...0.95, solidity: 1)
        case .window: ObjectForm(.wall, 0.5...0.85, 0.95...1.5, solidity: 1)
        case .fireplace: ObjectForm(.backWall, 0.46...0.66, 1.0...1.25, solidity: 1)
        case .bathtub: ObjectForm(.floor, 0.6...0.88, 1.65...2.05)
        case .shower: ObjectForm(.backWall, 0.4...0.55, 0.55...0.7, solidity: 0.9)
        case .toilet: ObjectForm(.floor, 0.3...0.42, style == 1 ? 0.9...1.05 : 0.62...0.76)
        case .washbasin: ObjectForm(.floor, 0.34...0.48, 0.66...0.85)
        case .towels: ObjectForm(style == 1 ? .near : .wall, 0.32...0.48, 0.9...1.15)
        case .pottedPlant: ObjectForm(.floor, 0.32...0.48, 0.62...0.8, solidity: 0.7)
        case .palmTree: ObjectForm(.floor, 0.48...0.68, 0.62...0.8, solidity: 0.45)
        case .sunLounger: ObjectForm(.floor, 0.5...0.7, 1.6...2.0, solidity: 0.7)
        case .parasol: ObjectForm(.floor, 0.46...0.66, 0.75...0.95, solidity: 0.5)
        case .sailingBoat: ObjectForm(.water, 0.32...0.5, 0.85...1.05, solidity: 0.6)
        case .hammock: ObjectForm(.floor, 0.6...0.8, 1.35...1.6, solidity: 0.7)
        case .bicycle: ObjectForm(.floor, 0.48...0.66, 1.45...1.65, solidity: 0.6)
        case .dog: ObjectForm(.floor, 0.38...0.54, style == 1 ? 0.75...0.9 : 1.1...1.3)
        case .cat: ObjectForm(.near, 0.32...0.48, style == 1 ? 1.2...1.4 : 0.78...0.95)
        case .kettle: ObjectForm(.near, 0.36...0.5, 0.95...1.1)
        case .wineGlasses: ObjectForm(.near, 0.36...0.52, 0.85...1.1)
        case .piano: ObjectForm(.floor, 0.55...0.8, style == 1 ? 1.0...1.15 : 1.25...1.45)
        case .poolTable: ObjectForm(.floor, 0.62...0.9, 1.45...1.75)
        case .swimmingPool: ObjectForm(.ground, 0.85...1.3, 1.9...2.7, solidity: 0)
        default: ObjectForm(.floor, 0.4...0.6, 0.9...1.1)
        }
    }
}

extension Clutter {
    var form: ObjectForm {
        switch self {
        case .box: ObjectForm(.floor, 0.16...0.3, 0.9...1.3)
        case .suitcase: ObjectForm(.floor, 0.16...0.26, 0.6...0.8)
        case .person: ObjectForm(.floor, 0.14...0.22, 0.32...0.4)
        case .pole: ObjectForm(.near, 0.03...0.06, 0.04...0.05)
        case .ball: ObjectForm(.floor, 0.1...0.18, 1...1)
        case .basket: ObjectForm(.floor, 0.14...0.24, 0.9...1.2)
        case .stool: ObjectForm(.floor, 0.16...0.24, 0.8...1.1)
        case .umbrellaStand: ObjectForm(.floor, 0.12...0.18, 0.5...0.7)
        case .sign: ObjectForm(.floor, 0.18...0.28, 0.6...0.8)
        case .cushion: ObjectForm(.floor, 0.16...0.26, 1.2...1.6)
        }
    }
}
