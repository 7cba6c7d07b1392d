// SPDX-License-Identifier: Apache-2.0

import Foundation
import Safetensors
import TestSupport
import Testing
import Torch
import TorchNN

@testable import Models

/// Adapters against PEFT's results, recorded by `Scripts/goldens/record-lora.py`, and against what they must not change.
@Suite struct LoRATests {
    static let everything = LoRAConfiguration(rank: 3, alpha: 5, targets: LoRATarget.allCases)

    private static func files() throws -> AdapterFiles {
        try AdapterFiles(ModelDirectory(path: GoldenTests.folder("lora")))
    }

    private static func base(
        _ lora: LoRAPlan? = nil, merging files: AdapterFiles? = nil
    ) throws -> (CLIPModel, ParameterStore) {
        var (config, source) = try GoldenTests.files("legacy-eos")
        if let files { source = source.adding(try files.additions(to: config)) }
        let store = ParameterStore(source: source, dtype: .float32, device: .cpu, lora: lora)
        return (try CLIPModel(store.root, config: config), store)
    }

    /// The base with adapters that hold the file's A and B, and the file's temperature.
    private static func adapted() throws -> (CLIPModel, ParameterStore) {
        let (model, store) = try base(LoRAPlan(everything, seed: 1))
        let file = try SafetensorsFile(path: GoldenTests.folder("lora") + "/adapter_model.safetensors")
        #expect(file.entries.count == store.adapterParameters.count + 1)
        for parameter in store.adapterParameters {
            let entry = try #require(file["base_model.model." + parameter.name], "\(parameter.name)")
            let values = try Tensor(emptyWithShape: entry.shape)
            try file.withBytes(of: entry) { try values.store($0, dtype: .float32, at: 0) }
            #expect(parameter.tensor.shape == entry.shape)
            try parameter.tensor.copyInPlace(values)
        }
        try model.logitScale.copyInPlace(Tensor([1.875], shape: []))
        return (model, store)
    }

    @Test func `merged on reading, features are those of PEFT`() throws {
        let files = try Self.files()
        #expect(try files.base(resolving: nil).hasSuffix("lora/../legacy-eos"))
        let golden = try Golden(GoldenTests.folder("lora"))
        let inputs = try Golden(GoldenTests.folder("legacy-eos"))
        let (model, store) = try Self.base(merging: files)
        #expect(store.unused.isEmpty && store.adapters.isEmpty)
        #expect(try model.logitScale.item() == 1.875)
        // Sums in another order: a few units in the last place of values up to 1.
        expectClose(try model.textFeatures(inputs.prompts).floats(), golden.floats("text_features"), 1e-5)
        expectClose(
            try model.imageFeatures(inputs.tensor("pixels")).floats(), golden.floats("image_features"), 1e-5)
        let merged = try #require(
            store.parameters.first { $0.name == "vision_model.encoder.layers.0.mlp.fc1.weight" })
        expectClose(try merged.tensor.floats(), golden.floats("merged"), 1e-6)
    }

    @Test func `features, loss and gradients of adapters are those of PEFT`() throws {
        let golden = try Golden(GoldenTests.folder("lora"))
        let inputs = try Golden(GoldenTests.folder("legacy-eos"))
        let (model, store) = try Self.adapted()
        for parameter in store.adapterParameters { try parameter.tensor.setRequiresGradient(true) }
        let text = try model.textFeatures(inputs.prompts)
        let images = try model.imageFeatures(inputs.tensor("pixels"))
        expectClose(try text.floats(), golden.floats("text_features"), 1e-5)
        expectClose(try images.floats(), golden.floats("image_features"), 1e-5)
        let targets = inputs.floats("targets")
        let known = Float(targets.count { !$0.isNaN })
        let shape = inputs.shape("targets")
        let loss = try (images.matmul(text.transposed(0, 1)) * model.logitScale.exponential()).binaryCrossEntropySum(
            targets: Tensor(targets.map { $0.isNaN ? 0 : $0 }, shape: shape),
            weights: Tensor(targets.map { $0.isNaN ? 0 : 1 / known }, shape: shape))
        let expectedLoss = try #require(golden.floats("loss").first)
        #expect(abs(try loss.item() - expectedLoss) <= 1e-5 * abs(expectedLoss))
        try loss.backward()
        #expect(try store.parameters.allSatisfy { try $0.tensor.gradient == nil })
        for parameter in store.adapterParameters {
            let gradient = try #require(try parameter.tensor.gradient?.floats(), "\(parameter.name)")
            let expected = golden.floats("grad." + parameter.name)
            let norm = expected.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            let difference = zip(gradient, expected).reduce(0) { $0 + pow(Double($1.0) - Double($1.1), 2) }.squareRoot()
            #expect(difference <= 1e-4 * norm && norm > 0, "\(parameter.name): \(difference) of \(norm)")
        }
    }

    @Test func `merged parameters give the features of the adapters`() throws {
        let (_, store) = try Self.adapted()
        let (_, fromFile) = try Self.base(merging: Self.files())
        let merged = try store.mergedParameters()
        #expect(merged.map(\.name) == fromFile.parameters.map(\.name))
        for (ours, other) in zip(merged, fromFile.parameters) {
            #expect(try ours.tensor.floats() == other.tensor.floats(), "\(ours.name)")
        }
        let (_, plain) = try Self.base()
        for (kept, other) in zip(store.parameters, plain.parameters) where kept.name != "logit_scale" {
            #expect(try kept.tensor.floats() == other.tensor.floats(), "\(kept.name)")
        }
    }

    @Test func `new adapters change nothing`() throws {
        let inputs = try Golden(GoldenTests.folder("legacy-eos"))
        let (plain, plainStore) = try Self.base()
        let (model, store) = try Self.base(LoRAPlan(Self.everything, seed: 7))
        #expect(store.parameters.map(\.name) == plainStore.parameters.map(\.name) && store.unused.isEmpty)
        #expect(store.adapters.count == 6 * 3)
        let pixels = try inputs.tensor("pixels")
        #expect(try model.imageFeatures(pixels).floats() == plain.imageFeatures(pixels).floats())
        #expect(try model.textFeatures(inputs.prompts).floats() == plain.textFeatures(inputs.prompts).floats())
        for (ours, other) in zip(try store.mergedParameters(), plainStore.parameters) {
            #expect(try ours.tensor.floats() == other.tensor.floats())
        }
    }

    @Test func `adapters begin as PEFT's and depend on the seed and their path alone`() throws {
        func values(_ seed: UInt64, _ targets: [LoRATarget], _ part: String = "") throws -> [String: [Float]] {
            let plan = LoRAPlan(LoRAConfiguration(rank: 8, alpha: 8, targets: targets), seed: seed) {
                $0.hasPrefix(part)
            }
            let (_, store) = try Self.base(plan)
            return Dictionary(
                uniqueKeysWithValues: try store.adapterParameters.map { ($0.name, try $0.tensor.floats()) })
        }
        let all = try values(3, LoRATarget.allCases)
        for (name, numbers) in all where name.hasSuffix("lora_B.weight") {
            #expect(numbers.allSatisfy { $0 == 0 }, "\(name)")
        }
        let layer = "vision_model.encoder.layers.0.self_attn.q_proj.lora_A.weight"
        let numbers = try #require(all[layer])
        // 8 rows of width 24: uniform within ±24^(−½), whose deviation is a 1/√3 of that.
        let bound = 1 / Float(24).squareRoot()
        #expect(numbers.count == 8 * 24 && numbers.allSatisfy { abs($0) <= bound })
        let deviation = (numbers.reduce(0) { $0 + $1 * $1 } / Float(numbers.count)).squareRoot()
        #expect(abs(deviation - bound / Float(3).squareRoot()) < 0.1 * bound)
        let fewer = try values(3, [.query, .value], "vision_model.")
        #expect(
            fewer.keys.sorted()
                == [
                    "q_proj.lora_A.weight", "q_proj.lora_B.weight", "v_proj.lora_A.weight", "v_proj.lora_B.weight",
                ].map { "vision_model.encoder.layers.0.self_attn." + $0 })
        #expect(fewer.allSatisfy { all[$0.key] == $0.value })
        #expect(try values(4, LoRATarget.allCases)[layer] != numbers)
        #expect(all["vision_model.encoder.layers.0.self_attn.k_proj.lora_A.weight"] != numbers)
    }
}
