// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Safetensors
import TestSupport
import Testing

@testable import PyTorchFiles

/// Where the fixtures lie, which `Scripts/goldens/record-pytorch-files.py` records.
enum Fixtures {
    static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
        .path

    struct Tensor: Decodable {
        let dtype: String
        let shape: [Int]
        let values: [Double]
    }

    static let values: [String: [String: Tensor]] = {
        guard let data = FileManager.default.contents(atPath: path + "/values.json"),
            let values = try? JSONDecoder().decode([String: [String: Tensor]].self, from: data)
        else { return [:] }
        return values
    }()
}

extension PyTorchTensor {
    /// The numbers in row-major order, element by element.
    func numbers(in file: MappedFile) -> [Double] {
        let count = shape.reduce(1, *)
        return (0..<count).map { element in
            var (rest, place) = (element, 0)
            for dimension in shape.indices.reversed() {
                place += rest % shape[dimension] * strides[dimension]
                rest /= shape[dimension]
            }
            return file.withBytes { bytes in
                func load<T: BitwiseCopyable>(_ type: T.Type) -> T {
                    bytes.loadUnaligned(fromByteOffset: start + place * dtype.bitWidth / 8, as: type)
                }
                return switch dtype {
                case .float32: Double(load(Float.self))
                case .float64: load(Double.self)
                case .float16: Double(Float16(bitPattern: load(UInt16.self)))
                case .bfloat16: Double(Float(bitPattern: UInt32(load(UInt16.self)) << 16))
                case .int64: Double(load(Int64.self))
                case .int32: Double(load(Int32.self))
                case .int16: Double(load(Int16.self))
                case .uint16: Double(load(UInt16.self))
                case .int8: Double(load(Int8.self))
                default: Double(load(UInt8.self))
                }
            }
        }
    }
}

struct GoodFileTests {
    @Test func `nothing that was recorded is missing`() { #expect(Fixtures.values.count == 15) }

    @Test(arguments: Fixtures.values.keys.sorted())
    func `a file of torch.save holds what PyTorch saved`(_ name: String) throws {
        let file = try PyTorchFile(path: Fixtures.path + "/" + name)
        let expected = try #require(Fixtures.values[name])
        #expect(Set(file.tensors.map(\.name)) == Set(expected.keys) && file.tensors.count == expected.count)
        for tensor in file.tensors {
            let golden = try #require(expected[tensor.name])
            #expect(tensor.dtype.rawValue == golden.dtype && tensor.shape == golden.shape, "\(tensor.name)")
            #expect(tensor.numbers(in: file.file) == golden.values, "\(tensor.name)")
        }
    }

    @Test func `nests and prefixes are found and told`() throws {
        #expect(
            try PyTorchFile(path: Fixtures.path + "/wrapped.ckpt").notes == [
                "its weights are under 'state_dict'", "'module.' was taken off its names",
                "'_orig_mod.' was taken off its names",
            ])
        #expect(
            try PyTorchFile(path: Fixtures.path + "/nested.pt").notes == [
                "its weights are under 'model'", "its weights are under 'module'",
            ])
        #expect(try PyTorchFile(path: Fixtures.path + "/state.bin").notes == [])
    }

    @Test func `shards are found by their index, and a missing one is named`() throws {
        let folder = try TemporaryFolder()
        for name in ["state.bin", "types.pt"] { try folder.copy(Fixtures.path + "/" + name, to: name) }
        let index = folder("pytorch_model.bin.index.json")
        try #"{"metadata": {}, "weight_map": {"scale": "state.bin", "float32": "types.pt", "mask": "state.bin"}}"#
            .write(toFile: index, atomically: true, encoding: .utf8)
        let checkpoint = try PyTorchCheckpoint(path: index)
        #expect(checkpoint.names.contains("inner.weight") && checkpoint.names.contains("int64"))
        let (tensor, file) = try #require(checkpoint["scale"])
        #expect(tensor.numbers(in: file) == [2.5])
        #expect(checkpoint["float16"]?.tensor.dtype == .float16 && checkpoint["nothing"] == nil)
        try FileManager.default.removeItem(atPath: folder("types.pt"))
        let error = try #require(throws: InputError.self) { try PyTorchCheckpoint(path: index) }
        #expect("\(error)".contains("names the shard 'types.pt', which is not in its folder"))
    }

    @Test func `one file alone is a checkpoint too`() throws {
        let checkpoint = try PyTorchCheckpoint(path: Fixtures.path + "/wrapped.ckpt")
        #expect(checkpoint.notes.count == 3 && checkpoint["inner.bias"]?.tensor.shape == [3])
    }
}
