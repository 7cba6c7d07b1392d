// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing
import Torch

@testable import MultiLabel

/// Losses and gradients in float64, recorded by `Scripts/goldens/record-losses.py`.
struct MultiLabelLossGoldens: Decodable {
    struct Case: Decodable {
        let loss: String
        let kind: String
        let targets: [Float?]
        let value: Double
        let gradient: [Double]
    }

    let rows: Int
    let labels: Int
    let logits: [Float]
    let weights: [Float]
    let cases: [Case]

    static func read() throws -> Self {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        return try JSONDecoder().decode(
            Self.self, from: Data(contentsOf: folder.appendingPathComponent("Fixtures/losses.json")))
    }

    func loss(_ name: String) -> MultiLabelLoss? {
        switch name {
        case "bce": .binaryCrossEntropy()
        case "bce smoothed": .binaryCrossEntropy(labelSmoothing: 0.1)
        case "bce weighted": .binaryCrossEntropy(labelSmoothing: 0.1, positiveWeights: weights)
        case "siglip": .sigLIP()
        case "asl": .asymmetric()
        case "asl both": .asymmetric(gammaPositive: 1, gammaNegative: 2, clip: 0.2)
        case "asl unclipped": .asymmetric(gammaPositive: 0.5, gammaNegative: 3, clip: 0)
        case "focal": .focal()
        case "focal unweighted": .focal(gamma: 0.5, alpha: nil)
        case "two-way": .twoWay()
        case "two-way cold": .twoWay(positiveTemperature: 2, negativeTemperature: 0.5)
        case "softmax": .softmax
        default: nil
        }
    }
}

/// A batch on the host; targets are NaN where unknown.
struct LossBatch {
    var logits: [Float]
    var targets: [Float]
    let labels: Int
    /// What stands in the tensor where the target is unknown.
    var filler: Float = 0

    /// Logits within ±8 and every kind of target.
    static func random(_ rows: Int, _ labels: Int, seed: UInt64) -> LossBatch {
        var random = SeededRandom(seed: seed)
        let kinds: [Float] = [0, 0, 0, 1, 1, .nan]
        let logits = (0..<rows * labels).map { _ in Float.random(in: -8...8, using: &random) }
        let targets = logits.map { _ in
            Int.random(in: 0..<5, using: &random) == 0
                ? Float.random(in: 0...1, using: &random) : kinds.randomElement(using: &random) ?? 0
        }
        return LossBatch(logits: logits, targets: targets, labels: labels)
    }

    func rows(_ range: Range<Int>) -> LossBatch {
        let pairs = range.lowerBound * labels..<range.upperBound * labels
        return LossBatch(logits: Array(logits[pairs]), targets: Array(targets[pairs]), labels: labels, filler: filler)
    }

    /// The loss, over its own count unless given another, and its gradient by the logits.
    func callAsFunction(_ loss: MultiLabelLoss, count: Double? = nil) throws -> (value: Float, gradient: [Float]) {
        let shape = [logits.count / labels, labels]
        let z = try Tensor(logits, shape: shape)
        try z.setRequiresGradient(true)
        let value = try loss(
            logits: z, targets: Tensor(targets.map { $0.isNaN ? filler : $0 }, shape: shape),
            known: Tensor(targets.map { $0.isNaN ? 0 : 1 } as [Float], shape: shape),
            count: count ?? loss.count(targets: targets, labels: labels))
        #expect(value.shape == [])
        try value.backward()
        return (try value.item(), try #require(try z.gradient).floats())
    }
}

/// Every loss with its defaults, and with parameters at the ends of their ranges.
let everyLoss: [MultiLabelLoss] = [
    .binaryCrossEntropy(), .binaryCrossEntropy(labelSmoothing: 0.2, positiveWeights: [1, 100, 0.01, 1, 3, 1, 2]),
    .sigLIP(), .asymmetric(), .asymmetric(gammaPositive: 0.5, gammaNegative: 0, clip: 0),
    .asymmetric(gammaPositive: 1, gammaNegative: 1, clip: 1e-12), .focal(), .focal(gamma: 0.3, alpha: nil),
    .focal(gamma: 0, alpha: 1), .twoWay(), .twoWay(positiveTemperature: 0.1, negativeTemperature: 0.1), .softmax,
]

@Suite struct MultiLabelLossTests {
    /// Float32 has 6e-8; a handful of operations and a sum of 30 terms lose a digit of it.
    @Test(arguments: 0..<36) func `losses and gradients are those of PyTorch`(_ number: Int) throws {
        let goldens = try MultiLabelLossGoldens.read()
        #expect(goldens.cases.count == 36)
        let golden = goldens.cases[number]
        let loss = try #require(goldens.loss(golden.loss))
        let batch = LossBatch(
            logits: goldens.logits, targets: golden.targets.map { $0 ?? .nan }, labels: goldens.labels)
        let (value, gradient) = try batch(loss)
        #expect(abs(Double(value) - golden.value) <= 2e-6 * golden.value, "\(golden.loss), \(golden.kind)")
        #expect(relativeDifference(gradient, golden.gradient) <= 3e-6, "\(golden.loss), \(golden.kind)")
        for (gradient, target) in zip(gradient, golden.targets) where target == nil { #expect(gradient == 0) }
    }

    @Test func `the cross-entropy is the tempered sigmoid's`() throws {
        let batch = LossBatch.random(9, 7, seed: 2)
        let count = MultiLabelLoss.binaryCrossEntropy().count(targets: batch.targets, labels: 7)
        let expected = try temperedSigmoidCrossEntropy(
            logits: Tensor(batch.logits, shape: [9, 7]),
            targets: Tensor(batch.targets.map { $0.isNaN ? 0 : $0 }, shape: [9, 7]),
            weights: Tensor(batch.targets.map { $0.isNaN ? 0 : Float(1 / count) }, shape: [9, 7])
        ).item()
        #expect(try batch(.binaryCrossEntropy()).value == expected)
    }

    @Test(arguments: everyLoss) func `several batches give what one gives`(_ loss: MultiLabelLoss) throws {
        var batch = LossBatch.random(14, 7, seed: 3)
        // One of the batches has nothing to say, and one picture of another.
        for index in 4 * 7..<7 * 7 { batch.targets[index] = .nan }
        for index in 9 * 7..<10 * 7 { batch.targets[index] = .nan }
        let parts = [0..<4, 4..<7, 7..<12, 12..<14].map { batch.rows($0) }
        let counts = parts.map { loss.count(targets: $0.targets, labels: 7) }
        let count = counts.reduce(0, +)
        #expect(count == loss.count(targets: batch.targets, labels: 7) && counts[1] == 0)
        let results = try parts.map { try $0(loss, count: count) }
        let value = results.reduce(0) { $0 + Double($1.value) }
        let gradient = results.flatMap(\.gradient)
        var whole: (value: Double, gradient: [Double])
        if case .twoWay = loss {
            // The term over the pictures of a label belongs to its batch, which counts by its share.
            whole = (0, [])
            for (part, own) in zip(parts, counts) {
                let result = try part(loss)
                whole.value += Double(result.value) * own / count
                whole.gradient += result.gradient.map { Double($0) * own / count }
            }
        } else {
            let result = try batch(loss)
            whole = (Double(result.value), result.gradient.map(Double.init))
        }
        #expect(whole.value > 0)
        #expect(abs(value - whole.value) <= 1e-6 * whole.value)
        #expect(relativeDifference(gradient, whole.gradient) <= 1e-6)
    }

    @Test(arguments: everyLoss) func `unknown pairs are as if they were not there`(_ loss: MultiLabelLoss) throws {
        var batch = LossBatch.random(8, 7, seed: 4)
        for row in 0..<8 { batch.targets[row * 7 + 6] = .nan }
        let (value, gradient) = try batch(loss)
        // Whatever stands there.
        var other = batch
        other.filler = 1
        for index in batch.logits.indices where batch.targets[index].isNaN {
            other.logits[index] = index.isMultiple(of: 2) ? 3000 : -3000
        }
        let (otherValue, otherGradient) = try other(loss)
        #expect(otherValue == value && otherGradient == gradient)
        // And a label that is unknown throughout, when it goes.
        let kept = batch.logits.indices.filter { $0 % 7 != 6 }
        let smaller = LossBatch(
            logits: kept.map { batch.logits[$0] }, targets: kept.map { batch.targets[$0] }, labels: 6)
        var loss = loss
        if case .binaryCrossEntropy(let smoothing, let weights?) = loss {
            loss = .binaryCrossEntropy(labelSmoothing: smoothing, positiveWeights: weights.dropLast())
        }
        let (smallerValue, smallerGradient) = try smaller(loss)
        #expect(abs(smallerValue - value) <= 1e-6 * value)
        #expect(relativeDifference(kept.map { gradient[$0] }, smallerGradient.map(Double.init)) <= 1e-6)
        for index in gradient.indices where batch.targets[index].isNaN { #expect(gradient[index] == 0) }
    }

    @Test(arguments: everyLoss)
    func `huge logits and empty rows give finite values and gradients`(_ loss: MultiLabelLoss) throws {
        for (seed, size) in [(UInt64(5), Float(1e4)), (6, 1e4), (7, 300), (8, 100), (9, 30)] {
            var batch = LossBatch.random(10, 7, seed: seed)
            batch.logits = batch.logits.map { $0 > 0 ? size : -size }
            // A picture of negatives, one of positives, one of nothing known; a label of each kind too.
            for (line, target) in [(0, Float(0)), (1, 1), (2, .nan)] {
                for other in 0..<7 { batch.targets[line * 7 + other] = target }
                for other in 3..<10 { batch.targets[other * 7 + line] = target }
            }
            let (value, gradient) = try batch(loss)
            #expect(value.isFinite && value > 0, "\(size)")
            #expect(gradient.allSatisfy { $0.isFinite }, "\(size)")
            #expect(gradient.contains { $0 != 0 }, "\(size)")
        }
    }

    @Test(arguments: everyLoss) func `without a known pair, the loss is nothing`(_ loss: MultiLabelLoss) throws {
        let batch = LossBatch(
            logits: LossBatch.random(3, 7, seed: 10).logits, targets: .init(repeating: .nan, count: 21), labels: 7)
        #expect(loss.count(targets: batch.targets, labels: 7) == 0)
        let (value, gradient) = try batch(loss)
        #expect(value == 0 && gradient.allSatisfy { $0 == 0 })
    }

    /// The losses that are about pairs or pictures with a positive have nothing to do where there is none.
    @Test func `without a positive, rankings are nothing and the others push down`() throws {
        let batch = LossBatch(logits: [1, -2, 0.5, 3], targets: [0, 0, 0, .nan], labels: 2)
        for loss in everyLoss {
            let weights = if case .binaryCrossEntropy(_, .some) = loss { true } else { false }
            if weights { continue }
            let (value, gradient) = try batch(loss)
            switch loss {
            case .twoWay, .softmax:
                #expect(loss.count(targets: batch.targets, labels: 2) == 0)
                #expect(value == 0 && gradient.allSatisfy { $0 == 0 })
            case .focal(_, 1): #expect(value == 0, "alpha 1 is for positives alone")
            default: #expect(value > 0 && gradient[0] > 0 && gradient[2] > 0 && gradient[3] == 0, "\(loss)")
            }
        }
    }

    @Test func `a positive that is missed by far is still pulled up`() throws {
        for loss in everyLoss {
            if case .binaryCrossEntropy(_, .some) = loss { continue }
            let (_, gradient) = try LossBatch(logits: [-60, 2], targets: [1, 0], labels: 2)(loss)
            #expect(gradient[0] < -0.05, "\(loss)")
        }
    }

    @Test func `the count is of what the loss is summed over`() {
        let targets: [Float] = [1, 0, .nan, 0, 0.3, .nan, .nan, .nan, .nan, 0, 0.51, 0]
        func count(_ loss: MultiLabelLoss) -> Double { loss.count(targets: targets, labels: 3) }
        #expect(count(.binaryCrossEntropy()) == 7 && count(.focal()) == 7)
        #expect(count(.sigLIP()) == 3 && count(.asymmetric()) == 3)
        #expect(count(.softmax) == 3 && count(.twoWay()) == 2)
        #expect(MultiLabelLoss.softmax.count(targets: [], labels: 0) == 0)
    }

    @Test func `shapes that do not fit are errors`() throws {
        let z = try Tensor(repeating: 0, shape: [2, 3])
        let column = try Tensor(repeating: 0, shape: [2, 1])
        let row = try Tensor(repeating: 0, shape: [3])
        for loss in everyLoss {
            for (a, b, c) in [(z, column, z), (z, z, column), (column, z, z), (row, row, row)] {
                #expect(throws: TorchError.self) { try loss(logits: a, targets: b, known: c, count: 1) }
            }
        }
        let weighted = MultiLabelLoss.sigLIP(positiveWeights: [2])
        #expect(throws: TorchError.self) { try weighted(logits: z, targets: z, known: z, count: 1) }
    }

    @Test func `parameters out of range are named`() {
        for loss in everyLoss { #expect(loss.problem == nil, "\(loss)") }
        let wrong: [(MultiLabelLoss, String)] = [
            (.binaryCrossEntropy(labelSmoothing: 1), "smoothing is 1.0"),
            (.sigLIP(labelSmoothing: -0.1), "smoothing is -0.1"),
            (.sigLIP(positiveWeights: [1, .nan]), "positive weight"),
            (.asymmetric(gammaPositive: -1), "gamma is -1.0"), (.asymmetric(gammaNegative: .nan), "gamma is nan"),
            (.asymmetric(clip: 1), "clip is 1.0"), (.focal(gamma: -2), "gamma is -2.0"),
            (.focal(alpha: 1.5), "alpha is 1.5"), (.twoWay(positiveTemperature: 0), "two-way loss is 0.0"),
            (.twoWay(negativeTemperature: .infinity), "two-way loss is inf"),
        ]
        for (loss, words) in wrong { #expect(loss.problem?.contains(words) == true, "\(loss)") }
    }
}
