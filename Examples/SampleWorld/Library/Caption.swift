// SPDX-License-Identifier: Apache-2.0

import Randomness

/// Sentences about pictures, as people write them: now this first, now that, and never everything.
enum Caption {
    /// The share of things that are mentioned.
    static let mention = 0.8
    /// How many words a caption has.
    static let lengths = 4...25

    static func write(_ plan: ScenePlan, using random: inout CountedRandom) -> String {
        var text = ""
        for _ in 0..<12 {
            var writer = CaptionWriter(plan: plan, random: random)
            text = writer.sentence()
            random = writer.random
            if lengths.contains(text.split(separator: " ").count) { break }
        }
        if random.chance(0.4) { text = text.prefix(1).uppercased() + text.dropFirst() }
        return random.chance(0.3) ? text + "." : text
    }
}

private struct CaptionWriter {
    let plan: ScenePlan
    var random: CountedRandom
    /// The things to speak of, the most striking first.
    private var things: [String] = []
    private var place: String?
    private var view: String?
    private var light: String?

    init(plan: ScenePlan, random: CountedRandom) {
        self.plan = plan
        self.random = random
        choose()
    }

    // MARK: What to say

    private mutating func choose() {
        let seen = Set(plan.labels)
        let objects = plan.items.filter { item in
            item.label.map { $0.kind == .object && seen.contains($0) } ?? false
        }
        for item in objects.sorted(by: { $0.box.width * $0.box.height > $1.box.width * $1.box.height }) {
            guard let label = item.label, random.chance(Caption.mention) else { continue }
            things.append(noun(label, item.look))
        }
        if random.chance(0.3) { random.shuffle(&things) }
        if things.count < 4, random.chance(0.1),
            let clutter = plan.items.compactMap({ item -> Clutter? in
                if case .clutter(let clutter) = item.subject { clutter } else { nil }
            }).first
        {
            things.append(clutter.words)
        }
        if let label = plan.labels.first(where: { $0.kind == .place }), random.chance(0.82) {
            place = Vocabulary.noun(label, using: &random)
        }
        // A second place, such as a pool in a garden, is a thing in it.
        for label in plan.labels.filter({ $0.kind == .place }).dropFirst() where random.chance(Caption.mention) {
            things.append("a " + Vocabulary.noun(label, using: &random))
        }
        if let label = plan.labels.first(where: { $0.kind == .view }), random.chance(Caption.mention) {
            view = Vocabulary.noun(label, using: &random)
        }
        if let label = plan.labels.first(where: { $0.kind == .light }), random.chance(0.85) {
            light = Vocabulary.light(label, using: &random)
        }
        if place == nil, view == nil, things.isEmpty, let label = plan.labels.first {
            switch label.kind {
            case .view: view = label.name
            case .light: light = Vocabulary.light(label, using: &random)
            case .place: place = label.name
            case .object: things.append(Vocabulary.article(label.name) + label.name)
            }
        }
    }

    /// A thing with its article and, often, a word on its looks.
    private mutating func noun(_ label: WorldLabel, _ look: Look) -> String {
        let name = Vocabulary.noun(label, using: &random)
        var adjectives: [String] = []
        if random.chance(0.14) { adjectives.append(Vocabulary.adjective(label, look, using: &random)) }
        if Vocabulary.hasColour(label), random.chance(0.4) { adjectives.append(look.main.name) }
        let words = (adjectives.filter { !$0.isEmpty } + [name]).joined(separator: " ")
        if Vocabulary.isPlural(label) {
            return random.chance(0.3) ? random.pick(["some ", "several "]) + words : words
        }
        return random.chance(0.12) ? "one " + words : Vocabulary.article(words) + words
    }

    // MARK: How to say it

    mutating func sentence() -> String {
        let body = self.body()
        guard let light else { return body }
        return random.chance(0.25) ? "\(light), \(body)" : random.chance(0.5) ? "\(body) \(light)" : "\(body), \(light)"
    }

    private mutating func body() -> String {
        switch (place, things.isEmpty) {
        case (let place?, true): withView(place: place)
        case (let place?, false): placeAndThings(place)
        case (nil, false): onlyThings()
        case (nil, true): onlyView()
        }
    }

    private mutating func withView(place: String) -> String {
        let start = Vocabulary.article(place) + place
        guard let view else {
            let words = random.pick(["", "empty ", "quiet ", "small ", "bright ", "modern "]) + place
            return random.pick(["", "inside ", "picture of "]) + Vocabulary.article(words) + words
        }
        return start + viewEnding(view)
    }

    private mutating func viewEnding(_ view: String) -> String {
        let article = Vocabulary.article(view)
        return random.pick([
            " with \(article)\(view)", " with \(article)\(view)", " and \(article)\(view)", ", \(view)",
            " overlooking \(article)\(view)", " that has \(article)\(view)",
        ])
    }

    private mutating func placeAndThings(_ place: String) -> String {
        let (list, article) = (self.list(), Vocabulary.article(place))
        let preposition = plan.setting.preposition
        let style =
            random.chance(0.3) ? random.pick(["modern ", "cosy ", "spacious ", "old ", "elegant ", "simple "]) : ""
        let room = style.isEmpty ? article + place : Vocabulary.article(style) + style + place
        var text = random.pick([
            "\(room) with \(list)", "\(room) with \(list)", "\(list) \(preposition) \(room)",
            "\(list) \(preposition) the \(place)",
            "the \(place) has \(list)", "\(place): \(list)", "\(room), \(list)", "here is \(room) with \(list)",
        ])
        if let view { text += viewEnding(view) }
        return text
    }

    private mutating func onlyThings() -> String {
        var text: String
        if things.count >= 2, random.chance(0.6) {
            let relation = random.pick(["next to", "beside", "and", "in front of", "near", "close to"])
            text = "\(things[0]) \(relation) \(things[1])"
            if things.count > 2 { text += random.pick([", with ", " and ", ", also "]) + joined(Array(things[2...])) }
        } else {
            text = random.pick(["", "", "there is ", "a picture of ", "close up of ", "we see "]) + list()
        }
        if let view { text += viewEnding(view) }
        return text
    }

    private mutating func onlyView() -> String {
        guard let view else { return random.pick(["the picture was taken", "a scene", "a moment"]) }
        let words = random.pick(["", "", "wide ", "beautiful ", "clear ", "calm "]) + view
        return random.pick(["", "", "looking at ", "here is "]) + Vocabulary.article(words) + words
    }

    private mutating func list() -> String { joined(things) }

    private mutating func joined(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        let conjunction = random.chance(0.8) ? " and " : ", "
        return words.dropLast().joined(separator: ", ") + conjunction + last
    }
}

extension Clutter {
    var words: String {
        switch self {
        case .box: "a box"
        case .suitcase: "a suitcase"
        case .person: "a person"
        case .pole: "a pole"
        case .ball: "a ball"
        case .basket: "a basket"
        case .stool: "a stool"
        case .umbrellaStand: "an umbrella stand"
        case .sign: "a sign"
        case .cushion: "a cushion"
        }
    }
}
