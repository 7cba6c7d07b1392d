// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Evaluation

extension Scratch {
    /// A copy, made while the owner is alive.
    fileprivate var array: [Element] { withExtendedLifetime(self) { Array(buffer) } }
}

@Suite struct RankingKeysTests {
    @Test func `keys of floats and doubles order as the numbers do, best first`() {
        let descending: [Float] = [
            .greatestFiniteMagnitude, 3e10, 1.0000001, 1, 1e-30, .leastNonzeroMagnitude, 0, -.leastNonzeroMagnitude,
            -1e-30, -1, -1.0000001, -3e10, -.greatestFiniteMagnitude,
        ]
        for (better, worse) in zip(descending, descending.dropFirst()) {
            #expect(rankingKey(bits: better.bitPattern) < rankingKey(bits: worse.bitPattern))
            #expect(
                rankingKey(bits: Double(better).bitPattern) < rankingKey(bits: Double(worse).bitPattern))
        }
        #expect(rankingKey(bits: Float(0).bitPattern) == rankingKey(bits: (-Float(0)).bitPattern))
        #expect(rankingKey(bits: 0.0.bitPattern) == rankingKey(bits: (-0.0).bitPattern))
    }

    @Test func `the radix sort sorts whole words and upper halves`() {
        var random = TestGenerator(seed: 4)
        let cases: [(Int, UInt64)] = [
            (0, .max), (1, .max), (1024, .max), (1025, .max), (5000, .max), (3000, 0xFF00 << 30),
        ]
        for (count, mask) in cases {
            let words = (0..<count).map { _ in random.next() & mask }
            for lowestBit in [0, 32] {
                var values = Scratch<UInt64>(count: count)
                var spare = Scratch<UInt64>(count: count)
                for (index, word) in words.enumerated() { values.pointer[index] = word }
                radixSort(&values, &spare, count: count, lowestBit: lowestBit)
                let sorted = values.array
                #expect(sorted.sorted() == words.sorted())
                let keys = sorted.map { $0 >> UInt64(lowestBit) }
                #expect(keys == keys.sorted(), "\(count) words from bit \(lowestBit), seed 4")
            }
        }
    }

    @Test func `doubles that one float cannot tell apart are ranked apart`() throws {
        let scores = [0.1, 0.1 + 1e-12, 0.1 - 1e-12]
        #expect(Set(scores.map { Float($0) }).count == 1)
        let matrix = try ScoreMatrix(imageCount: 3, labelCount: 1, scores: scores, targets: [0, 1, 0])
        let report = try evaluate(matrix, labels: ["a"], kind: .probabilities)
        #expect(report.gap == 1)
    }

    @Test func `the rank of a double is the number of better ones, however the scores are cut`() {
        for seed in 1...60 as ClosedRange<UInt64> {
            let random = RandomMatrix(seed: seed, images: 1...60, labels: 1...5)
            for smallest in [1, 7, 1 << 20] {
                let ranks = ranks(of: random.scores, workers: 2, smallest: smallest).array
                let expected = random.scores.map { score in UInt32(random.scores.filter { $0 > score }.count) }
                #expect(ranks == expected, "cut at \(smallest), \(random)")
            }
        }
    }
}
