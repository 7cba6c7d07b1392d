// SPDX-License-Identifier: Apache-2.0

import Datasets
import Evaluation
import Foundation
import Imaging
import Models
import MultiLabel
import TestSupport
import Testing
import Torch
import TorchNN
import TrainingOptions

@testable import Training

/// Same seed, same weights, bit for bit, whatever happened on the way.
@Suite struct ReproducibilityTests {
    /// A run with everything that is random.
    private static func random(model: String = TestRun.curve + "/model") throws -> TestRun {
        var run = try TestRun(model: model)
        run.options.shuffle = true
        run.options.augment = .strong
        run.options.bias = -2
        run.options.gradientClip = 1
        run.options.seed = 5
        run.validation = run.training
        return run
    }

    /// What such a run comes to where nothing interrupts it; made once.
    private static let whole: Result<RunEnd, any Error> = Result {
        let run = try Self.random()
        try run.run()
        return try run.end()
    }

    @Test func `two runs give the same bytes, also where threads share the work`() throws {
        let folder = try TemporaryFolder()
        try RandomModel.write(to: folder.path)
        var runs = try (0..<3).map { _ in try Self.random(model: folder.path) }
        for index in runs.indices {
            runs[index].options.workers = index + 1
            runs[index].options.epochs = 2
            try runs[index].run()
        }
        try runs[1].expectSameEnd(as: runs[0], "second run")
        try runs[2].expectSameEnd(as: runs[0], "third run")
        var other = try Self.random(model: folder.path)
        other.options.epochs = 2
        other.options.seed = 6
        try other.run()
        #expect(try other.files("model") != runs[0].files("model"))
    }

    @Test func `a run that is interrupted after any step and resumed ends the same`() throws {
        let whole = try Self.whole.get()
        for stop in 1...12 {
            let run = try Self.random()
            let saved = try run.interrupt { event in
                if case .step(let step, _) = event { step.step == stop - 1 } else { false }
            }
            #expect(saved == stop)
            try run.run()
            try run.expectSameEnd(as: whole, "stopped after \(stop) steps")
        }
    }

    @Test(arguments: [0, 1, 2]) func `a run that is interrupted while it validates ends the same`(_ epoch: Int) throws {
        let whole = try Self.whole.get()
        for images in [1, 13, 24] {
            let run = try Self.random()
            let saved = try run.interrupt(Watch(stopAt: "validating \(images)", time: epoch + 1))
            #expect(saved == (epoch + 1) * 4)
            try run.run()
            try run.expectSameEnd(as: whole, "stopped in validation \(epoch) after \(images) pictures")
        }
    }

    @Test func `a run that is interrupted after every step ends the same`() throws {
        let whole = try Self.whole.get()
        let run = try Self.random()
        for step in 1...12 {
            let saved = try run.interrupt { event in
                if case .step = event { true } else { false }
            }
            #expect(saved == step)
        }
        try run.run()
        try run.expectSameEnd(as: whole, "twelve interruptions")
    }

    @Test(arguments: [1, 3]) func `checkpoints within an epoch change nothing`(_ every: Int) throws {
        let whole = try Self.whole.get()
        var run = try Self.random()
        run.options.checkpointEvery = every
        try run.run()
        try run.expectSameEnd(as: whole, "a checkpoint every \(every) steps")
        #expect(try run.checkpoints().count == 2)
    }

    /// What is left behind by a process that died between two steps: the last checkpoint, and lines behind it.
    @Test func `a run that died ends the same`() throws {
        let whole = try Self.whole.get()
        let run = try Self.random()
        try run.interrupt { event in
            if case .step(let step, _) = event { step.step == 5 } else { false }
        }
        let kept = try String(contentsOfFile: run.output + "/metrics.jsonl", encoding: .utf8)
        try (kept + #"{"step":6,"loss":9,"epoch":1}"# + "\n" + #"{"step":7,"lo"#)
            .write(toFile: run.output + "/metrics.jsonl", atomically: false, encoding: .utf8)
        for leftover in ["checkpoints/.new", ".model"] {
            try FileManager.default.createDirectory(
                atPath: run.output + "/" + leftover, withIntermediateDirectories: true)
            try Data("cut".utf8).write(to: URL(fileURLWithPath: run.output + "/" + leftover + "/model.safetensors"))
        }
        try run.run()
        try run.expectSameEnd(as: whole, "leftovers")
        #expect(try run.files().keys.allSatisfy { !$0.contains("/.") && !$0.hasPrefix(".") })
    }

    @Test func `a finished run is not touched by resuming`() throws {
        let run = try Self.random()
        try run.run()
        func times() throws -> [String: Date] {
            var result: [String: Date] = [:]
            for path in try run.files().keys {
                let attributes = try FileManager.default.attributesOfItem(atPath: run.output + "/" + path)
                result[path] = attributes[.modificationDate] as? Date
            }
            return result
        }
        let (files, before) = (try run.files(), try times())
        #expect(before.count == files.count && files.count > 10)
        #expect(try run.run().isEmpty)
        let same = try run.files() == files
        #expect(same)
        #expect(try times() == before)
    }

    @Test func `the best model by GAP is kept, and not the last`() throws {
        var run = try TestRun()
        run.options.epochs = 6
        run.options.schedule = .constant
        run.options.learningRate = 3e-3
        // Validation wants the opposite of what is trained, so that it gets worse.
        run.validation = run.training.with(targets: run.training.targets.map { 1 - $0 })
        var scores: [Double] = []
        var best: [Bool] = []
        var kept: [Data] = []
        try run.run { event in
            guard case .validated(let found, _, let isBest) = event else { return }
            scores.append(found.first { $0.name == "GAP" }?.value ?? -1)
            best.append(isBest)
            kept.append(
                (try? Data(contentsOf: URL(fileURLWithPath: run.output + "/model/model.safetensors"))) ?? Data())
        }
        #expect(scores.count == 6)
        let largest = try #require(scores.max())
        let index = try #require(scores.firstIndex(of: largest))
        #expect(index < 5, "\(scores)")
        #expect(best == scores.indices.map { place in scores[..<place].allSatisfy { $0 < scores[place] } })
        #expect(!kept[index].isEmpty && kept[index] == kept[5] && best[index])
        let state = try Checkpoint.state(at: run.output + "/checkpoints/" + #require(run.checkpoints().last))
        #expect(state.bestScore == largest && state.bestStep == index * 4 + 3 && state.isFinished)
        // What is kept scores what was reported.
        #expect(abs(try ValidatedModel(run).gap - largest) <= 1e-9)
    }
}
