// SPDX-License-Identifier: Apache-2.0

import Datasets
import Foundation
import Models
import TestSupport
import Testing
import Tokenization
import Torch
import TorchNN
import Training
import TrainingOptions

@testable import Pretraining

/// PyTorch's loss curves, recorded by `Scripts/goldens/record-pretraining-goldens.py`.
struct Curves: Decodable {
    struct Options: Decodable {
        let loss: String
        let temperature: Double?
        let learningRate: Double
        let weightDecay: Double
        let beta1: Double
        let beta2: Double
        let epsilon: Double
        let warmupSteps: Int
        let gradientClip: Double
    }

    struct Final: Decodable {
        let temperature: Double
        let bias: Double?
    }

    struct Variant: Decodable {
        let options: Options
        let losses: [Double]
        let temperatures: [Double]
        let learningRates: [Double]
        let final: Final
    }

    let steps: Int
    let variants: [String: Variant]
}

@Suite struct LossCurveTests {
    static let names = ["clip", "clip-gradient-clip", "siglip", "siglip-clamped", "siglip-fast"]

    @Test func `every recorded variant is compared`() throws {
        #expect(try Fixtures.decode(Curves.self, "curves.json").variants.keys.sorted() == Self.names)
    }

    /// The recorder's own float32 run is off by at most 5e-7 from the float64 one that is compared with here, and what
    /// a bias that stays, a decayed scale or another β₂ would do is 3e-3 and more.
    @Test(arguments: names) func `the loss curve is that of PyTorch`(_ name: String) throws {
        let curves = try Fixtures.decode(Curves.self, "curves.json")
        let variant = try #require(curves.variants[name])
        let given = variant.options
        var run = try TestRun()
        run.options.loss = try #require(ContrastiveLoss(rawValue: given.loss))
        run.options.temperature = given.temperature
        run.options.learningRate = given.learningRate
        run.options.weightDecay = given.weightDecay
        run.options.beta1 = given.beta1
        run.options.beta2 = given.beta2
        run.options.epsilon = given.epsilon
        run.options.warmupSteps = given.warmupSteps
        run.options.gradientClip = given.gradientClip
        let steps = try run.run()
        #expect(steps.map(\.step) == Array(0..<curves.steps))
        for (step, expected) in zip(steps, variant.losses) {
            #expect(abs(step.loss - expected) <= 1e-5 * expected, "step \(step.step): \(step.loss), \(expected)")
        }
        for (step, expected) in zip(steps, variant.learningRates) {
            #expect(abs(step.learningRate - expected) <= 1e-12)
        }
        for (step, expected) in zip(steps, variant.temperatures) {
            #expect(abs(step.temperature - expected) <= 1e-6 * expected, "step \(step.step)")
        }
        let final = try run.result()
        #expect(abs(final.temperature - variant.final.temperature) <= 1e-6 * variant.final.temperature)
        #expect((final.bias == nil) == (variant.final.bias == nil))
        if let bias = final.bias, let expected = variant.final.bias { #expect(abs(bias - expected) <= 3e-6) }
    }

    @Test(arguments: [(3, 2, ContrastiveLoss.clip), (2, 3, .siglip), (1, 6, .clip), (4, 2, .siglip)])
    func `small batches give what one large batch gives`(_ batchSize: Int, accumulate: Int, loss: ContrastiveLoss)
        throws
    {
        var large = try TestRun()
        large.options.loss = loss
        large.options.patchDropout = 0.5
        large.options.batchSize = batchSize * accumulate
        var small = large
        small.options.batchSize = batchSize
        small.options.accumulate = accumulate
        small.options.output = large.folder("small")
        let (a, b) = (try large.run(), try small.run())
        #expect(a.count == b.count && a.count >= 6)
        for (x, y) in zip(a, b) { #expect(abs(x.loss - y.loss) <= 1e-5 * x.loss, "step \(x.step)") }
    }

    /// Losses would hide a wrong gradient of one parameter for a while.
    @Test(arguments: ContrastiveLoss.allCases)
    func `gradients of small batches are those of one large batch`(_ loss: ContrastiveLoss) throws {
        var options = try TestRun().options
        options.loss = loss
        options.patchDropout = 0.25
        var random = SeededRandom(seed: 2)
        let pictures = random.floats(6 * 3 * 32 * 32)
        func gradients(_ batches: [[Int]]) throws -> (loss: Double, [(name: String, values: [Float])]) {
            let checkpoint = try ModelCheckpoint(directory: Fixtures.model)
            let captions = try CaptionTable.read(path: Fixtures.captions).rows.map {
                checkpoint.tokenizer.encode($0.caption, contextLength: 20)
            }
            let model = try ContrastiveModel(
                checkpoint, captions: captions, bias: loss.defaultBias, options, device: .cpu)
            let source = try Batches(
                batches.map { rows in
                    let values = rows.flatMap { pictures[$0 * 3072..<($0 + 1) * 3072] }
                    return TrainingBatch(rows: rows, inputs: try Tensor(values, shape: [rows.count, 3, 32, 32]))
                })
            let value = try model.gradients(
                TrainingStep(number: 3, rows: batches.flatMap { $0 }, from: source, batchSize: 6))
            return (
                value, try model.trained.map { ($0.name, try #require(try $0.tensor.gradient, "\($0.name)").floats()) }
            )
        }
        let (whole, expected) = try gradients([[5, 0, 2, 4, 1, 3]])
        for batches in [[[5, 0, 2], [4, 1, 3]], [[5, 0, 2, 4], [1, 3]], [[5], [0], [2], [4], [1], [3]]] {
            let (parts, found) = try gradients(batches)
            #expect(abs(parts - whole) <= 1e-5 * whole)
            #expect(found.map(\.name) == expected.map(\.name) && found.count > 60)
            // The true gradient of a key's bias is zero, what is there is rounding.
            for (a, b) in zip(found, expected) where !a.name.hasSuffix("k_proj.bias") {
                #expect(relativeDifference(a.values, b.values.map(Double.init)) <= 2e-5, "\(a.name) in \(batches)")
            }
        }
    }

    @Test func `an epoch's last step takes what is left`() throws {
        var run = try TestRun()
        run.options.batchSize = 5
        run.options.accumulate = 2
        var images: [Int] = []
        let steps = try run.run { event in
            if case .step(_, let count) = event { images.append(count) }
        }
        #expect(images == [10, 10, 4, 10, 10, 4])
        // 23 is left alone: CLIP's loss of one pair is 0, and the run goes on.
        run.options.batchSize = 23
        run.options.accumulate = 1
        run.options.output = run.folder("one")
        #expect(try run.run().map { $0.loss < 1e-6 } == [false, true, false, true])
        #expect(steps.count == 6)
    }

    @Test func `temperature and bias begin where the model left them`() throws {
        var run = try TestRun()
        #expect(abs(try #require(run.run().first).temperature - 0.11) < 1e-7)  // the fixture's own
        run.options.loss = .siglip
        run.bias = -3
        run.options.temperature = 0.25
        run.options.output = run.folder("siglip")
        let first = try #require(run.run().first)
        #expect(abs(first.temperature - 0.25) < 1e-7)
        // 8 steps of at most 1e-3 away from where it began.
        let bias = try #require(try run.result().bias)
        #expect(abs(bias + 3) <= 8.1e-3 && bias != -3)
        // With another bias the very first loss is another one, with the default −10 as well.
        run.bias = nil
        run.options.output = run.folder("default")
        #expect(try #require(run.run().first).loss != first.loss)
        #expect(abs(try #require(try run.result().bias) + 10) <= 8.1e-3)
    }
}

/// Batches of any sizes, as they are given.
private final class Batches: BatchSource {
    private var rest: ArraySlice<TrainingBatch>

    init(_ batches: [TrainingBatch]) { rest = batches[...] }

    func next(_ count: Int) -> TrainingBatch? { rest.popFirst() }
}
