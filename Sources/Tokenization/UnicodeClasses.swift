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
    /// Starts and ends, by turns, of the ranges in which `\w` is not what letters and numbers are.
    private let wordExceptions: [UInt32]
    /// Classes below U+0100, where most text lives.
    private let latin: [ScalarClass]

    private init() {
        let tables = [
            (UnicodeTables.letters, ScalarClass.letter), (UnicodeTables.numbers, .number),
            (UnicodeTables.spaces, .space),
        ]
        let ranges = tables.flatMap { table, kind in TableReader.ranges(table).map { (range: $0, kind: kind) } }
            .sorted { $0.range.lowerBound < $1.range.lowerBound }
        let starts: [UInt32] = [0] + ranges.flatMap { [$0.range.lowerBound, $0.range.upperBound] }
        let classes: [ScalarClass] = [.other] + ranges.flatMap { [$0.kind, .other] }
        self.starts = starts
        self.classes = classes
        wordExceptions = TableReader.ranges(UnicodeTables.wordExceptions).flatMap { [$0.lowerBound, $0.upperBound] }

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
        let isException = Self.index(of: code, in: wordExceptions).isMultiple(of: 2)
        return [.letter, .number].contains(kind(of: code)) != isException
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

/// Reads the numbers of a table one after the other: quantities of variable length in base 64, as in source maps. A digit
/// holds five bits, the lowest come first, and 32 is added to a digit that another one follows.
struct TableReader {
    private let text: StaticString
    private var position = 0

    init(_ text: StaticString) {
        self.text = text
    }

    mutating func next() -> UInt32? {
        text.withUTF8Buffer { bytes in
            var value: UInt32 = 0
            var shift: UInt32 = 0
            while position < bytes.count {
                let digit = UInt32(Self.value(of: bytes[position]))
                position += 1
                value |= (digit & 31) << shift
                if digit < 32 { return value }
                shift += 5
            }
            return nil
        }
    }

    /// A number that may be below zero.
    mutating func nextSigned() -> Int64? { next().map(Self.signed) }

    /// Zigzag-coded: 0, -1, 1, -2, …
    static func signed(_ number: UInt32) -> Int64 {
        number & 1 == 0 ? Int64(number >> 1) : -Int64(number >> 1) - 1
    }

    /// The ranges of a table that has for each the gap since the end of the previous one, and the length.
    static func ranges(_ table: StaticString) -> [Range<UInt32>] {
        var reader = TableReader(table)
        var ranges: [Range<UInt32>] = []
        while let gap = reader.next(), let count = reader.next() {
            let start = (ranges.last?.upperBound ?? 0) + gap
            ranges.append(start..<start + count)
        }
        return ranges
    }

    private static func value(of digit: UInt8) -> UInt8 {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0") + 52
        default: digit == UInt8(ascii: "+") ? 62 : 63
        }
    }
}
