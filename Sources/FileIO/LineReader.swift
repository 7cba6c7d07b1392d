// SPDX-License-Identifier: Apache-2.0

/// A streaming reader of lines that end with LF or CRLF, or with CR too. A line is given out as soon as its end has
/// arrived, so a pipe is followed live.
///
///     let lines = LineReader(ByteSource(descriptor: 0, path: "standard input"))
///     while try lines.next() { print(lines.line, lines.text) }
public final class LineReader {
    private let source: ByteSource
    private let endsAtReturn: Bool
    private var consumed = 0
    private var length = 0
    private var endedWithReturn = false

    /// The current line's number, from 1.
    public private(set) var line = 0

    /// A reader of what is left of a source, from which nobody else may read; `endsAtReturn` lets a CR without an LF
    /// end a line.
    public init(_ source: ByteSource, endsAtReturn: Bool = true) {
        self.source = source
        self.endsAtReturn = endsAtReturn
    }

    /// The file's path, for messages.
    public var path: String { source.path }

    /// The current line without its end; valid until the next one is read.
    public var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: source.bytes, count: length) }

    /// The current line without its end. What is no UTF-8 in it becomes U+FFFD.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The next line as text; nil after the last one.
    ///
    /// - Throws: ``FileIOError`` that names the line if it is not UTF-8 or holds a byte 0, or if reading fails.
    public func nextText() throws(FileIOError) -> String? {
        guard try next() else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8(path: path, line: line) }
        if bytes.contains(0) {
            throw .text(path: path, line: line, problem: "a byte 0 in the text, which may be no text at all")
        }
        return text
    }

    /// Goes to the next line; false at the end. Text after the last line's end counts as a line. A line longer than
    /// ``ByteSource/windowLimit`` is an error.
    public func next() throws(FileIOError) -> Bool {
        source.consume(consumed)
        consumed = 0
        length = 0
        // The LF of a CRLF is taken with the next line: waiting for it would hold a line back on a pipe.
        if endedWithReturn, try source.has(0), source.bytes[0] == 0x0A { source.consume(1) }
        endedWithReturn = false
        guard try source.has(0) else { return false }
        line += 1
        var position = 0
        while true {
            let bytes = source.window
            while position < bytes.count {
                let byte = bytes[position]
                if byte == 0x0A || byte == 0x0D && endsAtReturn {
                    endedWithReturn = byte == 0x0D
                    take(position, end: 1)
                    return true
                }
                position += 1
            }
            guard position < ByteSource.windowLimit else { throw .lineTooLong(path: path, line: line) }
            guard try source.fill() else {
                take(position, end: 0)
                return true
            }
        }
    }

    private func take(_ length: Int, end: Int) {
        consumed = length + end
        let hasReturn = !endsAtReturn && length > 0 && source.bytes[length - 1] == 0x0D
        self.length = hasReturn ? length - 1 : length
    }
}
