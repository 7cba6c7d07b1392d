// SPDX-License-Identifier: Apache-2.0

public import FileIO

/// A strict pull reader of JSON (RFC 8259): the caller asks for what it expects, and steps over the rest.
///
/// Nothing is built that the caller does not ask for, so that a file of any size streams through a small window, and a
/// hostile one cannot grow in memory. Nesting is a counted array, never recursion. Keys come in the file's order, doubled
/// ones twice.
///
///     try scanner.beginObject()
///     while try scanner.nextKey() { if scanner.text == "image" { … } else { try scanner.skipValue() } }
public final class JSONScanner<Failure: Error> {
    /// What the next value is, from its first byte.
    public enum Kind: Sendable { case object, array, string, number, literal }

    enum Container { case object, array }

    /// The longest number or literal that is read from a source piece by piece.
    static var wordLimit: Int { 1 << 20 }

    private let source: ByteSource?
    private let depthLimit: Int
    private let failure: (JSONFault) -> Failure
    /// Whether `NaN` and `Infinity`, which Python writes, are literals.
    let takesNaN: Bool
    /// The part of the text that is in memory, and the next byte's place in it.
    var bytes: UnsafeBufferPointer<UInt8>
    var position = 0
    /// The part's place in the text.
    private var start: Int
    private var lineStart: Int
    private var open: [(container: Container, isEmpty: Bool)] = []
    // The text that was read last is in the window or, put together, in an array.
    var textRange = 0..<0
    var isTextInWindow = false
    var scratch: [UInt8] = []

    /// The line of the next byte, from 1.
    public private(set) var line: Int

    /// A reader of bytes as they come from a source.
    ///
    /// - Parameters:
    ///   - source: The bytes. Nobody else may read from it.
    ///   - depthLimit: How many objects and arrays may be open at a time.
    ///   - takesNaN: Whether `NaN` and `Infinity`, which Python writes, are values.
    ///   - failure: Makes the error that is thrown.
    public init(
        _ source: ByteSource, depthLimit: Int = 512, takesNaN: Bool = false, failure: @escaping (JSONFault) -> Failure
    ) {
        self.source = source
        (self.depthLimit, self.takesNaN, self.failure) = (depthLimit, takesNaN, failure)
        (bytes, line, start, lineStart) = (source.window, 1, source.offset, source.offset)
    }

    /// A reader of bytes in memory, which have to stay there while it is used.
    ///
    /// - Parameters:
    ///   - memory: The whole text.
    ///   - line: The line on which it begins.
    ///   - depthLimit: How many objects and arrays may be open at a time.
    ///   - takesNaN: Whether `NaN` and `Infinity`, which Python writes, are values.
    ///   - failure: Makes the error that is thrown.
    public init(
        _ memory: UnsafeBufferPointer<UInt8>, line: Int = 1, depthLimit: Int = 512, takesNaN: Bool = false,
        failure: @escaping (JSONFault) -> Failure
    ) {
        source = nil
        (self.depthLimit, self.takesNaN, self.failure) = (depthLimit, takesNaN, failure)
        (bytes, self.line, start, lineStart) = (memory, line, 0, 0)
    }

    /// The place of the next byte in the text.
    public var offset: Int { start + position }

    /// The string, key, number or literal that was read last.
    public var text: String { withText { String(decoding: $0, as: UTF8.self) } }

    /// Calls a closure with the bytes of ``text``, which are valid until it returns.
    public func withText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        guard isTextInWindow else { return scratch.withUnsafeBufferPointer(body) }
        return body(UnsafeBufferPointer(rebasing: bytes[textRange]))
    }

    /// What the next value is; nil where none begins, as at the end.
    public func kind() throws(Failure) -> Kind? {
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

    /// Goes into an object.
    public func beginObject() throws(Failure) { try begin(.object, UInt8(ascii: "{"), .object) }

    /// Goes into an array.
    public func beginArray() throws(Failure) { try begin(.array, UInt8(ascii: "["), .array) }

    /// Reads the next key of the open object into ``text``; false, and the object closed, at its end.
    public func nextKey() throws(Failure) -> Bool {
        guard try nextMember(end: UInt8(ascii: "}"), .commaOrBrace) else { return false }
        guard try peek() == UInt8(ascii: "\"") else { throw fault(.key) }
        try scanString()
        guard try peek() == UInt8(ascii: ":") else { throw fault(.colon) }
        position += 1
        return true
    }

    /// Whether the open array has another element; closes it at its end.
    public func nextElement() throws(Failure) -> Bool {
        try nextMember(end: UInt8(ascii: "]"), .commaOrBracket)
    }

    /// The next value, which has to be a string.
    public func string() throws(Failure) -> String {
        guard try kind() == .string else { throw fault(.string) }
        try scanString()
        return text
    }

    /// The next value if it is a string; nil, and the value stepped over, if not.
    public func stringOrSkip() throws(Failure) -> String? {
        if try kind() == .string { return try string() }
        try skipValue()
        return nil
    }

    /// Steps over the next value and tells whether it was `null`.
    public func nullOrSkip() throws(Failure) -> Bool {
        let isLiteral = try kind() == .literal
        try skipValue()
        return isLiteral && withText { $0.elementsEqual("null".utf8) }
    }

    /// Steps over the next value, however deep. A string, number or literal is then in ``text``.
    public func skipValue() throws(Failure) {
        let floor = open.count
        try skipOrOpen()
        while open.count > floor, let last = open.last {
            let hasNext = last.container == .object ? try nextKey() : try nextElement()
            if hasNext { try skipOrOpen() }
        }
    }

    /// Demands that nothing but white space is left.
    public func expectEnd() throws(Failure) {
        if try peek() != nil { throw fault(.end) }
    }

    /// The error for a fault at a byte from the next one on.
    ///
    /// - Parameters:
    ///   - problem: What is wrong.
    ///   - begin: Where the token begins, in bytes behind the next one.
    ///   - distance: How many bytes behind `begin` the fault is.
    /// - Returns: What ``init(_:depthLimit:takesNaN:failure:)`` was given to make of it.
    public func fault(_ problem: JSONFault.Problem, begin: Int = 0, distance: Int = 0) -> Failure {
        let place = offset + begin
        return failure(
            JSONFault(
                problem: problem, offset: place, distance: distance, line: line, column: place - lineStart + 1,
                isAtEnd: position + begin + distance >= bytes.count))
    }

    private func begin(_ container: Container, _ byte: UInt8, _ problem: JSONFault.Problem) throws(Failure) {
        guard try peek() == byte else { throw fault(problem) }
        guard open.count < depthLimit else { throw fault(.tooDeep(limit: depthLimit)) }
        position += 1
        open.append((container, true))
    }

    private func nextMember(end: UInt8, _ problem: JSONFault.Problem) throws(Failure) -> Bool {
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

    private func skipOrOpen() throws(Failure) {
        switch try kind() {
        case .object: try beginObject()
        case .array: try beginArray()
        case .string: try scanString()
        case .number, .literal: try scanWord()
        case nil: throw fault(.value)
        }
    }

    /// The next byte behind white space; nil at the end.
    private func peek() throws(Failure) -> UInt8? {
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
    func more() throws(Failure) -> Bool {
        guard let source else { return false }
        if isTextInWindow {
            scratch.removeAll(keepingCapacity: true)
            withText { scratch.append(contentsOf: $0) }
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
