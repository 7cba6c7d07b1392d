// SPDX-License-Identifier: Apache-2.0

import FileIO

/// What the next value of a JSON text is, from its first byte.
public enum JSONKind: Sendable { case object, array, string, number, literal }

/// Where a reader of JSON is. This is the whole of ``JSONScanner`` but for its errors: neither generic nor a class, so that
/// nothing has to be looked up or checked for each byte. Its functions are described there.
struct JSONCursor {
    private struct Container {
        let isObject: Bool
        var isEmpty = true
    }

    private let source: ByteSource?
    private let depthLimit: Int
    /// Whether `NaN` and `Infinity`, which Python writes, are literals.
    let takesNaN: Bool
    /// The part of the text that is in memory, and the next byte's place in it.
    var bytes: UnsafeBufferPointer<UInt8>
    var position = 0
    /// The part's place in the text.
    private var start = 0
    private var lineStart = 0
    private(set) var line: Int
    private var open: [Container] = []
    // The text that was read last is in the window or, put together, in an array.
    var textRange = 0..<0
    var isTextInWindow = false
    var scratch: [UInt8] = []

    init(_ source: ByteSource, depthLimit: Int, takesNaN: Bool) {
        (self.source, self.depthLimit, self.takesNaN) = (source, depthLimit, takesNaN)
        (bytes, line, start, lineStart) = (source.window, 1, source.offset, source.offset)
    }

    init(_ memory: UnsafeBufferPointer<UInt8>, line: Int, depthLimit: Int, takesNaN: Bool) {
        (source, self.depthLimit, self.takesNaN) = (nil, depthLimit, takesNaN)
        (bytes, self.line) = (memory, line)
    }

    var offset: Int { start + position }

    var text: String { withText { String(decoding: $0, as: UTF8.self) } }

    func withText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        guard isTextInWindow else { return scratch.withUnsafeBufferPointer(body) }
        return body(UnsafeBufferPointer(rebasing: bytes[textRange]))
    }

    /// What the next value is; nil where none begins, as at the end.
    mutating func kind() throws(JSONFault) -> JSONKind? {
        guard let byte = try peek() else { return nil }
        switch byte {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): return .literal
        case UInt8(ascii: "N"), UInt8(ascii: "I"): return takesNaN ? .literal : nil
        default: return nil
        }
    }

    mutating func beginObject() throws(JSONFault) { try begin(true, UInt8(ascii: "{"), .object) }

    mutating func beginArray() throws(JSONFault) { try begin(false, UInt8(ascii: "["), .array) }

    mutating func nextKey() throws(JSONFault) -> Bool {
        guard try nextMember(end: UInt8(ascii: "}"), .commaOrBrace) else { return false }
        guard try peek() == UInt8(ascii: "\"") else { throw fault(.key) }
        try scanString()
        guard try peek() == UInt8(ascii: ":") else { throw fault(.colon) }
        position += 1
        return true
    }

    mutating func nextElement() throws(JSONFault) -> Bool {
        try nextMember(end: UInt8(ascii: "]"), .commaOrBracket)
    }

    /// Reads a string, which has to be next.
    mutating func string() throws(JSONFault) {
        guard try peek() == UInt8(ascii: "\"") else { throw fault(.string) }
        try scanString()
    }

    /// Reads a number, which has to be next.
    mutating func number() throws(JSONFault) {
        guard try kind() == .number else { throw fault(.number) }
        try scanWord()
    }

    mutating func skipValue() throws(JSONFault) {
        let floor = open.count
        try skipOrOpen()
        while open.count > floor, let last = open.last {
            let hasNext = last.isObject ? try nextKey() : try nextElement()
            if hasNext { try skipOrOpen() }
        }
    }

    mutating func expectEnd() throws(JSONFault) {
        if try peek() != nil { throw fault(.end) }
    }

    /// The fault of a token that begins at the next byte, and is wrong so many bytes behind it.
    func fault(_ problem: JSONFault.Problem, distance: Int = 0) -> JSONFault {
        JSONFault(
            problem: problem, offset: offset, distance: distance, line: line, column: offset - lineStart + 1,
            isAtEnd: position + distance >= bytes.count)
    }

    private mutating func begin(_ isObject: Bool, _ byte: UInt8, _ problem: JSONFault.Problem) throws(JSONFault) {
        guard try peek() == byte else { throw fault(problem) }
        guard open.count < depthLimit else { throw fault(.tooDeep(limit: depthLimit)) }
        position += 1
        open.append(Container(isObject: isObject))
    }

    private mutating func nextMember(end: UInt8, _ problem: JSONFault.Problem) throws(JSONFault) -> Bool {
        guard let isFirst = open.last?.isEmpty else { throw fault(problem) }
        let byte = try peek()
        if byte == end {
            position += 1
            open.removeLast()
            return false
        }
        if isFirst {
            open[open.count - 1].isEmpty = false
        } else {
            guard byte == UInt8(ascii: ",") else { throw fault(problem) }
            position += 1
        }
        return true
    }

    private mutating func skipOrOpen() throws(JSONFault) {
        switch try kind() {
        case .object: try beginObject()
        case .array: try beginArray()
        case .string: try scanString()
        case .number, .literal: try scanWord()
        case nil: throw fault(.value)
        }
    }

    /// The next byte behind white space; nil at the end.
    private mutating func peek() throws(JSONFault) -> UInt8? {
        while true {
            let bytes = bytes
            var place = position
            while place < bytes.count {
                let byte = bytes[place]
                if byte > 0x20 { break }
                if byte == 0x0A {
                    line += 1
                    lineStart = start + place + 1
                } else if byte != 0x20, byte != 0x09, byte != 0x0D {
                    break
                }
                place += 1
            }
            position = place
            if place < bytes.count { return bytes[place] }
            guard try more() else { return nil }
        }
    }

    /// Gets bytes behind those in memory, at least one; false at the end of the text.
    mutating func more() throws(JSONFault) -> Bool {
        guard let source else { return false }
        if isTextInWindow {
            scratch.removeAll(keepingCapacity: true)
            scratch.append(contentsOf: bytes[textRange])
            isTextInWindow = false
        }
        source.consume(position)
        start += position
        position = 0
        let isFilled: Bool
        do { isFilled = try source.fill() } catch { throw fault(.unreadable(error)) }
        bytes = source.window
        return isFilled
    }
}
