// SPDX-License-Identifier: Apache-2.0

import FileIO

/// A streaming reader of comma-separated values after RFC 4180, UTF-8, one record in memory at a time (at most 256
/// MiB).
///
/// Records end with LF, CRLF or CR; a field in quotes may hold commas, line ends and doubled quotes; blank lines are
/// skipped. What other readers guess at is an error with its line: an unclosed quote, a quote inside a plain field,
/// text after a closing quote, bytes that are not UTF-8, a byte 0. Rows may be of any length
/// (``requireFieldCount(_:)``).
///
///     let reader = try CSVReader(path: "train.csv")
///     while try reader.next() { print(reader.line, reader.field(0)) }
public final class CSVReader {
    private struct Field {
        var start: Int
        var end: Int
        var hasDoubledQuotes: Bool
    }

    private let source: ByteSource
    private var fields: [Field] = []
    private var recordLength = 0
    private var nextLine = 1

    /// The line on which the current record begins, from 1.
    public private(set) var line = 0
    /// Where the image column stands, once an annotation header has been read.
    var imageColumn = 0

    /// Opens a file; throws if it is missing, unreadable or not in UTF-8.
    public convenience init(path: String) throws(DatasetError) {
        try self.init(source: ByteSource.opening(path))
    }

    /// Reads text in memory, which messages call `path`; throws if it is not in UTF-8.
    public convenience init(bytes: [UInt8], path: String) throws(DatasetError) {
        try self.init(source: bytes.withUnsafeBufferPointer { ByteSource(bytes: $0, path: path) })
    }

    init(source: ByteSource) throws(DatasetError) {
        self.source = source
        try source.skipByteOrderMark()
    }

    /// How many fields the current record has.
    public var fieldCount: Int { fields.count }

    /// The file's path, for messages.
    public var path: String { source.path }

    /// The text of a field of the current record, without its quotes; fields count from 0.
    public func field(_ index: Int) -> String {
        bytes(index).text
    }

    /// The bytes of a field; valid until the next record is read.
    func bytes(_ index: Int) -> Bytes {
        // Behind an annotation header the image column counts as the first, wherever it stands.
        let place = index == 0 ? imageColumn : index <= imageColumn ? index - 1 : index
        let field = fields[place]
        return Bytes(start: source.bytes + field.start, count: field.end - field.start)
    }

    /// Throws unless the current record has as many fields as the header.
    public func requireFieldCount(_ expected: Int) throws(DatasetError) {
        guard fields.count == expected else {
            throw problem(Problem.fieldCount(expected: expected, found: fields.count), at: line)
        }
    }

    /// Goes to the next record that is not a blank line; false at the end of the file. Throws where the text is not
    /// CSV.
    public func next() throws(DatasetError) -> Bool {
        repeat {
            source.consume(recordLength)
            recordLength = 0
            fields.removeAll(keepingCapacity: true)
            line = nextLine
            guard try source.holds(0) else { return false }
            try readRecord()
        } while isBlankLine
        return true
    }

    private var isBlankLine: Bool {
        fields.count == 1 && fields[0].start == 0 && fields[0].end == 0
    }

    private func readRecord() throws(DatasetError) {
        var position = 0
        var seen: UInt8 = 0
        while true {
            let isQuoted = try source.holds(position) && source.bytes[position] == ASCII.quote
            if isQuoted {
                try readQuotedField(&position, &seen)
            } else {
                try readPlainField(&position, &seen)
            }
            guard try source.holds(position) else { break }
            let byte = source.bytes[position]
            position += 1
            if byte == ASCII.comma { continue }
            if byte == ASCII.carriageReturn, try source.holds(position), source.bytes[position] == ASCII.lineFeed {
                position += 1
            }
            nextLine += 1
            break
        }
        recordLength = position
        if seen >= 0x80, !Bytes(start: source.bytes, count: position).isUTF8 {
            throw problem(Problem.invalidUTF8, at: line)
        }
        for index in fields.indices where fields[index].hasDoubledQuotes { halveQuotes(&fields[index]) }
    }

    private func readPlainField(_ position: inout Int, _ seen: inout UInt8) throws(DatasetError) {
        let start = position
        scan: while true {
            let bytes = source.bytes
            let count = source.count
            while position < count {
                let byte = bytes[position]
                // All bytes that matter are at or below the comma; digits, letters and UTF-8 are above.
                if byte <= ASCII.comma {
                    if ASCII.endsField(byte) { break scan }
                    if byte == ASCII.quote {
                        let what = "a quote inside a field that does not begin with one"
                        throw problem("\(what); put the field in quotes and double the inner quotes", at: nextLine)
                    }
                    if byte == 0 { throw problem(Problem.nulByte, at: nextLine) }
                }
                seen |= byte
                position += 1
            }
            guard try more() else { break }
        }
        fields.append(Field(start: start, end: position, hasDoubledQuotes: false))
    }

    private func readQuotedField(_ position: inout Int, _ seen: inout UInt8) throws(DatasetError) {
        let openedOn = nextLine
        position += 1
        var field = Field(start: position, end: position, hasDoubledQuotes: false)
        while true {
            guard position < source.count else {
                if try more() { continue }
                throw problem("the quote opened here is never closed; close it", at: openedOn)
            }
            let byte = source.bytes[position]
            position += 1
            if byte == ASCII.quote {
                guard try source.holds(position), source.bytes[position] == ASCII.quote else { break }
                field.hasDoubledQuotes = true
                position += 1
            } else if byte == ASCII.lineFeed {
                nextLine += 1
            } else if byte == ASCII.carriageReturn {
                let isPair = try source.holds(position) && source.bytes[position] == ASCII.lineFeed
                if !isPair { nextLine += 1 }
            } else if byte == 0 {
                throw problem(Problem.nulByte, at: nextLine)
            }
            seen |= byte
        }
        field.end = position - 1
        if try source.holds(position), !ASCII.endsField(source.bytes[position]) {
            let advice = "put a comma there, or double the quotes inside the field"
            throw problem("text after a closing quote; \(advice)", at: nextLine)
        }
        fields.append(field)
    }

    /// Writes a field's doubled quotes as single ones, in place: the text only gets shorter.
    private func halveQuotes(_ field: inout Field) {
        let bytes = source.bytes
        var output = field.start
        var input = field.start
        while input < field.end {
            let byte = bytes[input]
            bytes[output] = byte
            output += 1
            input += byte == ASCII.quote ? 2 : 1
        }
        field.end = output
    }

    private func more() throws(DatasetError) -> Bool {
        guard source.count < ByteSource.windowLimit else { throw problem(Problem.tooLong, at: line) }
        return try source.grows()
    }

    private func problem(_ problem: String, at line: Int) -> DatasetError { .at(source.path, line, problem) }
}
