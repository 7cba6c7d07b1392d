// SPDX-License-Identifier: Apache-2.0

import Datasets
import Foundation
import Imaging
import Models
import TestSupport
import Testing
import Torch
import TorchNN
import TrainingOptions

@testable import Training

@Suite struct RunDirectoryTests {
    private static let lines = [
        #"{"epoch":0,"loss":1,"step":0}"#, #"{"epoch":0,"loss":1,"step":1}"#,
        #"{"step":1,"validation":{"gap":0.5}}"#, #"{"epoch":1,"loss":1,"step":2}"#, #"{"epoch":1,"loss":1,"step":3}"#,
        #"{"step":3,"validation":{"gap":null}}"#,
    ]

    @Test(
        arguments: [
            (0, false, 0), (1, false, 1), (2, false, 2), (2, true, 3), (3, false, 4), (4, false, 5), (4, true, 6),
            (9, true, 6),
        ]) func `metrics are cut back to what a checkpoint knows`(_ step: Int, isValidated: Bool, kept: Int) throws
    {
        let folder = try TemporaryFolder()
        let run = RunDirectory(path: folder.path)
        for end in ["\n", "", "\n{\"step\":9", "\nnonsense\n{\"step\":0}\n"] {
            try folder.put("metrics.jsonl", Self.lines.joined(separator: "\n") + end)
            try run.trimMetrics(step: step, isValidated: isValidated)
            let text = try String(contentsOfFile: run.metrics, encoding: .utf8)
            // Without its line end the last line counts as cut.
            let count = end.isEmpty ? min(kept, 5) : kept
            #expect(text == Self.lines.prefix(count).map { $0 + "\n" }.joined(), "\(end.debugDescription)")
        }
    }

    @Test func `metrics that need no cut are not written`() throws {
        let folder = try TemporaryFolder()
        let run = RunDirectory(path: folder.path)
        try run.trimMetrics(step: 0, isValidated: false)
        #expect(!FileManager.default.fileExists(atPath: run.metrics))
        try folder.put("metrics.jsonl", Self.lines.joined(separator: "\n") + "\n")
        func identity() throws -> UInt64? {
            try FileManager.default.attributesOfItem(atPath: run.metrics)[.systemFileNumber] as? UInt64
        }
        let before = try #require(try identity())
        try run.trimMetrics(step: 4, isValidated: true)
        #expect(try identity() == before)
    }

    @Test func `two checkpoints are kept and leftovers removed`() throws {
        let folder = try TemporaryFolder()
        let run = RunDirectory(path: folder.path)
        try run.create()
        let tensor = try Tensor([1, 2, 3] as [Float], shape: [3])
        for step in [1, 2, 9, 10, 100_000_000] {
            try FileManager.default.createDirectory(
                atPath: run.checkpoints + "/.new/deep", withIntermediateDirectories: true)
            var state = TrainingState(dataFingerprint: "x")
            state.step = step
            try Checkpoint.save(state, weights: [("a", tensor)], optimizer: [("b", tensor)], in: run)
            #expect(try run.savedSteps().first == step && run.savedSteps().count <= 2)
            #expect(!FileManager.default.fileExists(atPath: run.checkpoints + "/.new"))
            #expect(try Checkpoint.state(at: run.checkpoint(step: step)) == state)
        }
        #expect(try run.savedSteps() == [100_000_000, 10])
        // Saving a step again replaces it.
        var state = TrainingState(dataFingerprint: "y")
        state.step = 10
        try Checkpoint.save(state, weights: [("a", tensor)], optimizer: [("b", tensor)], in: run)
        #expect(try Checkpoint.state(at: run.checkpoint(step: 10)).dataFingerprint == "y")
        #expect(try run.savedSteps() == [100_000_000, 10])
    }

    @Test func `tensors come back bit for bit`() throws {
        let folder = try TemporaryFolder()
        let values: [Float] = [1, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1, 1 / 3]
        let path = folder("t.safetensors")
        try Checkpoint.write([("a", try Tensor(values, shape: [2, 3]))], to: path)
        let target = try Tensor(repeating: 7, shape: [2, 3])
        try target.setRequiresGradient(true)
        try Checkpoint.restore([("a", target)], from: path)
        #expect(try target.floats().map(\.bitPattern) == values.map(\.bitPattern))
        let wrong = try Tensor(repeating: 7, shape: [3, 2])
        #expect(throws: TrainingError.self) { try Checkpoint.restore([("a", wrong)], from: path) }
        #expect(throws: TrainingError.self) { try Checkpoint.restore([("b", target)], from: path) }
        #expect(throws: TrainingError.self) { try Checkpoint.restore([("a", target), ("a", target)], from: path) }
    }
}

/// Resuming where something is not as it was.
@Suite struct ResumeRefusalTests {
    private static func stopped() throws -> TestRun {
        let run = try TestRun()
        try run.interrupt { event in
            if case .step(let step, _) = event { step.step == 1 } else { false }
        }
        return run
    }

    private static func message(_ run: TestRun) throws -> String {
        let error = try #require(throws: (any Error).self) { try run.run() }
        #expect(!"\(error)".contains("\n"))
        return "\(error)"
    }

    @Test func `a changed option is named with both values`() throws {
        let run = try Self.stopped()
        func message(_ change: (inout TrainingConfiguration) -> Void) throws -> String {
            var other = run
            change(&other.options)
            return try Self.message(other)
        }
        let end = "; leave it as it was, or start another run with another --output"
        #expect(
            try message { $0.seed = 1 } == "--seed was 0 when the run in \(run.output) began and is 1 now" + end)
        #expect(
            try message { $0.bias = -4 }
                == "--bias was not given when the run in \(run.output) began and is -4 now" + end)
        #expect(
            try message { $0.template = ["a {}", "{}"] }.hasSuffix(
                " when the run in \(run.output) began and is a {}, {} now" + end))
        #expect(
            try message { $0.freeze = [.image] }.hasSuffix("is image now" + end))
    }

    @Test func `speed and safety may change`() throws {
        var run = try Self.stopped()
        run.options.workers = 7
        run.options.checkpointEvery = 2
        #expect(try run.run().count == 10)
    }

    @Test func `changed data is refused`() throws {
        var run = try Self.stopped()
        run.fingerprint = "other"
        #expect(
            try Self.message(run)
                == "\(run.training.source) has changed since the run began; put it back as it was, or start another run with another --output"
        )
    }

    @Test func `a directory with something in it is refused without resume`() throws {
        let folder = try TemporaryFolder()
        try checkRunDirectory(folder.path, resumes: false)
        try checkRunDirectory(folder("new"), resumes: false)
        try folder.put("x", "")
        #expect(throws: TrainingError.runNotEmpty(path: folder.path)) {
            try checkRunDirectory(folder.path, resumes: false)
        }
        try checkRunDirectory(folder.path, resumes: true)
        #expect(
            "\(TrainingError.runNotEmpty(path: "RUN"))"
                == "RUN is not empty; give --resume to go on with the run in it, or another --output")
    }

    @Test(
        arguments: [
            ("checkpoints/step-00000002/training.json", ""),
            ("checkpoints/step-00000002/training.json", "{\"step\": 2"),
            ("checkpoints/step-00000002/model.safetensors", "cut"),
            ("checkpoints/step-00000002/optimizer.safetensors", ""),
            ("checkpoints/step-00000002/optimizer.safetensors", nil),
            ("checkpoints/step-00000002/training.json", nil),
            ("config.yml", "seed: [1"), ("config.yml", "seed: 1\n"),
        ] as [(String, String?)]) func `damaged files are errors on one line that name them`(
            _ name: String, text: String?
        ) throws
    {
        let run = try Self.stopped()
        let path = run.output + "/" + name
        if let text {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        } else {
            try FileManager.default.removeItem(atPath: path)
        }
        #expect(try Self.message(run).contains(path))
    }

    @Test func `a state that does not fit its directory is refused`() throws {
        let run = try Self.stopped()
        let path = run.output + "/checkpoints/step-00000002/training.json"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for step in ["-5", "7", "900000000000", "9223372036854775807"] {
            try text.replacing(/"step" : 2/, with: "\"step\" : \(step)")
                .write(toFile: path, atomically: false, encoding: .utf8)
            #expect(throws: (any Error).self) { try run.run() }
        }
    }

    @Test func `the configuration comes back from its YAML`() throws {
        var options = try TestRun().options
        options.bias = -10
        options.template = ["a {}: \"x\"", "#{}"]
        options.freeze = [.text]
        options.learningRate = 0.1 + 0.2
        options.checkpointEvery = 3
        options.seed = .max
        options.temperature = .auto
        options.robustRate = 0.1
        options.lockImageUnlockedGroups = 2
        options.lockTextUnlockedLayers = 0
        options.loraRank = 4
        options.loraTargets = [.first, .output]
        options.ema = 0.9999
        options.holdOut = ["a: b", "no", "1"]
        options.cache = false
        options.validation = "ein Pfad/mit: Zeichen.csv"
        let read = try TrainingConfiguration(yaml: options.yaml(), path: "config.yml")
        #expect(read.template == options.template && read.learningRate == options.learningRate)
        #expect(read.seed == options.seed && read.validation == options.validation)
        #expect(try read.yaml() == options.yaml())
    }

    @Test func `impossible values are named`() throws {
        let good = try TestRun().options
        func problem(_ change: (inout TrainingConfiguration) -> Void) -> String? {
            var options = good
            change(&options)
            do { try options.checkValues() } catch { return String("\(error)".dropFirst(2).prefix { $0 != " " }) }
            return nil
        }
        #expect(problem { _ in } == nil)
        #expect(problem { $0.epochs = 0 } == "epochs")
        #expect(problem { $0.batchSize = -1 } == "batch-size")
        #expect(problem { $0.accumulate = 0 } == "accumulate")
        #expect(problem { $0.learningRate = .nan } == "learning-rate")
        #expect(problem { $0.learningRate = 0 } == "learning-rate")
        #expect(problem { $0.weightDecay = -0.1 } == "weight-decay")
        #expect(problem { $0.warmupSteps = -1 } == "warmup-steps")
        #expect(problem { $0.temperature = .value(0.0009) } == "temperature")
        #expect(problem { $0.temperature = .value(1.01) } == "temperature")
        #expect(problem { $0.temperature = .auto } == nil)
        #expect(problem { $0.bias = .value(.infinity) } == "bias")
        #expect(problem { $0.labelSmoothing = 1 } == "label-smoothing")
        #expect(problem { $0.aslGammaPositive = -1 } == "asl-gamma-positive")
        #expect(problem { $0.aslGammaNegative = .nan } == "asl-gamma-negative")
        #expect(problem { $0.aslClip = 1 } == "asl-clip")
        #expect(problem { $0.focalGamma = .infinity } == "focal-gamma")
        #expect(problem { $0.focalAlpha = 1.01 } == "focal-alpha")
        #expect(problem { $0.robustRate = -0.1 } == "robust-rate")
        #expect(problem { ($0.robust, $0.robustRate) = (.forward, 0.5) } == "robust-rate")
        #expect(problem { ($0.robust, $0.robustRate) = (.forward, 0.49) } == nil)
        #expect(problem { $0.lockImageUnlockedGroups = -1 } == "lock-image-unlocked-groups")
        #expect(problem { $0.lockTextUnlockedLayers = .max } == "lock-text-unlocked-layers")
        #expect(problem { $0.imageLayerDecay = 0 } == "image-layer-decay")
        #expect(problem { $0.textLayerDecay = 1.5 } == "text-layer-decay")
        #expect(problem { $0.loraRank = 0 } == "lora-rank")
        #expect(problem { $0.loraAlpha = 0 } == "lora-alpha")
        #expect(problem { ($0.loraRank, $0.loraTargets) = (2, []) } == "lora-targets")
        #expect(problem { $0.ema = 1 } == "ema")
        #expect(problem { $0.gradientClip = -1 } == "gradient-clip")
        #expect(problem { $0.workers = 0 } == "workers")
        #expect(problem { $0.checkpointEvery = 0 } == "checkpoint-every")
        #expect(problem { $0.epochs = .max } == "epochs")
        #expect(problem { $0.batchSize = .max } != nil)
    }
}

@Suite struct RunLockTests {
    @Test func `one run at a time has the directory`() throws {
        let run = try TestRun()
        try RunDirectory(path: run.output).create()
        let lock = try RunDirectory(path: run.output).lock()
        #expect(throws: TrainingError.runInUse(path: run.output)) { try RunDirectory(path: run.output).lock() }
        withExtendedLifetime(lock) {}
    }

    @Test func `what a killed process left is removed with the lock`() throws {
        let run = try TestRun()
        let directory = RunDirectory(path: run.output)
        try directory.create()
        for name in ["checkpoints/.new", "checkpoints/.old", ".model"] {
            try FileManager.default.createDirectory(
                atPath: run.output + "/" + name, withIntermediateDirectories: true)
        }
        try "x".write(toFile: run.output + "/.mumic-1-a.partial", atomically: false, encoding: .utf8)
        let lock = try directory.lock()
        withExtendedLifetime(lock) {}
        #expect(try FileManager.default.subpathsOfDirectory(atPath: run.output) == ["checkpoints"])
        #expect(try directory.isEmpty())
    }
}
