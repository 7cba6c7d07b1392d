// SPDX-License-Identifier: Apache-2.0

/// What kind of scene a picture shows, and what is likely in it.
///
/// The weights were fitted so that the labels' frequencies have a long tail, from about 27 % down to about 1.2 %.
enum Setting: String, CaseIterable, Sendable {
    case bedroom, bathroom, kitchen, livingRoom, restaurant, bar, lobby, gym, staircase, hall, tabletop
    case balcony, terrace, garden, beach, pool, parking, tennisCourt, playground, landscape

    /// How often it is chosen, relative to the others.
    var weight: Double {
        switch self {
        case .bedroom: 16
        case .bathroom: 12
        case .kitchen: 5.5
        case .livingRoom: 10
        case .restaurant: 5
        case .bar: 3.4
        case .lobby: 4
        case .gym: 2.2
        case .staircase: 2.2
        case .hall: 9
        case .tabletop: 3.5
        case .balcony: 5.5
        case .terrace: 5
        case .garden: 5.5
        case .beach: 5
        case .pool: 6
        case .parking: 2.2
        case .tennisCourt: 1.5
        case .playground: 1.6
        case .landscape: 5
        }
    }

    var isIndoors: Bool {
        switch self {
        case .balcony, .terrace, .garden, .beach, .pool, .parking, .tennisCourt, .playground, .landscape: false
        default: true
        }
    }

    /// The place's own label; scenes without one show their objects out of context.
    var label: WorldLabel? {
        switch self {
        case .bedroom: .bedroom
        case .bathroom: .bathroom
        case .kitchen: .kitchen
        case .livingRoom: .livingRoom
        case .restaurant: .restaurant
        case .bar: .bar
        case .lobby: .lobby
        case .gym: .gym
        case .staircase: .staircase
        case .balcony: .balcony
        case .terrace: .terrace
        case .garden: .garden
        case .beach: .beach
        case .pool: .swimmingPool
        case .parking: .parking
        case .tennisCourt: .tennisCourt
        case .playground: .playground
        case .hall, .tabletop, .landscape: nil
        }
    }

    var fixture: Fixture? {
        switch self {
        case .kitchen: .kitchenUnits
        case .restaurant: .restaurantTables
        case .bar: .barCounter
        case .lobby: .receptionDesk
        case .gym: .gymMachines
        case .staircase: .stairs
        case .balcony: .railing
        case .terrace: .pergola
        case .garden: .flowerBeds
        case .parking: .parkedCars
        case .tennisCourt: .tennisNet
        case .playground: .swings
        default: nil
        }
    }

    /// Objects of which one is always there, with weights.
    var core: [(WorldLabel, Double)] {
        switch self {
        case .bedroom: [(.doubleBed, 13), (.bunkBed, 2.6), (.babyCot, 0.8)]
        case .bathroom: [(.bathtub, 4), (.shower, 3.2), (.toilet, 2.8), (.washbasin, 4)]
        case .livingRoom: [(.sofa, 7), (.armchair, 2.5), (.fireplace, 1)]
        case .pool: [(.swimmingPool, 1)]
        default: []
        }
    }

    /// The chance that a room has a window, and that a scene outdoors has a view with a label.
    var outlookChance: Double {
        switch self {
        case .bedroom: 0.5
        case .livingRoom, .hall: 0.42
        case .bathroom: 0.22
        case .kitchen, .restaurant, .lobby: 0.3
        case .bar, .gym, .staircase: 0.22
        case .tabletop: 0
        case .balcony: 0.95
        case .landscape: 1
        case .terrace: 0.55
        case .pool: 0.45
        case .garden, .playground, .tennisCourt: 0.25
        case .parking: 0.35
        case .beach: 1
        }
    }

    /// What else may be there, with weights.
    var extras: [(WorldLabel, Double)] {
        switch self {
        case .bedroom:
            [
                (.lamp, 4.79), (.wardrobe, 6.35), (.desk, 4.22), (.painting, 4.12), (.mirror, 1.25),
                (.television, 3.86),
                (.armchair, 1.32), (.pottedPlant, 0.97), (.babyCot, 0.62), (.cat, 0.28), (.dog, 0.22),
                (.bookshelf, 0.81),
                (.sofa, 0.44), (.towels, 0.27), (.kettle, 0.17), (.fireplace, 0.94), (.candles, 0.15),
            ]
        case .bathroom:
            [
                (.towels, 1.85), (.mirror, 2.92), (.washbasin, 2.41), (.toilet, 3.12), (.shower, 3.15),
                (.bathtub, 3.11),
                (.pottedPlant, 0.87), (.candles, 0.36), (.lamp, 0.69), (.painting, 0.56),
            ]
        case .kitchen:
            [
                (.diningTable, 1.4), (.kettle, 0.96), (.wineGlasses, 0.35), (.pottedPlant, 0.87), (.lamp, 1.36),
                (.cat, 0.2),
                (.dog, 0.18), (.painting, 0.94), (.television, 1.93), (.candles, 0.15), (.washbasin, 0.96),
                (.armchair, 0.3),
                (.sofa, 0.37), (.towels, 0.27),
            ]
        case .livingRoom:
            [
                (.sofa, 2.95), (.armchair, 2.41), (.television, 5.15), (.lamp, 2.74), (.painting, 3.19),
                (.pottedPlant, 1.63),
                (.fireplace, 4.35), (.bookshelf, 1.62), (.piano, 0.41), (.dog, 0.25), (.cat, 0.28),
                (.diningTable, 0.56),
                (.mirror, 0.55), (.chandelier, 0.3), (.desk, 1.23), (.candles, 0.2), (.poolTable, 0.21),
            ]
        case .restaurant:
            [
                (.chandelier, 0.91), (.painting, 1.5), (.wineGlasses, 0.79), (.candles, 0.71), (.pottedPlant, 0.77),
                (.lamp, 1.23), (.piano, 0.3), (.mirror, 0.42), (.diningTable, 0.28),
            ]
        case .bar:
            [
                (.wineGlasses, 0.61), (.television, 2.25), (.poolTable, 0.7), (.lamp, 1.09), (.candles, 0.4),
                (.piano, 0.35),
                (.painting, 1.13), (.armchair, 0.6), (.sofa, 0.74), (.mirror, 0.55), (.dog, 0.07), (.diningTable, 0.38),
                (.pottedPlant, 0.44),
            ]
        case .lobby:
            [
                (.chandelier, 0.81), (.sofa, 1.48), (.armchair, 1.21), (.pottedPlant, 1.19), (.painting, 1.32),
                (.piano, 0.35),
                (.lamp, 0.96), (.fireplace, 1.86), (.television, 0.8), (.bicycle, 0.09), (.mirror, 0.34), (.dog, 0.12),
            ]
        case .gym:
            [
                (.mirror, 1.39), (.television, 3.22), (.towels, 0.76), (.pottedPlant, 0.55), (.bicycle, 0.38),
                (.lamp, 0.55), (.washbasin, 0.36), (.bookshelf, 0.41),
            ]
        case .staircase:
            [
                (.painting, 1.88), (.chandelier, 0.61), (.lamp, 0.96), (.pottedPlant, 0.77), (.mirror, 0.7),
                (.cat, 0.25),
                (.dog, 0.18), (.bicycle, 0.24), (.armchair, 0.36),
            ]
        case .hall:
            [
                (.lamp, 2.74), (.painting, 2.81), (.armchair, 1.81), (.sofa, 1.77), (.desk, 5.97), (.diningTable, 1.4),
                (.bookshelf, 2.03), (.pottedPlant, 1.63), (.piano, 0.65), (.poolTable, 0.77), (.wardrobe, 4.23),
                (.mirror, 1.25),
                (.television, 2.89), (.fireplace, 2.8), (.dog, 0.33), (.cat, 0.36), (.bicycle, 0.34),
                (.chandelier, 0.45),
                (.babyCot, 0.44), (.towels, 0.43),
            ]
        case .tabletop:
            [
                (.kettle, 1.02), (.wineGlasses, 0.79), (.candles, 1.01), (.cat, 0.41), (.pottedPlant, 0.97),
                (.lamp, 1.64),
                (.painting, 2.25), (.mirror, 1.39), (.towels, 0.54), (.television, 2.57), (.chandelier, 0.3),
                (.bookshelf, 1.01),
            ]
        case .balcony:
            [
                (.armchair, 0.72), (.pottedPlant, 1.3), (.sunLounger, 0.59), (.parasol, 0.31), (.wineGlasses, 0.3),
                (.hammock, 0.23), (.candles, 0.2), (.cat, 0.2), (.palmTree, 0.44), (.sailingBoat, 0.9),
                (.diningTable, 0.38), (.lamp, 0.34),
            ]
        case .terrace:
            [
                (.diningTable, 0.93), (.parasol, 0.54), (.sunLounger, 0.68), (.pottedPlant, 1.08), (.sofa, 0.89),
                (.hammock, 0.31), (.candles, 0.31), (.dog, 0.18), (.palmTree, 0.55), (.swimmingPool, 1),
                (.wineGlasses, 0.26),
                (.armchair, 0.6), (.bicycle, 0.09),
            ]
        case .garden:
            [
                (.hammock, 0.41), (.palmTree, 0.77), (.swimmingPool, 1.6), (.sunLounger, 0.68), (.parasol, 0.47),
                (.bicycle, 0.34), (.dog, 0.33), (.cat, 0.2), (.diningTable, 0.38), (.pottedPlant, 0.44), (.lamp, 0.27),
            ]
        case .beach:
            [
                (.palmTree, 1.44), (.parasol, 0.81), (.sunLounger, 0.94), (.sailingBoat, 2.04), (.hammock, 0.27),
                (.dog, 0.22), (.bicycle, 0.14), (.diningTable, 0.23), (.armchair, 0.24), (.towels, 0.21),
                (.doubleBed, 0.2),
            ]
        case .pool:
            [
                (.sunLounger, 1.28), (.parasol, 0.74), (.palmTree, 1.22), (.pottedPlant, 0.55), (.hammock, 0.14),
                (.towels, 0.27),
                (.diningTable, 0.19), (.dog, 0.07),
            ]
        case .parking:
            [
                (.bicycle, 0.48), (.palmTree, 0.66), (.dog, 0.18), (.lamp, 0.69), (.pottedPlant, 0.55),
                (.parasol, 0.13),
                (.diningTable, 0.19), (.wardrobe, 0.36),
            ]
        case .tennisCourt:
            [
                (.palmTree, 0.66), (.bicycle, 0.28), (.parasol, 0.27), (.dog, 0.12), (.towels, 0.11),
                (.sunLounger, 0.42),
                (.pottedPlant, 0.44), (.lamp, 0.41),
            ]
        case .playground:
            [
                (.palmTree, 0.55), (.bicycle, 0.28), (.dog, 0.22), (.hammock, 0.14), (.parasol, 0.2),
                (.sunLounger, 0.34),
                (.pottedPlant, 0.33), (.diningTable, 0.28), (.lamp, 0.34), (.cat, 0.08),
            ]
        case .landscape:
            [
                (.sailingBoat, 2.49), (.palmTree, 0.89), (.bicycle, 0.28), (.dog, 0.18), (.hammock, 0.18),
                (.parasol, 0.27),
                (.sunLounger, 0.42), (.diningTable, 0.28), (.lamp, 0.34), (.armchair, 0.24), (.sofa, 0.15),
                (.bathtub, 0.2),
            ]
        }
    }

    /// The weights of sea, mountains, city and lake outdoors and through windows.
    var views: [Double] {
        switch self {
        case .beach: [1, 0, 0, 0]
        case .parking, .tennisCourt, .playground: [0.6, 1.2, 1.8, 0.6]
        case .balcony: [2.4, 1.4, 1.6, 1.1]
        case .landscape: [1.8, 1.8, 1, 1.7]
        case .pool: [2.2, 1.2, 1, 0.8]
        default: [1.5, 1.5, 1.6, 1]
        }
    }
}
