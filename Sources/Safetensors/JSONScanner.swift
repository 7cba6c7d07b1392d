// SPDX-License-Identifier: Apache-2.0

/// Where and how a text departs from JSON.
enum JSONFault: Error, Equatable {
    /// Something else was needed at this offset.
    case expected(String, offset: Int)
    /// Arrays and objects nested deeper than ``JSONScanner/maximumDepth``.
    case tooDeep(offset: Int)
}

/// A number that cannot be a size.
enum NumberFault: Error, Equatable {
    case syntax(JSONFault)
    case value(SafetensorsError.NumberProblem)
}

/// A strict pull reader of JSON over bytes that are known to be UTF-8.
///
/// It keeps nothing: values that the caller does not want are checked and skipped, so that a hostile header of 100 MB
/// cannot grow into gigabytes of parsed tree. Order is the file's, and duplicate keys are the caller's to see.
struct JSONScanner {
    static let maximumDepth = 32

    private let bytes: UnsafeRawBufferPointer
    private(set) var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// The next byte after white space, not consumed; `nil` at the end.
    mutating func peek() -> UInt8? {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            default: return bytes[offset]
            }
        }
        return nil
    }

    mutating func expect(_ character: Unicode.Scalar, _ words: String) throws(JSONFault) {
        guard peek() == UInt8(ascii: character) else { throw .expected(words, offset: offset) }
        offset += 1
    }

    /// Steps to the next member of an object whose `{` was consumed.
    ///
    /// - Parameter isFirst: `true` before the first member; becomes `false`.
    /// - Returns: The member's key, its value being next, or `nil` after the closing brace.
    /// - Throws: ``JSONFault``.
    mutating func nextKey(isFirst: inout Bool) throws(JSONFault) -> String? {
        if peek() == UInt8(ascii: "}"), isFirst {
            offset += 1
            return nil
        }
        if !isFirst {
            switch peek() {
            case UInt8(ascii: ","): offset += 1
            case UInt8(ascii: "}"):
                offset += 1
                return nil
            default: throw .expected("',' or '}'", offset: offset)
            }
        }
        isFirst = false
        let key = try string("a key in quotes")
        try expect(":", "':'")
        return key
    }

    /// Steps to the next element of an array whose `[` was consumed; `false` after the closing bracket.
    mutating func nextElement(isFirst: inout Bool) throws(JSONFault) -> Bool {
        if peek() == UInt8(ascii: "]"), isFirst {
            offset += 1
            return false
        }
        if !isFirst {
            switch peek() {
            case UInt8(ascii: ","): offset += 1
            case UInt8(ascii: "]"):
                offset += 1
                return false
            default: throw .expected("',' or ']'", offset: offset)
            }
        }
        isFirst = false
        return true
    }

    mutating func string(_ words: String = "a string") throws(JSONFault) -> String {
        try expect("\"", words)
        var result = ""
        var start = offset
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                result += String(decoding: bytes[start..<offset], as: UTF8.self)
                offset += 1
                return result
            case UInt8(ascii: "\\"):
                result += String(decoding: bytes[start..<offset], as: UTF8.self)
                offset += 1
                result.unicodeScalars.append(try escape())
                start = offset
            case 0..<0x20:
                throw .expected("no control character within a string", offset: offset)
            default:
                offset += 1
            }
        }
        throw .expected("a closing quote", offset: offset)
    }

    private mutating func escape() throws(JSONFault) -> Unicode.Scalar {
        let start = offset
        guard offset < bytes.count else { throw .expected("an escape", offset: start) }
        let letter = bytes[offset]
        offset += 1
        switch letter {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw .expected("an escape", offset: start)
        }
        let high = try hexadecimal()
        if let scalar = Unicode.Scalar(high) { return scalar }
        // Not a scalar, so a surrogate: it needs its other half at once.
        guard high < 0xDC00, offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
            bytes[offset + 1] == UInt8(ascii: "u")
        else { throw .expected("a whole surrogate pair", offset: start) }
        offset += 2
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
        else { throw .expected("a whole surrogate pair", offset: start) }
        return scalar
    }

    private mutating func hexadecimal() throws(JSONFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard offset < bytes.count, let digit = Character(Unicode.Scalar(bytes[offset])).hexDigitValue else {
                throw .expected("four hexadecimal digits", offset: offset)
            }
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return value
    }

    /// A number that can be a size: whole, not negative, at most `Int.max`.
    mutating func size() throws(NumberFault) -> Int {
        _ = peek()
        let start = offset
        let isInteger: Bool
        do { isInteger = try number() } catch { throw .syntax(error) }
        if bytes[start] == UInt8(ascii: "-") { throw .value(.negative) }
        if !isInteger { throw .value(.notWhole) }
        var value = 0
        for byte in bytes[start..<offset] {
            let (tens, first) = value.multipliedReportingOverflow(by: 10)
            let (sum, second) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
            if first || second { throw .value(.tooLarge) }
            value = sum
        }
        return value
    }

    /// Consumes a number of any kind; says whether it is written as an integer.
    private mutating func number() throws(JSONFault) -> Bool {
        if peek() == UInt8(ascii: "-") { offset += 1 }
        let start = offset
        try digits()
        if bytes[start] == UInt8(ascii: "0"), offset - start > 1 {
            throw .expected("a number without leading zeros", offset: start)
        }
        var isInteger = true
        if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
            isInteger = false
            offset += 1
            try digits()
        }
        if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            offset += 1
            if offset < bytes.count, bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-") {
                offset += 1
            }
            try digits()
        }
        return isInteger
    }

    private mutating func digits() throws(JSONFault) {
        let start = offset
        while offset < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) { offset += 1 }
        if offset == start { throw .expected("a number", offset: start) }
    }

    /// Checks and skips any value.
    mutating func skipValue(depth: Int = 0) throws(JSONFault) {
        guard let byte = peek() else { throw .expected("a value", offset: offset) }
        if depth > JSONScanner.maximumDepth { throw .tooDeep(offset: offset) }
        var isFirst = true
        switch byte {
        case UInt8(ascii: "{"):
            offset += 1
            while try nextKey(isFirst: &isFirst) != nil { try skipValue(depth: depth + 1) }
        case UInt8(ascii: "["):
            offset += 1
            while try nextElement(isFirst: &isFirst) { try skipValue(depth: depth + 1) }
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default: _ = try number()
        }
    }

    private mutating func word(_ word: String) throws(JSONFault) {
        guard bytes[offset...].starts(with: word.utf8) else { throw .expected("a value", offset: offset) }
        offset += word.utf8.count
    }
}
