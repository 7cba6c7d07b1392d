// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation
import Imaging
import Models
import TestSupport
import Testing
import Torch
import TorchNN
import Training
import TrainingOptions

@testable import Pretraining

/// Same seed, same weights, bit for bit, whatever happened on the way.
@Suite struct ReproducibilityTests {
    /// What a run comes to where nothing interrupts it; made once.
    private static let whole: Result<RunEnd, any Error> = Result {
        let run = try TestRun.random()
        try run.run()
        return try run.end()
    }

    @Test(arguments: [1, 2])
    func `a run that is interrupted after any step and resumed ends the same`(_ accumulate: Int) throws {
        let run = try TestRun.random(accumulate: accumulate)
        #expect(try run.run().count == 8)
        let whole = try run.end()
        for stop in 1...8 {
            let run = try TestRun.random(accumulate: accumulate)
            let saved = try run.interrupt { event in
                if case .step(let step, _) = event { step.step == stop - 1 } else { false }
            }
            #expect(saved == stop)
            try run.run()
            try run.expectSameEnd(as: whole, "stopped after \(stop) steps")
        }
    }

    @Test(arguments: [1, 13, 24])
    func `a run that is interrupted while it validates ends the same`(_ images: Int) throws {
        let whole = try Self.whole.get()
        let run = try TestRun.random()
        let saved = try run.interrupt(Watch(stopAt: "validating \(images)"))
        #expect(saved == 4)
        try run.run()
        try run.expectSameEnd(as: whole, "stopped in the first validation after \(images) pictures")
    }

    @Test func `interruptions at every step with checkpoints in between change nothing`() throws {
        let whole = try Self.whole.get()
        var run = try TestRun.random()
        run.options.checkpointEvery = 1
        for step in 1...8 {
            run.options.workers = step
            let saved = try run.interrupt { event in
                if case .step = event { true } else { false }
            }
            #expect(saved == step)
        }
        try run.run()
        try run.expectSameEnd(as: whole, "eight interruptions")
        #expect(try run.run().isEmpty, "a finished run has nothing left to do")
        try run.expectSameEnd(as: whole, "resumed after its end")
    }

    @Test func `another seed is another run`() throws {
        let first = try TestRun.random()
        try first.run()
        var second = try TestRun.random()
        second.options.seed = 6
        try second.run()
        let same = try first.files("model")["model.safetensors"] == second.files("model")["model.safetensors"]
        #expect(!same)
    }

    @Test func `changed options are refused by name`() throws {
        let run = try TestRun.random()
        try run.interrupt { event in
            if case .step = event { true } else { false }
        }
        let changes: [(String, (inout PretrainingConfiguration) -> Void)] = [
            ("data", { $0.data = "other.csv" }), ("validation", { $0.validation = "other.csv" }),
            ("model", { $0.model = nil }), ("architecture", { $0.architecture = "config.json" }),
            ("tokenizer", { $0.tokenizer = "other" }), ("epochs", { $0.epochs = 3 }),
            ("batch-size", { $0.batchSize = 5 }), ("accumulate", { $0.accumulate = 2 }),
            ("learning-rate", { $0.learningRate = 2e-3 }), ("weight-decay", { $0.weightDecay = 0.1 }),
            ("beta1", { $0.beta1 = 0.8 }), ("beta2", { $0.beta2 = 0.99 }), ("epsilon", { $0.epsilon = 1e-8 }),
            ("warmup-steps", { $0.warmupSteps = 1 }), ("schedule", { $0.schedule = .constant }),
            ("loss", { $0.loss = .clip }), ("temperature", { $0.temperature = 0.2 }),
            ("patch-dropout", { $0.patchDropout = 0.25 }), ("augment", { $0.augment = .none }),
            ("shuffle", { $0.shuffle = false }), ("gradient-clip", { $0.gradientClip = 2 }),
            ("seed", { $0.seed = 6 }), ("precision", { $0.precision = .bfloat16 }),
        ]
        let before = try run.metrics()
        for (key, change) in changes {
            var changed = run
            change(&changed.options)
            // The model that is loaded stays: only the option's value is looked at.
            let loop = try changed.loop(model: Fixtures.model)
            let error = #expect(throws: TrainingError.self, "\(key)") {
                try loop(monitor: .silent) { _ in }
            }
            if case .changedOption(let named, _, _, _) = error { #expect(named == key) } else { Issue.record("\(key)") }
        }
        #expect(try run.metrics() == before)
    }

    @Test func `changed data is refused`() throws {
        var run = try TestRun.random()
        try run.interrupt { event in
            if case .step = event { true } else { false }
        }
        run.fingerprint = "other data"
        #expect(throws: TrainingError.changedData(path: Fixtures.captions)) { try run.run() }
    }

    /// The best by mean recall is kept, and what is kept measures what was reported.
    @Test func `the best model by mean recall is kept`() throws {
        var run = try TestRun()
        run.options.epochs = 4
        run.options.learningRate = 5e-3
        run.options.schedule = .constant
        run.validation = run.captions
        var recalls: [Double] = []
        var best: [Bool] = []
        try run.run { event in
            guard case .validated(let found, _, let isBest) = event else { return }
            recalls.append(found.first { $0.name == "mean recall" }?.value ?? -1)
            best.append(isBest)
        }
        #expect(recalls.count == 4 && recalls.allSatisfy { (0...1).contains($0) })
        #expect(best == recalls.indices.map { place in recalls[..<place].allSatisfy { $0 < recalls[place] } })
        var again = try TestRun()
        again.options.model = run.output + "/model"
        again.options.epochs = 1
        again.options.learningRate = 1e-30
        again.options.batchSize = 24
        again.validation = again.captions
        var measured: Double?
        try again.run { event in
            if case .validated(let found, _, _) = event { measured = found.first { $0.name == "mean recall" }?.value }
        }
        #expect(measured == recalls.max())
    }
}
