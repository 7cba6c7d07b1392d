// SPDX-License-Identifier: Apache-2.0

public import FileIO

/// A strict pull reader of JSON (RFC 8259): the caller asks for what it expects, and steps over the rest. Nothing is
/// built that the caller does not ask for, so that a file of any size streams through a small window. Nesting is a
/// counted array, never recursion. Keys come in the file's order, doubled ones twice.
///
///     try scanner.beginObject()
///     while try scanner.nextKey() { if scanner.text == "image" { … } else { try scanner.skipValue() } }
public final class JSONScanner<Failure: Error> {
    // Behind a pointer, as its own storage would be checked for overlapping access with every call.
    private let cursor: UnsafeMutablePointer<JSONCursor>
    private let failure: (JSONFault) -> Failure

    /// A reader of bytes as they come from a source, from which nobody else may read. `depthLimit` bounds the objects
    /// and arrays that are open at a time, `takesNaN` allows `NaN` and `Infinity`, which Python writes, and `failure`
    /// makes the error that is thrown.
    public init(
        _ source: ByteSource, depthLimit: Int = 512, takesNaN: Bool = false, failure: @escaping (JSONFault) -> Failure
    ) {
        cursor = .allocate(capacity: 1)
        cursor.initialize(to: JSONCursor(source, depthLimit: depthLimit, takesNaN: takesNaN))
        self.failure = failure
    }

    /// A reader of a whole text in memory, which has to stay there; `line` is the line on which it begins.
    public init(
        _ memory: UnsafeBufferPointer<UInt8>, line: Int = 1, depthLimit: Int = 512, takesNaN: Bool = false,
        failure: @escaping (JSONFault) -> Failure
    ) {
        cursor = .allocate(capacity: 1)
        cursor.initialize(to: JSONCursor(memory, line: line, depthLimit: depthLimit, takesNaN: takesNaN))
        self.failure = failure
    }

    deinit {
        cursor.deinitialize(count: 1)
        cursor.deallocate()
    }

    /// The line of the next byte, from 1.
    public var line: Int { cursor.pointee.line }

    /// The place of the next byte in the text.
    public var offset: Int { cursor.pointee.offset }

    /// The string, key, number or literal that was read last.
    public var text: String { cursor.pointee.text }

    /// The number that was read last, if it is written as a whole one and fits; -0 is none.
    public var integer: Int? { cursor.pointee.integer }

    /// Calls a closure with the bytes of ``text``, which are valid until it returns.
    public func withText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        cursor.pointee.withText(body)
    }

    /// What the next value is; nil where none begins, as at the end.
    public func kind() throws(Failure) -> JSONKind? {
        do { return try cursor.pointee.kind() } catch { throw failure(error) }
    }

    /// Goes into an object.
    public func beginObject() throws(Failure) {
        do { try cursor.pointee.beginObject() } catch { throw failure(error) }
    }

    /// Goes into an array.
    public func beginArray() throws(Failure) {
        do { try cursor.pointee.beginArray() } catch { throw failure(error) }
    }

    /// Reads the next key of the open object into ``text``; false, and the object closed, at its end.
    public func nextKey() throws(Failure) -> Bool {
        do { return try cursor.pointee.nextKey() } catch { throw failure(error) }
    }

    /// Whether the open array has another element; closes it at its end.
    public func nextElement() throws(Failure) -> Bool {
        do { return try cursor.pointee.nextElement() } catch { throw failure(error) }
    }

    /// The next value, which has to be a string.
    public func string() throws(Failure) -> String {
        do { try cursor.pointee.string() } catch { throw failure(error) }
        return text
    }

    /// The next value if it is a string; nil, and the value stepped over, if not.
    public func stringOrSkip() throws(Failure) -> String? {
        let isString = try kind() == .string
        try skipValue()
        return isString ? text : nil
    }

    /// Reads a number into ``text``.
    public func number() throws(Failure) {
        do { try cursor.pointee.number() } catch { throw failure(error) }
    }

    /// Steps over the next value and tells whether it was `null`.
    public func nullOrSkip() throws(Failure) -> Bool {
        let isLiteral = try kind() == .literal
        try skipValue()
        return isLiteral && withText { $0.isText("null") }
    }

    /// Steps over the next value, however deep. A string, number or literal is then in ``text``.
    public func skipValue() throws(Failure) {
        do { try cursor.pointee.skipValue() } catch { throw failure(error) }
    }

    /// Demands that nothing but white space is left.
    public func expectEnd() throws(Failure) {
        do { try cursor.pointee.expectEnd() } catch { throw failure(error) }
    }
}
