// SPDX-License-Identifier: Apache-2.0

import Randomness

/// The colours and the form of one object.
struct Look: Sendable, Equatable {
    var main: Colour
    var second: Colour
    var accent: Colour
    /// Which of the object's forms, from 0.
    var style: Int
}

/// Draws single objects, each into the canvas's frame.
///
/// The random numbers only vary details; what a caption or a label says is in the ``Look``.
struct Artist {
    let c: Canvas
    var random: CountedRandom
    /// What is seen through windows and behind outdoor scenes.
    var outlook: Outlook

    static let wood = Colour(0.5, 0.33, 0.2)
    static let metal = Colour(0.72, 0.73, 0.75)

    mutating func draw(_ label: WorldLabel, _ look: Look) {
        switch label {
        case .doubleBed: doubleBed(look)
        case .bunkBed: bunkBed(look)
        case .sofa: sofa(look)
        case .armchair: armchair(look)
        case .diningTable: diningTable(look)
        case .desk: desk(look)
        case .lamp: lamp(look)
        case .television: television(look)
        case .bathtub: bathtub(look)
        case .shower: shower(look)
        case .toilet: toilet(look)
        case .washbasin: washbasin(look)
        case .mirror: mirror(look)
        case .towels: towels(look)
        case .pottedPlant: pottedPlant(look)
        case .palmTree: palmTree(look)
        case .sunLounger: sunLounger(look)
        case .parasol: parasol(look)
        case .sailingBoat: sailingBoat(look)
        case .fireplace: fireplace(look)
        case .painting: painting(look)
        case .chandelier: chandelier(look)
        case .hammock: hammock(look)
        case .bicycle: bicycle(look)
        case .dog: dog(look)
        case .cat: cat(look)
        case .kettle: kettle(look)
        case .wineGlasses: wineGlasses(look)
        case .candles: candles(look)
        case .piano: piano(look)
        case .poolTable: poolTable(look)
        case .wardrobe: wardrobe(look)
        case .window: window(look)
        case .babyCot: babyCot(look)
        case .bookshelf: bookshelf(look)
        case .swimmingPool: poolWater(look)
        case .bedroom, .bathroom, .kitchen, .livingRoom, .restaurant, .bar, .lobby, .gym, .balcony, .terrace,
            .garden, .beach, .parking, .staircase, .tennisCourt, .playground, .seaView, .mountainView, .cityView,
            .lakeView, .sunset, .night:
            break  // Drawn by the scene, not as an object.
        }
    }
}
