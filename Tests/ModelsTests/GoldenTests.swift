// SPDX-License-Identifier: Apache-2.0

import Foundation
import Safetensors
import TestSupport
import Testing
import Torch
import TorchNN

@testable import Models

/// Features, loss and gradients of random small CLIPs, recorded from transformers by
/// `Scripts/goldens/record-clip-goldens.py`.
@Suite struct GoldenTests {
    static let cases = [
        "modern-eos-gelu", "legacy-eos", "float16", "bfloat16-tanh", "sharded-position-ids", "config-dicts",
    ]
    /// The same weights and golden values under other names.
    static let renamed = [
        "open-clip-names": "float16", "open-clip-custom-text": "float16", "openai-names": "float16",
    ]

    static func folder(_ name: String) throws -> String {
        try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures/\(name)").path
    }

    static func load(_ name: String, maximumNodes: Int = 512) throws -> (CLIPModel, ParameterStore) {
        let (config, source) = try files(name)
        let store = ParameterStore(source: source, dtype: .float32, device: .cpu)
        return (try CLIPModel(store.root, config: config, maximumTreeNodes: maximumNodes), store)
    }

    /// The shape and the weights, without tokenizer and preprocessing.
    static func files(_ name: String) throws -> (CLIPConfig, WeightSource) {
        let (_, architecture, source, _) = try ModelCheckpoint.model(in: ModelDirectory(path: folder(name)))
        return (try #require(architecture as? CLIPConfig), source)
    }

    @Test(arguments: cases, [4, 16, 512])
    func `features, loss and gradients are those of transformers`(_ name: String, maximumNodes: Int) throws {
        let golden = try Golden(Self.folder(name))
        let (model, store) = try Self.load(name, maximumNodes: maximumNodes)
        for parameter in store.parameters { try parameter.tensor.setRequiresGradient(true) }
        let text = try model.textFeatures(golden.prompts)
        let images = try model.imageFeatures(golden.tensor("pixels"))
        // Sums in another order: a few units in the last place of values up to 1.
        expectClose(try text.floats(), golden.floats("text_features"), 1e-5)
        expectClose(try images.floats(), golden.floats("image_features"), 1e-5)

        let targets = golden.floats("targets")
        let known = targets.count { !$0.isNaN }
        let shape = golden.shape("targets")
        let logits = try images.matmul(text.transposed(0, 1)) * model.logitScale.exponential()
        let loss = try logits.binaryCrossEntropySum(
            targets: Tensor(targets.map { $0.isNaN ? 0 : $0 }, shape: shape),
            weights: Tensor(targets.map { $0.isNaN ? 0 : 1 / Float(known) }, shape: shape))
        let expectedLoss = try #require(golden.floats("loss").first)
        #expect(abs(try loss.item() - expectedLoss) <= 1e-5 * abs(expectedLoss))
        try loss.backward()
        for parameter in store.parameters where !parameter.name.hasSuffix("k_proj.bias") {
            let gradient = try #require(try parameter.tensor.gradient?.floats(), "\(parameter.name)")
            let expected = golden.floats("grad.\(parameter.name)")
            let norm = expected.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            let difference = zip(gradient, expected).reduce(0) { $0 + pow(Double($1.0) - Double($1.1), 2) }.squareRoot()
            #expect(difference <= 1e-4 * norm, "\(parameter.name): \(difference) of \(norm)")
        }
    }

    @Test(arguments: renamed.sorted { $0.key < $1.key })
    func `other key names give the same features`(_ pair: (key: String, value: String)) throws {
        let golden = try Golden(Self.folder(pair.value))
        let (model, _) = try Self.load(pair.key)
        expectClose(try model.textFeatures(golden.prompts).floats(), golden.floats("text_features"), 1e-5)
        expectClose(try model.imageFeatures(golden.tensor("pixels")).floats(), golden.floats("image_features"), 1e-5)
    }
}

/// Recorded values of one model.
struct Golden {
    let file: SafetensorsFile

    init(_ folder: String) throws { file = try SafetensorsFile(path: folder + "/golden.safetensors") }

    func shape(_ name: String) -> [Int] { file[name]?.shape ?? [] }

    func floats(_ name: String) -> [Float] {
        guard let entry = file[name] else { return [] }
        return file.withBytes(of: entry) { bytes in
            (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
        }
    }

    func integers(_ name: String) -> [Int64] {
        guard let entry = file[name] else { return [] }
        return file.withBytes(of: entry) { bytes in
            (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self) }
        }
    }

    func tensor(_ name: String) throws -> Tensor { try Tensor(floats(name), shape: shape(name)) }

    /// The prompts without padding.
    var prompts: [[Int32]] {
        let width = shape("tokens").last ?? 0
        let tokens = integers("tokens").map(Int32.init)
        return integers("lengths").enumerated().map { row, length in
            Array(tokens[row * width..<row * width + Int(length)])
        }
    }
}

/// Two lists of the same length that differ nowhere by more than `tolerance`.
func expectClose(
    _ values: [Float], _ expected: [Float], _ tolerance: Float, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(values.count == expected.count && !values.isEmpty, sourceLocation: sourceLocation)
    let largest = zip(values, expected).map { abs($0 - $1) }.max() ?? .nan
    #expect(largest <= tolerance, sourceLocation: sourceLocation)
}
