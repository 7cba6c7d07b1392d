// SPDX-License-Identifier: Apache-2.0

import Randomness

/// Deals rows into parts so that each part has about its share of the rows and of every label's positives, and no group
/// is in two parts.
///
/// Iterative stratification (Sechidis, Tsoumakas and Vlahavas, ECML 2011) of whole groups: the label with the fewest
/// groups left is dealt first, each of its groups to the part that lacks most of that label's positives, then of rows.
/// Where a label has as few groups left as there are parts without it, each of these parts gets one, so that a label
/// with at least as many groups as parts is in every part, unless a group with several rare labels can go to one part
/// only, or a part would become larger than twice its share. Otherwise a part that has its share of the rows gets no
/// more. Ties are broken by the seed. No part stays empty where there are enough groups.
///
///     // A stratified fifth for validation, near-duplicates kept together.
///     let parts = stratifiedParts(
///         targets: table.targets, labelCount: table.labels.count, groups: DuplicateGroups(fingerprints).groups,
///         shares: [0.8, 0.2], seed: 0)
///
/// - Parameters:
///   - targets: `[N, L]`, row major; above 0.5 is a positive, NaN is unknown.
///   - labelCount: L.
///   - groups: The group of each row, `[N]`, any numbers.
///   - shares: The share of each part, P of them: numbers of at least 0, relative to their sum. A part of share 0 stays
///     empty.
///   - seed: Another seed deals otherwise; the same numbers give the same parts on every machine.
/// - Returns: The part of each row, `[N]`, in 0..<P.
public func stratifiedParts(
    targets: [Float], labelCount: Int, groups: [Int], shares: [Double], seed: UInt64
) -> [Int] {
    precondition(targets.count == groups.count * labelCount, "targets are [N, L]")
    precondition(shares.allSatisfy { $0 >= 0 && $0.isFinite }, "shares are numbers of at least 0")
    precondition(shares.contains { $0 > 0 }, "some share is above 0")
    var dealer = GroupDealer(targets: targets, labelCount: labelCount, groups: groups, shares: shares, seed: seed)
    dealer.dealLabels()
    dealer.dealRest()
    dealer.fillEmptyParts()
    return dealer.partOfRows
}

/// The state of dealing.
private struct GroupDealer {
    private struct Group {
        var rows: [Int] = []
        /// Labels with positives, and how many; in label order.
        var positives: [(label: Int, count: Int)] = []
        var part: Int?
    }

    private var groups: [Group] = []
    /// Groups by label, in the order of being dealt, `[L]`.
    private var groupsOfLabel: [[Int]]
    /// How many groups of each label are not dealt yet, `[L]`.
    private var left: [Int]
    /// Parts that have no positive of a label yet, `[L]`.
    private var lacking: [Set<Int>]
    /// How many rows, and positives of each label, each part still should get: `[P]` and `[P][L]`.
    private var wantedRows: [Double]
    private var wanted: [[Double]]
    /// How many rows each part may get at most where another has room: twice its share, `[P]`.
    private let limits: [Double]
    private var sizes: [Int]
    private let parts: [Int]
    private var random: CountedRandom

    init(targets: [Float], labelCount: Int, groups numbers: [Int], shares: [Double], seed: UInt64) {
        random = CountedRandom(seed: seed, name: "stratified parts")
        var places: [Int: Int] = [:]
        for (row, number) in numbers.enumerated() {
            let place = places[number] ?? groups.count
            if place == groups.count {
                places[number] = place
                groups.append(Group())
            }
            groups[place].rows.append(row)
        }
        var positives = [Int](repeating: 0, count: labelCount)
        for place in groups.indices {
            var counts: [Int: Int] = [:]
            for row in groups[place].rows {
                for label in 0..<labelCount where targets[row * labelCount + label] > 0.5 {
                    counts[label, default: 0] += 1
                }
            }
            groups[place].positives = counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
            for (label, count) in counts { positives[label] += count }
        }
        let sum = shares.reduce(0, +)
        let parts = shares.indices.filter { shares[$0] > 0 }
        wantedRows = shares.map { $0 / sum * Double(numbers.count) }
        wanted = shares.map { share in positives.map { share / sum * Double($0) } }
        limits = wantedRows.map { max(1, 2 * $0) }
        sizes = shares.map { _ in 0 }
        lacking = positives.map { $0 > 0 ? Set(parts) : [] }
        self.parts = parts
        groupsOfLabel = Array(repeating: [], count: labelCount)
        left = Array(repeating: 0, count: labelCount)
        for place in order() {
            for (label, _) in groups[place].positives {
                groupsOfLabel[label].append(place)
                left[label] += 1
            }
        }
    }

    /// All groups, the largest first, those of one size in random order.
    private mutating func order() -> [Int] {
        let shuffled = groups.indices.shuffled(using: &random)
        let ranks = Dictionary(uniqueKeysWithValues: zip(shuffled, shuffled.indices))
        return shuffled.sorted {
            (groups[$1].rows.count, ranks[$0] ?? 0) < (groups[$0].rows.count, ranks[$1] ?? 0)
        }
    }

    /// Deals all groups with positives.
    mutating func dealLabels() {
        while let label = left.indices.filter({ left[$0] > 0 }).min(by: { left[$0] < left[$1] }) {
            for place in groupsOfLabel[label] where groups[place].part == nil {
                let candidates = covering(place, first: label, partsWithRoom(for: place))
                deal(place, to: best(of: candidates, by: wanted.map { $0[label] }))
            }
        }
    }

    /// Deals the groups without positives.
    mutating func dealRest() {
        for place in order() where groups[place].part == nil {
            deal(place, to: best(of: parts, by: wantedRows))
        }
    }

    /// Gives each empty part the smallest group of the part with the most groups.
    mutating func fillEmptyParts() {
        for part in parts where sizes[part] == 0 {
            let counts = Dictionary(grouping: groups.indices) { groups[$0].part ?? part }
            let largest = counts.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
            guard let places = largest?.value, places.count > 1,
                let smallest = places.min(by: { groups[$0].rows.count < groups[$1].rows.count })
            else { return }
            if let old = groups[smallest].part { sizes[old] -= groups[smallest].rows.count }
            groups[smallest].part = part
            sizes[part] += groups[smallest].rows.count
        }
    }

    /// The part of each row.
    var partOfRows: [Int] {
        var result = [Int](repeating: 0, count: groups.reduce(0) { $0 + $1.rows.count })
        for group in groups {
            for row in group.rows { result[row] = group.part ?? 0 }
        }
        return result
    }

    /// The parts that stay within twice their share with a group; all where none does.
    private func partsWithRoom(for place: Int) -> [Int] {
        let size = groups[place].rows.count
        let fitting = parts.filter { Double(sizes[$0] + size) <= limits[$0] }
        return fitting.isEmpty ? parts : fitting
    }

    /// Of some parts those that should get a group because its labels have no more groups left than parts lack them:
    /// first those that lack `label`, then those that lack most of its other labels. Without such labels those that
    /// still want rows.
    private func covering(_ place: Int, first label: Int, _ some: [Int]) -> [Int] {
        let scarce = groups[place].positives.map(\.label).filter { left[$0] <= lacking[$0].count }
        var candidates = some
        if scarce.contains(label) {
            let lack = some.filter { lacking[label].contains($0) }
            if !lack.isEmpty { candidates = lack }
        }
        let gains = candidates.map { part in scarce.count { lacking[$0].contains(part) } }
        if let most = gains.max(), most > 0 { return zip(candidates, gains).filter { $0.1 == most }.map(\.0) }
        let unfilled = candidates.filter { wantedRows[$0] > 0 }
        return unfilled.isEmpty ? candidates : unfilled
    }

    /// The part that wants most, then wants most rows, then by chance.
    private mutating func best(of some: [Int], by wants: [Double]) -> Int {
        let most = some.map { wants[$0] }.max() ?? 0
        let first = some.filter { wants[$0] == most }
        let mostRows = first.map { wantedRows[$0] }.max() ?? 0
        let second = first.filter { wantedRows[$0] == mostRows }
        return second[second.count == 1 ? 0 : random.below(second.count)]
    }

    private mutating func deal(_ place: Int, to part: Int) {
        groups[place].part = part
        sizes[part] += groups[place].rows.count
        wantedRows[part] -= Double(groups[place].rows.count)
        for (label, count) in groups[place].positives {
            left[label] -= 1
            lacking[label].remove(part)
            wanted[part][label] -= Double(count)
        }
    }
}
