// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import TestSupport
import Testing

@testable import Safetensors

@Suite struct RoundTripTests {
    private func reference() throws -> SafetensorsFile {
        let path = Bundle.module.resourceURL?.appendingPathComponent("Fixtures/reference.safetensors").path
        return try SafetensorsFile(path: #require(path))
    }

    private func values<Value: BitwiseCopyable>(_ file: SafetensorsFile, _ name: String, _ type: Value.Type) throws
        -> [Value]
    {
        let entry = try #require(file[name])
        return file.withBytes(of: entry) { bytes in
            stride(from: 0, to: bytes.count, by: MemoryLayout<Value>.size).map {
                bytes.loadUnaligned(fromByteOffset: $0, as: Value.self)
            }
        }
    }

    @Test func `a file of the reference library reads as it was written`() throws {
        let file = try reference()
        #expect(file.metadata == ["format": "pt"])
        #expect(try values(file, "b.weight", Float.self) == [0, 0.5, 1, 1.5, 2, 2.5])
        #expect(file["b.weight"]?.shape == [2, 3])
        #expect(try values(file, "a.weight", Float.self) == [-1.5])
        #expect(try values(file, "scalar", Double.self) == [3.25])
        #expect(file["scalar"]?.shape == [])
        #expect(try values(file, "ids", Int64.self) == [0, -1, 1 << 40, 7])
        #expect(try values(file, "half", UInt16.self) == [0, 0x3400, 0x3800])
        #expect(try values(file, "brain", UInt16.self) == [0x3F80, 0xC020])
        #expect(try values(file, "flags", UInt8.self) == [1, 0, 1])
        #expect(try values(file, "bytes", UInt8.self) == [0, 255])
        #expect(file["empty"]?.shape == [0, 4])
        #expect(file.bytes(of: try #require(file["empty"])).isEmpty)
        #expect(try values(file, "naïve \"name\"\n\\ 酒店🏨", Float.self) == [2])
        #expect(file.entries.map(\.dtype).filter { $0 == .float32 }.count == 4)
        #expect(file["c"] == nil)
        for entry in file.entries { file.release(entry) }
        #expect(try values(file, "a.weight", Float.self) == [-1.5])
    }

    @Test func `what is read and written again reads the same, in the same bytes whatever the order`() throws {
        let folder = try TemporaryFolder()
        let file = try reference()
        let tensors = file.entries.map { entry in
            SafetensorsWriter.Tensor(name: entry.name, dtype: entry.dtype, shape: entry.shape) { body in
                try file.withBytes(of: entry) { try body($0) }
            }
        }
        try SafetensorsWriter.write(tensors, metadata: file.metadata, to: folder("a"), durable: true)
        try SafetensorsWriter.write(tensors.reversed(), metadata: file.metadata, to: folder("b"), durable: false)
        let first = try readFile(path: folder("a"), maximumBytes: 100_000)
        #expect(try readFile(path: folder("b"), maximumBytes: 100_000) == first)
        #expect(try listDirectory(path: folder.path) == ["a", "b"])
        let copy = try SafetensorsFile(path: folder("a"))
        #expect(copy.metadata == file.metadata)
        #expect(Set(copy.entries.map(\.name)) == Set(file.entries.map(\.name)))
        for entry in file.entries {
            let other = try #require(copy[entry.name])
            #expect(other.dtype == entry.dtype && other.shape == entry.shape)
            #expect(copy.bytes(of: other).elementsEqual(file.bytes(of: entry)))
            // Aligned, so that PyTorch can map it.
            #expect(other.byteRange.lowerBound % max(entry.dtype.bitWidth / 8, 1) == 0)
        }
    }

    @Test func `the header is written in one way only`() throws {
        let folder = try TemporaryFolder()
        let tensors = [
            SafetensorsWriter.Tensor(name: "b\u{1}\"", shape: [1], values: [1]),
            SafetensorsWriter.Tensor(name: "a", shape: [], values: [2]),
            SafetensorsWriter.Tensor(name: "z", dtype: .int64, shape: [0]) { _ in },
        ]
        try SafetensorsWriter.write(tensors, metadata: ["b": "2", "a": "é\n"], to: folder("f"), durable: false)
        let bytes = try readFile(path: folder("f"), maximumBytes: 1000)
        let header =
            #"{"__metadata__":{"a":"é\n","b":"2"},"z":{"dtype":"I64","shape":[0],"data_offsets":[0,0]},"#
            + #""a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"#
            + #""b\u0001\"":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#
        let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
        #expect(bytes == fileBytes(padded) + [0, 0, 0, 0x40, 0, 0, 0x80, 0x3F])
        try SafetensorsWriter.write([], to: folder("empty"), durable: false)
        let empty = try SafetensorsFile(path: folder("empty"))
        #expect(empty.entries.isEmpty && empty.metadata == ["format": "pt"])
    }

    @Test func `what cannot be written leaves nothing`() throws {
        struct ProviderError: Error {}
        let folder = try TemporaryFolder()
        func attempt(_ tensors: [SafetensorsWriter.Tensor]) throws {
            try SafetensorsWriter.write(tensors, to: folder("f"), durable: false)
        }
        let path = folder("f")
        let a = SafetensorsWriter.Tensor(name: "a", shape: [1], values: [1])
        #expect(throws: SafetensorsError.duplicateKey(path, "a")) { try attempt([a, a]) }
        for (values, found) in [([Float](), 0), ([1, 2, 3], 12)] {
            let error = SafetensorsError.sizeMismatch(path, "b", .float32, [2], needed: 8, found: found)
            #expect(throws: error) { try attempt([.init(name: "b", shape: [2], values: values)]) }
        }
        #expect(
            throws: SafetensorsError.unusable(path: path, words: ": a tensor cannot be named '__metadata__'; rename it")
        ) {
            try attempt([.init(name: "__metadata__", shape: [1], values: [1])])
        }
        #expect(throws: SafetensorsError.badNumber(path, "b", "shape", "a negative number")) {
            try attempt([.init(name: "b", shape: [-1], values: [])])
        }
        #expect(throws: SafetensorsError.sizeOverflow(path, "b", [.max, 2])) {
            try attempt([.init(name: "b", shape: [.max, 2], values: [])])
        }
        #expect(throws: ProviderError.self) {
            try attempt([a, .init(name: "b", dtype: .uint8, shape: [1]) { _ in throw ProviderError() }])
        }
        #expect(try listDirectory(path: folder.path).isEmpty)
    }

    @Test func `no damage to a good file crashes or reads outside it`() throws {
        let file = try reference()
        let good = file.file.withBytes { Array($0) }
        let headerEnd = file.entries.map(\.byteRange.lowerBound).min() ?? 0
        let seed = UInt64.random(in: 1 ... .max)
        var generator = SeededRandom(seed: seed)
        var accepted = 0
        for round in 0..<20_000 {
            var bytes = good
            switch round % 4 {
            case 0: bytes.removeLast(Int.random(in: 0...good.count, using: &generator))
            case 1: bytes[Int.random(in: 0..<8, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 2:
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    let place = Int.random(in: 8..<headerEnd, using: &generator)
                    bytes[place] = .random(in: 0x20..<0x7F, using: &generator)
                }
            default:
                let place = Int.random(in: 0..<good.count, using: &generator)
                bytes[place] = .random(in: 0...255, using: &generator)
            }
            switch check(bytes) {
            case .failure(let error):
                #expect(!error.description.contains("\n"), "seed \(seed)")
            case .success(let header):
                accepted += 1
                for entry in header.entries {
                    #expect(entry.byteRange.upperBound <= bytes.count, "seed \(seed)")
                    #expect(entry.dtype.byteCount(shape: entry.shape) == entry.byteRange.count, "seed \(seed)")
                }
            }
        }
        // Damage to the data alone cannot be seen; damage to the header nearly always is.
        #expect((1..<10_000).contains(accepted), "seed \(seed)")
    }
}
