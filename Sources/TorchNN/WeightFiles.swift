// SPDX-License-Identifier: Apache-2.0

import FileIO
public import PyTorchFiles
public import Safetensors

/// A model's weights in files of either kind.
public enum WeightFiles: Sendable {
    /// Safetensors, one file or several.
    case safetensors(SafetensorsCheckpoint)
    /// Files of torch.save.
    case pytorch(PyTorchCheckpoint)

    /// The file or index that was opened.
    public var path: String {
        switch self {
        case .safetensors(let checkpoint): checkpoint.path
        case .pytorch(let checkpoint): checkpoint.path
        }
    }

    /// The names of all tensors.
    public var names: [String] {
        switch self {
        case .safetensors(let checkpoint): checkpoint.entries.map(\.name)
        case .pytorch(let checkpoint): checkpoint.names
        }
    }

    /// What had to be done to find the weights, in words; mostly nothing.
    public var notes: [String] {
        if case .pytorch(let checkpoint) = self { checkpoint.notes } else { [] }
    }

    /// A tensor by its name; nil where there is none.
    func tensor(_ name: String) -> StoredTensor? {
        switch self {
        case .safetensors(let checkpoint):
            checkpoint[name].map { entry, shard in
                StoredTensor(
                    dtype: entry.dtype, shape: entry.shape, strides: nil, start: entry.byteRange.lowerBound,
                    file: shard.file)
            }
        case .pytorch(let checkpoint):
            checkpoint[name].map { tensor, file in
                StoredTensor(
                    dtype: tensor.dtype, shape: tensor.shape, strides: tensor.strides, start: tensor.start, file: file)
            }
        }
    }
}

/// Where a tensor's elements lie in a mapped file.
struct StoredTensor {
    let dtype: SafetensorsDType
    let shape: [Int]
    /// Elements between neighbours along each dimension; nil where the tensor is row major.
    private let strides: [Int]?
    /// The place of the first element, in bytes.
    let start: Int
    let file: MappedFile

    init(dtype: SafetensorsDType, shape: [Int], strides: [Int]?, start: Int, file: MappedFile) {
        (self.dtype, self.shape, self.start, self.file) = (dtype, shape, start, file)
        self.strides = strides.flatMap { Self.isRowMajor(shape, $0) ? nil : $0 }
    }

    private static func isRowMajor(_ shape: [Int], _ strides: [Int]) -> Bool {
        if shape.contains(0) { return true }
        var expected = 1
        for (length, stride) in zip(shape, strides).reversed() where length > 1 {
            if stride != expected { return false }
            expected *= length
        }
        return true
    }

    /// Calls a closure with the bytes of elements, counted in row-major order, valid until it returns.
    func withElements(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let width = dtype.bitWidth / 8
        guard let strides else {
            let bytes = start + range.lowerBound * width..<start + range.upperBound * width
            try file.withBytes { try body(.init(rebasing: $0[bytes])) }
            // The pages are the file's: without this they would count as the process's memory.
            file.advise(.dontNeed, range: bytes)
            return
        }
        var gathered = [UInt8](repeating: 0, count: range.count * width)
        file.withBytes { bytes in
            var index = position(range.lowerBound)
            var place = zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
            for element in 0..<range.count {
                for byte in 0..<width { gathered[element * width + byte] = bytes[start + place * width + byte] }
                // The next position, as on a mileage counter.
                for dimension in shape.indices.reversed() {
                    index[dimension] += 1
                    place += strides[dimension]
                    if index[dimension] < shape[dimension] { break }
                    index[dimension] = 0
                    place -= shape[dimension] * strides[dimension]
                }
            }
        }
        try gathered.withUnsafeBytes(body)
    }

    /// The position of an element that is counted in row-major order.
    private func position(_ element: Int) -> [Int] {
        var rest = element
        var result = [Int](repeating: 0, count: shape.count)
        for dimension in shape.indices.reversed() {
            result[dimension] = rest % max(1, shape[dimension])
            rest /= max(1, shape[dimension])
        }
        return result
    }
}
