// SPDX-License-Identifier: Apache-2.0

/// What keeps a file from being read as float32 rows.
public enum NPYProblem: Error, Equatable, Sendable {
    /// It does not begin as a NumPy file does.
    case noMagic
    /// Its format has a version other than 1, 2 and 3.
    case version(major: Int, minor: Int)
    /// It ends before its header does, or the header is far longer than any.
    case headerSize(bytes: Int)
    /// The header is not the dictionary that NumPy writes.
    case header(problem: String)
    /// The elements are not float32 in this machine's byte order.
    case elementType(String)
    /// The values are written column by column.
    case fortranOrder
    /// The array has not two dimensions.
    case dimensions([Int])
    /// The shape needs another number of bytes than follow the header; nil where they are too many to count.
    case size(expected: Int?, found: Int)

    /// What is wrong and what to do, to be read after the path.
    var words: String {
        let remedy = "write it with `mumic embed`, or with numpy.save"
        switch self {
        case .noMagic: return "is no NumPy file (.npy); \(remedy)"
        case .version(let major, let minor):
            return "has version \(major).\(minor) of the NumPy format, 1 to 3 can be read; \(remedy)"
        case .headerSize: return "breaks off in its header; \(remedy) again"
        case .header(let problem): return "has a damaged header: \(problem); \(remedy) again"
        case .elementType(let type):
            return "holds values of type \(printable(type, maximumCharacters: 40)), only float32 can be read; "
                + "convert them with .astype('<f4')"
        case .fortranOrder: return "is in Fortran order; convert it with numpy.ascontiguousarray"
        case .dimensions(let shape): return "has the shape \(shape), rows and columns are needed; reshape it to [N, D]"
        case .size(let expected, let found):
            let needed = expected.map { "\($0)" } ?? "more than any number of"
            return "has \(found) bytes of values, its shape needs \(needed) bytes; \(remedy) again"
        }
    }
}

/// The header of a NumPy file, as numpy/lib/_format_impl.py describes it.
struct NPYHeader: Equatable {
    /// The element type, such as `<f4`.
    var elementType = ""
    /// Whether the first index runs fastest.
    var isFortranOrder = false
    /// The sizes of the dimensions.
    var shape: [Int] = []
    /// Where the values begin.
    var offset = 0

    /// NumPy's own readers refuse more than 10,000 characters.
    static let maximumSize = 1 << 16

    init(_ bytes: UnsafeRawBufferPointer) throws(NPYProblem) {
        guard bytes.count >= 8, bytes.prefix(6).elementsEqual([0x93] + Array("NUMPY".utf8)) else { throw .noMagic }
        let (major, minor) = (Int(bytes[6]), Int(bytes[7]))
        guard (1...3).contains(major), minor == 0 else { throw .version(major: major, minor: minor) }
        let start = major == 1 ? 10 : 12
        guard bytes.count >= start else { throw .headerSize(bytes: bytes.count) }
        let size = (8..<start).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
        guard size <= NPYHeader.maximumSize, bytes.count - start >= size else { throw .headerSize(bytes: size) }
        offset = start + size
        var text = PythonLiteral(Array(bytes[start..<offset]))
        try readDictionary(&text)
    }

    private mutating func readDictionary(_ text: inout PythonLiteral) throws(NPYProblem) {
        var keys: Set<String> = []
        try text.require("{")
        while !text.skip("}") {
            if !keys.isEmpty {
                try text.require(",")
                if text.skip("}") { break }
            }
            let key = try text.string()
            try text.require(":")
            guard keys.insert(key).inserted else { throw .header(problem: "it says '\(printable(key))' twice") }
            switch key {
            case "descr":
                // A list describes a record of several values.
                guard !text.isNext("[") else { throw .elementType("record") }
                elementType = try text.string()
            case "fortran_order": isFortranOrder = try text.bool()
            case "shape": shape = try text.numbers()
            default: throw .header(problem: "it says '\(printable(key))', which no array has")
            }
        }
        try text.requireEnd()
        for key in ["descr", "fortran_order", "shape"] where !keys.contains(key) {
            throw .header(problem: "it does not say '\(key)'")
        }
    }
}

/// The few kinds of Python values that a header has.
private struct PythonLiteral {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) { position += 1 }
    }

    mutating func isNext(_ mark: Unicode.Scalar) -> Bool {
        skipSpace()
        return position < bytes.count && bytes[position] == UInt8(ascii: mark)
    }

    mutating func skip(_ mark: Unicode.Scalar) -> Bool {
        guard isNext(mark) else { return false }
        position += 1
        return true
    }

    mutating func require(_ mark: Unicode.Scalar) throws(NPYProblem) {
        if !skip(mark) { throw .header(problem: "'\(mark)' is missing at its byte \(position + 1)") }
    }

    mutating func requireEnd() throws(NPYProblem) {
        skipSpace()
        if position < bytes.count { throw .header(problem: "something follows it at its byte \(position + 1)") }
    }

    mutating func string() throws(NPYProblem) -> String {
        let quote: Unicode.Scalar = isNext("\"") ? "\"" : "'"
        try require(quote)
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: quote)) else {
            throw .header(problem: "a text is not ended")
        }
        defer { position = end + 1 }
        return String(decoding: bytes[position..<end], as: UTF8.self)
    }

    mutating func bool() throws(NPYProblem) -> Bool {
        skipSpace()
        for (word, value) in [("True", true), ("False", false)]
        where bytes[position...].starts(with: word.utf8) {
            position += word.utf8.count
            return value
        }
        throw .header(problem: "True or False is missing at its byte \(position + 1)")
    }

    mutating func numbers() throws(NPYProblem) -> [Int] {
        try require("(")
        var numbers: [Int] = []
        while !skip(")") {
            if !numbers.isEmpty {
                try require(",")
                if skip(")") { break }
            }
            skipSpace()
            let digits = bytes[position...].prefix { (0x30...0x39).contains($0) }
            guard let number = Int(String(decoding: digits, as: UTF8.self)), numbers.count < 32 else {
                throw .header(problem: "the shape at its byte \(position + 1) is no list of sizes")
            }
            position += digits.count
            numbers.append(number)
        }
        return numbers
    }
}
