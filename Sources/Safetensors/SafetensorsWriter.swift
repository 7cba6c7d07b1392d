// SPDX-License-Identifier: Apache-2.0

import FileIO
import JSON

/// Writes safetensors files whose bytes depend on their content alone. Tensors are laid out by element size, largest
/// first, then by the bytes of their names, as by the reference implementation: each then begins at a multiple of its
/// element size, which PyTorch needs to map the file. Metadata keys are sorted, and the header is padded with spaces to
/// a multiple of eight.
public enum SafetensorsWriter {
    /// Supplies a tensor's bytes by calling the closure it is given exactly once.
    public typealias BytesProvider = ((UnsafeRawBufferPointer) throws -> Void) throws -> Void

    /// A tensor to be written.
    public struct Tensor {
        /// Its name, unique in the file.
        public let name: String
        /// The type of its elements.
        public let dtype: SafetensorsDType
        /// Its dimensions, each ≥ 0.
        public let shape: [Int]
        /// Supplies its bytes, little-endian and row major, when its turn has come.
        public let bytes: BytesProvider

        /// A tensor whose bytes are supplied later, so that only one has to be in memory at a time.
        public init(name: String, dtype: SafetensorsDType, shape: [Int], bytes: @escaping BytesProvider) {
            (self.name, self.dtype, self.shape, self.bytes) = (name, dtype, shape, bytes)
        }

        /// A float32 tensor of row-major elements.
        public init(name: String, shape: [Int], values: [Float]) {
            self.init(name: name, dtype: .float32, shape: shape) { body in
                try values.withUnsafeBytes { try body($0) }
            }
        }
    }

    /// Writes a file aside, tensor by tensor, and renames it into place; `durable` waits until it has reached the disk.
    /// The default metadata are what transformers asks for. Throws also what a provider threw; nothing is then left
    /// behind.
    public static func write(
        _ tensors: [Tensor], metadata: [String: String] = ["format": "pt"], to path: String, durable: Bool
    ) throws {
        let (header, ordered) = try header(tensors, metadata, path)
        do {
            let file = try AtomicFileWriter(path: path)
            try file.append(header)
            for (tensor, size) in ordered {
                var supplied = 0
                try tensor.bytes { bytes in
                    supplied += bytes.count
                    if supplied <= size { try file.append(bytes) }
                }
                if supplied != size {
                    throw SafetensorsError.sizeMismatch(
                        path, tensor.name, tensor.dtype, tensor.shape, needed: size, found: supplied)
                }
            }
            try file.commit(durable: durable)
        } catch let error as FileIOError {
            throw SafetensorsError.file(error)
        }
    }

    /// The header's bytes, length included, and the tensors in the order of their data with their sizes.
    static func header(
        _ tensors: [Tensor], _ metadata: [String: String], _ path: String
    ) throws(SafetensorsError) -> (bytes: [UInt8], tensors: [(Tensor, Int)]) {
        let sorted = tensors.sorted { first, second in
            first.dtype.bitWidth != second.dtype.bitWidth
                ? first.dtype.bitWidth > second.dtype.bitWidth
                : first.name.utf8.lexicographicallyPrecedes(second.name.utf8)
        }
        var members: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            let texts = pairs.map { jsonQuoted($0.key) + ":" + jsonQuoted($0.value) }
            members.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
        }
        var seen: Set<String> = []
        var ordered: [(Tensor, Int)] = []
        var offset = 0
        for tensor in sorted {
            if tensor.name == "__metadata__" {
                throw .unusable(path: path, words: ": a tensor cannot be named '__metadata__'; rename it")
            }
            if !seen.insert(tensor.name).inserted { throw .duplicateKey(path, tensor.name) }
            if tensor.shape.contains(where: { $0 < 0 }) {
                throw .badNumber(path, tensor.name, "shape", "a negative number")
            }
            if tensor.shape.count > SafetensorsHeader.maximumRank { throw .tooManyDimensions(path, tensor.name) }
            let size = try SafetensorsHeader.byteCount(tensor.dtype, tensor.shape, tensor: tensor.name, path: path)
            let (end, overflow) = offset.addingReportingOverflow(size)
            if overflow { throw .sizeOverflow(path, tensor.name, tensor.shape) }
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            members.append(
                jsonQuoted(tensor.name) + ":{\"dtype\":\"\(tensor.dtype.rawValue)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(offset),\(end)]}")
            ordered.append((tensor, size))
            offset = end
        }
        var text = Array("{\(members.joined(separator: ","))}".utf8)
        text += [UInt8](repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
        if text.count > SafetensorsHeader.maximumLength { throw .headerTooLarge(path, UInt64(text.count)) }
        let length = (0..<8).map { UInt8(truncatingIfNeeded: UInt64(text.count) >> (8 * $0)) }
        return (length + text, ordered)
    }
}
