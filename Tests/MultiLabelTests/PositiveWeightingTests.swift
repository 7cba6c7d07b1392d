// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import MultiLabel

@Suite struct PositiveWeightingTests {
    /// Labels: one of four, three of four, none, all, one known pair, soft, nothing known.
    private let targets: [Float] = [
        1, 1, 0, 1, .nan, 0.5, .nan,
        0, 1, 0, 1, .nan, 0.25, .nan,
        0, 1, 0, 1, 1, 0.25, .nan,
        0, 0, 0, 1, .nan, 0, .nan,
    ]

    @Test func `balanced is negatives over positives`() {
        #expect(
            PositiveWeighting.balanced.weights(targets: targets, labels: 7) == [3, Float(1.0 / 3), 1, 1, 1, 3, 1])
    }

    @Test func `sqrt is the root of that`() {
        let root = Float(3.0.squareRoot())
        #expect(
            PositiveWeighting.sqrt.weights(targets: targets, labels: 7)
                == [root, Float((1.0 / 3).squareRoot()), 1, 1, 1, root, 1])
    }

    @Test func `none has no weights`() {
        #expect(PositiveWeighting.none.weights(targets: targets, labels: 7) == nil)
        #expect(PositiveWeighting.balanced.weights(targets: [], labels: 0) == nil)
        #expect(PositiveWeighting.balanced.weights(targets: [], labels: 2) == [1, 1])
    }

    @Test func `weights are bounded`() {
        // One positive in a thousand, and one negative.
        var targets: [Float] = []
        for row in 0..<1000 { targets += row == 3 ? [1, 0] : [0, 1] }
        #expect(PositiveWeighting.balanced.weights(targets: targets, labels: 2) == [100, 0.01])
        let roots = PositiveWeighting.sqrt.weights(targets: targets, labels: 2) ?? []
        #expect(roots == [Float(999.0.squareRoot()), Float((1 / 999.0).squareRoot())])
    }

    /// With these weights a label's positives and negatives pull equally at a probability of one half.
    @Test func `balanced weights balance the gradient`() throws {
        let targets: [Float] = [1, 0, 0, 0, 0, 0, 0, 0]
        let weights = PositiveWeighting.balanced.weights(targets: targets, labels: 1)
        let batch = LossBatch(logits: .init(repeating: 0, count: 8), targets: targets, labels: 1)
        let gradient = try batch(.binaryCrossEntropy(positiveWeights: weights)).gradient
        #expect(abs(gradient.reduce(0, +)) < 1e-7 && gradient[0] < -0.4)
    }
}
