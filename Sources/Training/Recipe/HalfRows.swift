// SPDX-License-Identifier: Apache-2.0

import FileIO
import Torch

/// What frozen layers make of pictures, kept for the length of a run.
protocol KeptRows: AnyObject {
    /// Rows by their numbers in the set, `[B] + shape`, float32 on the CPU.
    func tensor(_ rows: [Int]) throws -> Tensor
}

/// Rows of float16 in a file with a name, so that a run that was killed finds them again. The file appears when it is
/// whole.
final class HalfRows {
    private let shape: [Int]
    private let file: MappedFile
    private var rowBytes: Int { shape.reduce(2, *) }

    /// Finds the file of an earlier attempt; nil if there is none, or one of another size.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - shape: The shape of a row.
    ///   - count: The number of rows.
    init?(path: String, shape: [Int], count: Int) {
        guard let file = try? MappedFile(path: path), file.count == shape.reduce(2 * count, *) else { return nil }
        (self.file, self.shape) = (file, shape)
    }

    /// Some of the rows as a set of their own.
    func selecting(_ rows: [Int]) -> any KeptRows { Selection(all: self, rows: rows) }

    private final class Selection: KeptRows {
        let all: HalfRows
        let rows: [Int]

        init(all: HalfRows, rows: [Int]) { (self.all, self.rows) = (all, rows) }

        func tensor(_ places: [Int]) throws -> Tensor {
            let tensor = try Tensor(emptyWithShape: [places.count] + all.shape)
            let width = all.rowBytes
            for (place, row) in places.enumerated() {
                let start = rows[row] * width
                try all.file.withBytes { bytes in
                    try tensor.store(
                        UnsafeRawBufferPointer(rebasing: bytes[start..<start + width]), dtype: .float16,
                        at: place * width / 2)
                }
                all.file.advise(.dontNeed, range: start..<start + width)
            }
            return tensor
        }
    }

    /// Appends rows to the file, which appears when it is committed.
    final class Writer {
        private let file: AtomicFileWriter

        init(path: String) throws(FileIOError) { file = try AtomicFileWriter(path: path) }

        /// Appends `[B] + shape`.
        func append(_ rows: Tensor) throws { try rows.withBytes(as: .float16) { try file.append($0) } }

        func commit() throws(FileIOError) { try file.commit(durable: false) }
    }
}
