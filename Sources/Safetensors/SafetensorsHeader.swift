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
}

/// The checked header of a safetensors file, as in `safetensors/src/tensor.rs` of huggingface/safetensors: eight bytes
/// of length, JSON, data; the tensors cover the data exactly, without overlap or hole.
struct SafetensorsHeader: Sendable {
    static let maximumLength = 100_000_000
    static let maximumRank = 64

    private(set) var entries: [TensorEntry] = []
    private(set) var metadata: [String: String] = [:]
    private(set) var index: [String: Int] = [:]
    /// For messages.
    private let path: String
    private var dataStart = 0
    private var dataSize = 0

    /// Reads and checks the header of a whole file; `path` is for messages.
    init(_ file: UnsafeRawBufferPointer, path: String) throws(SafetensorsError) {
        self.path = path
        do {
            try read(file)
        } catch {
            // Told apart only after failing: a good header's length may begin with the same bytes.
            throw Self.disguise(of: file, path) ?? error
        }
    }

    private mutating func read(_ file: UnsafeRawBufferPointer) throws(SafetensorsError) {
        guard file.count >= 8 else {
            throw damaged("\(file.count) bytes are too few for a safetensors file, it was probably cut off")
        }
        let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
        let announced = "its header is said to be \(length) bytes long"
        guard length >= 2 else { throw damaged("\(announced), which cannot hold '{}'") }
        guard length <= Self.maximumLength else { throw .headerTooLarge(path, length) }
        dataStart = 8 + Int(length)
        guard dataStart <= file.count else {
            throw damaged("\(announced), the whole file has \(file.count), it was probably cut off")
        }
        dataSize = file.count - dataStart
        guard file[8] == UInt8(ascii: "{") else { throw damaged("its header does not begin with '{'") }
        let text = UnsafeRawBufferPointer(rebasing: file[8..<dataStart])
        let bytes = text.assumingMemoryBound(to: UInt8.self)
        do {
            try parse(bytes)
        } catch {
            // What is no text at all has no faults worth telling.
            throw firstInvalidUTF8(bytes) == nil ? error : damaged("its header is not UTF-8")
        }
        try checkCoverage()
    }

    /// Objects and arrays within each other: the header, an entry, and what may be in fields that nobody knows.
    private static let maximumDepth = 35

    private typealias Scanner = JSONScanner<SafetensorsError>

    private func damaged(_ fault: String) -> SafetensorsError { .damaged(path, fault) }

    private mutating func parse(_ text: UnsafeBufferPointer<UInt8>) throws(SafetensorsError) {
        let scanner = Scanner(text, depthLimit: Self.maximumDepth) { [path] fault in
            let place = "at byte \(8 + fault.offset + fault.distance)"
            if case .tooDeep = fault.problem { return .damaged(path, "its header is nested too deeply \(place)") }
            return .damaged(path, "its header lacks \(fault.words(end: "nothing but spaces after '}'")) \(place)")
        }
        var hasMetadata = false
        try scanner.beginObject()
        while try scanner.nextKey() {
            let key = scanner.text
            if key == "__metadata__" {
                if hasMetadata { throw .duplicateKey(path, key) }
                hasMetadata = true
                try parseMetadata(scanner)
            } else {
                if index[key] != nil { throw .duplicateKey(path, key) }
                let entry = try parseEntry(scanner, key)
                index[key] = entries.count
                entries.append(entry)
            }
        }
        // The reference pads with spaces.
        try scanner.expectEnd()
    }

    private mutating func parseMetadata(_ scanner: Scanner) throws(SafetensorsError) {
        guard try scanner.kind() == .object else { throw damaged("'__metadata__' is not an object of strings") }
        try scanner.beginObject()
        while try scanner.nextKey() {
            let key = scanner.text
            if metadata[key] != nil { throw .duplicateKey(path, "__metadata__.\(key)") }
            guard try scanner.kind() == .string else {
                throw damaged("'__metadata__' has a value for '\(printable(key))' that is not a string")
            }
            metadata[key] = try scanner.string()
        }
    }

    private func malformed(_ tensor: String, _ field: String, expected: String) -> SafetensorsError {
        damaged("'\(field)' of tensor '\(printable(tensor))' is not \(expected)")
    }

    private func parseEntry(_ scanner: Scanner, _ name: String) throws(SafetensorsError) -> TensorEntry {
        guard try scanner.kind() == .object else {
            throw damaged("the entry of tensor '\(printable(name))' is not an object")
        }
        var dtype: String?
        var shape: [Int]?
        var offsets: [Int]?
        var seen: Set<String> = []
        try scanner.beginObject()
        while try scanner.nextKey() {
            let field = scanner.text
            // The reference passes over fields that it does not know.
            guard ["dtype", "shape", "data_offsets"].contains(field) else {
                try scanner.skipValue()
                continue
            }
            if !seen.insert(field).inserted { throw .duplicateKey(path, "\(name).\(field)") }
            switch field {
            case "dtype":
                guard try scanner.kind() == .string else { throw malformed(name, field, expected: "a string") }
                dtype = try scanner.string()
            case "shape": shape = try sizes(scanner, name, field)
            default: offsets = try sizes(scanner, name, field)
            }
        }
        return try entry(name, dtype, shape, offsets)
    }

    private func entry(
        _ name: String, _ dtypeName: String?, _ shape: [Int]?, _ offsets: [Int]?
    ) throws(SafetensorsError) -> TensorEntry {
        let tensor = "tensor '\(printable(name))'"
        guard let dtypeName else { throw damaged("\(tensor) has no 'dtype'") }
        guard let shape else { throw damaged("\(tensor) has no 'shape'") }
        guard let offsets else { throw damaged("\(tensor) has no 'data_offsets'") }
        guard let dtype = SafetensorsDType(rawValue: dtypeName) else {
            throw damaged("\(tensor) has the unknown dtype '\(printable(dtypeName))'")
        }
        guard offsets.count == 2 else { throw malformed(name, "data_offsets", expected: "two numbers") }
        let (begin, end) = (offsets[0], offsets[1])
        if end < begin { throw damaged("\(tensor) ends at \(end), before it begins at \(begin)") }
        if end > dataSize {
            let available = "there are only \(dataSize) bytes of data, it was probably cut off"
            throw damaged("\(tensor) ends at \(end), but \(available)")
        }
        let size = try Self.byteCount(dtype, shape, tensor: name, path: path)
        if size != end - begin { throw .sizeMismatch(path, name, dtype, shape, needed: size, found: end - begin) }
        return TensorEntry(name: name, dtype: dtype, shape: shape, byteRange: dataStart + begin..<dataStart + end)
    }

    /// The size of a tensor in bytes, or which of two ways it has none.
    static func byteCount(
        _ dtype: SafetensorsDType, _ shape: [Int], tensor: String, path: String
    ) throws(SafetensorsError) -> Int {
        if let size = dtype.byteCount(shape: shape) { return size }
        // A byte is eight elements of one bit, so this size exists if only the last byte is not full.
        let elements = SafetensorsDType.uint8.byteCount(shape: shape)
        if let elements, !elements.multipliedReportingOverflow(by: dtype.bitWidth).overflow {
            let kind = "(\(dtype.rawValue), shape \(shape))"
            throw .damaged(path, "tensor '\(printable(tensor))' \(kind) does not fill whole bytes")
        }
        throw .sizeOverflow(path, tensor, shape)
    }

    private func sizes(_ scanner: Scanner, _ name: String, _ field: String) throws(SafetensorsError) -> [Int] {
        let wrong = malformed(name, field, expected: "an array of numbers")
        guard try scanner.kind() == .array else { throw wrong }
        try scanner.beginArray()
        var sizes: [Int] = []
        while try scanner.nextElement() {
            if sizes.count == Self.maximumRank { throw .tooManyDimensions(path, name) }
            guard [.number, nil].contains(try scanner.kind()) else { throw wrong }
            try scanner.number()
            guard let size = scanner.integer, size >= 0 else {
                let text = scanner.text
                let kind = text.allSatisfy(\.isNumber) ? "too large a number" : "not a whole number"
                throw .badNumber(path, name, field, text.hasPrefix("-") ? "a negative number" : kind)
            }
            sizes.append(size)
        }
        return sizes
    }

    private func checkCoverage() throws(SafetensorsError) {
        let ordered = entries.sorted {
            ($0.byteRange.lowerBound, $0.byteRange.upperBound) < ($1.byteRange.lowerBound, $1.byteRange.upperBound)
        }
        var previousEnd = 0
        for entry in ordered {
            let begin = entry.byteRange.lowerBound - dataStart
            let tensor = "tensor '\(printable(entry.name))'"
            if begin < previousEnd {
                throw damaged("\(tensor) begins at \(begin), inside another that ends at \(previousEnd)")
            }
            if begin > previousEnd {
                throw damaged("the bytes from \(previousEnd) to \(begin) before \(tensor) belong to no tensor")
            }
            previousEnd = entry.byteRange.upperBound - dataStart
        }
        let rest = dataSize - previousEnd
        if rest != 0 { throw damaged("\(rest) bytes after the last tensor belong to no tensor") }
    }

    /// What a file that is no safetensors file is instead, where its first bytes tell.
    private static func disguise(of file: UnsafeRawBufferPointer, _ path: String) -> SafetensorsError? {
        if file.starts(with: "version https://git-lfs".utf8) {
            let words = "is a Git LFS pointer, not the weights themselves; run `git lfs pull` in its folder"
            return .unusable(path: path, words: " \(words)")
        }
        // Pickle protocols 2 to 5 begin with this opcode; a real header has its '{' at byte 8.
        let isPickle =
            file.count >= 2 && file[0] == 0x80 && (2...5).contains(file[1])
            && (file.count < 9 || file[8] != UInt8(ascii: "{"))
        guard isPickle || file.starts(with: "PK\u{3}\u{4}".utf8) else { return nil }
        let words =
            "is a Python pickle, which runs code when loaded; convert it: python -c \"import sys, torch, "
            + "safetensors.torch as s; s.save_file({k: v.contiguous().clone() for k, v in torch.load(sys.argv[1], "
            + "map_location='cpu', weights_only=True).items()}, sys.argv[2])\" IN OUT.safetensors"
        return .unusable(path: path, words: " \(words)")
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
