// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Report

@Suite struct LabelPairTests {
    @Test func `co-occurrences equal those counted pair by pair`() throws {
        for seed in 1...100 as ClosedRange<UInt64> {
            let sample = Sample(seed: seed)
            let together = try sample.table().coOccurrence(limit: 4)
            func positives(_ label: Int) -> [Int] {
                (0..<sample.images).filter { sample.targets[$0 * sample.labels + label] > 0.5 }
            }
            let frequent = (0..<sample.labels).filter { !positives($0).isEmpty }
                .sorted { (-positives($0).count, $0) < (-positives($1).count, $1) }
            #expect(together.labels == Array(frequent.prefix(4)), "seed \(seed)")
            for (row, first) in together.labels.enumerated() {
                for (column, second) in together.labels.enumerated() {
                    let both = Set(positives(first)).intersection(positives(second)).count
                    #expect(together.counts[row][column] == both, "seed \(seed)")
                }
            }
        }
    }

    @Test func `confusions equal those counted pair by pair`() throws {
        for seed in 1...100 as ClosedRange<UInt64> {
            let sample = Sample(seed: seed)
            let found = try sample.table().confusions(limit: 1000, perPicture: 1000)
            for confusion in found {
                let count = (0..<sample.images).count { image in
                    let row = image * sample.labels
                    return sample.targets[row + confusion.annotated] > 0.5
                        && sample.targets[row + confusion.predicted] <= 0.5
                        && sample.scores[row + confusion.predicted] >= 0
                }
                #expect(count == confusion.count && count > 0, "seed \(seed)")
            }
            let all = (0..<sample.labels * sample.labels).count { pair in
                (0..<sample.images).contains { image in
                    let row = image * sample.labels
                    return sample.targets[row + pair / sample.labels] > 0.5
                        && sample.targets[row + pair % sample.labels] <= 0.5
                        && sample.scores[row + pair % sample.labels] >= 0
                }
            }
            #expect(found.count == all, "seed \(seed)")
            #expect(zip(found, found.dropFirst()).allSatisfy { $0.count >= $1.count })
        }
    }

    @Test func `only a picture's most probable wrong predictions count`() throws {
        let table = try PairTable(
            images: 1, labels: 5, scores: [1, 3, 2, 5, 9], targets: [1, 0, 0, 0, .nan],
            thresholds: [0.5, 0.5, 0.5, 0.5, 0.5])
        let found = table.confusions(limit: 10, perPicture: 2)
        #expect(found.map(\.predicted) == [1, 3])
        #expect(found.allSatisfy { $0.annotated == 0 && $0.count == 1 })
    }

    @Test func `mistakes and hits are the most striking ones, each picture once`() throws {
        for seed in 1...100 as ClosedRange<UInt64> {
            let sample = Sample(seed: seed)
            let found = try sample.table().extremes(perLabel: 2)
            func check(_ list: [PictureLabel], rises: Bool, _ belongs: (Int) -> Bool) {
                let all = sample.scores.indices.filter { !sample.targets[$0].isNaN && belongs($0) }
                #expect(list.isEmpty == all.isEmpty, "seed \(seed)")
                #expect(Set(list.map(\.image)).count == list.count, "seed \(seed)")
                for item in list {
                    let index = item.image * sample.labels + item.label
                    #expect(belongs(index) && !sample.targets[index].isNaN && item.score == sample.scores[index])
                }
                for (first, second) in zip(list, list.dropFirst()) {
                    #expect(rises ? first.score <= second.score : first.score >= second.score)
                }
                for label in 0..<sample.labels { #expect(list.count { $0.label == label } <= 2) }
                let best = all.map { sample.scores[$0] }.sorted(by: rises ? { $0 < $1 } : { $0 > $1 }).first
                #expect(list.first?.score == best, "seed \(seed)")
            }
            check(found.falsePositives, rises: false) { sample.targets[$0] <= 0.5 && sample.scores[$0] >= 0 }
            check(found.falseNegatives, rises: true) { sample.targets[$0] > 0.5 && sample.scores[$0] < 0 }
            check(found.hits, rises: false) { sample.targets[$0] > 0.5 && sample.scores[$0] >= 0 }
        }
    }
}
