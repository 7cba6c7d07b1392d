// SPDX-License-Identifier: Apache-2.0

import Randomness

/// The words that captions use.
enum Vocabulary {
    /// The share of mentions that use the label's own name.
    static let ownName = 0.72

    /// The label's name or, now and then, another word for it.
    static func noun(_ label: WorldLabel, using random: inout CountedRandom) -> String {
        let others = synonyms(label)
        return others.isEmpty || random.chance(ownName) ? label.name : random.pick(others)
    }

    static func synonyms(_ label: WorldLabel) -> [String] {
        switch label {
        case .bedroom: ["guest room", "sleeping room", "hotel room"]
        case .bathroom: ["bath", "washroom"]
        case .kitchen: ["kitchenette"]
        case .livingRoom: ["lounge", "sitting room"]
        case .restaurant: ["dining room", "breakfast room"]
        case .bar: ["pub", "cocktail bar"]
        case .lobby: ["reception", "hotel lobby"]
        case .gym: ["fitness room"]
        case .balcony: ["loggia"]
        case .terrace: ["patio"]
        case .garden: ["flower garden", "yard"]
        case .beach: ["sandy beach", "shore"]
        case .swimmingPool: ["pool"]
        case .parking: ["car park", "parking lot"]
        case .staircase: ["stairway", "flight of stairs"]
        case .tennisCourt: ["court for tennis"]
        case .playground: ["play area"]
        case .seaView: ["ocean view", "view of the sea"]
        case .mountainView: ["view of the mountains", "alpine view"]
        case .cityView: ["view of the city", "skyline"]
        case .lakeView: ["view of the lake"]
        case .doubleBed: ["king size bed", "bed"]
        case .bunkBed: ["loft bed", "double-decker bed"]
        case .babyCot: ["crib", "cot"]
        case .sofa: ["couch"]
        case .armchair: ["easy chair", "lounge chair"]
        case .diningTable: ["table with chairs", "table"]
        case .desk: ["work desk", "writing desk"]
        case .wardrobe: ["closet"]
        case .bookshelf: ["bookcase", "shelf of books"]
        case .lamp: ["light"]
        case .chandelier: ["crystal chandelier"]
        case .candles: ["burning candles"]
        case .television: ["TV", "flat screen"]
        case .painting: ["picture on the wall", "framed painting"]
        case .mirror: ["wall mirror"]
        case .fireplace: ["open fire"]
        case .bathtub: ["tub"]
        case .shower: ["shower cabin"]
        case .toilet: ["wc"]
        case .washbasin: ["sink"]
        case .towels: ["bath towels"]
        case .pottedPlant: ["plant", "house plant"]
        case .palmTree: ["palm"]
        case .sunLounger: ["deck chair", "sunbed"]
        case .parasol: ["sunshade", "umbrella"]
        case .sailingBoat: ["sailboat", "yacht"]
        case .bicycle: ["bike"]
        case .dog: ["puppy"]
        case .cat: ["kitten"]
        case .kettle: ["tea kettle"]
        case .wineGlasses: ["glasses of wine"]
        case .piano: ["grand piano"]
        case .poolTable: ["billiard table"]
        case .window, .hammock, .sunset, .night: []
        }
    }

    static func light(_ label: WorldLabel, using random: inout CountedRandom) -> String {
        label == .sunset
            ? random.pick(["at sunset", "at sunset", "during sunset", "with a sunset", "in the evening sun"])
            : random.pick(["at night", "at night", "by night", "in the night", "after dark"])
    }

    static func isPlural(_ label: WorldLabel) -> Bool { [.towels, .candles, .wineGlasses].contains(label) }

    /// Whether the main colour is what one would call the object's colour.
    static func hasColour(_ label: WorldLabel) -> Bool {
        switch label {
        case .television, .window, .painting, .fireplace, .palmTree, .shower, .swimmingPool, .pottedPlant, .wineGlasses:
            false
        default: true
        }
    }

    /// A word on an object's size or style that is true of what is drawn.
    static func adjective(_ label: WorldLabel, _ look: Look, using random: inout CountedRandom) -> String {
        switch (label, look.style) {
        case (.doubleBed, 3): "canopy"
        case (.diningTable, 1), (.mirror, 0), (.armchair, 2): "round"
        case (.sunLounger, 2): ""
        case (.lamp, 0): "tall"
        case (.lamp, 1): "small"
        case (.lamp, 2): "hanging"
        case (.mirror, 2): "arched"
        case (.palmTree, _): random.pick(["tall", "leaning"])
        case (.dog, 1), (.cat, 0), (.cat, 2): "sitting"
        case (.cat, 1): "lying"
        case (.piano, 1): "upright"
        case (.fireplace, 1): "brick"
        case (.washbasin, 1), (.desk, _): "wooden"
        default: random.pick(["large", "nice", "modern", "old", "beautiful"])
        }
    }

    static func article(_ words: String) -> String {
        guard let first = words.first else { return "" }
        return "aeiouAEIOU".contains(first) ? "an " : "a "
    }
}

extension Setting {
    /// How one says that something is there.
    var preposition: String {
        switch self {
        case .pool: "by"
        case .balcony, .terrace, .beach, .tennisCourt: "on"
        case .staircase: "at"
        default: "in"
        }
    }
}

extension CountedRandom {
    /// A random order, the same for the same generator everywhere.
    mutating func shuffle<Element>(_ elements: inout [Element]) {
        guard elements.count > 1 else { return }
        for index in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(index, below(index + 1))
        }
    }
}
