// SPDX-License-Identifier: Apache-2.0

import FileIO

/// Bytes of text that are looked at in place.
typealias Bytes = UnsafeBufferPointer<UInt8>

/// The bytes that separate things.
enum ASCII {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let comma: UInt8 = 0x2C
    static let zero: UInt8 = 0x30
    static let nine: UInt8 = 0x39

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == space || (tab...carriageReturn).contains(byte)
    }

    /// Whether a field in plain CSV ends here.
    static func endsField(_ byte: UInt8) -> Bool {
        byte == comma || byte == lineFeed || byte == carriageReturn
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        (zero...nine).contains(byte)
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The bytes without white space at both ends.
    func trimmed() -> Bytes {
        var low = 0
        var high = count
        while low < high && ASCII.isSpace(self[low]) { low += 1 }
        while high > low && ASCII.isSpace(self[high - 1]) { high -= 1 }
        return Bytes(rebasing: self[low..<high])
    }

    /// The text of bytes already known to be UTF-8.
    var text: String { String(decoding: self, as: UTF8.self) }

    /// Whether the bytes are UTF-8.
    var isUTF8: Bool { firstInvalidUTF8(self) == nil }
}

extension String {
    /// The text without ASCII white space at both ends, as label names are compared.
    var trimmedLabel: String {
        guard let first = utf8.first, let last = utf8.last else { return self }
        guard ASCII.isSpace(first) || ASCII.isSpace(last) else { return self }
        var copy = self
        return copy.withUTF8 { $0.trimmed().text }
    }
}

/// A name compared by its bytes: `String` calls composed and decomposed letters equal, a file system does not.
struct ExactName: Hashable {
    let text: String

    static func == (left: ExactName, right: ExactName) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var copy = text
        copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
