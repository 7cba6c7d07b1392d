// SPDX-License-Identifier: Apache-2.0

/// A pull reader of JSON: the caller asks for what it expects, and steps over the rest.
///
/// Nothing is built that the caller does not ask for, so an instances file of any size streams through a small
/// window, and every value has a line. Nesting is a counted array, never recursion. `NaN` and `Infinity`, which Python
/// writes, pass where a value is stepped over.
///
///     try scanner.beginObject()
///     while try scanner.nextKey() { if scanner.text == "image" { … } else { try scanner.skipValue() } }
final class JSONScanner {
    /// What the next value is, from its first byte.
    enum Kind { case object, array, string, number, literal }

    private enum Container { case object, array }

    static let depthLimit = 512

    let source: ByteSource
    /// The line of the next byte, from 1.
    private(set) var line: Int
    private var lineStart: Int
    private var open: [(container: Container, isEmpty: Bool)] = []
    private var scratch: [UInt8] = []

    init(source: ByteSource, line: Int = 1) {
        self.source = source
        self.line = line
        lineStart = source.offset
    }

    /// How many objects and arrays are open.
    var depth: Int { open.count }

    /// The string, key or number read last.
    var text: String { String(decoding: scratch, as: UTF8.self) }

    /// What the next value is.
    func kind() throws(DatasetError) -> Kind {
        switch try peekToken() {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case ASCII.quote: .string
        case UInt8(ascii: "-"), ASCII.zero...ASCII.nine: .number
        default: .literal
        }
    }

    func beginObject() throws(DatasetError) { try begin(.object, UInt8(ascii: "{"), "an object") }

    func beginArray() throws(DatasetError) { try begin(.array, UInt8(ascii: "["), "an array") }

    /// Reads the next key of the open object into ``text``; false, and the object closed, at its end.
    func nextKey() throws(DatasetError) -> Bool {
        guard try nextMember(end: UInt8(ascii: "}"), "',' or '}'") else { return false }
        guard try peekToken() == ASCII.quote else { throw expected("a key in quotes") }
        try scanString()
        guard try peekToken() == UInt8(ascii: ":") else { throw expected("':'") }
        source.consume(1)
        return true
    }

    /// Whether the open array has another element; closes it at its end.
    func nextElement() throws(DatasetError) -> Bool {
        try nextMember(end: UInt8(ascii: "]"), "',' or ']'")
    }

    /// The next value if it is a string; nil, and the value stepped over, if not.
    func stringOrSkip() throws(DatasetError) -> String? {
        guard try kind() == .string else {
            try skipValue()
            return nil
        }
        try scanString()
        return text
    }

    /// The next value if it is a finite or infinite decimal number; nil, and the value stepped over, if not.
    func numberOrSkip() throws(DatasetError) -> Double? {
        guard try kind() == .number else {
            try skipValue()
            return nil
        }
        try scanWord()
        return scratch.withUnsafeBufferPointer(DecimalNumber.parse)
    }

    /// Steps over the next value and tells whether it was `null`.
    func nullOrSkip() throws(DatasetError) -> Bool {
        let isLiteral = try kind() == .literal
        try skipValue()
        return isLiteral && text == "null"
    }

    /// Steps over the next value, however deep.
    func skipValue() throws(DatasetError) {
        let floor = open.count
        try skipOrOpen()
        while open.count > floor, let last = open.last {
            let hasNext = last.container == .object ? try nextKey() : try nextElement()
            if hasNext { try skipOrOpen() }
        }
    }

    /// Demands that nothing but white space is left.
    func expectEnd() throws(DatasetError) {
        try skipSpace()
        if try source.has(0) { throw expected("the end of the document") }
    }

    /// The error for something else than expected at the next byte.
    func expected(_ what: String) -> DatasetError {
        .malformed(
            path: source.path, line: line, problem: .json(column: source.offset - lineStart + 1, expected: what))
    }

    private func begin(_ container: Container, _ byte: UInt8, _ what: String) throws(DatasetError) {
        guard try peekToken() == byte else { throw expected(what) }
        guard open.count < Self.depthLimit else {
            throw .malformed(path: source.path, line: line, problem: .jsonTooDeep(limit: Self.depthLimit))
        }
        source.consume(1)
        open.append((container, true))
    }

    private func nextMember(end: UInt8, _ what: String) throws(DatasetError) -> Bool {
        let isEmpty = open.last?.isEmpty ?? true
        let byte = try peekToken()
        if byte == end {
            source.consume(1)
            open.removeLast()
            return false
        }
        if isEmpty {
            open[open.count - 1].isEmpty = false
        } else {
            guard byte == ASCII.comma else { throw expected(what) }
            source.consume(1)
        }
        return true
    }

    private func skipOrOpen() throws(DatasetError) {
        switch try kind() {
        case .object: try beginObject()
        case .array: try beginArray()
        case .string: try scanString()
        case .number, .literal: try scanWord()
        }
    }

    private func skipSpace() throws(DatasetError) {
        while true {
            let bytes = source.bytes
            let count = source.count
            var position = 0
            while position < count {
                let byte = bytes[position]
                guard byte == ASCII.space || (ASCII.tab...ASCII.carriageReturn).contains(byte), byte != 0x0B,
                    byte != 0x0C
                else { break }
                position += 1
                if byte == ASCII.lineFeed {
                    line += 1
                    lineStart = source.offset + position
                }
            }
            source.consume(position)
            if position < count { return }
            guard try source.fill() else { return }
        }
    }

    private func peekToken() throws(DatasetError) -> UInt8 {
        try skipSpace()
        guard try source.has(0) else { throw expected("a value, and the text ends") }
        return source.bytes[0]
    }
}

// Strings, numbers and literals.
extension JSONScanner {
    /// Reads a number or literal into ``text`` and checks its form.
    private func scanWord() throws(DatasetError) {
        var length = 0
        scan: while true {
            let bytes = source.bytes
            let count = source.count
            while length < count {
                guard Self.isWordByte(bytes[length]), length < Self.wordLimit else { break scan }
                length += 1
            }
            guard try source.fill() else { break }
        }
        let word = Bytes(start: source.bytes, count: length)
        guard Self.isNumber(word) || Self.literals.contains(where: { $0.utf8.elementsEqual(word) }) else {
            throw expected("a value")
        }
        scratch.removeAll(keepingCapacity: true)
        scratch.append(contentsOf: word)
        source.consume(length)
    }

    /// The longest number; past it, the rest of a longer one is no value's beginning.
    private static let wordLimit = 4096

    private static func isWordByte(_ byte: UInt8) -> Bool {
        ASCII.isDigit(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D || byte == 0x2B || byte == 0x2E
    }

    private static let literals = ["null", "true", "false", "NaN", "Infinity", "-Infinity"]

    /// JSON's number: no sign but a minus, no leading zero, digits around the point (RFC 8259, section 6).
    private static func isNumber(_ word: Bytes) -> Bool {
        var index = word.first == 0x2D ? 1 : 0
        guard index < word.count, ASCII.isDigit(word[index]) else { return false }
        let hasLeadingZero = word[index] == ASCII.zero
        guard let integer = stepOverDigits(word, &index), !(hasLeadingZero && integer > 1) else { return false }
        if index < word.count, word[index] == 0x2E {
            index += 1
            guard stepOverDigits(word, &index) != nil else { return false }
        }
        if index < word.count, word[index] | 0x20 == 0x65 {
            index += 1
            if index < word.count, word[index] == 0x2D || word[index] == 0x2B { index += 1 }
            guard stepOverDigits(word, &index) != nil else { return false }
        }
        return index == word.count
    }

    /// How many digits follow; nil where there is none.
    private static func stepOverDigits(_ word: Bytes, _ index: inout Int) -> Int? {
        let start = index
        while index < word.count, ASCII.isDigit(word[index]) { index += 1 }
        return index > start ? index - start : nil
    }

    /// Reads a string into ``text``, its opening quote being next.
    private func scanString() throws(DatasetError) {
        scratch.removeAll(keepingCapacity: true)
        source.consume(1)
        var seen: UInt8 = 0
        while true {
            let bytes = source.bytes
            let count = source.count
            var position = 0
            while position < count {
                let byte = bytes[position]
                if byte == ASCII.quote || byte == ASCII.backslash || byte < 0x20 { break }
                seen |= byte
                position += 1
            }
            scratch.append(contentsOf: Bytes(start: bytes, count: position))
            source.consume(position)
            if position == count {
                guard scratch.count < ByteSource.windowLimit, try source.fill() else {
                    throw expected("a closing quote")
                }
                continue
            }
            switch source.bytes[0] {
            case ASCII.quote:
                source.consume(1)
                if seen >= 0x80, !scratch.withUnsafeBufferPointer({ $0.isUTF8 }) {
                    throw .malformed(path: source.path, line: line, problem: .invalidUTF8)
                }
                return
            case ASCII.backslash: try scanEscape()
            default: throw expected("no control character inside a string")
            }
        }
    }

    private func scanEscape() throws(DatasetError) {
        guard try source.has(1) else { throw expected("an escape") }
        let byte = source.bytes[1]
        switch byte {
        case ASCII.quote, ASCII.backslash, UInt8(ascii: "/"): scratch.append(byte)
        case UInt8(ascii: "b"): scratch.append(0x08)
        case UInt8(ascii: "f"): scratch.append(0x0C)
        case UInt8(ascii: "n"): scratch.append(0x0A)
        case UInt8(ascii: "r"): scratch.append(0x0D)
        case UInt8(ascii: "t"): scratch.append(0x09)
        case UInt8(ascii: "u"):
            try scanUnicodeEscape()
            return
        default: throw expected("an escape that JSON knows")
        }
        source.consume(2)
    }

    private func scanUnicodeEscape() throws(DatasetError) {
        guard var value = try hexadecimal(at: 2) else { throw expected("four hexadecimal digits after \\u") }
        var length = 6
        if (0xD800..<0xDC00).contains(value) {
            guard try source.has(7), source.bytes[6] == ASCII.backslash, source.bytes[7] == UInt8(ascii: "u"),
                let low = try hexadecimal(at: 8), (0xDC00..<0xE000).contains(low)
            else { throw expected("a pair of surrogates") }
            value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            length = 12
        }
        guard let scalar = Unicode.Scalar(value) else { throw expected("a pair of surrogates") }
        scratch.append(contentsOf: Array(String(Character(scalar)).utf8))
        source.consume(length)
    }

    private func hexadecimal(at position: Int) throws(DatasetError) -> UInt32? {
        guard try source.has(position + 3) else { return nil }
        var value: UInt32 = 0
        for index in position..<(position + 4) {
            let byte = source.bytes[index]
            switch byte {
            case ASCII.zero...ASCII.nine: value = value << 4 | UInt32(byte - ASCII.zero)
            case 0x41...0x46, 0x61...0x66: value = value << 4 | UInt32((byte | 0x20) - 0x57)
            default: return nil
            }
        }
        return value
    }
}
