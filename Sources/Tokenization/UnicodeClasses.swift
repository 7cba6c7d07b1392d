// SPDX-License-Identifier: Apache-2.0

/// What a scalar is to CLIP's split expression.
enum ScalarClass: UInt8 {
    case other, letter, number, space
}

/// The `tokenizers` library's view of single scalars: class in the split expression, lower case.
///
/// Swift's own tables follow another version of Unicode, and would change with the toolchain.
struct UnicodeClasses: Sendable {
    static let shared = UnicodeClasses()

    /// Starts of the ranges, and the class of each.
    private let starts: [UInt32]
    private let classes: [ScalarClass]
    /// Code point to lower case, for those that change; `İ` is told apart in ``appendLowercase(_:to:)``.
    private let lowercase: [UInt32: UInt32]
    /// Starts and ends, by turns, of the ranges of `\w`.
    private let words: [UInt32]
    /// Classes below U+0100, where most text lives.
    private let latin: [ScalarClass]

    private init() {
        var ranges: [(start: UInt32, end: UInt32, kind: ScalarClass)] = []
        for (table, kind) in [
            (UnicodeTables.letters, ScalarClass.letter), (UnicodeTables.numbers, .number),
            (UnicodeTables.spaces, .space),
        ] {
            var end: UInt32 = 0
            var reader = TableReader(table)
            while let gap = reader.next(), let count = reader.next() {
                let start = end + gap
                end = start + count
                ranges.append((start, end, kind))
            }
        }
        ranges.sort { $0.start < $1.start }
        var starts: [UInt32] = [0]
        var classes: [ScalarClass] = [.other]
        for range in ranges {
            starts += [range.start, range.end]
            classes += [range.kind, .other]
        }
        self.starts = starts
        self.classes = classes

        var words: [UInt32] = []
        var wordReader = TableReader(UnicodeTables.words)
        while let gap = wordReader.next(), let count = wordReader.next() {
            let start = (words.last ?? 0) + gap
            words += [start, start + count]
        }
        self.words = words

        var lowercase: [UInt32: UInt32] = [:]
        lowercase.reserveCapacity(1500)
        var start: UInt32 = 0
        var reader = TableReader(UnicodeTables.lowercase)
        while let gap = reader.next(), let count = reader.next(), let stride = reader.next(),
            let difference = reader.nextSigned()
        {
            start += gap
            for k in 0..<count {
                let code = start + k * stride
                lowercase[code] = UInt32(truncatingIfNeeded: Int64(code) + difference)
            }
        }
        self.lowercase = lowercase
        latin = (0..<256).map { Self.search($0, starts, classes) }
    }

    func kind(of code: UInt32) -> ScalarClass {
        code < 256 ? latin[Int(code)] : Self.search(code, starts, classes)
    }

    /// Whether a scalar is part of a word for the purposes of a token that must stand alone.
    func isWord(_ code: UInt32) -> Bool {
        Self.index(of: code, in: words).isMultiple(of: 2)
    }

    private static func search(_ code: UInt32, _ starts: [UInt32], _ classes: [ScalarClass]) -> ScalarClass {
        classes[index(of: code, in: starts)]
    }

    /// The index of the last bound that is not above the code (of equal ones the later), -1 if there is none.
    private static func index(of code: UInt32, in bounds: [UInt32]) -> Int {
        var low = -1
        var high = bounds.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if bounds[middle] <= code { low = middle } else { high = middle }
        }
        return low
    }

    /// Appends a scalar's lower case, by itself: no final sigma, no language.
    func appendLowercase(_ code: UInt32, to out: inout [UInt32]) {
        if code < 0x80 {
            out.append(code &- 0x41 < 26 ? code | 0x20 : code)
        } else if code == 0x130 {
            out.append(0x69)
            out.append(0x307)
        } else {
            out.append(lowercase[code] ?? code)
        }
    }
}

/// Reads the numbers of a table one after the other.
struct TableReader {
    private let text: StaticString
    private var position = 0

    init(_ text: StaticString) {
        self.text = text
    }

    mutating func next() -> UInt32? {
        text.withUTF8Buffer { bytes in
            while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
            guard position < bytes.count else { return nil }
            var value: UInt32 = 0
            while position < bytes.count, bytes[position] != UInt8(ascii: " ") {
                let byte = bytes[position]
                let digit = byte < 0x3A ? byte &- 0x30 : byte &- 0x57
                value = value &* 36 &+ UInt32(digit)
                position += 1
            }
            return value
        }
    }

    /// A zigzag-coded number.
    mutating func nextSigned() -> Int64? {
        next().map { $0 & 1 == 0 ? Int64($0 >> 1) : -Int64($0 >> 1) - 1 }
    }
}
