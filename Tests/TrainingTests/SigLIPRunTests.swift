// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation
import Models
import MultiLabel
import TestSupport
import Testing
import Torch
import TrainingOptions

@testable import Training

/// Runs of a model whose score has a scale and a bias of its own.
@Suite struct SigLIPRunTests {
    private static let model = TestRun.curve + "/siglip/model"

    private func recipe(_ output: String = "run", in folder: TemporaryFolder? = nil) throws -> RecipeFileRun {
        var run = try RecipeFileRun(in: folder, output: output)
        run.run.options.model = Self.model
        return run
    }

    /// What other programs read as the bias of the texts' score.
    private func weights(_ directory: String) throws -> Float {
        try floats(#require(tensors(directory + "/model.safetensors")["logit_bias"]))[0]
    }

    @Test func `the recipe trains it, stopped or not, and its weights say the texts' bias`() throws {
        let whole = try recipe()
        let stages = try whole.end().filter { $0.hasPrefix("tuning at ") && $0.hasSuffix(" 20") }
        let bundle = try ModelBundle(directory: whole.output + "/model")
        let labels = try #require(bundle.description).labels
        let head = try AnchoredHead.load(of: bundle, labels: labels, device: .cpu)
        #expect(try weights(whole.output + "/model") == head.sharedBias.item())
        var parts = try recipe("parts", in: whole.folder)
        for place in ["reading pictures 12", try #require(stages.last), "fitting heads again 10"] {
            #expect(throws: Interrupted.self) { try parts.end(Watch(stopAt: place)) }
            parts.run.options.resume = true
        }
        try parts.end()
        let (one, other) = (try whole.outcome(), try parts.outcome())
        #expect(one.keys.sorted() == other.keys.sorted())
        for (name, bytes) in one { #expect(other[name] == bytes, "\(name)") }
    }

    @Test func `plain training begins at the model's own range of temperatures`() throws {
        var run = try TestRun(model: Self.model)
        run.options = try run.options.with(["temperature": 0.0085, "bias": -12.9])
        try run.run()
        #expect(try weights(run.output + "/model") != -12.9)
        var clip = try TestRun()
        clip.options = try clip.options.with(["temperature": 0.0085])
        let error = try #require(throws: InputError.self) { try clip.run() }
        #expect("\(error)".contains("0.01...1.0 for a model of this family (CLIPModel)"), "\(error)")
        #expect(error.failureKind == .wrongUsage)
    }

    @Test func `what is fitted to an untouched model keeps its bias`() throws {
        let bundle = try ModelBundle(directory: Self.model)
        let table = try AnnotationTable.read(path: TestRun.curve + "/train.csv")
        let own = try weights(Self.model)
        let fitted = try bundle.fittingThresholds(to: table, minimumPositives: 1)
        #expect(try Float(#require(fitted.description.bias.number)) == own && own != 0)
    }
}
