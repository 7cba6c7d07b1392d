// SPDX-License-Identifier: Apache-2.0

import Datasets
import Evaluation
import FileIO
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

@Suite struct WhatTrainsTests {
    /// Whether a parameter belongs to a tower.
    private static func belongs(_ name: String, to tower: Tower) -> Bool {
        name.hasPrefix(tower == .text ? "text_" : "vis")
    }

    @Test(arguments: [[], [Tower.image], [.text], [.image, .text]])
    func `frozen towers keep their bytes and others change`(
        _ freeze: [Tower]
    ) throws {
        var run = try TestRun()
        run.options.freeze = freeze
        run.options.epochs = 1
        var groups: [ParameterGroup] = []
        try run.run { event in
            if case .began(let table, _, _) = event { groups = table }
        }
        let before = try tensors(run.options.model + "/model.safetensors")
        let after = try tensors(run.output + "/model/model.safetensors")
        #expect(before.keys.sorted() == after.keys.sorted())
        // The position of a key's bias in a softmax has no influence: its gradient is 0 but for rounding.
        for (name, bytes) in before where !name.hasSuffix("k_proj.bias") {
            let isFrozen = freeze.contains { Self.belongs(name, to: $0) }
            #expect((after[name] == bytes) == isFrozen, "\(name)")
        }
        for (name, tower) in [("image tower", Tower.image), ("text projection", .text)] {
            let group = try #require(groups.first { $0.name == name })
            #expect(group.trained == (freeze.contains(tower) ? 0 : group.parameters) && group.parameters > 0)
        }
    }

    @Test func `a linear head leaves the text tower alone`() throws {
        var run = try TestRun()
        run.options.loss = .linearHead
        run.options.epochs = 1
        try run.run()
        let before = try tensors(run.options.model + "/model.safetensors")
        let after = try tensors(run.output + "/model/model.safetensors")
        for (name, bytes) in before where !name.hasSuffix("k_proj.bias") {
            #expect((after[name] == bytes) == !name.hasPrefix("vision_model."), "\(name)")
        }
        let head = try tensors(run.output + "/model/head.safetensors")
        #expect(head.keys.sorted() == ["bias", "weight"])
        #expect(head.values.allSatisfy { $0.contains { $0 != 0 } })
        let bundle = try ModelBundle(directory: run.output + "/model")
        #expect(bundle.head == .linear)
        _ = try bundle.classifier(labels: bundle.resolve(nil), templates: nil, device: .cpu, dtype: .float32)
    }

    @Test func `fixed temperature and bias stay`() throws {
        var run = try TestRun()
        run.options.temperature = .value(0.2)
        run.options.fixedTemperature = true
        run.options.bias = -2.25
        run.options.fixedBias = true
        let steps = try run.run()
        #expect(steps.allSatisfy { abs($0.temperature - 0.2) < 1e-7 })
        let description = try #require(try ClassifierDescription.read(directory: run.output + "/model"))
        #expect(description.bias == -2.25)
        #expect(description.labels.map(\.name) == run.training.labels && description.loss == "mumic")
    }

    @Test func `the temperature stays within its bounds`() throws {
        for start in [0.01, 1.0] {
            var run = try TestRun()
            run.options.temperature = .value(start)
            run.options.learningRate = 0.5
            run.options.freeze = [.image, .text]
            let steps = try run.run()
            // Float32's log and back.
            #expect(steps.allSatisfy { (0.01 - 1e-7...1 + 1e-7).contains($0.temperature) })
        }
    }

    @Test func `nothing to train is an error`() throws {
        var run = try TestRun()
        run.options.freeze = [.image, .text]
        run.options.fixedTemperature = true
        #expect(throws: TrainingError.nothingTrains) { try run.run() }
        run.options.bias = 0
        run.options.fixedBias = true
        run.options.output = run.folder("fixed")
        #expect(throws: TrainingError.nothingTrains) { try run.run() }
        run.options.fixedBias = false
        run.options.output = run.folder("learned")
        #expect(try run.run().count == 12)
    }

    @Test func `data without a known pair is an error`() throws {
        var run = try TestRun()
        run.training = run.training.with(targets: run.training.targets.map { _ in .nan })
        #expect(throws: TrainingError.nothingKnown(source: run.training.source)) { try run.run() }
    }

    @Test func `a step without a known pair changes nothing`() throws {
        var run = try TestRun()
        var targets = run.training.targets
        for index in 0..<6 * run.training.labels.count { targets[index] = .nan }
        run.training = run.training.with(targets: targets)
        run.options.epochs = 1
        run.options.checkpointEvery = 1
        try run.interrupt { event in
            if case .step = event { true } else { false }
        }
        var before = try tensors(run.options.model + "/model.safetensors")
        var after = try tensors(run.output + "/checkpoints/step-00000001/model.safetensors")
        (before["logit_scale"], after["logit_scale"]) = (nil, nil)  // set to --temperature
        #expect(before == after)
        #expect(try run.metrics().count == 1)
    }

    @Test func `a broken picture is named with its line`() throws {
        var run = try TestRun()
        try run.folder.put("broken.png", "no picture")
        let path = run.folder("broken.png")
        run.training = AnnotationTable(
            source: "data.csv", images: [Picture(name: "broken.png", path: path, line: 7)], labels: ["a"],
            targets: [1])
        for validates in [false, true] {
            if validates {
                run.validation = run.training
                run.training = AnnotationTable(
                    source: "t.csv",
                    images: [Picture(name: "p", path: TestRun.curve + "/images/p00.png", line: 2)],
                    labels: ["a"], targets: [1])
                run.options.output = run.folder("second")
            }
            let error = try #require(throws: TrainingError.self) { try run.run() }
            #expect("\(error)".hasPrefix("data.csv:7: \(path): ") && !"\(error)".contains("\n"), "\(error)")
        }
    }
}

/// What happens when numbers leave the reals.
@Suite struct NotFiniteTests {
    @Test func `the tensor that became infinite is named`() throws {
        var run = try TestRun()
        run.options.learningRate = 1e300
        run.options.warmupSteps = 0
        let error = try #require(throws: TrainingError.self) { try run.run() }
        guard case .notFinite(let what, let step) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(what.hasPrefix("the parameter ") && step <= 1, "\(error)")
        #expect("\(error)".contains("--learning-rate") && !"\(error)".contains("\n"))
        #expect(!FileManager.default.fileExists(atPath: run.output + "/model"))
    }

    @Test func `the last step's weights are not kept if they are not finite`() throws {
        var run = try TestRun()
        run.options.learningRate = 1e300
        run.options.warmupSteps = 0
        run.options.epochs = 1
        run.options.batchSize = 24
        #expect(throws: TrainingError.self) { try run.run() }
        #expect(!FileManager.default.fileExists(atPath: run.output + "/model/model.safetensors"))
    }
}
