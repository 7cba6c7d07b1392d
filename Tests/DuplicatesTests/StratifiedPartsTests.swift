// SPDX-License-Identifier: Apache-2.0

import Duplicates
import TestSupport
import Testing

@Suite struct StratifiedPartsTests {
    /// Rows in groups, with labels of which some are rare.
    struct World {
        let labelCount: Int
        var targets: [Float] = []
        var groups: [Int] = []

        init(_ seed: UInt64, rows: Int, labels: Int, largestGroup: Int = 3) {
            var random = SeededRandom(seed: seed)
            labelCount = labels
            var group = 100
            while groups.count < rows {
                group += 7
                for _ in 0..<Int.random(in: 1...largestGroup, using: &random) where groups.count < rows {
                    groups.append(group)
                    for label in 0..<labels {
                        let chance = 0.5 / Double(label + 1)
                        let isKnown = Double.random(in: 0..<1, using: &random) > 0.05
                        targets.append(!isKnown ? .nan : Double.random(in: 0..<1, using: &random) < chance ? 1 : 0)
                    }
                }
            }
        }

        func parts(_ shares: [Double], seed: UInt64 = 0) -> [Int] {
            stratifiedParts(targets: targets, labelCount: labelCount, groups: groups, shares: shares, seed: seed)
        }

        func positives(_ label: Int, in part: Int, _ parts: [Int]) -> Int {
            parts.indices.count { parts[$0] == part && targets[$0 * labelCount + label] > 0.5 }
        }

        func groupsWith(_ label: Int) -> Int {
            Set(groups.indices.filter { targets[$0 * labelCount + label] > 0.5 }.map { groups[$0] }).count
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64], [[0.8, 0.2], [0.8, 0.1, 0.1], [1, 1, 1, 1, 1]])
    func `parts have their shares of rows and labels, and whole groups`(_ seed: UInt64, _ shares: [Double]) {
        let world = World(seed, rows: 600, labels: 12)
        let parts = world.parts(shares)
        #expect(parts.count == 600 && parts.allSatisfy { shares.indices.contains($0) })
        let partsOfGroups = Dictionary(grouping: parts.indices) { world.groups[$0] }
        for rows in partsOfGroups.values { #expect(Set(rows.map { parts[$0] }).count == 1) }
        let sum = shares.reduce(0, +)
        for part in shares.indices {
            let share = shares[part] / sum
            #expect(abs(Double(parts.count { $0 == part }) - share * 600) <= 0.05 * 600, "part \(part)")
            for label in 0..<world.labelCount {
                let all = shares.indices.reduce(0) { $0 + world.positives(label, in: $1, parts) }
                let difference = Double(world.positives(label, in: part, parts)) - share * Double(all)
                #expect(abs(difference) <= max(3, 0.06 * Double(all)), "part \(part), label \(label) of \(all)")
                if world.groupsWith(label) >= shares.count { #expect(world.positives(label, in: part, parts) > 0) }
            }
        }
    }

    @Test(arguments: Array(1...20) as [UInt64]) func `rare labels are in every part`(_ seed: UInt64) {
        // 30 labels on three rows each, and 300 rows of a frequent one.
        var world = World(seed, rows: 0, labels: 31)
        for row in 0..<390 {
            world.groups.append(row)
            world.targets += (0..<31).map { label in label == (row < 90 ? row / 3 : 30) ? 1 : 0 }
        }
        let parts = world.parts([0.8, 0.1, 0.1], seed: seed)
        for label in 0..<31 {
            for part in 0..<3 { #expect(world.positives(label, in: part, parts) > 0, "label \(label)") }
        }
        for part in 1...2 { #expect((37...41).contains(parts.count { $0 == part })) }
    }

    @Test func `equal numbers give equal parts, another seed others`() {
        let world = World(9, rows: 200, labels: 6)
        #expect(world.parts([0.7, 0.3], seed: 5) == world.parts([0.7, 0.3], seed: 5))
        #expect(world.parts([0.7, 0.3], seed: 5) == world.parts([7, 3], seed: 5))
        #expect(world.parts([0.7, 0.3], seed: 5) != world.parts([0.7, 0.3], seed: 6))
    }

    @Test func `no part is empty where there are enough groups`() {
        for rows in 3...8 {
            let parts = stratifiedParts(
                targets: [], labelCount: 0, groups: Array(0..<rows), shares: [0.98, 0.01, 0.01], seed: 1)
            #expect(Set(parts) == [0, 1, 2])
        }
        let few = stratifiedParts(
            targets: [1, 1, 0], labelCount: 1, groups: [4, 4, 4], shares: [0.5, 0.5], seed: 1)
        #expect(Set(few).count == 1)
        #expect(stratifiedParts(targets: [], labelCount: 3, groups: [], shares: [1, 1], seed: 0).isEmpty)
    }

    @Test func `a part without a share stays empty`() {
        let world = World(3, rows: 50, labels: 4)
        #expect(Set(world.parts([0.5, 0, 0.5])) == [0, 2])
    }

    @Test func `a large group does not go to a small part`() {
        // Label 1 is only on the 40 rows of one group and on two others.
        var world = World(1, rows: 0, labels: 2)
        for row in 0..<100 {
            world.groups.append(row < 40 ? 0 : row)
            world.targets += [1, row < 42 ? 1 : 0]
        }
        let parts = world.parts([0.8, 0.1, 0.1])
        #expect(parts[0] == 0)
        for part in 0..<3 { #expect(world.positives(1, in: part, parts) > 0) }
        for part in 1...2 { #expect((8...12).contains(parts.count { $0 == part })) }
    }
}
