// SPDX-License-Identifier: Apache-2.0

import ContentHash
import FileIO
import Glibc
import JSON

/// A reader of JSON whose faults are those of data files. `NaN` and `Infinity`, which Python writes, pass where a value
/// is stepped over.
typealias DatasetScanner = JSONScanner<DatasetError>

extension JSONScanner<DatasetError> {
    convenience init(_ source: ByteSource) {
        let path = source.path
        self.init(source, takesNaN: true) { DatasetError($0, path: path) }
    }

    /// A reader of the current line.
    convenience init(lineOf lines: LineReader) {
        let path = lines.path
        self.init(lines.bytes, line: lines.line, takesNaN: true) { DatasetError($0, path: path) }
    }

    /// The next value if it is a finite or infinite decimal number; nil, and the value stepped over, if not.
    func numberOrSkip() throws(DatasetError) -> Double? {
        let isNumber = try kind() == .number
        try skipValue()
        return isNumber ? withText(DecimalNumber.parse) : nil
    }
}

extension DatasetError {
    init(_ fault: JSONFault, path: String) {
        switch fault.problem {
        case .unreadable(let error): self.init(error)
        case .invalidUTF8: self = .at(path, fault.line, Problem.invalidUTF8)
        case .tooDeep(let limit): self = .at(path, fault.line, "JSON nested deeper than \(limit) levels; flatten it")
        default:
            let place = "at byte \(fault.column) of the line"
            self = .at(path, fault.line, "not JSON: expected \(fault.expected) \(place)")
        }
    }

    init(_ error: FileIOError) {
        switch error {
        case .invalidPath(let path): self = .missing(path: path)
        case .system(_, let path, _) where error.isMissingInput: self = .missing(path: path)
        case .system(_, let path, let code): self = .unreadable(path: path, reason: String(cString: strerror(code)))
        case .lineTooLong(let path, let line): self = .at(path, line, Problem.tooLong)
        default: self = .unreadable(path: "", reason: error.description)
        }
    }
}

/// What reading a file gives, its error being one of data files.
private func reading<Value>(_ body: () throws(FileIOError) -> Value) throws(DatasetError) -> Value {
    do { return try body() } catch { throw DatasetError(error) }
}

/// A data file that is hashed while it is read, so that it need not be read twice.
struct HashedSource {
    let source: ByteSource
    private let hash: Hash

    private final class Hash {
        var value = SHA256()
    }

    init(path: String) throws(DatasetError) {
        let hash = Hash()
        self.hash = hash
        source = try reading { () throws(FileIOError) in try ByteSource(path: path) { hash.value.update($0) } }
    }

    /// The SHA-256 of everything that the file or pipe held, as hexadecimal digits. What is left is read and given back.
    func contentHash() throws(DatasetError) -> String {
        repeat { source.consume(source.count) } while try source.grows()
        return hash.value.hexadecimal()
    }
}

extension ByteSource {
    static func opening(_ path: String) throws(DatasetError) -> ByteSource {
        try reading { () throws(FileIOError) in try ByteSource(path: path) }
    }

    /// ``fill()`` with an error of data files.
    func grows() throws(DatasetError) -> Bool { try reading { () throws(FileIOError) in try fill() } }

    /// ``has(_:)`` with an error of data files.
    func holds(_ position: Int) throws(DatasetError) -> Bool {
        if position < count { return true }
        return try reading { () throws(FileIOError) in try has(position) }
    }

    /// ``beginText()`` with an error of data files.
    func skipByteOrderMark() throws(DatasetError) {
        do throws(FileIOError) {
            try beginText()
        } catch {
            guard case .text(let path, let line, let problem) = error else {
                return try reading { () throws(FileIOError) in throw error }
            }
            throw .at(path, line, problem + "; save it as UTF-8")
        }
    }
}

extension LineReader {
    /// ``next()`` with an error of data files.
    func advance() throws(DatasetError) -> Bool { try reading { () throws(FileIOError) in try next() } }
}
