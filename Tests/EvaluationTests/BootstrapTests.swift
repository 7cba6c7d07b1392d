// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Evaluation

@Suite struct BootstrapTests {
    @Test func `intervals equal those of a bootstrap that copies the drawn images`() throws {
        for seed in 1...60 as ClosedRange<UInt64> {
            let random = RandomMatrix(seed: seed, images: 1...9, labels: 1...4)
            // More than one group of 64, and a part of one.
            let replicates = 70
            let report = try evaluate(
                random.matrix(), labels: random.names, kind: random.kind,
                options: EvaluationOptions(topK: 2, bootstrapReplicates: replicates, seed: seed), workers: 2,
                smallestSlab: 2)
            let truth = BruteForce(random)
            let samples = (0..<replicates).map { truth.resampled(seed: seed, replicate: $0) }
            let gap = ConfidenceInterval(replicates: samples.compactMap(\.gap))
            let map = ConfidenceInterval(replicates: samples.compactMap { $0.mapMacro() })
            #expect(agree(report.gapInterval, gap), "\(random)")
            #expect(agree(report.mapMacroInterval, map), "\(random)")
            #expect(report.bootstrapReplicates == replicates)
        }
    }

    @Test func `more draws than a byte can sum are counted right`() throws {
        // 2600 images: every replicate's counts add up to 2600, far past a byte, between two positives.
        let random = RandomMatrix(seed: 5, images: 2600...2600, labels: 1...1)
        var targets = [Float](repeating: 0, count: 2600)
        for index in [3, 700, 2599] { targets[index] = 1 }
        let scores = random.scores.map { Float($0) }
        let matrix = try ScoreMatrix(imageCount: 2600, labelCount: 1, scores: scores, targets: targets)
        let report = try evaluate(
            matrix, labels: ["a"], kind: random.kind, options: EvaluationOptions(bootstrapReplicates: 20, seed: 9))
        let values = (0..<20).compactMap { replicate -> Double? in
            var counts = [Int](repeating: 0, count: 2600)
            var generator = ReplicateGenerator(seed: 9, replicate: replicate)
            for _ in 0..<2600 { counts[generator.index(below: 2600)] += 1 }
            let drawn = counts.indices.filter { targets[$0] == 1 && counts[$0] > 0 }
            guard !drawn.isEmpty else { return nil }
            let sum = drawn.reduce(0.0) { sum, index in
                let above = counts.indices.filter { scores[$0] >= scores[index] }
                let found = above.filter { targets[$0] == 1 }.reduce(0) { $0 + counts[$1] }
                return sum + Double(counts[index] * found) / Double(above.reduce(0) { $0 + counts[$1] })
            }
            return sum / Double(drawn.reduce(0) { $0 + counts[$1] })
        }
        #expect(values.count > 10)
        #expect(agree(report.gapInterval, ConfidenceInterval(replicates: values)))
    }

    @Test func `a seed gives the same report on any number of threads and in any number of rounds`() throws {
        for seed in [11, 12, 13] as [UInt64] {
            let random = RandomMatrix(seed: seed, images: 300...400, labels: 5...9)
            let options = EvaluationOptions(topK: 3, bootstrapReplicates: 150, seed: seed)
            let reports = try [(1, 64), (2, 128), (3, 192), (7, 64)].map { workers, atOnce in
                try evaluate(
                    random.matrix(), labels: random.names, kind: random.kind, options: options, workers: workers,
                    smallestSlab: 50, replicatesAtOnce: atOnce)
            }
            for report in reports { #expect(report == reports[0], "\(random)") }
        }
    }

    @Test func `another seed draws other images`() throws {
        let matrix = try ScoreMatrix(
            imageCount: 50, labelCount: 1, scores: (0..<50).map { Float($0 * 37 % 50) },
            targets: (0..<50).map { Float($0 % 3 == 0 ? 1 : 0) })
        let intervals = try [1, 2].map { seed in
            try evaluate(
                matrix, labels: ["a"], kind: .logits,
                options: EvaluationOptions(bootstrapReplicates: 50, seed: seed)
            ).gapInterval
        }
        #expect(intervals[0] != nil)
        #expect(intervals[0] != intervals[1])
    }

    @Test func `draws are even over the images`() {
        var counts = [Int](repeating: 0, count: 10)
        for replicate in 0..<100 {
            var generator = ReplicateGenerator(seed: 3, replicate: replicate)
            for _ in 0..<1000 { counts[generator.index(below: 10)] += 1 }
        }
        // 100,000 draws: 10,000 each, standard deviation 95.
        for count in counts { #expect(abs(count - 10_000) < 500, "\(counts), seed 3") }
    }

    @Test func `the interval covers the truth about as often as it says`() throws {
        // Scores without information on balanced targets: the average precision of endless data is the base rate, 1/2.
        var covered = 0
        var random = TestGenerator(seed: 77)
        for round in 0..<200 {
            let scores = (0..<400).map { _ in Float.random(in: 0..<1, using: &random) }
            let targets = (0..<400).map { _ in Float(Bool.random(using: &random) ? 1 : 0) }
            let matrix = try ScoreMatrix(imageCount: 400, labelCount: 1, scores: scores, targets: targets)
            let interval = try #require(
                try evaluate(
                    matrix, labels: ["a"], kind: .logits,
                    options: EvaluationOptions(bootstrapReplicates: 192, seed: UInt64(round))
                ).gapInterval)
            covered += interval.low <= 0.5 && interval.high >= 0.5 ? 1 : 0
        }
        // 95 % of 200 is 190, standard deviation 3; percentile intervals of a slightly biased metric cover less.
        #expect((165...200).contains(covered), "\(covered) of 200, seed 77")
    }

    @Test func `above ten million pairs at most 200 replicates are drawn`() {
        let options = EvaluationOptions(bootstrapReplicates: 1000)
        #expect(options.replicates(pairs: 10_000_000) == 1000)
        #expect(options.replicates(pairs: 10_000_001) == 200)
        #expect(EvaluationOptions(bootstrapReplicates: 50).replicates(pairs: 20_000_000) == 50)
    }

    private func agree(_ found: ConfidenceInterval?, _ expected: ConfidenceInterval?) -> Bool {
        guard let found, let expected else { return found == nil && expected == nil }
        // Sums of a few dozen doubles of size 1 in another order.
        return abs(found.low - expected.low) < 1e-12 && abs(found.high - expected.high) < 1e-12
    }
}
