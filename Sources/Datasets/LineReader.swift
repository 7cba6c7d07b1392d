// SPDX-License-Identifier: Apache-2.0

/// A streaming reader of lines that end with LF, CRLF or CR.
///
/// A line is given out as soon as its end has arrived, so a pipe is followed live.
final class LineReader {
    private let source: ByteSource
    private var consumed = 0
    private var length = 0
    private var endedWithReturn = false

    /// The current line's number, from 1.
    private(set) var line = 0

    init(source: ByteSource) {
        self.source = source
    }

    /// The file's path, for messages.
    var path: String { source.path }

    /// The current line without its end; valid until the next one is read.
    var bytes: Bytes { Bytes(start: source.bytes, count: length) }

    /// Goes to the next line; false at the end. Text after the last line's end counts as a line if there is any.
    func next() throws(DatasetError) -> Bool {
        source.consume(consumed)
        consumed = 0
        length = 0
        // The LF of a CRLF is taken with the next line: waiting for it would hold a line back on a pipe.
        if endedWithReturn, try source.has(0), source.bytes[0] == ASCII.lineFeed { source.consume(1) }
        endedWithReturn = false
        guard try source.has(0) else { return false }
        line += 1
        var position = 0
        while true {
            let bytes = source.bytes
            let count = source.count
            while position < count {
                let byte = bytes[position]
                if byte == ASCII.lineFeed || byte == ASCII.carriageReturn {
                    endedWithReturn = byte == ASCII.carriageReturn
                    length = position
                    consumed = position + 1
                    return true
                }
                position += 1
            }
            guard position < ByteSource.windowLimit else {
                throw .malformed(path: source.path, line: line, problem: .tooLong(limit: ByteSource.windowLimit))
            }
            guard try source.fill() else {
                length = position
                consumed = position
                return true
            }
        }
    }
}
