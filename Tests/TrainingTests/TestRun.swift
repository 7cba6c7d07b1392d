// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation
import Imaging
import Models
import MultiLabel
import Safetensors
import TestSupport
import Testing
import Torch
import TorchNN
import TrainingOptions

@testable import Training

/// A run of the trainer on the small fixtures.
struct TestRun {
    static let curve = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures/curve").path

    let folder: TemporaryFolder
    var options: TrainingConfiguration
    var training: AnnotationTable
    var validation: AnnotationTable?
    var fingerprint = "the data"

    /// 24 pictures in steps of 6, for 3 epochs, in their order and as they are.
    init(model: String = curve + "/model") throws {
        folder = try TemporaryFolder()
        training = try AnnotationTable.read(path: Self.curve + "/train.csv")
        options = TrainingConfiguration(
            data: Self.curve + "/train.csv", model: model, output: folder("run"), workers: 2)
        options.epochs = 3
        options.batchSize = 6
        options.learningRate = 1e-3
        options.warmupSteps = 3
        options.augment = .none
        options.shuffle = false
        options.gradientClip = 0
        options.bias = nil
    }

    var output: String { options.output }

    func trainer(_ communicator: any Communicator = SingleProcess()) throws -> Trainer {
        let templates = options.template.compactMap(PromptTemplate.init)
        return Trainer(
            options: options, checkpoint: try ModelCheckpoint(directory: options.model), training: training,
            validation: validation, labels: training.labels.map { Label(name: $0) },
            templates: templates.isEmpty ? [.standard] : templates, fingerprint: fingerprint, device: .cpu,
            communicator: communicator)
    }

    /// Runs to the end and gives the steps' reports.
    @discardableResult func run(
        _ watch: Watch = Watch(), _ report: (TrainingEvent) -> Void = { _ in }
    ) throws -> [StepReport] {
        var steps: [StepReport] = []
        try trainer().run(monitor: watch.monitor) { event in
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

    /// The bytes of every file below the run's directory, by path.
    func files(_ part: String = "") throws -> [String: Data] { try TestSupport.files(below: output + "/" + part) }

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

    /// The same for a run that is still there.
    func expectSameEnd(as other: TestRun, _ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation) throws
    {
        try expectSameEnd(as: other.end(), comment, sourceLocation: sourceLocation)
    }
}

/// The tensors of a file, each as its bytes.
func tensors(_ path: String) throws -> [String: [UInt8]] {
    let file = try SafetensorsFile(path: path)
    return Dictionary(uniqueKeysWithValues: file.entries.map { ($0.name, Array(file.bytes(of: $0))) })
}

/// The numbers of a float32 tensor's bytes.
func floats(_ bytes: [UInt8]) -> [Float] {
    bytes.withUnsafeBytes { raw in
        (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
}

extension AnnotationTable {
    /// The same pictures with other targets.
    func with(targets: [Float]) -> AnnotationTable {
        AnnotationTable(source: source, images: images, labels: labels, targets: targets)
    }
}
