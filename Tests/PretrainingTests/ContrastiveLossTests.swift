// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing
import Torch
import TrainingOptions

@testable import Pretraining

/// open_clip's losses, recorded by `Scripts/goldens/record-pretraining-goldens.py`.
struct LossGoldens: Decodable {
    struct Case: Decodable {
        let name: String
        let images: [Double]
        let texts: [Double]
        let logitScale: Double
        let bias: Double?
        let loss: Double
        let imageGradient: [Double]
        let textGradient: [Double]
        let scaleGradient: Double
        let biasGradient: Double?
    }

    let cases: [Case]
}

@Suite struct ContrastiveLossTests {
    private func leaf(_ values: [Double], _ shape: [Int]) throws -> Tensor {
        let tensor = try Tensor(values.map(Float.init), shape: shape)
        try tensor.setRequiresGradient(true)
        return tensor
    }

    /// Float32 has 6e-8; sums of 25 terms and softmax at scale 90 lose one digit or two of it.
    @Test(arguments: 0..<6) func `losses and gradients are those of open_clip`(_ number: Int) throws {
        let goldens = try Fixtures.decode(LossGoldens.self, "losses.json")
        #expect(goldens.cases.count == 6)
        let golden = goldens.cases[number]
        let (images, texts) = (try leaf(golden.images, [5, 4]), try leaf(golden.texts, [5, 4]))
        let scale = try leaf([golden.logitScale], [])
        let bias = try golden.bias.map { try leaf([$0], []) }
        let loss = try contrastiveCrossEntropy(
            #require(ContrastiveLoss(rawValue: golden.name)), imageFeatures: images, textFeatures: texts,
            logitScale: scale, bias: bias)
        #expect(loss.shape == [])
        #expect(abs(Double(try loss.item()) - golden.loss) <= 2e-6 * golden.loss)
        try loss.backward()
        func expectGradient(_ tensor: Tensor, _ expected: [Double], _ name: Comment) throws {
            #expect(relativeDifference(try #require(try tensor.gradient).floats(), expected) <= 5e-6, name)
        }
        try expectGradient(images, golden.imageGradient, "pictures")
        try expectGradient(texts, golden.textGradient, "texts")
        try expectGradient(scale, [golden.scaleGradient], "scale")
        if let bias { try expectGradient(bias, [#require(golden.biasGradient)], "bias") }
    }

    @Test(arguments: ContrastiveLoss.allCases)
    func `a batch of one pair is no special case`(_ loss: ContrastiveLoss) throws {
        let features = try leaf([0.6, 0.8], [1, 2])
        let value = try contrastiveCrossEntropy(
            loss, imageFeatures: features, textFeatures: features, logitScale: leaf([Foundation.log(2.0)], []),
            bias: nil)
        try value.backward()
        // CLIP's loss has nothing to tell apart; SigLIP's is −log σ(2).
        let expected = loss == .clip ? 0 : log(1 + Foundation.exp(-2.0))
        #expect(abs(Double(try value.item()) - expected) < 1e-6)
        #expect(try #require(try features.gradient).isFinite())
    }

    @Test(arguments: ContrastiveLoss.allCases) func `shapes that do not fit are errors`(_ loss: ContrastiveLoss) throws
    {
        let scale = try leaf([1], [])
        for (a, b) in [([5, 4], [4, 4]), ([4, 4], [5, 4]), ([5, 4], [5, 3]), ([], [5, 4]), ([5, 4], [])] {
            let images = try Tensor(repeating: 0.5, shape: a)
            let texts = try Tensor(repeating: 0.5, shape: b)
            #expect(throws: TorchError.self, "\(a) and \(b)") {
                try contrastiveCrossEntropy(
                    loss, imageFeatures: images, textFeatures: texts, logitScale: scale, bias: nil)
            }
        }
    }
}
