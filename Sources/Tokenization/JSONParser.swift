// SPDX-License-Identifier: Apache-2.0

/// A recursive-descent parser of JSON (RFC 8259) with bounded depth.
struct JSONParser {
    private let bytes: [UInt8]
    private let file: String
    private var position = 0
    private static let maximumDepth = 64

    init(bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
    }

    mutating func parseDocument(pool: inout [UInt8]) throws -> JSONDocument.Value {
        if let at = firstInvalidUTF8() {
            position = at
            throw failure("a byte that is not UTF-8")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        let value = try parseValue(pool: &pool, depth: 0)
        skipBlanks()
        if position < bytes.count { throw failure("something follows the end of the value") }
        return value
    }

    private func firstInvalidUTF8() -> Int? {
        if String(validating: bytes, as: UTF8.self) != nil { return nil }
        // Slow, but only on the way to an error: the longest valid prefix, by the decoder that stops at a fault.
        var decoder = UTF8()
        var source = bytes.makeIterator()
        var count = 0
        while case .scalarValue(let scalar) = decoder.decode(&source) { count += UTF8.width(scalar) }
        return count
    }

    private func failure(_ problem: String) -> TokenizerError {
        let end = min(position, bytes.count)
        let line = bytes[..<end].reduce(1) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
        return .malformedJSON(file: file, line: line, problem: problem)
    }

    private mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func parseValue(pool: inout [UInt8], depth: Int) throws -> JSONDocument.Value {
        if depth > Self.maximumDepth { throw failure("nested deeper than \(Self.maximumDepth) levels") }
        skipBlanks()
        guard position < bytes.count else { throw failure("the file ends too early") }
        switch bytes[position] {
        case UInt8(ascii: "{"): return .object(try parseObject(pool: &pool, depth: depth))
        case UInt8(ascii: "["): return .array(try parseArray(pool: &pool, depth: depth))
        case UInt8(ascii: "\""): return .string(try parseString(pool: &pool))
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        default: throw failure("unexpected character")
        }
    }

    private mutating func parseWord(_ word: String, _ value: JSONDocument.Value) throws -> JSONDocument.Value {
        guard bytes[position...].starts(with: word.utf8) else { throw failure("unexpected word") }
        position += word.utf8.count
        return value
    }

    private mutating func parseObject(
        pool: inout [UInt8], depth: Int
    ) throws -> [(key: JSONDocument.Text, value: JSONDocument.Value)] {
        var members: [(key: JSONDocument.Text, value: JSONDocument.Value)] = []
        position += 1
        skipBlanks()
        if takes(UInt8(ascii: "}")) { return members }
        while true {
            skipBlanks()
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                throw failure("a key is missing")
            }
            let key = try parseString(pool: &pool)
            skipBlanks()
            guard takes(UInt8(ascii: ":")) else { throw failure("a colon is missing") }
            members.append((key, try parseValue(pool: &pool, depth: depth + 1)))
            skipBlanks()
            if takes(UInt8(ascii: "}")) { return members }
            guard takes(UInt8(ascii: ",")) else { throw failure("a comma or closing brace is missing") }
        }
    }

    private mutating func parseArray(pool: inout [UInt8], depth: Int) throws -> [JSONDocument.Value] {
        var values: [JSONDocument.Value] = []
        position += 1
        skipBlanks()
        if takes(UInt8(ascii: "]")) { return values }
        while true {
            values.append(try parseValue(pool: &pool, depth: depth + 1))
            skipBlanks()
            if takes(UInt8(ascii: "]")) { return values }
            guard takes(UInt8(ascii: ",")) else { throw failure("a comma or closing bracket is missing") }
        }
    }

    private mutating func takes(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func parseNumber() throws -> JSONDocument.Value {
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
                UInt8(ascii: "e"), UInt8(ascii: "E"):
                position += 1
                continue
            default: break
            }
            break
        }
        let slice = bytes[start..<position]
        let digits = slice.first == UInt8(ascii: "-") ? slice.dropFirst() : slice
        let leadingZero =
            digits.count > 1 && digits.first == UInt8(ascii: "0")
            && digits.dropFirst().first.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
        if !leadingZero, slice.count <= 18, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            !digits.isEmpty
        {
            let magnitude = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
            return .integer(digits.count == slice.count ? magnitude : -magnitude)
        }
        guard !leadingZero, digits.last != UInt8(ascii: "."),
            let number = Double(String(decoding: slice, as: UTF8.self))
        else { throw failure("a malformed number") }
        return .number(number)
    }

    private mutating func parseString(pool: inout [UInt8]) throws -> JSONDocument.Text {
        let start = pool.count
        position += 1
        var run = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                pool.append(contentsOf: bytes[run..<position])
                position += 1
                return start..<pool.count
            }
            if byte == UInt8(ascii: "\\") {
                pool.append(contentsOf: bytes[run..<position])
                position += 1
                try parseEscape(pool: &pool)
                run = position
            } else if byte < 0x20 {
                throw failure("a control character in a string")
            } else {
                position += 1
            }
        }
        throw failure("a string that does not end")
    }

    private mutating func parseEscape(pool: inout [UInt8]) throws {
        guard position < bytes.count else { throw failure("a string that does not end") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): pool.append(byte)
        case UInt8(ascii: "b"): pool.append(0x08)
        case UInt8(ascii: "f"): pool.append(0x0C)
        case UInt8(ascii: "n"): pool.append(0x0A)
        case UInt8(ascii: "r"): pool.append(0x0D)
        case UInt8(ascii: "t"): pool.append(0x09)
        case UInt8(ascii: "u"):
            var code = try parseHex()
            if (0xD800..<0xDC00).contains(code), bytes[position...].starts(with: [0x5C, UInt8(ascii: "u")]) {
                position += 2
                let low = try parseHex()
                guard (0xDC00..<0xE000).contains(low) else { throw failure("half of a surrogate pair in a string") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw failure("half of a surrogate pair in a string") }
            pool.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw failure("an unknown escape in a string")
        }
    }

    private mutating func parseHex() throws -> UInt32 {
        guard position + 4 <= bytes.count else { throw failure("a string that does not end") }
        var code: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("a malformed \\u escape")
            }
            code = code << 4 | UInt32(digit)
        }
        position += 4
        return code
    }
}
