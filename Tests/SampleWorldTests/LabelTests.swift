// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SampleWorld

@Suite("Labels")
struct LabelTests {
    /// Percent of the pictures, as the settings' weights were fitted.
    private static let intended: [WorldLabel: Double] = [
        .window: 25.5, .lamp: 20.1, .pottedPlant: 17.2, .bedroom: 14.7, .painting: 13.4, .seaView: 12.6, .sofa: 12.5,
        .doubleBed: 11.9, .palmTree: 10.7, .bathroom: 10.6, .armchair: 10.5, .night: 10.2, .sunset: 9.5,
        .livingRoom: 9.1, .swimmingPool: 8.9, .television: 8.2, .mirror: 8.1, .diningTable: 7.9, .sunLounger: 7.8,
        .washbasin: 6.8, .cityView: 6.6, .mountainView: 6.6, .desk: 6.5, .parasol: 6.3, .bathtub: 5.6, .towels: 5.2,
        .balcony: 5.2, .kitchen: 5.0, .wardrobe: 5.0, .garden: 5.0, .lakeView: 4.9, .beach: 4.6, .restaurant: 4.6,
        .terrace: 4.5, .shower: 4.3, .toilet: 4.3, .wineGlasses: 4.3, .candles: 4.2, .sailingBoat: 4.2, .bicycle: 4.1,
        .fireplace: 4.0, .dog: 3.6, .lobby: 3.6, .bookshelf: 3.5, .bar: 3.2, .chandelier: 3.0, .kettle: 2.7,
        .hammock: 2.4, .bunkBed: 2.3, .cat: 2.3, .staircase: 2.0, .gym: 2.0, .parking: 1.9, .piano: 1.7,
        .babyCot: 1.5, .tennisCourt: 1.4, .poolTable: 1.4, .playground: 1.4,
    ]

    @Test func `every label occurs about as often as intended, with a long tail`() throws {
        let world = SampleWorld(seed: 40, edition: .labels, frequencies: .longTail)
        let count = 6000
        var counts: [WorldLabel: Int] = [:]
        var positives = 0
        for index in 0..<count {
            let labels = world.description(index).labels
            #expect((2...6).contains(labels.count), "picture \(index)")
            #expect(Set(labels).count == labels.count)
            positives += labels.count
            for label in labels { counts[label, default: 0] += 1 }
        }
        #expect(Self.intended.count == WorldLabel.allCases.count)
        for (label, percent) in Self.intended {
            let measured = 100 * Double(counts[label, default: 0]) / Double(count)
            // Five standard deviations of a count, so that only a changed distribution fails.
            let tolerance = 5 * (percent * (100 - percent) / Double(count)).squareRoot()
            #expect(abs(measured - percent) < tolerance, "\(label.name): \(measured) % instead of \(percent) %")
        }
        let mean = Double(positives) / Double(count)
        #expect((3.6...3.9).contains(mean))
        let baseRate = mean / Double(WorldLabel.allCases.count)
        #expect((0.06...0.07).contains(baseRate))
        let frequencies = counts.values.map { Double($0) / Double(count) }.sorted()
        #expect(try #require(frequencies.first) < 0.018)
        #expect(try #require(frequencies.last) > 0.23)
    }

    @Test
    func `rare things are shown more often where the tail is shorter, and most often where it is balanced`() throws {
        func frequencies(_ kind: Frequencies) -> [WorldLabel: Double] {
            let world = SampleWorld(seed: 41, edition: .captions, frequencies: kind)
            var counts: [WorldLabel: Double] = [:]
            for index in 0..<3000 {
                for label in world.description(index).labels { counts[label, default: 0] += 1 / 3000 }
            }
            return counts
        }
        let (long, shorter, balanced) = (frequencies(.longTail), frequencies(.shorterTail), frequencies(.balanced))
        func mean(_ counts: [WorldLabel: Double], _ labels: [WorldLabel]) -> Double {
            labels.reduce(0) { $0 + counts[$1, default: 0] } / Double(labels.count)
        }
        let rare: [WorldLabel] = [.hammock, .cat, .dog, .piano, .babyCot, .poolTable, .kettle]
        #expect(mean(shorter, rare) > 1.3 * mean(long, rare))
        #expect(mean(balanced, rare) > 1.3 * mean(shorter, rare))
        let common: [WorldLabel] = [.lamp, .window, .bedroom, .bathroom]
        #expect(mean(balanced, common) < mean(long, common))
        #expect(try #require(shorter.values.min()) > 0.009)
        #expect(try #require(shorter.values.max()) > 0.2)
    }

    @Test func `what is labelled is drawn and mostly visible`() {
        for index in 0..<1500 {
            let plan = ScenePlanner.plan(seed: 17, index: index)
            let drawn = plan.items.compactMap(\.label)
            #expect(Set(drawn).count == drawn.count, "something is there twice in picture \(index)")
            let objects = plan.labels.filter { $0.kind == .object }
            #expect(Set(objects) == Set(drawn.filter { $0.kind == .object }), "picture \(index)")
            for (position, item) in plan.items.enumerated() where item.label != nil {
                #expect(plan.visibility(of: position) >= 0.5, "picture \(index): \(item.subject)")
                let side = Double(min(plan.width, plan.height))
                // Thin things are tall: the longer side counts.
                #expect(max(item.box.width, item.box.height) >= 0.2 * side, "picture \(index): \(item.subject)")
            }
        }
    }

    @Test func `views and light are labelled where they can be seen, and nowhere else`() {
        for index in 0..<1500 {
            let plan = ScenePlanner.plan(seed: 18, index: index)
            let hasOpening =
                !plan.setting.isIndoors || plan.items.contains { $0.label == .window && $0.look.style < 3 }
            let seen = plan.labels.filter { $0.kind == .view || $0.kind == .light }
            #expect(Set(seen) == Set(hasOpening ? plan.outlook.labels : []), "picture \(index)")
            if let place = plan.setting.label { #expect(plan.labels.contains(place), "picture \(index)") }
        }
    }

    @Test func `there are 58 labels, and the look-alikes are pairs of them`() {
        let names = WorldLabel.allCases.map(\.name)
        #expect(names.count == 58)
        #expect(Set(names).count == names.count)
        for name in names { #expect(!name.isEmpty && name.allSatisfy { $0.isLowercase || $0 == " " }) }
        let pairs = Confusion.known.map { Set([$0.first, $0.second]) }
        #expect(Set(pairs).count == pairs.count)
        for pair in pairs { #expect(pair.count == 2) }
        #expect(Set(WorldLabel.unseenByDefault).count == 5)
    }
}
