// SPDX-License-Identifier: Apache-2.0

import Randomness

/// Decides what a picture shows.
struct ScenePlanner {
    /// The shares of pictures with 2, 3, 4, 5 and 6 labels that are aimed at.
    static let labelCounts = [0.17, 0.28, 0.29, 0.18, 0.08]
    static let mostLabels = 6
    static let sizes = [
        (192, 144), (208, 156), (224, 168), (240, 160), (200, 150), (144, 192), (156, 208), (160, 224), (176, 176),
        (192, 192), (208, 144), (240, 180), (168, 216), (160, 160), (180, 136), (200, 176), (168, 184),
    ]

    let frequencies: Frequencies
    var random: CountedRandom
    var plan: ScenePlan
    var labels: Set<WorldLabel> = []

    /// The plan of one picture.
    static func plan(seed: UInt64, index: Int, frequencies: Frequencies = .longTail) -> ScenePlan {
        // An attempt can end with a single label where things find no place; the next one is another draw.
        for attempt in 0..<40 {
            var planner = ScenePlanner(
                random: CountedRandom(seed: seed, epoch: 1 + UInt64(attempt), index: UInt64(index)), frequencies)
            if let plan = planner.scene() { return plan }
        }
        var planner = ScenePlanner(
            random: CountedRandom(seed: seed, epoch: 0, index: UInt64(index)), frequencies)
        return planner.simplest()
    }

    private init(random: CountedRandom, _ frequencies: Frequencies) {
        var random = random
        let setting = Setting.allCases[
            random.weighted(Setting.allCases.map { frequencies.settingWeight($0.weight) })]
        let (width, height) = random.pick(Self.sizes)
        let light = Self.light(setting, &random)
        let viewWeights = setting.views
        let hasView = random.chance(setting.outlookChance)
        let view: Outlook.View =
            hasView
            ? [.sea, .mountains, .city, .lake][random.weighted(viewWeights)]
            : random.chance(0.5) ? .hills : .trees
        var outlook = Outlook(view: view, light: light, using: &random)
        if !setting.isIndoors { outlook.horizon = random.between(0.3, 0.42) }
        plan = ScenePlan(
            width: width, height: height, setting: setting,
            backdrop: Self.backdrop(setting, &random), outlook: outlook,
            camera: Camera(setting: setting, light: light, using: &random))
        if setting == .balcony || setting == .landscape { plan.outlook.horizon = random.between(0.34, 0.5) }
        self.random = random
        self.frequencies = frequencies
    }

    // MARK: The scene

    private mutating func scene() -> ScenePlan? {
        let setting = plan.setting
        let target = 2 + random.weighted(Self.labelCounts)
        if let place = setting.label { labels.insert(place) }
        if !setting.isIndoors { labels.formUnion(plan.outlook.labels) }
        if let fixture = setting.fixture, !place(fixture) { return nil }
        if !setting.core.isEmpty {
            let choice = setting.core[random.weighted(setting.core.map { frequencies.objectWeight($0.1) })].0
            if !place(choice) { return nil }
        }
        // A window comes early: it needs room on the wall.
        if setting.isIndoors, setting != .tabletop, random.chance(windowChance(setting)) { placeWindow(target) }
        var extras = setting.extras.filter { !labels.contains($0.0) }
        var failures = 0
        while labels.count < target, !extras.isEmpty, failures < 6 {
            let index = random.weighted(extras.map { frequencies.objectWeight($0.1) })
            let label = extras.remove(at: index).0
            if !isSuitable(label) || !place(label) { failures += 1 }
        }
        guard (2...Self.mostLabels).contains(labels.count) else { return nil }
        for _ in 0..<random.weighted([0.4, 0.35, 0.25]) { placeClutter() }
        return finished()
    }

    /// A picture that can always be planned: a lamp and a plant.
    private mutating func simplest() -> ScenePlan {
        plan.setting = .hall
        plan.backdrop = Self.backdrop(.hall, &random)
        for (label, x) in [(WorldLabel.armchair, 0.06), (.pottedPlant, 0.6)] {
            let side = Double(min(plan.width, plan.height))
            let box = Box(
                x: x * Double(plan.width), y: 0.95 * Double(plan.height) - 0.45 * side, width: 0.34 * side,
                height: 0.45 * side)
            let item = ScenePlan.Item(
                subject: .object(label), box: box, look: look(label, style: 0), mirrored: false, angle: 0, layer: 2,
                solidity: 0.85)
            plan.items.append(item)
            labels.insert(label)
        }
        return finished()
    }

    private mutating func finished() -> ScenePlan {
        plan.labels = WorldLabel.allCases.filter(labels.contains)
        return plan
    }

    /// More often than its view has a label: the rest shows hills, trees or drawn blinds.
    private func windowChance(_ setting: Setting) -> Double { min(0.8, 0.12 + setting.outlookChance * 0.95) }

    private mutating func placeWindow(_ target: Int) {
        guard labels.count < Self.mostLabels else { return }
        let isOpen = random.chance(0.9)
        let added = isOpen ? plan.outlook.labels.count : 0
        guard labels.count + 1 + added <= Self.mostLabels else { return }
        // The glass must be large enough for what is to be seen through it.
        let style = isOpen ? random.below(3) : 3
        if place(.window, style: style), isOpen { labels.formUnion(plan.outlook.labels) }
    }

    private func isSuitable(_ label: WorldLabel) -> Bool {
        switch label {
        case .sailingBoat: plan.outlook.view == .sea || plan.outlook.view == .lake
        case .bunkBed, .doubleBed: !labels.contains(.bunkBed) && !labels.contains(.doubleBed)
        default: true
        }
    }
}
