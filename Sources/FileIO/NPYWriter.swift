// SPDX-License-Identifier: Apache-2.0

/// A NumPy `.npy` file of float32 rows, `[N, D]` in C order, whose N is known only at the end (version 1.0 of
/// numpy/lib/_format_impl.py). The header is reserved at full length and patched by ``commit(durable:)``, at which the
/// file also appears under its name.
public final class NPYWriter {
    /// Magic, version, length and dictionary together: two multiples of 64, enough for any two 64-bit sizes.
    static let headerSize = 128

    /// D, the number of values in a row.
    public let columns: Int
    /// N so far.
    public private(set) var rows = 0

    private let file: AtomicFileWriter

    /// Starts a file aside, with rows of D = `columns` ≥ 0 values.
    public init(path: String, columns: Int) throws(FileIOError) {
        precondition(columns >= 0, "a row cannot have fewer than no columns")
        self.columns = columns
        file = try AtomicFileWriter(path: path)
        try file.append(NPYWriter.header(rows: 0, columns: columns))
    }

    /// Appends one row of D values.
    public func append(row: [Float]) throws(FileIOError) {
        precondition(row.count == columns, "a row must have as many values as the file has columns")
        try row.withUnsafeBufferPointer { (row) throws(FileIOError) in try file.append(UnsafeRawBufferPointer(row)) }
        rows += 1
    }

    /// Writes N into the header and gives the file its name; `durable` waits for the disk. After an error nothing is
    /// left behind.
    public func commit(durable: Bool) throws(FileIOError) {
        try file.seekWrite(NPYWriter.header(rows: rows, columns: columns), at: 0)
        try file.commit(durable: durable)
    }

    static func header(rows: Int, columns: Int) -> [UInt8] {
        // The values are written as they lie in memory, so the header says which way round that is.
        let order = UInt16(1).littleEndian == 1 ? "<" : ">"
        let dictionary = "{'descr': '\(order)f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
        let length = headerSize - 10
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
        bytes += dictionary.utf8
        bytes += [UInt8](repeating: UInt8(ascii: " "), count: headerSize - 1 - bytes.count)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }
}
