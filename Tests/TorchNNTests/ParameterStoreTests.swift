// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Safetensors
import Testing
import Torch

@testable import TorchNN

/// A file of weights that is removed when the test is over.
final class WeightFile: Sendable {
    let path: String

    init(_ tensors: [SafetensorsWriter.Tensor]) throws {
        path = FileManager.default.temporaryDirectory.path + "/mumic-test-\(UUID().uuidString).safetensors"
        try SafetensorsWriter.write(tensors, to: path, durable: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func checkpoint() throws -> SafetensorsCheckpoint { try SafetensorsCheckpoint(path: path) }
}

extension SafetensorsWriter.Tensor {
    /// Numbers from `first` on.
    static func counting(_ name: String, _ shape: [Int], from first: Float = 0) -> Self {
        .init(name: name, shape: shape, values: (0..<shape.reduce(1, *)).map { first + Float($0) })
    }
}

@Suite struct ParameterStoreTests {
    private let file: WeightFile

    init() throws {
        file = try WeightFile([
            .counting("a.weight", [2, 3]), .counting("a.bias", [2]), .counting("b.0.weight", [2]),
            .counting("b.0.bias", [2]), .counting("scale", [1], from: 2), .counting("left over", [1]),
        ])
    }

    private func store(_ dtype: DType = .float32) throws -> ParameterStore {
        ParameterStore(source: WeightSource(try file.checkpoint()), dtype: dtype, device: .cpu)
    }

    @Test func `layers get their values by their paths, in the order in which they ask`() throws {
        let store = try store()
        let norm = try LayerNorm(store.root["b"][0], width: 2, epsilon: 1e-5)
        let linear = try Linear(store.root["a"], from: 3, to: 2)
        #expect(try linear(Tensor([1, 0, 2] as [Float], shape: [1, 3])).floats() == [4, 14])
        #expect(try norm(Tensor([1, 3] as [Float], shape: [1, 2])).floats()[0] == 0)
        // One number of shape [1] is a scalar too.
        #expect(try store.root.parameter("scale", shape: []).item() == 2)
        #expect(
            store.parameters.map(\.name) == ["b.0.weight", "b.0.bias", "a.weight", "a.bias", "scale"])
        #expect(store.unused == ["left over"])
    }

    @Test func `values take the store's type unless a layer asks for another`() throws {
        let store = try store(.bfloat16)
        #expect(try store.root["a"].parameter("weight", shape: [2, 3]).dtype == .bfloat16)
        #expect(try store.root.parameter("scale", shape: [], dtype: .float32).dtype == .float32)
    }

    @Test func `a parameter that is missing or misshapen is named`() throws {
        let store = try store()
        #expect(throws: missing(name: "a.other", file: file.path)) {
            try store.root["a"].parameter("other", shape: [2])
        }
        #expect(
            throws: misshapen(name: "a.weight", file: file.path, found: [2, 3], expected: [3, 2])
        ) { try Linear(store.root["a"], from: 2, to: 3) }
        #expect(throws: misshapen(name: "a.bias", file: file.path, found: [2], expected: [])) {
            try store.root["a"].parameter("bias", shape: [])
        }
        #expect(store.parameters.isEmpty && store.unused.count == 6)
    }

    @Test func `what is no finite floating-point number is named`() throws {
        let file = try WeightFile([
            .init(name: "infinite", shape: [2], values: [1, .infinity]), .init(name: "nan", shape: [1], values: [.nan]),
            .init(name: "whole", dtype: .int32, shape: [1]) { body in
                try [Int32(1)].withUnsafeBytes { try body($0) }
            },
            .init(name: "large", shape: [1], values: [1e5]),
        ])
        let source = WeightSource(try file.checkpoint())
        for name in ["infinite", "nan"] {
            #expect(throws: notFinite(name: name, file: file.path)) {
                try source.load(name, shape: name == "nan" ? [1] : [2], dtype: .float32)
            }
        }
        #expect(throws: wrongType(name: "whole", file: file.path, found: "I32")) {
            try source.load("whole", shape: [1], dtype: .float32)
        }
        // Beyond what the type can hold that it is converted to.
        #expect(throws: notFinite(name: "large", file: file.path)) {
            try source.load("large", shape: [1], dtype: .float16)
        }
    }
}

@Suite struct WeightSourceTests {
    private let file: WeightFile

    init() throws {
        file = try WeightFile([
            .counting("packed", [6, 2]), .counting("packed bias", [6]), .counting("turned", [2, 3]),
            .counting("extra", [1]),
        ])
    }

    private func source(_ recipes: [String: WeightSource.Recipe]) throws -> WeightSource {
        WeightSource(try file.checkpoint(), recipes: recipes)
    }

    @Test func `recipes find rows of a packed matrix, and turn a matrix round`() throws {
        let source = try source([
            "key": .init(tensor: "packed", rows: 2..<4), "key bias": .init(tensor: "packed bias", rows: 2..<4),
            "projection": .init(tensor: "turned", isTransposed: true), "whole": .init(tensor: "packed"),
        ])
        #expect(try source.load("key", shape: [2, 2], dtype: .float32).floats() == [4, 5, 6, 7])
        #expect(try source.load("key bias", shape: [2], dtype: .float32).floats() == [2, 3])
        let turned = try source.load("projection", shape: [3, 2], dtype: .float32)
        #expect(try turned.shape == [3, 2] && turned.floats() == [0, 3, 1, 4, 2, 5])
        #expect(try source.load("whole", shape: [6, 2], dtype: .float32).count == 12)
        #expect(source.leftOver(besides: ["key", "projection"]).sorted() == ["extra", "packed bias"])
    }

    @Test func `recipes that do not fit are errors that name the file's tensor`() throws {
        let source = try source([
            "key": .init(tensor: "packed", rows: 2..<4), "gone": .init(tensor: "not there"),
            "projection": .init(tensor: "turned", isTransposed: true),
        ])
        #expect(throws: missing(name: "not there", file: file.path)) {
            try source.load("gone", shape: [1], dtype: .float32)
        }
        #expect(throws: missing(name: "unknown", file: file.path)) {
            try source.load("unknown", shape: [1], dtype: .float32)
        }
        #expect(throws: misshapen(name: "packed", file: file.path, found: [6, 2], expected: [6, 3])) {
            try source.load("key", shape: [2, 3], dtype: .float32)
        }
        #expect(throws: misshapen(name: "turned", file: file.path, found: [2, 3], expected: [3, 2])) {
            try source.load("projection", shape: [2, 3], dtype: .float32)
        }
    }

    @Test func `a model that begins from nothing gets what its initializer says`() throws {
        let source = WeightSource { name, shape in
            [Float](repeating: Float(name.count), count: shape.reduce(1, *))
        }
        #expect(try source.load("abc", shape: [2, 2], dtype: .float32).floats() == [3, 3, 3, 3])
        #expect(source.leftOver(besides: []).isEmpty && source.path == "a new model")
    }
}
