// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Testing

@testable import ExperimentTables

struct EmbeddingTests {
    /// Features on the unit circle at these angles in degrees.
    private func pictures(_ angles: [Double], _ labels: [[Float]]) -> EmbeddedPictures {
        EmbeddedPictures(
            features: angles.flatMap { [Float(cos($0 * .pi / 180)), Float(sin($0 * .pi / 180))] }, width: 2,
            targets: labels.flatMap { $0 }, labelCount: labels[0].count)
    }

    @Test func `retrieval counts sets of labels that share half of their union, and leaves lonely pictures out`() throws
    {
        // Pictures 0, 1 and 2 are relevant to each other (1 of 2 is half); 3 to nobody.
        let some = pictures([0, 30, 10, 20], [[1, 0, 0], [1, 1, 0], [1, 0, 0], [0, 0, 1]])
        // From 0: 2 (hit), 3, 1 (hit): (1 + 2/3) / 2. From 1: 3, 2, 0: (1/2 + 2/3) / 2. From 2: 0 and 3 at the same
        // angle, the lower place first, then 1: 0 (hit), 3, 1 (hit).
        let expected = ((1 + 2.0 / 3) / 2 + (1.0 / 2 + 2.0 / 3) / 2 + (1 + 2.0 / 3) / 2) / 3
        #expect(abs(try #require(EmbeddingMeasures.retrievalPrecision(some)) - expected) < 1e-9)
        // With k = 1 the best that there could be is one hit.
        let first = (1.0 + 0 + 1) / 3
        #expect(abs(try #require(EmbeddingMeasures.retrievalPrecision(some, k: 1)) - first) < 1e-9)
        #expect(EmbeddingMeasures.retrievalPrecision(pictures([0, 90], [[1, 0], [0, 1]])) == nil)
    }

    @Test func `neighbours give their labels by cosine, and their unknown ones not at all`() throws {
        let references = pictures([0, 80, 170], [[1, 0], [0, .nan], [0, 1]])
        let queries = pictures([10, 160], [[1, 0], [0, 1]])
        // Each query's true label is that of its nearest reference, so that the ranking is perfect.
        #expect(try EmbeddingMeasures.neighbourPrecision(queries, references: references, k: 2) == 1)
        let wrong = pictures([10, 160], [[0, 1], [1, 0]])
        // Scores: query 0 has label 0 at cos 10 / (cos 10 + cos 70) and label 1 at 0; query 1 has label 0 at 0 and
        // label 1 at 1. So the positives are the two zeros, in one block of four: precision 2/4.
        #expect(try EmbeddingMeasures.neighbourPrecision(wrong, references: references, k: 2) == 0.5)
    }

    @Test func `rows of NaN are nobody's neighbours`() {
        #expect(EmbeddingMeasures.nearest([0.1, .nan, 0.3, 0.3], 3) == [2, 3, 0])
        #expect(EmbeddingMeasures.nearest([0.1, .nan, 0.3, 0.3], 3, leavingOut: 2) == [3, 0])
    }
}
