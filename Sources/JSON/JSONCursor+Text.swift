// SPDX-License-Identifier: Apache-2.0

import FileIO

// Strings, numbers and literals.
extension JSONCursor {
    /// The number that was read last, if it is written as a whole one and fits; -0 is none.
    var integer: Int? {
        withText { text in
            let isNegative = text.first == UInt8(ascii: "-")
            var value = 0
            for byte in text.dropFirst(isNegative ? 1 : 0) {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                let (tens, first) = value.multipliedReportingOverflow(by: 10)
                let (sum, second) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
                if first || second { return nil }
                value = sum
            }
            return !isNegative ? value : value == 0 ? nil : -value
        }
    }

    /// Reads a number or literal into ``text`` and checks its form.
    mutating func scanWord() throws(JSONFault) {
        var length = 0
        while true {
            let rest = UnsafeBufferPointer(rebasing: bytes[position...])
            while length < rest.count, isPartOfWord(rest[length]) { length += 1 }
            guard length == rest.count, length < wordLimit, try more() else { break }
        }
        let word = UnsafeBufferPointer(rebasing: bytes[position..<position + length])
        if let problem = faultOfWord(word) { throw fault(problem.0, distance: problem.distance) }
        textRange = position..<position + length
        isTextInWindow = true
        position += length
    }

    /// What keeps a word from being a number or literal: no sign but a minus, no leading zero, digits around the point
    /// (RFC 8259, section 6).
    private func faultOfWord(_ word: UnsafeBufferPointer<UInt8>) -> (JSONFault.Problem, distance: Int)? {
        let isNegative = word.first == 0x2D
        var index = isNegative ? 1 : 0
        let first = index
        /// Steps over digits; false where there is none.
        func digits() -> Bool {
            let start = index
            while index < word.count, isDigit(word[index]) { index += 1 }
            return index > start
        }
        guard digits() else {
            if !isNegative {
                let isKnown = word.isText("null") || word.isText("true") || word.isText("false")
                return isKnown || takesNaN && (word.isText("NaN") || word.isText("Infinity")) ? nil : (.literal, 0)
            }
            return takesNaN && word.isText("-Infinity") ? nil : (.number, index)
        }
        if index == word.count, word[first] != 0x30 || index - first == 1 { return nil }
        if word[first] == 0x30, index - first > 1 { return (.leadingZero, first) }
        if index < word.count, word[index] == 0x2E {
            index += 1
            guard digits() else { return (.number, index) }
        }
        if index < word.count, word[index] | 0x20 == 0x65 {
            index += 1
            if index < word.count, word[index] == 0x2D || word[index] == 0x2B { index += 1 }
            guard digits() else { return (.number, index) }
        }
        return index == word.count ? nil : (.number, index)
    }

    /// Reads a string into ``text``, its opening quote being next.
    mutating func scanString() throws(JSONFault) {
        position += 1
        isTextInWindow = false
        var isPutTogether = false
        var seen: UInt8 = 0
        while true {
            let bytes = bytes
            let begin = position
            var place = begin
            while place < bytes.count {
                let byte = bytes[place]
                if byte == 0x22 || byte == 0x5C || byte < 0x20 { break }
                seen |= byte
                place += 1
            }
            position = place
            if place < bytes.count, bytes[place] == 0x22, !isPutTogether {
                textRange = begin..<place
                isTextInWindow = true
                break
            }
            if !isPutTogether { scratch.removeAll(keepingCapacity: true) }
            isPutTogether = true
            scratch.append(contentsOf: bytes[begin..<place])
            if place == bytes.count {
                guard scratch.count < ByteSource.windowLimit, try more() else { throw fault(.closingQuote) }
            } else if bytes[place] == 0x22 {
                break
            } else if bytes[place] == 0x5C {
                try scanEscape()
            } else {
                throw fault(.controlCharacter)
            }
        }
        if seen >= 0x80, withText({ firstInvalidUTF8($0) }) != nil { throw fault(.invalidUTF8) }
        position += 1
    }

    private mutating func scanEscape() throws(JSONFault) {
        guard try has(1) else { throw fault(.escape, distance: 1) }
        let byte = bytes[position + 1]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scratch.append(byte)
        case UInt8(ascii: "b"): scratch.append(0x08)
        case UInt8(ascii: "f"): scratch.append(0x0C)
        case UInt8(ascii: "n"): scratch.append(0x0A)
        case UInt8(ascii: "r"): scratch.append(0x0D)
        case UInt8(ascii: "t"): scratch.append(0x09)
        case UInt8(ascii: "u"):
            try scanUnicodeEscape()
            return
        default: throw fault(.escape, distance: 1)
        }
        position += 2
    }

    private mutating func scanUnicodeEscape() throws(JSONFault) {
        var value = try hexadecimal(at: 2)
        var length = 6
        if (0xD800..<0xDC00).contains(value) {
            guard try has(7), bytes[position + 6] == 0x5C, bytes[position + 7] == UInt8(ascii: "u") else {
                throw fault(.surrogatePair, distance: 1)
            }
            let low = try hexadecimal(at: 8)
            guard (0xDC00..<0xE000).contains(low) else { throw fault(.surrogatePair, distance: 1) }
            value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            length = 12
        }
        guard let scalar = Unicode.Scalar(value) else { throw fault(.surrogatePair, distance: 1) }
        scratch.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        position += length
    }

    private mutating func hexadecimal(at place: Int) throws(JSONFault) -> UInt32 {
        var value: UInt32 = 0
        for place in place..<place + 4 {
            guard try has(place) else { throw fault(.hexadecimalDigits, distance: place) }
            let byte = bytes[position + place]
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
            case 0x41...0x46, 0x61...0x66: value = value << 4 | UInt32((byte | 0x20) - 0x57)
            default: throw fault(.hexadecimalDigits, distance: place)
            }
        }
        return value
    }

    /// Whether there is a byte so many behind the next one.
    private mutating func has(_ distance: Int) throws(JSONFault) -> Bool {
        while position + distance >= bytes.count {
            guard try more() else { return false }
        }
        return true
    }
}

private func isPartOfWord(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D || byte == 0x2B || byte == 0x2E
}

private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

/// The longest number or literal that is read from a source piece by piece.
private let wordLimit = 1 << 20

extension UnsafeBufferPointer<UInt8> {
    /// Whether these are the bytes of a text.
    func isText(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for place in 0..<count where self[place] != text.utf8Start[place] { return false }
        return true
    }
}
