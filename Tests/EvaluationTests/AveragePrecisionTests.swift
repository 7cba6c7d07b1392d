// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Evaluation

@Suite struct AveragePrecisionTests {
    @Test func `fed image by image, GAP and mAP equal those of the whole matrix`() throws {
        for seed in 1...300 as ClosedRange<UInt64> {
            let random = RandomMatrix(seed: seed)
            let k = Int(seed % 5) + 1
            var all = GlobalAveragePrecision()
            var best = GlobalAveragePrecision(topK: k)
            var mean = MeanAveragePrecision(labelCount: random.labels)
            for image in 0..<random.images {
                let row = (image * random.labels)..<((image + 1) * random.labels)
                let scores = random.scores[row].map { Float($0) }
                let targets = Array(random.targets[row])
                try all.add(scores: scores, targets: targets)
                try best.add(scores: scores, targets: targets)
                try mean.add(scores: scores, targets: targets)
            }
            let matrix = try ScoreMatrix(
                imageCount: random.images, labelCount: random.labels, scores: random.scores.map { Float($0) },
                targets: random.targets)
            let report = try evaluate(
                matrix, labels: random.names, kind: random.kind,
                options: EvaluationOptions(topK: k, bootstrapReplicates: 0))
            #expect(all.value() == report.gap, "\(random)")
            #expect(best.value() == report.gapAtK, "\(random)")
            #expect(best.retrievedValue() == report.gapAtKRetrieved, "\(random)")
            #expect(mean.perLabel() == report.perLabel.map(\.averagePrecision), "\(random)")
            #expect(mean.value() == report.mapMacro, "\(random)")
            #expect(
                try averagePrecision(scores: random.scores.map { Float($0) }, targets: random.targets) == report.gap)
        }
    }

    @Test func `a ranking worked out by hand`() throws {
        // Best first: +, −, {+, −}, +. Precision at the positives: 1/1, 2/4, 3/5.
        let value = try averagePrecision(scores: [5, 4, 3, 3, 1], targets: [1, 0, 1, 0, 1])
        #expect(value == (1 + 0.5 + 0.6) / 3)
        #expect(try averagePrecision(scores: [1, 2], targets: [0, .nan]) == nil)
        #expect(try averagePrecision(scores: [], targets: []) == nil)
        #expect(try averagePrecision(scores: [0, -0.0], targets: [1, 0]) == 0.5)
    }

    @Test func `an image that cannot be used is refused and not added`() throws {
        var gap = GlobalAveragePrecision()
        try gap.add(scores: [1, 0], targets: [1, 0])
        #expect(throws: EvaluationError.scoreNotFinite(row: 1, column: 1, value: .infinity)) {
            try gap.add(scores: [0, .infinity], targets: [1, 0])
        }
        #expect(throws: EvaluationError.targetOutOfRange(row: 1, column: 0, value: 2)) {
            try gap.add(scores: [0, 1], targets: [2, 0])
        }
        #expect(throws: EvaluationError.wrongCount(of: "targets", expected: 2, found: 1)) {
            try gap.add(scores: [0, 1], targets: [1])
        }
        #expect(gap.value() == 1)
        var mean = MeanAveragePrecision(labelCount: 3)
        #expect(throws: EvaluationError.wrongCount(of: "scores", expected: 3, found: 2)) {
            try mean.add(scores: [0, 1], targets: [1, 0])
        }
    }
}
