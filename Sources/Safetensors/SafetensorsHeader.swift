// SPDX-License-Identifier: Apache-2.0

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

/// The checked header of a safetensors file.
///
/// Layout and rules as in `safetensors/src/tensor.rs` of huggingface/safetensors: eight bytes of length, JSON, data;
/// the tensors cover the data exactly, without overlap or hole.
struct SafetensorsHeader: Sendable {
    static let maximumLength = 100_000_000
    static let maximumRank = 64

    private(set) var entries: [TensorEntry] = []
    private(set) var metadata: [String: String] = [:]
    private(set) var index: [String: Int] = [:]

    /// Reads and checks the header of a whole file.
    ///
    /// - Parameters:
    ///   - file: All bytes of the file.
    ///   - path: For messages.
    /// - Throws: ``SafetensorsError``.
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
        guard String(validating: text, as: UTF8.self) != nil else { throw .headerNotUTF8(path: path) }
        do {
            try parse(text, path, dataStart: dataStart, dataSize: file.count - dataStart)
        } catch {
            switch error {
            case .json(.expected(let words, let offset)):
                throw .headerNotJSON(path: path, offset: 8 + offset, expected: words)
            case .json(.tooDeep(let offset)):
                throw .headerTooDeep(path: path, offset: 8 + offset)
            case .content(let error): throw error
            }
        }
        try checkCoverage(path, dataStart: dataStart, dataSize: file.count - dataStart)
    }

    /// Something that reads well as JSON or not at all.
    private enum Fault: Error {
        case json(JSONFault)
        case content(SafetensorsError)
    }

    private mutating func parse(
        _ text: UnsafeRawBufferPointer, _ path: String, dataStart: Int, dataSize: Int
    ) throws(Fault) {
        var scanner = JSONScanner(text)
        var isFirst = true
        var hasMetadata = false
        try json { () throws(JSONFault) in try scanner.expect("{", "'{'") }
        while let key = try json({ () throws(JSONFault) in try scanner.nextKey(isFirst: &isFirst) }) {
            if key == "__metadata__" {
                if hasMetadata { throw .content(.duplicateKey(path: path, key: key)) }
                hasMetadata = true
                try parseMetadata(&scanner, path)
            } else {
                if index[key] != nil { throw .content(.duplicateKey(path: path, key: key)) }
                let entry = try parseEntry(&scanner, path, key, dataStart: dataStart, dataSize: dataSize)
                index[key] = entries.count
                entries.append(entry)
            }
        }
        // The reference pads with spaces.
        if scanner.peek() != nil { throw .json(.expected("nothing but spaces after '}'", offset: scanner.offset)) }
    }

    private mutating func parseMetadata(_ scanner: inout JSONScanner, _ path: String) throws(Fault) {
        guard scanner.peek() == UInt8(ascii: "{") else {
            throw .content(.metadataNotStrings(path: path, key: nil))
        }
        var isFirst = true
        try json { () throws(JSONFault) in try scanner.expect("{", "'{'") }
        while let key = try json({ () throws(JSONFault) in try scanner.nextKey(isFirst: &isFirst) }) {
            if metadata[key] != nil { throw .content(.duplicateKey(path: path, key: "__metadata__.\(key)")) }
            guard scanner.peek() == UInt8(ascii: "\"") else {
                throw .content(.metadataNotStrings(path: path, key: key))
            }
            metadata[key] = try json { () throws(JSONFault) in try scanner.string() }
        }
    }

    private func parseEntry(
        _ scanner: inout JSONScanner, _ path: String, _ name: String, dataStart: Int, dataSize: Int
    ) throws(Fault) -> TensorEntry {
        guard scanner.peek() == UInt8(ascii: "{") else {
            throw .content(.entryNotObject(path: path, tensor: name))
        }
        var dtypeName: String?
        var shape: [Int]?
        var offsets: [Int]?
        var isFirst = true
        try json { () throws(JSONFault) in try scanner.expect("{", "'{'") }
        while let field = try json({ () throws(JSONFault) in try scanner.nextKey(isFirst: &isFirst) }) {
            let duplicate = SafetensorsError.duplicateKey(path: path, key: "\(name).\(field)")
            switch field {
            case "dtype":
                if dtypeName != nil { throw .content(duplicate) }
                guard scanner.peek() == UInt8(ascii: "\"") else {
                    throw .content(.malformedField(path: path, tensor: name, field: field, expected: "a string"))
                }
                dtypeName = try json { () throws(JSONFault) in try scanner.string() }
            case "shape":
                if shape != nil { throw .content(duplicate) }
                shape = try sizes(&scanner, path, name, field)
            case "data_offsets":
                if offsets != nil { throw .content(duplicate) }
                offsets = try sizes(&scanner, path, name, field)
            default:
                // The reference passes over fields that it does not know.
                try json { () throws(JSONFault) in try scanner.skipValue() }
            }
        }
        do {
            return try SafetensorsHeader.entry(path, name, dtypeName, shape, offsets, dataStart, dataSize)
        } catch {
            throw .content(error)
        }
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
        _ scanner: inout JSONScanner, _ path: String, _ name: String, _ field: String
    ) throws(Fault) -> [Int] {
        let wrong = SafetensorsError.malformedField(
            path: path, tensor: name, field: field, expected: "an array of numbers")
        guard scanner.peek() == UInt8(ascii: "[") else { throw .content(wrong) }
        try json { () throws(JSONFault) in try scanner.expect("[", "'['") }
        var sizes: [Int] = []
        var isFirst = true
        while try json({ () throws(JSONFault) in try scanner.nextElement(isFirst: &isFirst) }) {
            if sizes.count == SafetensorsHeader.maximumRank {
                throw .content(.tooManyDimensions(path: path, tensor: name))
            }
            switch scanner.peek() {
            case UInt8(ascii: "\"")?, UInt8(ascii: "[")?, UInt8(ascii: "{")?, UInt8(ascii: "t")?,
                UInt8(ascii: "f")?, UInt8(ascii: "n")?:
                throw .content(wrong)
            default: break
            }
            do {
                sizes.append(try scanner.size())
            } catch {
                switch error {
                case .syntax(let fault): throw .json(fault)
                case .value(let problem):
                    throw .content(.badNumber(path: path, tensor: name, field: field, problem: problem))
                }
            }
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

    private func json<Result>(_ body: () throws(JSONFault) -> Result) throws(Fault) -> Result {
        do { return try body() } catch { throw .json(error) }
    }
}
