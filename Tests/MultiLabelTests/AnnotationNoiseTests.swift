// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import MultiLabel

@Suite struct AnnotationNoiseTests {
    /// −log of the probability of an annotation that is wrong at the two rates.
    private func loss(_ z: Double, _ y: Double, _ noise: AnnotationNoise) -> Double {
        let p = 1 / (1 + exp(-z))
        let annotated = p * (1 - noise.falseNegativeRate) + (1 - p) * noise.falsePositiveRate
        return -y * log(annotated) - (1 - y) * log(1 - annotated)
    }

    @Test(arguments: 0..<40) func `the posterior gives the gradient of the corrected cross-entropy`(_ seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let noise = AnnotationNoise(
            falsePositiveRate: Double.random(in: 0.001...0.45, using: &random),
            falseNegativeRate: Double.random(in: 0.001...0.45, using: &random))
        for y in [0.0, 1] {
            let z = Double.random(in: -8...8, using: &random)
            let h = 1e-5
            let slope = (loss(z + h, y, noise) - loss(z - h, y, noise)) / (2 * h)
            let gradient = 1 / (1 + exp(-z)) - noise.posterior(target: y, logit: z)
            #expect(abs(gradient - slope) < 1e-8, "y \(y), z \(z), \(noise)")
        }
    }

    @Test func `annotations that are never wrong stay what they are`() {
        let exact = AnnotationNoise(falsePositiveRate: 0, falseNegativeRate: 0)
        let targets: [Float] = [0, 1, 0, 1, 0.25, .nan, 1]
        let logits: [Float] = [90, -90, 0, 0, 3, 0, -1e30]
        for (kept, target) in zip(exact.posteriors(targets: targets, logits: logits), targets) {
            #expect(target.isNaN ? kept.isNaN : kept == target)
        }
        // A positive cannot be wrong here, an absent label may have been overlooked.
        let overlooked = AnnotationNoise(falsePositiveRate: 0, falseNegativeRate: 0.3)
        #expect(overlooked.posterior(target: 1, logit: -20) == 1)
        #expect(abs(overlooked.posterior(target: 0, logit: 0) - 0.3 / 1.3) < 1e-12)
    }

    @Test func `true shares stay possible`() {
        let noise = AnnotationNoise(falsePositiveRate: 0.3, falseNegativeRate: 0.2)
        #expect(abs(noise.trueShare(observed: 0.1 * 0.8 + 0.9 * 0.3) - 0.1) < 1e-12)
        #expect(noise.trueShare(observed: 0.2) == 0.01, "fewer than the rates explain")
        #expect(noise.trueShare(observed: 1) == 1)
    }

    @Test(arguments: [(0.3, 0.3), (0.0, 0.4), (0.1, 0.0), (0.0, 0.0), (0.02, 0.25)])
    func `the rates are found from right probabilities`(_ falsePositives: Double, _ falseNegatives: Double) {
        var random = SeededRandom(seed: 7)
        let labels = 40
        func batch(_ pictures: Int) -> (targets: [Float], logits: [Float]) {
            var (targets, logits): ([Float], [Float]) = ([], [])
            for index in 0..<pictures * labels {
                // Labels of 1 to 20 %; the model is sure of most, and as often right as it says.
                let share = 0.01 + 0.19 * Double(index % labels) / Double(labels)
                let logit =
                    (Double.random(in: 0..<1, using: &random) < share ? 5 : -7)
                    + Double.random(in: -3...3, using: &random)
                let isPresent = Double.random(in: 0..<1, using: &random) < 1 / (1 + exp(-logit))
                let isWrong = Double.random(in: 0..<1, using: &random) < (isPresent ? falseNegatives : falsePositives)
                targets.append(index % 17 == 0 ? .nan : isPresent != isWrong ? 1 : 0)
                logits.append(Float(logit))
            }
            return (targets, logits)
        }
        var estimate = AnnotationNoiseEstimate(targets: batch(200).targets, labels: labels, pairs: 50 * labels)
        for _ in 0..<200 {
            let (targets, logits) = batch(50)
            estimate.take(
                AnnotationNoiseEstimate.expectedCounts(targets: targets, logits: logits, noise: estimate.noise))
        }
        #expect(abs(estimate.noise.falsePositiveRate - falsePositives) < 0.01, "\(estimate)")
        #expect(abs(estimate.noise.falseNegativeRate - falseNegatives) < 0.03, "\(estimate)")
    }

    @Test func `the guess takes the rarest labels for absent`() {
        // Ten labels, of which the first is annotated in a tenth of the pictures, the others in more.
        var targets: [Float] = []
        for picture in 0..<99 { for label in 0..<10 { targets.append(picture % 10 <= label ? 1 : 0) } }
        let guess = AnnotationNoiseEstimate(targets: targets, labels: 10, pairs: 500)
        #expect(abs(guess.noise.falsePositiveRate - 10.5 / 100) < 1e-6)
        #expect(abs(guess.noise.falseNegativeRate - 0.1) < 1e-6)
        #expect(abs(guess.counts[1] + guess.counts[3] - 500) < 1e-3)
        #expect(AnnotationNoiseEstimate(counts: guess.counts) == guess)
        // Of three labels that are all common none is taken for absent.
        let common = AnnotationNoiseEstimate(
            targets: (0..<300).map { $0 % 5 < 2 ? 1 : 0 }, labels: 3, pairs: 30)
        #expect(abs(common.noise.falsePositiveRate - 0.2) < 1e-6)
        let blank = AnnotationNoiseEstimate(targets: [.nan, .nan], labels: 2, pairs: 0)
        #expect(blank.counts.allSatisfy { $0.isFinite && $0 >= 0 })
        let always = AnnotationNoiseEstimate(targets: [1, 1, 1, 1], labels: 1, pairs: 4)
        #expect(always.noise.falsePositiveRate < 0.5)
    }

    @Test func `steps without known pairs teach nothing`() {
        var estimate = AnnotationNoiseEstimate(targets: [0, 1, 0, 1], labels: 2, pairs: 10)
        let before = estimate
        estimate.take([0, 0, 0, 0, 0])
        estimate.take([.nan, 1, 1, 1, 4])
        #expect(estimate == before)
        let none = AnnotationNoiseEstimate.expectedCounts(targets: [.nan], logits: [1], noise: before.noise)
        #expect(none == [0, 0, 0, 0, 0])
    }

    @Test func `the start is at the true base rate`() throws {
        var random = SeededRandom(seed: 3)
        let cosines = (0..<4000).map { _ in Float.random(in: 0.1...0.3, using: &random) }
        let targets: [Float] = (0..<4000).map { $0 % 10 < 4 ? 1 : 0 }
        let noise = AnnotationNoise(falsePositiveRate: 0.3, falseNegativeRate: 0.2)
        let start = try #require(calibratedStart(similarities: cosines, targets: targets, noise: noise))
        let mean = cosines.reduce(0.0) { $0 + 1 / (1 + exp(-(Double($1) / start.temperature + start.bias))) } / 4000
        #expect(abs(mean - 0.2) < 1e-6)
    }
}
