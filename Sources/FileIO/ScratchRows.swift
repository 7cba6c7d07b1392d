// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Rows of numbers that need not outlive the process, in a file without a name: the kernel keeps in memory what fits,
/// and the file is gone however the process ends. Rows are appended once and then read in any order, by one thread at a
/// time.
public final class ScratchRows {
    /// Numbers in a row.
    public let width: Int
    /// Rows written so far.
    public private(set) var count = 0
    private let descriptor: Descriptor
    private let directory: String

    /// A file in a directory that has room for the rows, each of `width` ≥ 1 numbers.
    public init(directory: String, width: Int) throws(FileIOError) {
        precondition(width > 0, "a row has numbers")
        try checkPath(directory)
        let path = temporaryPath(beside: directory + "/rows")
        let number = try retrying(.write, path) { open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
        unlink(path)
        self.descriptor = Descriptor(number: number)
        self.directory = directory
        self.width = width
    }

    private var rowBytes: Int { width * MemoryLayout<Float>.stride }

    /// Appends a row of ``width`` numbers.
    public func append(_ row: [Float]) throws(FileIOError) {
        precondition(row.count == width, "every row has as many numbers")
        let number = descriptor.number
        var done = 0
        while done < rowBytes {
            let start = off_t(count * rowBytes + done)
            done += try retrying(.write, directory) {
                row.withUnsafeBytes { pwrite(number, $0.baseAddress.map { $0 + done }, rowBytes - done, start) }
            }
        }
        count += 1
    }

    /// Reads rows, each below ``count``, in any order: ``width`` numbers for each, one row after the other.
    public func read(_ rows: [Int]) throws(FileIOError) -> [Float] {
        var values = [Float](repeating: 0, count: rows.count * width)
        let number = descriptor.number
        for (place, row) in rows.enumerated() {
            precondition((0..<count).contains(row), "the row has been written")
            var done = 0
            while done < rowBytes {
                let start = off_t(row * rowBytes + done)
                let got = try retrying(.read, directory) {
                    values.withUnsafeMutableBytes {
                        pread(number, $0.baseAddress.map { $0 + place * rowBytes + done }, rowBytes - done, start)
                    }
                }
                // A file that nobody else can reach does not become shorter by itself.
                if got == 0 { throw .system(operation: .read, path: directory, code: EIO) }
                done += got
            }
        }
        return values
    }
}
