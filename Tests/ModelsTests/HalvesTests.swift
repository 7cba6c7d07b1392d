// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Torch
import TorchNN

@testable import Models

/// A tower cut in two gives what the whole gives, bit for bit.
@Suite struct HalvesTests {
    /// Towers of 1 to 4 layers; the prompts fall into one or several trees.
    static let cases = ["legacy-eos", "modern-eos-gelu", "sharded-position-ids"]

    enum Arithmetic: CaseIterable {
        case float32, bfloat16, autocast

        var dtype: DType { self == .bfloat16 ? .bfloat16 : .float32 }

        func run<R>(_ body: () throws -> R) throws -> R {
            self == .autocast ? try withBFloat16Autocast(on: .cpu, body) : try body()
        }
    }

    private func load(_ name: String, _ dtype: DType) throws -> (CLIPModel, ParameterStore) {
        let (config, source) = try GoldenTests.files(name)
        let store = ParameterStore(source: source, dtype: dtype, device: .cpu)
        return (try CLIPModel(store.root, config: config, maximumTreeNodes: 16), store)
    }

    private func bits(_ tensor: Tensor) throws -> [UInt32] { try tensor.floats().map(\.bitPattern) }

    /// The gradients that a sum of squares leaves, by parameter; none where nothing came.
    private func gradients(_ store: ParameterStore, of output: Tensor) throws -> [String: [UInt32]] {
        try (output * output).to(dtype: .float32).sum().backward()
        var result: [String: [UInt32]] = [:]
        for parameter in store.parameters {
            if let gradient = try parameter.tensor.gradient { result[parameter.name] = try bits(gradient) }
            try parameter.tensor.clearGradient()
        }
        return result
    }

    @Test(arguments: cases, Arithmetic.allCases)
    func `halves of the image tower are the whole`(_ name: String, _ arithmetic: Arithmetic) throws {
        let (model, store) = try load(name, arithmetic.dtype)
        let pixels = try Golden(GoldenTests.folder(name)).tensor("pixels")
        let layers = model.config.vision.tower.numHiddenLayers
        for parameter in store.parameters { try parameter.tensor.setRequiresGradient(true) }
        let whole = try arithmetic.run { try model.pooledImages(pixels) }
        let expected = try bits(whole)
        let expectedGradients = try gradients(store, of: whole)
        for block in 0...layers {
            let lower = try withoutGradient { try arithmetic.run { try model.imageActivations(pixels, upTo: block) } }
            let tokens = block == layers ? 1 : model.config.vision.patchCount + 1
            #expect(lower.shape == [pixels.shape[0], tokens, model.config.vision.tower.hiddenSize])
            let upper = try arithmetic.run { try model.pooledImages(fromActivations: lower, block: block) }
            #expect(try bits(upper) == expected, "block \(block)")
            let found = try gradients(store, of: upper)
            #expect(found.count == 16 * (layers - block) + 2, "block \(block)")
            #expect(found.allSatisfy { expectedGradients[$0.key] == $0.value }, "block \(block)")
        }
    }

    @Test(arguments: cases, Arithmetic.allCases)
    func `halves of the text tower are the whole`(_ name: String, _ arithmetic: Arithmetic) throws {
        let (model, store) = try load(name, arithmetic.dtype)
        let prompts = try Golden(GoldenTests.folder(name)).prompts
        let layers = model.config.text.tower.numHiddenLayers
        for parameter in store.parameters { try parameter.tensor.setRequiresGradient(true) }
        let whole = try arithmetic.run { try model.textFeatures(prompts) }
        let expected = try bits(whole)
        let fixed = try Tensor((0..<whole.count).map { Float($0 % 7) - 3 }, shape: whole.shape)
        let expectedGradients = try gradients(store, of: whole + fixed)
        for block in 0...layers {
            let lower = try withoutGradient { try arithmetic.run { try model.textFeatures(prompts, from: block) } }
            let upper = try arithmetic.run(lower)
            #expect(try bits(upper) == expected, "block \(block)")
            let found = try gradients(store, of: upper + fixed)
            #expect(found.count == 16 * (layers - block) + 3, "block \(block)")
            #expect(found.allSatisfy { expectedGradients[$0.key] == $0.value }, "block \(block)")
        }
    }
}
