// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation
import Imaging
import Models
import MultiLabel
import TestSupport
import Testing
import Torch
import TrainingOptions

@testable import Training

/// A family that was made known by one call trains, evaluates and predicts like CLIP.
@Suite struct ToyFamilyTests {
    private let model: TemporaryFolder

    init() throws {
        ModelRegistry.register(ToyFamily())
        model = try TemporaryFolder()
        try ToyFamily.write(to: model.path, preprocessor: TestRun.curve + "/model/preprocessor_config.json")
    }

    private func run(_ changes: [String: Any] = [:]) throws -> TestRun {
        var run = try TestRun(model: model.path)
        run.options.learningRate = 1e-2
        if !changes.isEmpty { run.options = try run.options.with(changes) }
        run.validation = run.training
        return run
    }

    @Test func `an untouched model scores with its own temperature and bias`() throws {
        let bundle = try ModelBundle(directory: model.path)
        let labels = [Label(name: "pool"), Label(name: "the sea", prompts: ["the sea", "a wave"])]
        let classifier = try bundle.classifier(labels: labels, templates: nil, device: .cpu, dtype: .float32)
        let picture = try bundle.checkpoint.preprocessor(RGBImage(run().training.images[0]))
        try withoutGradient {
            let pooled = try classifier.model.pooledImages(pixelBatch([picture], device: .cpu))
            #expect(pooled.shape == [1, bundle.checkpoint.pooledWidth])
            let cosines = try classifier.model.imageFeatures(pooled: pooled)
                .matmul(classifier.labelFeatures().transposed(0, 1)).floats()
            let logits = try classifier.scorer().logits(pooled: pooled).floats()
            for (logit, cosine) in zip(logits, cosines) { #expect(abs(logit - (cosine * exp(2.5) - 1.5)) < 1e-5) }
        }
    }

    @Test func `it trains, and its model evaluates and predicts the same`() throws {
        let run = try run()
        var groups: [String] = []
        let steps = try run.run { event in
            if case .began(let found, _, _) = event { groups = found.map(\.name) }
        }
        #expect(
            groups == ["image tower", "image projection", "text tower", "text projection", "temperature", "bias"])
        #expect(try #require(steps.last?.loss) < 0.9 * steps[0].loss)
        let before = try tensors(model("model.safetensors"))
        let after = try tensors(run.output + "/model/model.safetensors")
        #expect(before.keys.sorted() == after.keys.sorted())
        for (name, bytes) in before { #expect(after[name] != bytes, "\(name)") }
        // Without a bias among the options the model's own has no part in the score, and says so.
        #expect(try floats(#require(after["offset"])) == [0])
        let lines = try run.metrics().filter { $0.contains("\"validation\"") }
        let best = try lines.map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require((object?["validation"] as? [String: Any])?["gap"] as? Double)
        }.max()
        #expect(abs(try ValidatedModel(run).gap - (try #require(best))) < 1e-6)
    }

    /// The bias of the score is the model's own parameter: it is learned there, and `mumic.json` repeats it.
    @Test func `the bias of the model itself is learned`() throws {
        let run = try run(["bias": "auto", "temperature": "auto"])
        try run.run()
        let learned = try floats(#require(tensors(run.output + "/model/model.safetensors")["offset"]))
        let said = try #require(try ClassifierDescription.read(directory: run.output + "/model"))
        #expect(try Float(#require(said.bias.number)) == learned[0] && learned[0] != -1.5)
        #expect(try tensors(run.output + "/checkpoints/step-00000012/model.safetensors")["bias"] == nil)
        let fixed = try self.run(["bias": -2, "fixed-bias": true])
        try fixed.run()
        #expect(try floats(#require(tensors(fixed.output + "/model/model.safetensors")["offset"])) == [-2])
    }

    @Test(arguments: ["image", "text"]) func `a frozen tower stays`(_ tower: String) throws {
        let run = try run(["freeze": [tower]])
        try run.run()
        let before = try tensors(model("model.safetensors"))
        let after = try tensors(run.output + "/model/model.safetensors")
        let frozen = tower == "image" ? ["pixels.weight", "pixels.bias", "out.weight"] : ["words", "read.weight"]
        for (name, bytes) in before where name != "offset" {
            #expect((after[name] == bytes) == frozen.contains(name), "\(name)")
        }
    }

    @Test func `a linear head reads its pooled state`() throws {
        let run = try run(["head": "linear", "loss": "asl"])
        try run.run()
        #expect(try tensors(run.output + "/model/head.safetensors")["weight"]?.count == 6 * 24 * 4)
        #expect(try ModelBundle(directory: run.output + "/model").head == .linear)
        #expect(try ValidatedModel(run).logits.allSatisfy(\.isFinite))
    }

    @Test func `a run that is interrupted and resumed ends the same`() throws {
        let (whole, stopped) = (try run(["bias": "auto"]), try run(["bias": "auto"]))
        try whole.run()
        let saved = try stopped.interrupt { event in
            if case .step(let step, _) = event { step.step == 5 } else { false }
        }
        #expect(saved == 6)
        try stopped.run()
        try stopped.expectSameEnd(as: whole, "stopped after 6 steps")
    }

    @Test func `what a family cannot do is said`() throws {
        let path = model("config.json")
        let file = try ConfigReader(path: path, bytes: Array(Data(contentsOf: URL(fileURLWithPath: path))))
        let error = try #require(throws: InputError.self) { try ModelRegistry.newArchitecture(file) }
        #expect("\(error)".hasPrefix(path + ": key 'model_type' ") && !"\(error)".contains("\n"))
        let (toy, clip) = (
            try ModelCheckpoint(directory: model.path).architecture,
            try ModelCheckpoint(directory: TestRun.curve + "/model").architecture
        )
        #expect(toy.firstDifference(from: clip) == "model_type is toy in one and clip in the other")
    }
}
