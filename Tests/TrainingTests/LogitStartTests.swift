// SPDX-License-Identifier: Apache-2.0

import Datasets
import Foundation
import Imaging
import Models
import MultiLabel
import TestSupport
import Testing
import Torch
import TrainingOptions

@testable import Training

/// τ and b that come from the first batch.
@Suite struct LogitStartTests {
    /// One step over all pictures, so that its loss is that of the start.
    private func run(_ changes: [String: Any] = [:]) throws -> TestRun {
        var run = try TestRun()
        run.options.epochs = 1
        run.options.batchSize = 24
        run.options.warmupSteps = 0
        run.options.learningRate = 1e-9
        run.options.temperature = .auto
        run.options = try run.options.with(changes)
        return run
    }

    /// What the run's model says of its τ and b.
    private func description(_ run: TestRun) throws -> (temperature: Double, bias: Double) {
        let found = try #require(try ClassifierDescription.read(directory: run.output + "/model"))
        return (found.temperature, try #require(found.bias.number))
    }

    /// The start by the cosines of the model that the run begins with.
    private func expected(_ run: TestRun) throws -> (temperature: Double, bias: Double) {
        try #require(calibratedStart(similarities: cosines(run), targets: run.training.targets))
    }

    /// Those of all pictures and labels.
    private func cosines(_ run: TestRun) throws -> [Float] {
        let checkpoint = try ModelCheckpoint(directory: run.options.model)
        let classifier = try MultiLabelClassifier(
            checkpoint.load().0, of: checkpoint,
            labels: run.training.labels.map { Label(name: $0) }, templates: [.standard])
        let pictures = try run.training.images.map { try checkpoint.preprocessor(RGBImage($0)) }
        return try withoutGradient {
            let features = try classifier.model.imageFeatures(pixelBatch(pictures, device: .cpu))
            return try features.matmul(classifier.labelFeatures().transposed(0, 1)).floats()
        }
    }

    @Test func `the first loss is near the entropy of the base rate`() throws {
        let run = try run()
        let known = run.training.targets.filter { !$0.isNaN }.map(Double.init)
        let rate = known.reduce(0, +) / Double(known.count)
        let entropy = -rate * log(rate) - (1 - rate) * log(1 - rate)
        let loss = try #require(try run.run().first?.loss)
        // Logits with a deviation of 1/2 that know nothing yet cost up to a tenth more.
        #expect(abs(loss - entropy) <= 0.12 * entropy, "\(loss), \(entropy)")
        let usual = try #require(try self.run(["temperature": 0.07]).run().first?.loss)
        #expect(usual > 1.5 * entropy, "\(usual)")
    }

    @Test func `the start is that of the first pictures' cosines`() throws {
        let run = try run()
        let watch = Watch()
        let steps = try run.run(watch)
        let start = try expected(run)
        #expect(abs(steps[0].temperature - start.temperature) <= 1e-5 * start.temperature)
        let words = String(
            format: "start by the first pictures: temperature %.4f, bias %.2f", start.temperature, start.bias)
        #expect(watch.told.last == words)
        let found = try description(run)
        #expect(abs(found.temperature - start.temperature) <= 1e-5 * start.temperature)
        #expect(abs(found.bias - start.bias) <= 1e-4)
    }

    @Test func `what is given stays`() throws {
        let start = try expected(run())
        let given = try run(["bias": -3.25])
        let steps = try given.run()
        #expect(abs(try description(given).bias + 3.25) <= 1e-6)
        #expect(abs(steps[0].temperature - start.temperature) <= 1e-5 * start.temperature)
        // What is fixed is fixed where the first batch put it.
        let fixed = try run([
            "fixed-temperature": true, "fixed-bias": true, "learning-rate": 1e-3, "epochs": 3, "batch-size": 6,
        ])
        let (first, all) = (try expected(fixed), try fixed.run())
        #expect(all.count == 12 && all.allSatisfy { $0.temperature == all[0].temperature })
        #expect(abs(all[0].temperature - first.temperature) <= 1e-5 * first.temperature)
        #expect(abs(try description(fixed).bias - first.bias) <= 1e-4)
    }

    @Test func `the bias alone is fitted to a temperature`() throws {
        #expect(TrainingConfiguration(data: "", model: "", output: "", workers: 1).bias == .auto)
        let run = try run(["temperature": 0.07, "bias": "auto"])
        let steps = try run.run()
        #expect(abs(steps[0].temperature - 0.07) <= 1e-7)
        let bias = try description(run).bias
        // By the cosines that the other start was fitted to: the mean probability is the share of positives.
        let cosines = try cosines(run)
        let known = cosines.indices.filter { !run.training.targets[$0].isNaN }
        let share = known.reduce(0) { $0 + Double(run.training.targets[$1]) } / Double(known.count)
        let mean = known.reduce(0) { $0 + 1 / (1 + exp(-Double(cosines[$1]) / 0.07 - bias)) } / Double(known.count)
        #expect(abs(mean - share) <= 1e-5, "\(mean), \(share)")
        // No bias that is 1 larger or smaller starts at a lower loss.
        for other in [bias - 1, bias + 1, 0] {
            let loss = try #require(try self.run(["temperature": 0.07, "bias": other]).run().first?.loss)
            #expect(steps[0].loss < loss, "\(other)")
        }
    }

    @Test(arguments: [["temperature": "auto"], ["bias": "auto"]])
    func `what has no temperature ignores it`(_ start: [String: String]) throws {
        for changes in [["loss": "bce"], ["loss": "linear-head"], ["loss": "asl", "head": "linear"]] {
            let run = try run(changes.merging(start) { $1 })
            let watch = Watch()
            try run.run(watch)
            #expect(watch.told.isEmpty)
            let found = try description(run)
            #expect(found.bias == 0 && (changes["loss"] != "bce" || found.temperature == 1), "\(changes)")
        }
    }

    /// Without positives, with one known pair, and with equal cosines everywhere there is still a start.
    @Test func `odd data starts too`() throws {
        for (target, known) in [(Float(0), 24), (1, 24), (0.5, 1)] {
            var run = try run()
            run.training = run.training.with(
                targets: run.training.targets.indices.map { $0 < known ? target : .nan })
            let steps = try run.run()
            #expect(steps.count == 1 && steps[0].loss.isFinite && (0.01...1).contains(steps[0].temperature))
        }
    }

    @Test func `the average begins at the start`() throws {
        let (plain, averaged) = (try run(), try run(["ema": 0.999]))
        try plain.run()
        try averaged.run()
        let (a, b) = (try description(plain), try description(averaged))
        #expect(abs(a.temperature - b.temperature) <= 1e-6 && abs(a.bias - b.bias) <= 1e-5, "\(a.bias), \(b.bias)")
    }

    /// The pictures that the first epoch begins with are the ones, as far as 256 of them go.
    @Test func `the order of the first epoch decides`() throws {
        var run = try run(["batch-size": 6])
        run.options.shuffle = true
        let steps = try run.run()
        let start = try expected(run)
        // All 24 are among the first 256.
        #expect(abs(steps[0].temperature - start.temperature) <= 1e-5 * start.temperature)
    }
}
