// SPDX-License-Identifier: Apache-2.0

import CLIP
import Datasets
import Foundation
import Imaging
import MultiLabel
import Testing
import Torch
import TorchNN

@testable import Training

/// PyTorch's loss curves, recorded by `Scripts/record-training-goldens.py`.
struct Curves: Decodable {
    struct Options: Decodable {
        let loss: String
        let temperature: Double
        let fixedTemperature: Bool
        let bias: Double
        let learnedBias: Bool
        let templates: [String]
        let learningRate: Double
        let weightDecay: Double
        let warmupSteps: Int
        let schedule: String
        let batchSize: Int
        let accumulate: Int
        let gradientClip: Double
        let freeze: [String]
    }

    struct Final: Decodable {
        let temperature: Double
        let bias: Double
    }

    struct Variant: Decodable {
        let options: Options
        let lossesFloat64: [Double]
        let temperatures: [Double]
        let learningRates: [Double]
        let final: Final
    }

    let steps: Int
    let variants: [String: Variant]

    static func read() throws -> Curves {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let url = URL(fileURLWithPath: TestRun.curve + "/losses.json")
        return try decoder.decode(Curves.self, from: Data(contentsOf: url))
    }
}

@Suite struct LossCurveTests {
    static let names = [
        "learned-temperature", "fixed-temperature", "fixed-bias", "learned-bias", "bce", "accumulate", "gradient-clip",
        "constant-schedule", "freeze-text", "freeze-image", "two-templates", "linear-head",
    ]

    @Test func everyRecordedVariantIsCompared() throws {
        #expect(try Curves.read().variants.keys.sorted() == Self.names.sorted())
    }

    @Test(arguments: names) func theLossCurveIsThatOfPyTorch(_ name: String) throws {
        let curves = try Curves.read()
        let variant = try #require(curves.variants[name])
        let given = variant.options
        var run = try TestRun()
        run.options.epochs = curves.steps * given.batchSize * given.accumulate / run.training.images.count
        run.options.loss = try #require(TrainingLoss(rawValue: given.loss))
        run.options.temperature = given.temperature
        run.options.fixedTemperature = given.fixedTemperature
        if given.bias != 0 || given.learnedBias {
            run.options.bias = given.bias
            run.options.fixedBias = !given.learnedBias
        }
        run.options.template = given.templates
        run.options.learningRate = given.learningRate
        run.options.weightDecay = given.weightDecay
        run.options.warmupSteps = given.warmupSteps
        run.options.schedule = try #require(LearningRateSchedule.Shape(rawValue: given.schedule))
        run.options.batchSize = given.batchSize
        run.options.accumulate = given.accumulate
        run.options.gradientClip = given.gradientClip
        run.options.freeze = try given.freeze.map { try #require(Tower(rawValue: $0)) }
        let steps = try run.run()
        #expect(steps.map(\.step) == Array(0..<curves.steps))
        for (step, expected) in zip(steps, variant.lossesFloat64) {
            // Float32 sums in another order are off by 1e-6; a step of Adam spreads that, see the recorder's print.
            let tolerance = step.step == 0 ? 1e-5 : 1e-4
            #expect(abs(step.loss - expected) <= tolerance * expected, "step \(step.step): \(step.loss), \(expected)")
        }
        for (step, expected) in zip(steps, variant.learningRates) {
            #expect(abs(step.learningRate - expected) <= 1e-12)
        }
        if run.options.loss == .linearHead { return }
        for (step, expected) in zip(steps, variant.temperatures) {
            #expect(abs(step.temperature - expected) <= 1e-5 * expected)
        }
        let description = try #require(try ClassifierDescription.read(directory: run.output + "/model"))
        #expect(abs(description.temperature - variant.final.temperature) <= 1e-5 * variant.final.temperature)
        #expect(abs(description.bias - variant.final.bias) <= 1e-5)
    }

    @Test(arguments: [(12, 1), (4, 3), (3, 4), (2, 6), (1, 12)]) func smallBatchesGiveWhatOneLargeBatchGives(
        _ batchSize: Int, accumulate: Int
    ) throws {
        // The pictures know unequal numbers of labels, one of them none: a mean of means would differ.
        var large = try TestRun()
        large.options.batchSize = 12
        var small = try TestRun()
        small.options.batchSize = batchSize
        small.options.accumulate = accumulate
        let (a, b) = (try large.run(), try small.run())
        #expect(a.count == 6 && b.count == 6)
        for (x, y) in zip(a, b) { #expect(abs(x.loss - y.loss) <= 2e-5 * x.loss, "step \(x.step)") }
    }

    @Test func anEpochsLastStepTakesWhatIsLeft() throws {
        var run = try TestRun()
        run.options.batchSize = 5
        run.options.accumulate = 2
        var images: [Int] = []
        let steps = try run.run { event in
            if case .step(_, let count) = event { images.append(count) }
        }
        #expect(images == [10, 10, 4, 10, 10, 4, 10, 10, 4])
        #expect(steps.map(\.epoch) == [0, 0, 0, 1, 1, 1, 2, 2, 2])
    }

    @Test func theScheduleFollowsItsFormula() {
        let peak = 0.4
        var schedule = LearningRateSchedule(peak: peak, warmupSteps: 4, totalSteps: 20, shape: .cosine)
        #expect((0..<4).map(schedule.learningRate) == [0.1, 0.2, peak * 3 / 4, 0.4])
        #expect(schedule.learningRate(at: 4) == peak)
        #expect(abs(schedule.learningRate(at: 12) - peak / 2) < 1e-15)
        for step in 4..<20 {
            let expected = peak * 0.5 * (1 + cos(Double.pi * Double(step - 4) / 16))
            #expect(abs(schedule.learningRate(at: step) - expected) < 1e-15)
        }
        #expect(schedule.learningRate(at: 19) > 0)
        #expect(schedule.learningRate(at: 20) < 1e-15 && schedule.learningRate(at: 1000) < 1e-15)
        schedule.shape = .constant
        #expect((4..<30).allSatisfy { schedule.learningRate(at: $0) == peak })
        #expect(schedule.learningRate(at: 0) == 0.1)
        // A warm-up as long as the run or longer is never divided by zero.
        for warmup in [0, 20, 100] {
            let schedule = LearningRateSchedule(peak: peak, warmupSteps: warmup, totalSteps: 20, shape: .cosine)
            #expect((0..<25).allSatisfy { (0...peak).contains(schedule.learningRate(at: $0)) })
        }
    }
}
