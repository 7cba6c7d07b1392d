// SPDX-License-Identifier: Apache-2.0

/// A NumPy `.npy` file of float32 rows, `[N, D]` in C order, read through memory mapping: values stay on the disk until
/// they are touched, and ``release(rows:)`` lets go of them again. Reads versions 1 to 3 of the format
/// (numpy/lib/_format_impl.py) and checks everything before the first value is used.
public final class NPYFile: Sendable {
    /// The path that was opened.
    public let path: String
    /// N.
    public let rows: Int
    /// D.
    public let columns: Int

    private let file: MappedFile
    private let offset: Int

    /// Opens a file and checks its header and its size.
    public init(path: String) throws(FileIOError) {
        let file = try MappedFile(path: path)
        do throws(NPYProblem) {
            let header = try file.withBytes { (bytes) throws(NPYProblem) in try NPYHeader(bytes) }
            // The values are used as they lie in the file.
            let order = UInt16(1).littleEndian == 1 ? "<" : ">"
            guard header.elementType == order + "f4" else { throw .elementType(header.elementType) }
            guard header.shape.count == 2 else { throw .dimensions(header.shape) }
            // A single row or column lies the same in both orders.
            if header.isFortranOrder, !header.shape.contains(where: { $0 <= 1 }) { throw .fortranOrder }
            let (values, overflow) = header.shape[0].multipliedReportingOverflow(by: header.shape[1])
            let (bytes, tooMany) = values.multipliedReportingOverflow(by: MemoryLayout<Float>.size)
            let found = file.count - header.offset
            guard !overflow, !tooMany, bytes == found else {
                throw .size(expected: overflow || tooMany ? nil : bytes, found: found)
            }
            // Rows of nothing could be any number without a byte in the file.
            if header.shape[1] == 0, header.shape[0] > 0 { throw .dimensions(header.shape) }
            (rows, columns, offset) = (header.shape[0], header.shape[1], header.offset)
        } catch {
            throw .npy(path: path, problem: error)
        }
        self.path = path
        self.file = file
    }

    /// Calls a closure with the values of some rows, `[range.count, D]`, as bytes: float32 in this machine's order, at
    /// any alignment. They must not escape.
    public func withRows<Result, Failure: Error>(
        _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try file.withBytes { (bytes) throws(Failure) in
            try body(UnsafeRawBufferPointer(rebasing: bytes[byteRange(range)]))
        }
    }

    /// Lets go of the memory of rows that are not needed again soon; they are read anew when touched.
    public func release(rows range: Range<Int>) {
        file.advise(.dontNeed, range: byteRange(range))
    }

    private func byteRange(_ range: Range<Int>) -> Range<Int> {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows must lie in the file")
        let width = columns * MemoryLayout<Float>.size
        return offset + range.lowerBound * width..<offset + range.upperBound * width
    }
}
