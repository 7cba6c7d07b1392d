// SPDX-License-Identifier: Apache-2.0
import FileIO
import Testing

@testable import Evaluation

@Suite struct EvaluationErrorTests {
    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch { return "\(error)" }
    }

    private func matrix(_ images: Int, _ labels: Int, _ scores: [Float], _ targets: [Float]) throws {
        _ = try ScoreMatrix(imageCount: images, labelCount: labels, scores: scores, targets: targets)
    }

    @Test func `a matrix names what cannot be used and where`() {
        #expect(
            message { try matrix(2, 2, [0, 1, 2, .nan], [0, 0, 0, 0]) }
                == "the score of image 2, label 2 is nan; give a finite number")
        #expect(
            message { try matrix(2, 2, [0, 1, 2, 3], [0, 0, -1, 0]) }
                == "the target of image 2, label 1 is -1.0; "
                + "give 0, 1, a number between, or nothing where it is unknown")
        #expect(
            message { try matrix(2, 2, [0, 1, 2], [0, 0, 0, 0]) }
                == "4 scores are needed and 3 were given; give one for each place")
        #expect(
            message { try matrix(0, 2, [], []) }
                == "there is nothing to evaluate: 0 images and 2 labels; give at least one of each")
        #expect(message { try matrix(-1, -1, [0], [0]) }.hasPrefix("there is nothing to evaluate"))
        #expect(message { try matrix(.max, 3, [], []) }.contains("are more than one evaluation can rank"))
        #expect(message { try matrix(1 << 30, 1, [], []) }.contains("are more than one evaluation can rank"))
    }

    @Test func `the first bad place is named, far into the matrix too`() {
        var scores = [Double](repeating: 0, count: 30_000)
        scores[20_005] = -.infinity
        scores[29_999] = .nan
        let targets = [Float](repeating: 0, count: 30_000)
        #expect(throws: EvaluationError.scoreNotFinite(row: 2000, column: 5, value: -.infinity)) {
            try ScoreMatrix(imageCount: 3000, labelCount: 10, scores: scores, targets: targets)
        }
    }

    @Test func `a probability outside 0 to 1 asks for --logits`() throws {
        let matrix = try ScoreMatrix(imageCount: 1, labelCount: 2, scores: [0.5, 3.25] as [Float], targets: [0, 1])
        #expect(
            message { _ = try evaluate(matrix, labels: ["pool", "sea"], kind: .probabilities) }
                == "the score of image 1, label 2 'sea' is 3.25, not a probability in [0, 1]; "
                + "pass --logits if the scores are logits")
        #expect(throws: Never.self) { try evaluate(matrix, labels: ["pool", "sea"], kind: .logits) }
    }

    @Test func `options out of range are refused`() throws {
        let matrix = try ScoreMatrix(imageCount: 1, labelCount: 1, scores: [0.5] as [Float], targets: [1])
        let cases: [(EvaluationOptions, String)] = [
            (EvaluationOptions(topK: 0), "top-k is 0; give a number of at least 1"),
            (EvaluationOptions(threshold: .nan), "the threshold is nan; give a number in [0, 1]"),
            (EvaluationOptions(threshold: 1.5), "the threshold is 1.5; give a number in [0, 1]"),
            (EvaluationOptions(thresholds: [-1]), "the threshold of label 1 is -1.0; give a number in [0, 1]"),
            (
                EvaluationOptions(thresholds: [0.5, 0.5]),
                "1 thresholds are needed and 2 were given; give one for each place"
            ),
            (
                EvaluationOptions(bootstrapReplicates: -1),
                "the number of bootstrap replicates is -1; give a number from 0 to 10000"
            ),
            (
                EvaluationOptions(calibrationBins: 0),
                "the number of calibration bins is 0; give a number from 1 to 1000"
            ),
            (EvaluationOptions(majorityMinimum: 0), "the majority minimum is 0; give a number of at least 1"),
        ]
        for (options, expected) in cases {
            #expect(message { _ = try evaluate(matrix, labels: ["a"], kind: .logits, options: options) } == expected)
        }
        #expect(
            message { _ = try evaluate(matrix, labels: [], kind: .logits) }
                == "1 label names are needed and 0 were given; give one for each place")
        #expect(!EvaluationError.empty(images: 0, labels: 0).isMissingInput)
    }
}
