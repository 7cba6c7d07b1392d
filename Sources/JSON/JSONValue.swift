// SPDX-License-Identifier: Apache-2.0

import FileIO

/// A JSON text as a tree, for files that are small enough to be looked at as a whole.
public enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A number that is written as a whole one and fits.
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONValue])
    /// The members in the file's order, doubled ones included.
    case object([Member])

    /// A key and its value.
    public struct Member: Sendable, Equatable {
        /// The key.
        public let key: String
        /// The value.
        public let value: JSONValue

        /// A key and its value.
        public init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// Reads a whole text; a byte order mark at its beginning is stepped over. At most `depthLimit` objects and arrays
    /// may be open at a time, as they are followed by recursion, and at most `valueLimit` values are read. Throws what
    /// `failure` makes of the first fault; where the bytes are no UTF-8, that is the fault, whatever else is.
    public init<Failure: Error>(
        parsing bytes: some Sequence<UInt8>, depthLimit: Int = 64, valueLimit: Int = .max,
        failure: (JSONFault) -> Failure
    ) throws(Failure) {
        let bytes = Array(bytes)
        do {
            self = try bytes.withUnsafeBufferPointer { (bytes) throws(JSONFault) in
                let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
                let text = UnsafeBufferPointer(rebasing: bytes[(hasMark ? 3 : 0)...])
                do throws(JSONFault) {
                    var cursor = JSONCursor(text, line: 1, depthLimit: depthLimit, takesNaN: false)
                    var room = valueLimit
                    let value = try JSONValue(&cursor, &room, valueLimit)
                    try cursor.expectEnd()
                    return value
                } catch {
                    throw JSONFault(invalidUTF8In: text) ?? error
                }
            }
        } catch {
            throw failure(error)
        }
    }

    /// Reads the next value of a text, if there is room for it.
    private init(_ cursor: inout JSONCursor, _ room: inout Int, _ limit: Int) throws(JSONFault) {
        room -= 1
        if room < 0 { throw cursor.fault(.tooMany(limit: limit)) }
        switch try cursor.kind() {
        case .object:
            var members: [Member] = []
            try cursor.beginObject()
            while try cursor.nextKey() {
                let key = cursor.text
                members.append(Member(key: key, value: try JSONValue(&cursor, &room, limit)))
            }
            self = .object(members)
        case .array:
            var elements: [JSONValue] = []
            try cursor.beginArray()
            while try cursor.nextElement() { elements.append(try JSONValue(&cursor, &room, limit)) }
            self = .array(elements)
        case .string:
            try cursor.string()
            self = .string(cursor.text)
        case .number:
            try cursor.number()
            self = cursor.integer.map { .integer($0) } ?? .number(Double(cursor.text) ?? .nan)
        case .literal:
            try cursor.skipValue()
            let isNull = cursor.withText { $0.isText("null") }
            self = isNull ? .null : .bool(cursor.withText { $0.isText("true") })
        case nil: throw cursor.fault(.value)
        }
    }

    /// The last member of that name, as Python's reader takes it; nil also where it is `null` or this is no object.
    public subscript(name: String) -> JSONValue? {
        let found = members?.last { $0.key == name }?.value
        if case .null = found { return nil }
        return found
    }

    /// The members of an object.
    public var members: [Member]? { if case .object(let members) = self { members } else { nil } }

    /// The elements of an array.
    public var array: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }

    /// The text of a string.
    public var string: String? { if case .string(let text) = self { text } else { nil } }

    /// True or false.
    public var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }

    /// A number of either kind.
    public var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    /// A string.
    public init(stringLiteral text: String) { self = .string(text) }

    /// True or false.
    public init(booleanLiteral flag: Bool) { self = .bool(flag) }

    /// An array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    /// An object with its members in the order in which they are written.
    public init(dictionaryLiteral members: (String, JSONValue)...) {
        self = .object(members.map { Member(key: $0, value: $1) })
    }

    /// The value as Python's `json.dumps(value, indent=2, ensure_ascii=False)` writes it: each member and element on a line
    /// of its own, without a line end behind the last. `lineStart` is what each further line begins with.
    public func indented(lineStart: String = "\n") -> String {
        let inner = lineStart + "  "
        func list(_ open: String, _ parts: [String], _ close: String) -> String {
            parts.isEmpty ? open + close : open + inner + parts.joined(separator: "," + inner) + lineStart + close
        }
        switch self {
        case .null: return "null"
        case .bool(let flag): return "\(flag)"
        case .integer(let number): return "\(number)"
        case .number(let number): return "\(number)"
        case .string(let text): return jsonQuoted(text)
        case .array(let elements): return list("[", elements.map { $0.indented(lineStart: inner) }, "]")
        case .object(let members):
            return list("{", members.map { "\(jsonQuoted($0.key)): \($0.value.indented(lineStart: inner))" }, "}")
        }
    }
}

extension JSONFault {
    /// The fault of a text that is not UTF-8; nil where it is.
    init?(invalidUTF8In text: UnsafeBufferPointer<UInt8>) {
        guard let place = firstInvalidUTF8(text) else { return nil }
        let before = text[..<place]
        let line = before.reduce(1) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        self.init(
            problem: .invalidUTF8, offset: place, distance: 0, line: line, column: place - lineStart + 1,
            isAtEnd: false)
    }
}
