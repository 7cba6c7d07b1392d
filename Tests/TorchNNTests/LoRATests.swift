// SPDX-License-Identifier: Apache-2.0

import Safetensors
import Testing
import Torch

@testable import TorchNN

@Suite struct LoRATests {
    private static let configuration = LoRAConfiguration(rank: 1, alpha: 2, targets: [.query, .first])
    private let file: WeightFile

    init() throws {
        file = try WeightFile([
            .counting("q_proj.weight", [2, 3]), .counting("k_proj.weight", [2, 3]), .counting("fc1.weight", [2, 3]),
        ])
    }

    private func store(_ includes: @escaping (String) -> Bool = { _ in true }) throws -> ParameterStore {
        ParameterStore(
            source: WeightSource(try file.checkpoint()), dtype: .float32, device: .cpu,
            lora: LoRAPlan(Self.configuration, seed: 1, includes: includes))
    }

    private func layers(_ store: ParameterStore) throws -> [Linear] {
        try ["q_proj", "k_proj", "fc1"].map { try Linear(store.root[$0], from: 3, to: 2, bias: false) }
    }

    @Test func `targets that the plan includes get an adapter, and no other layer`() throws {
        let store = try store { $0 != "fc1" }
        #expect(try layers(store).map { $0.adapter != nil } == [true, false, false])
        #expect(store.adapterParameters.map(\.name) == ["q_proj.lora_A.weight", "q_proj.lora_B.weight"])
        #expect(store.adapterParameters.map(\.tensor.shape) == [[1, 3], [2, 1]])
        #expect(store.parameters.map(\.name) == ["q_proj.weight", "k_proj.weight", "fc1.weight"])
    }

    @Test func `an adapter begins as nothing, then adds s·B·A, and merges into the weight`() throws {
        let store = try store()
        let layers = try layers(store)
        let x = try Tensor([1, -1, 2] as [Float], shape: [1, 3])
        #expect(try layers[0](x).floats() == [3, 9])
        // A = [1 2 3], B = [1 10]ᵀ, s = 2: s·B·A·x = 2 · (1 − 2 + 6) · B.
        try store.adapters[0].adapter.down.copyInPlace(Tensor([1, 2, 3] as [Float], shape: [1, 3]))
        try store.adapters[0].adapter.up.copyInPlace(Tensor([1, 10] as [Float], shape: [2, 1]))
        #expect(try layers[0](x).floats() == [3 + 10, 9 + 100])
        let merged = try store.mergedParameters()
        #expect(merged.map(\.name) == store.parameters.map(\.name))
        #expect(try merged[0].tensor.floats() == [2, 5, 8, 23, 44, 65])
        #expect(try merged[0].tensor.matmul(x.transposed(0, 1)).floats() == layers[0](x).floats())
        #expect(merged[1].tensor === store.parameters[1].tensor)
        #expect(try store.parameters[0].tensor.floats() == [0, 1, 2, 3, 4, 5])
    }

    @Test func `an adapter's file is merged on reading`() throws {
        let adapter = try WeightFile([
            .init(name: "A", shape: [1, 3], values: [1, 2, 3]), .init(name: "B", shape: [2, 1], values: [1, 10]),
            .init(name: "other", shape: [2, 3], values: [9, 9, 9, 9, 9, 9]),
        ])
        func source(rank: Int = 1) throws -> WeightSource {
            WeightSource(try file.checkpoint()).adding(
                WeightAdditions(
                    try adapter.checkpoint(), scale: 2,
                    factors: ["q_proj.weight": (down: "A", up: "B", rank: rank)],
                    replacements: ["fc1.weight": "other"]))
        }
        let merged = try source()
        #expect(try merged.load("q_proj.weight", shape: [2, 3], dtype: .float32).floats() == [2, 5, 8, 23, 44, 65])
        #expect(try merged.load("k_proj.weight", shape: [2, 3], dtype: .float32).floats() == [0, 1, 2, 3, 4, 5])
        #expect(try merged.load("fc1.weight", shape: [2, 3], dtype: .bfloat16).floats() == [9, 9, 9, 9, 9, 9])
        #expect(throws: misshapen(name: "A", file: adapter.path, found: [1, 3], expected: [2, 3])) {
            try source(rank: 2).load("q_proj.weight", shape: [2, 3], dtype: .float32)
        }
    }
}
