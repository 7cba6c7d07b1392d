// SPDX-License-Identifier: Apache-2.0

import FileIO
import JSON

/// Where one tensor lies in a file, and how to read it.
public struct TensorEntry: Hashable, Sendable {
    /// Its name, unique in the file.
    public let name: String
    /// The type of its elements, little-endian.
    public let dtype: SafetensorsDType
    /// Its dimensions, row major; empty for a scalar.
    public let shape: [Int]
    /// Its bytes, counted from the beginning of the file. The beginning may be aligned to nothing.
    public let byteRange: Range<Int>

    /// The number of elements: the product of the shape.
    public var elementCount: Int { shape.reduce(1, *) }
}

/// The checked header of a safetensors file, as in `safetensors/src/tensor.rs` of huggingface/safetensors: eight bytes
/// of length, JSON, data; the tensors cover the data exactly, without overlap or hole.
struct SafetensorsHeader: Sendable {
    static let maximumLength = 100_000_000
    static let maximumRank = 64

    private(set) var entries: [TensorEntry] = []
    private(set) var metadata: [String: String] = [:]
    private(set) var index: [String: Int] = [:]

    /// Reads and checks the header of a whole file; `path` is for messages.
    init(_ file: UnsafeRawBufferPointer, path: String) throws(SafetensorsError) {
        do {
            try read(file, path)
        } catch {
            // Told apart only after failing: a good header's length may begin with the same bytes.
            throw SafetensorsHeader.disguise(of: file, path) ?? error
        }
    }

    private mutating func read(_ file: UnsafeRawBufferPointer, _ path: String) throws(SafetensorsError) {
        guard file.count >= 8 else { throw .tooShort(path: path, size: file.count) }
        let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
        guard length >= 2 else { throw .headerTooSmall(path: path, length: length) }
        guard length <= SafetensorsHeader.maximumLength else { throw .headerTooLarge(path: path, length: length) }
        let dataStart = 8 + Int(length)
        guard dataStart <= file.count else {
            throw .headerBeyondFile(path: path, length: length, size: file.count)
        }
        guard file[8] == UInt8(ascii: "{") else { throw .headerStart(path: path) }
        let text = UnsafeRawBufferPointer(rebasing: file[8..<dataStart])
        let bytes = text.assumingMemoryBound(to: UInt8.self)
        do {
            try parse(bytes, path, dataStart: dataStart, dataSize: file.count - dataStart)
        } catch {
            // What is no text at all has no faults worth telling.
            throw firstInvalidUTF8(bytes) == nil ? error : .headerNotUTF8(path: path)
        }
        try checkCoverage(path, dataStart: dataStart, dataSize: file.count - dataStart)
    }

    /// Objects and arrays within each other: the header, an entry, and what may be in fields that nobody knows.
    private static let maximumDepth = 35

    private typealias Scanner = JSONScanner<SafetensorsError>

    private mutating func parse(
        _ text: UnsafeBufferPointer<UInt8>, _ path: String, dataStart: Int, dataSize: Int
    ) throws(SafetensorsError) {
        let scanner = Scanner(text, depthLimit: Self.maximumDepth) { fault in
            let offset = 8 + fault.offset + fault.distance
            if case .tooDeep = fault.problem { return .headerTooDeep(path: path, offset: offset) }
            return .headerNotJSON(
                path: path, offset: offset, expected: fault.words(end: "nothing but spaces after '}'"))
        }
        var hasMetadata = false
        try scanner.beginObject()
        while try scanner.nextKey() {
            let key = scanner.text
            if key == "__metadata__" {
                if hasMetadata { throw .duplicateKey(path: path, key: key) }
                hasMetadata = true
                try parseMetadata(scanner, path)
            } else {
                if index[key] != nil { throw .duplicateKey(path: path, key: key) }
                let entry = try parseEntry(scanner, path, key, dataStart: dataStart, dataSize: dataSize)
                index[key] = entries.count
                entries.append(entry)
            }
        }
        // The reference pads with spaces.
        try scanner.expectEnd()
    }

    private mutating func parseMetadata(_ scanner: Scanner, _ path: String) throws(SafetensorsError) {
        guard try scanner.kind() == .object else { throw .metadataNotStrings(path: path, key: nil) }
        try scanner.beginObject()
        while try scanner.nextKey() {
            let key = scanner.text
            if metadata[key] != nil { throw .duplicateKey(path: path, key: "__metadata__.\(key)") }
            guard try scanner.kind() == .string else { throw .metadataNotStrings(path: path, key: key) }
            metadata[key] = try scanner.string()
        }
    }

    private func parseEntry(
        _ scanner: Scanner, _ path: String, _ name: String, dataStart: Int, dataSize: Int
    ) throws(SafetensorsError) -> TensorEntry {
        guard try scanner.kind() == .object else { throw .entryNotObject(path: path, tensor: name) }
        var dtypeName: String?
        var shape: [Int]?
        var offsets: [Int]?
        try scanner.beginObject()
        while try scanner.nextKey() {
            let field = scanner.text
            func requireFirst(_ value: Any?) throws(SafetensorsError) {
                if value != nil { throw .duplicateKey(path: path, key: "\(name).\(field)") }
            }
            switch field {
            case "dtype":
                try requireFirst(dtypeName)
                guard try scanner.kind() == .string else {
                    throw .malformedField(path: path, tensor: name, field: field, expected: "a string")
                }
                dtypeName = try scanner.string()
            case "shape":
                try requireFirst(shape)
                shape = try sizes(scanner, path, name, field)
            case "data_offsets":
                try requireFirst(offsets)
                offsets = try sizes(scanner, path, name, field)
            default:
                // The reference passes over fields that it does not know.
                try scanner.skipValue()
            }
        }
        return try Self.entry(path, name, dtypeName, shape, offsets, dataStart, dataSize)
    }

    private static func entry(
        _ path: String, _ name: String, _ dtypeName: String?, _ shape: [Int]?, _ offsets: [Int]?,
        _ dataStart: Int, _ dataSize: Int
    ) throws(SafetensorsError) -> TensorEntry {
        guard let dtypeName else { throw .missingField(path: path, tensor: name, field: "dtype") }
        guard let shape else { throw .missingField(path: path, tensor: name, field: "shape") }
        guard let offsets else { throw .missingField(path: path, tensor: name, field: "data_offsets") }
        guard let dtype = SafetensorsDType(rawValue: dtypeName) else {
            throw .unknownDType(path: path, tensor: name, dtype: dtypeName)
        }
        guard offsets.count == 2 else {
            throw .malformedField(path: path, tensor: name, field: "data_offsets", expected: "two numbers")
        }
        let (begin, end) = (offsets[0], offsets[1])
        if end < begin { throw .offsetsReversed(path: path, tensor: name, begin: begin, end: end) }
        if end > dataSize { throw .offsetsOutOfBounds(path: path, tensor: name, end: end, dataSize: dataSize) }
        let size = try byteCount(dtype, shape, tensor: name, path: path)
        if size != end - begin {
            throw .sizeMismatch(
                path: path, tensor: name, dtype: dtype, shape: shape, expected: size, found: end - begin)
        }
        return TensorEntry(
            name: name, dtype: dtype, shape: shape, byteRange: dataStart + begin..<dataStart + end)
    }

    /// The size of a tensor in bytes, or which of two ways it has none.
    static func byteCount(
        _ dtype: SafetensorsDType, _ shape: [Int], tensor: String, path: String
    ) throws(SafetensorsError) -> Int {
        if let size = dtype.byteCount(shape: shape) { return size }
        // A byte is eight elements of one bit, so this size exists if only the last byte is not full.
        let elements = SafetensorsDType.uint8.byteCount(shape: shape)
        if let elements, !elements.multipliedReportingOverflow(by: dtype.bitWidth).overflow {
            throw .partialByte(path: path, tensor: tensor, dtype: dtype, shape: shape)
        }
        throw .sizeOverflow(path: path, tensor: tensor, shape: shape)
    }

    private func sizes(
        _ scanner: Scanner, _ path: String, _ name: String, _ field: String
    ) throws(SafetensorsError) -> [Int] {
        let wrong = SafetensorsError.malformedField(
            path: path, tensor: name, field: field, expected: "an array of numbers")
        guard try scanner.kind() == .array else { throw wrong }
        try scanner.beginArray()
        var sizes: [Int] = []
        while try scanner.nextElement() {
            if sizes.count == Self.maximumRank { throw .tooManyDimensions(path: path, tensor: name) }
            guard [.number, nil].contains(try scanner.kind()) else { throw wrong }
            try scanner.number()
            guard let size = scanner.integer, size >= 0 else {
                let problem: SafetensorsError.NumberProblem =
                    scanner.text.hasPrefix("-")
                    ? .negative
                    : scanner.text.allSatisfy(\.isNumber) ? .tooLarge : .notWhole
                throw .badNumber(path: path, tensor: name, field: field, problem: problem)
            }
            sizes.append(size)
        }
        return sizes
    }

    private func checkCoverage(_ path: String, dataStart: Int, dataSize: Int) throws(SafetensorsError) {
        let ordered = entries.sorted {
            ($0.byteRange.lowerBound, $0.byteRange.upperBound) < ($1.byteRange.lowerBound, $1.byteRange.upperBound)
        }
        var previousEnd = 0
        for entry in ordered {
            let begin = entry.byteRange.lowerBound - dataStart
            if begin < previousEnd {
                throw .overlap(path: path, tensor: entry.name, previousEnd: previousEnd, begin: begin)
            }
            if begin > previousEnd {
                throw .hole(path: path, tensor: entry.name, previousEnd: previousEnd, begin: begin)
            }
            previousEnd = entry.byteRange.upperBound - dataStart
        }
        if previousEnd != dataSize { throw .trailingBytes(path: path, count: dataSize - previousEnd) }
    }

    /// What a file that is no safetensors file is instead, where its first bytes tell.
    private static func disguise(of file: UnsafeRawBufferPointer, _ path: String) -> SafetensorsError? {
        if file.starts(with: "version https://git-lfs".utf8) { return .gitLFSPointer(path: path) }
        if file.starts(with: "PK\u{3}\u{4}".utf8) { return .pickle(path: path) }
        // Pickle protocols 2 to 5 begin with this opcode; a real header has its '{' at byte 8.
        if file.count >= 2, file[0] == 0x80, (2...5).contains(file[1]), file.count < 9 || file[8] != UInt8(ascii: "{") {
            return .pickle(path: path)
        }
        return nil
    }
}

extension JSONFault {
    /// What the text lacks, in the words of this target's messages.
    func words(end: String) -> String {
        switch problem {
        case .object: "'{'"
        case .value where isAtEnd, .literal: "a value"
        case .value, .number: "a number"
        case .leadingZero: "a number without leading zeros"
        case .key: "a key in quotes"
        case .colon: "':'"
        case .commaOrBrace: "',' or '}'"
        case .commaOrBracket: "',' or ']'"
        case .controlCharacter: "no control character within a string"
        case .escape: "an escape"
        case .hexadecimalDigits: "four hexadecimal digits"
        case .surrogatePair: "a whole surrogate pair"
        case .end: end
        default: expected
        }
    }
}
