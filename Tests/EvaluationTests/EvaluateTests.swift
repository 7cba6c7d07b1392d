// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Evaluation

/// Both sides sum at most some thousand doubles of size 1 or less, in another order.
private let tolerance = 1e-11

private func agree(_ found: Double?, _ expected: Double?) -> Bool {
    guard let found, let expected else { return found == nil && expected == nil }
    return abs(found - expected) <= tolerance
}

private func check(_ report: EvaluationReport, _ random: RandomMatrix, _ options: EvaluationOptions) {
    let truth = BruteForce(random)
    let threshold = { (label: Int) in options.thresholds?[label] ?? options.threshold }
    let k = options.topK
    let labels = (0..<random.labels).map { truth.rates(label: $0, threshold) }
    let overall = BruteForce.rates(truth.pairs, threshold)
    let precision = labels.reduce(0) { $0 + $1.0 } / Double(random.labels)
    let recall = labels.reduce(0) { $0 + $1.1 } / Double(random.labels)
    let expected: [(String, Double?, Double?)] = [
        ("gap", report.gap, truth.gap),
        ("gap_at_k", report.gapAtK, truth.gapAtK(k)),
        ("gap_at_k_retrieved", report.gapAtKRetrieved, truth.gapAtKRetrieved(k)),
        ("map_macro", report.mapMacro, truth.mapMacro()),
        ("map_micro", report.mapMicro, truth.gap),
        ("map_weighted", report.mapWeighted, truth.mapWeighted),
        ("map_majority", report.mapMajority, options.majorityMinimum.flatMap { truth.mapMacro(minimum: $0) }),
        ("cp", report.classPrecision, precision),
        ("cr", report.classRecall, recall),
        ("cf1", report.classF1, BruteForce.harmonic(precision, recall)),
        ("op", report.overallPrecision, overall.0),
        ("or", report.overallRecall, overall.1),
        ("of1", report.overallF1, overall.2),
        ("f1_micro", report.f1Micro, overall.2),
        ("f1_macro", report.f1Macro, labels.reduce(0) { $0 + $1.2 } / Double(random.labels)),
        ("ece", report.calibrationError, truth.calibrationError(bins: options.calibrationBins)),
        ("brier", report.brier, truth.brier),
    ]
    for (name, found, expected) in expected {
        #expect(agree(found, expected), "\(name): \(found as Any) is not \(expected as Any); k \(k), \(random)")
    }
    #expect(report.pairs == truth.pairs.count, "\(random)")
    #expect(report.positives == truth.positives, "\(random)")
    let averages = truth.perLabel
    #expect(report.labelsWithoutPositives == averages.filter { $0 == nil }.count, "\(random)")
    for (index, label) in report.perLabel.enumerated() {
        let known = truth.pairs.filter { $0.label == index }
        #expect(label.label == random.names[index])
        #expect(label.positives == known.filter(\.isPositive).count, "\(random)")
        #expect(label.negatives == known.filter { !$0.isPositive }.count, "\(random)")
        #expect(label.threshold == threshold(index))
        #expect(agree(label.averagePrecision, averages[index]), "ap of label \(index), \(random)")
        #expect(agree(label.precision, labels[index].0), "precision of label \(index), \(random)")
        #expect(agree(label.recall, labels[index].1), "recall of label \(index), \(random)")
        #expect(agree(label.f1, labels[index].2), "f1 of label \(index), \(random)")
    }
}

@Suite struct EvaluateTests {
    @Test func `every metric equals its definition on thousands of small random matrices`() throws {
        for seed in 1...3000 as ClosedRange<UInt64> {
            let random = RandomMatrix(seed: seed)
            var generator = TestGenerator(seed: seed &+ 1_000_000)
            let thresholds = (0..<random.labels).map { _ in Double.random(in: 0...1, using: &generator) }
            let options = EvaluationOptions(
                topK: Int.random(in: 1...(random.labels + 2), using: &generator),
                threshold: [0, 0.3, 0.5, 1][Int.random(in: 0..<4, using: &generator)],
                thresholds: seed % 3 == 0 ? thresholds : nil, bootstrapReplicates: 0,
                majorityMinimum: seed % 2 == 0 ? Int.random(in: 1...3, using: &generator) : nil,
                calibrationBins: Int.random(in: 1...20, using: &generator))
            let report = try evaluate(
                random.matrix(), labels: random.names, kind: random.kind, options: options,
                workers: Int(seed % 3) + 1, smallestSlab: Int(seed % 9) + 1)
            check(report, random, options)
        }
    }

    @Test func `sorted in several slabs by digits, the metrics equal their definitions`() throws {
        // More than 1024 pairs in a column, in a slab and in the whole: the radix sort's road.
        for seed in 1...14 as ClosedRange<UInt64> {
            let random = RandomMatrix(seed: seed, images: 1100...1300, labels: 2...3)
            let options = EvaluationOptions(topK: 1, bootstrapReplicates: 0)
            let report = try evaluate(
                random.matrix(), labels: random.names, kind: random.kind, options: options, workers: 2,
                smallestSlab: 1)
            check(report, random, options)
        }
    }

    @Test func `a k above 32 keeps the best of long rows too`() throws {
        for seed in 1...40 as ClosedRange<UInt64> {
            let random = RandomMatrix(seed: seed, images: 1...6, labels: 40...70)
            let options = EvaluationOptions(topK: 33 + Int(seed % 40), bootstrapReplicates: 0)
            let report = try evaluate(
                random.matrix(), labels: random.names, kind: random.kind, options: options)
            check(report, random, options)
        }
    }

    @Test func `with k at or above L all three GAPs are one number`() throws {
        for seed in 1...200 as ClosedRange<UInt64> {
            let random = RandomMatrix(seed: seed)
            let report = try evaluate(
                random.matrix(), labels: random.names, kind: random.kind,
                options: EvaluationOptions(topK: random.labels, bootstrapReplicates: 0))
            #expect(report.gapAtK == report.gap && report.gapAtKRetrieved == report.gap, "\(random)")
        }
    }

    @Test func `the order of images does not matter, ties or not`() throws {
        for seed in 1...100 as ClosedRange<UInt64> {
            let random = RandomMatrix(seed: seed)
            let turned = (0..<random.images).reversed().flatMap { image in
                (0..<random.labels).map { image * random.labels + $0 }
            }
            let other = try ScoreMatrix(
                imageCount: random.images, labelCount: random.labels, scores: turned.map { random.scores[$0] },
                targets: turned.map { random.targets[$0] })
            let options = EvaluationOptions(topK: 2, bootstrapReplicates: 0)
            let report = try evaluate(other, labels: random.names, kind: random.kind, options: options)
            check(report, random, options)
        }
    }

    @Test func `logits that a float32 sigmoid rounds to 1 are still told apart`() throws {
        // From z = 18 up, 1 / (1 + exp(−z)) in float32 is 1. Positives score highest, so by z the ranking is perfect.
        let logits = (0..<100).map { Float(20 + $0) }
        let targets = (0..<100).map { Float($0 >= 90 ? 1 : 0) }
        let squeezed = logits.map { 1 / (1 + Float(sigmoid(-Double($0)))) }
        #expect(squeezed.allSatisfy { $0 == 1 })
        let options = EvaluationOptions(topK: 1, bootstrapReplicates: 0)
        let matrix = try ScoreMatrix(imageCount: 100, labelCount: 1, scores: logits, targets: targets)
        let report = try evaluate(matrix, labels: ["pool"], kind: .logits, options: options)
        #expect(report.gap == 1)
        let rounded = try ScoreMatrix(imageCount: 100, labelCount: 1, scores: squeezed, targets: targets)
        let other = try evaluate(rounded, labels: ["pool"], kind: .probabilities, options: options)
        #expect(other.gap == 0.1)
    }

    @Test func `of scores tied at the cut the lower label is kept`() throws {
        let tied = try ScoreMatrix(
            imageCount: 1, labelCount: 3, scores: [0.5, 0.5, 0.5] as [Float], targets: [0, 1, 1])
        let two = try evaluate(
            tied, labels: ["a", "b", "c"], kind: .probabilities, options: EvaluationOptions(topK: 2))
        #expect(two.gapAtK == 0.25)
        #expect(two.gapAtKRetrieved == 0.5)
        let one = try evaluate(
            tied, labels: ["a", "b", "c"], kind: .probabilities, options: EvaluationOptions(topK: 1))
        #expect(one.gapAtK == 0)
        #expect(one.gapAtKRetrieved == nil)
    }

    @Test func `the sigmoid neither overflows nor loses its small end`() {
        #expect(sigmoid(0) == 0.5)
        #expect(sigmoid(1000) == 1 && sigmoid(-1000) == 0)
        #expect(abs(sigmoid(-50) / 1.928749847963918e-22 - 1) < 1e-14)
        #expect(abs(sigmoid(2) - 0.8807970779778823) < 1e-15)
    }
}
