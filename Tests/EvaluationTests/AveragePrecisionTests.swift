// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Evaluation

@Suite struct AveragePrecisionTests {
    @Test func `a ranking worked out by hand`() throws {
        // Best first: +, −, {+, −}, +. Precision at the positives: 1/1, 2/4, 3/5.
        let value = try averagePrecision(scores: [5, 4, 3, 3, 1], targets: [1, 0, 1, 0, 1])
        #expect(value == (1 + 0.5 + 0.6) / 3)
        #expect(try averagePrecision(scores: [1, 2], targets: [0, .nan]) == nil)
        #expect(try averagePrecision(scores: [], targets: []) == nil)
        #expect(try averagePrecision(scores: [0, -0.0], targets: [1, 0]) == 0.5)
        #expect(throws: EvaluationError.wrongCount(of: "targets", expected: 2, found: 1)) {
            try averagePrecision(scores: [0, 1], targets: [1])
        }
    }
}
