// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation
import Imaging
import Models
import Randomness
import Safetensors
import TestSupport
import Testing
import Torch
import Training
import TrainingOptions

@testable import Pretraining

/// Where the fixtures lie; model and pictures are those of the fine-tuning tests.
enum Fixtures {
    static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
        .path
    static let curve = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("TrainingTests/Fixtures/curve").path
    static let model = curve + "/model"
    static let captions = path + "/captions.csv"

    static func decode<T: Decodable>(_ type: T.Type, _ name: String) throws -> T {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
    }
}

/// A pretraining run on the small fixtures.
struct TestRun {
    let folder: TemporaryFolder
    var options: PretrainingConfiguration
    var captions: CaptionTable
    var validation: CaptionTable?
    var bias: Double?
    var fingerprint = "the data"

    /// 24 captions in steps of 6, for 2 epochs, in their order and with the pictures as they are.
    init() throws {
        folder = try TemporaryFolder()
        captions = try CaptionTable.read(path: Fixtures.captions)
        try captions.requireUsable()
        options = PretrainingConfiguration(data: Fixtures.captions, output: folder("run"), workers: 2)
        options.model = Fixtures.model
        options.epochs = 2
        options.batchSize = 6
        options.learningRate = 1e-3
        options.warmupSteps = 3
        options.augment = .none
        options.shuffle = false
        options.gradientClip = 0
    }

    /// A run with everything that is random, and all that makes a step complicated.
    static func random(accumulate: Int = 1) throws -> TestRun {
        var run = try TestRun()
        run.options.loss = .siglip
        run.options.batchSize = 6 / accumulate
        run.options.accumulate = accumulate
        run.options.patchDropout = 0.5
        run.options.shuffle = true
        run.options.augment = .strong
        run.options.gradientClip = 1
        run.options.seed = 5
        run.validation = run.captions
        return run
    }

    var output: String { options.output }

    /// The loop, with the model that `options` name or another one.
    func loop(model: String? = nil) throws -> TrainingLoop<CaptionTraining> {
        TrainingLoop(
            CaptionTraining(
                options: options, checkpoint: try ModelCheckpoint(directory: model ?? options.model ?? ""), bias: bias,
                captions: captions, validation: validation, fingerprint: fingerprint, device: .cpu))
    }

    /// Runs to the end and gives the steps' reports.
    @discardableResult func run(
        _ watch: Watch = Watch(), _ report: (TrainingEvent) -> Void = { _ in }
    ) throws -> [StepReport] {
        var steps: [StepReport] = []
        try loop()(monitor: watch.monitor) { event in
            if case .step(let step, _) = event { steps.append(step) }
            report(event)
        }
        return steps
    }

    /// Runs until `stop` says so about an event, or until the watch does.
    ///
    /// - Returns: The steps that are saved.
    @discardableResult func interrupt(
        _ watch: Watch = Watch(), _ stop: (TrainingEvent) -> Bool = { _ in false }
    ) throws -> Int {
        let error = try #require(throws: Interrupted.self) {
            try run(watch) { event in
                if stop(event) { watch.isStopped = true }
            }
        }
        if error.description.hasPrefix("stopped before the first step; go on with: mumic ") { return 0 }
        let words = try #require(error.description.wholeMatch(of: /stopped after step (\d+), which is saved; go on .*/))
        return try #require(Int(words.1))
    }

    /// The bytes of the files in a folder of the run, by name.
    func files(_ part: String) throws -> [String: Data] { try TestSupport.files(below: output + "/" + part) }

    /// The lines of `metrics.jsonl` without the speed, which no two runs share.
    func metrics() throws -> [String] {
        let text = try String(contentsOfFile: output + "/metrics.jsonl", encoding: .utf8)
        #expect(text.hasSuffix("\n"))
        return text.split(separator: "\n").map {
            String($0.replacing(/"images_per_second":[^,}]*/, with: ""))
        }
    }

    /// The names of the checkpoints.
    func checkpoints() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: output + "/checkpoints").sorted()
    }

    /// What this run has come to.
    func end() throws -> RunEnd { try RunEnd(run: output) }

    /// Expects that another run came to the same end, bit for bit.
    func expectSameEnd(as other: RunEnd, _ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try end().differences(from: other) == [], comment, sourceLocation: sourceLocation)
    }

    /// What `RUN/model` says of τ and b.
    func result() throws -> (temperature: Double, bias: Double?) {
        let (clip, _) = try ModelCheckpoint(directory: output + "/model").load()
        let temperature = exp(-Double(try clip.logitScale.item()))
        let description = URL(fileURLWithPath: output + "/model/mumic.json")
        guard let data = try? Data(contentsOf: description) else { return (temperature, nil) }
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let said = try #require(object["temperature"] as? Double)
        #expect(abs(said - temperature) <= 1e-6 * temperature)
        return (temperature, object["bias"] as? Double)
    }
}

/// Numbers from a seed.
struct SeededRandom: RandomNumberGenerator {
    private var numbers: CountedRandom

    init(seed: UInt64) { numbers = CountedRandom(seed: seed, stream: 77) }

    mutating func next() -> UInt64 { numbers.next() }

    mutating func floats(_ count: Int, _ range: ClosedRange<Float> = -1...1) -> [Float] {
        (0..<count).map { _ in Float.random(in: range, using: &self) }
    }
}
