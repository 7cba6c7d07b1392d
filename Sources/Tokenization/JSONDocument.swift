// SPDX-License-Identifier: Apache-2.0

/// A parsed JSON file: its values, and the bytes of all its strings in one pool.
///
/// A vocabulary has a hundred thousand strings; one pool instead of one allocation each keeps a program's start short.
/// Strings stay bytes because Swift's `String` takes canonically equivalent spellings for equal, and a tokenizer must not.
struct JSONDocument {
    /// Where a string's bytes lie in the pool.
    typealias Text = Range<Int>

    indirect enum Value {
        case null
        case bool(Bool)
        case integer(Int)
        case number(Double)
        case string(Text)
        case array([Value])
        case object([(key: Text, value: Value)])
    }

    private(set) var pool: [UInt8] = []
    private(set) var root: Value = .null

    /// Parses a whole file.
    ///
    /// - Throws: ``TokenizerError/malformedJSON(file:line:problem:)``.
    init(parsing bytes: [UInt8], file: String) throws {
        var parser = JSONParser(bytes: bytes, file: file)
        pool.reserveCapacity(bytes.count / 2)
        root = try parser.parseDocument(pool: &pool)
    }

    func bytes(_ text: Text) -> ArraySlice<UInt8> { pool[text] }

    func string(_ text: Text) -> String { String(decoding: pool[text], as: UTF8.self) }

    func equals(_ text: Text, _ other: String) -> Bool { pool[text].elementsEqual(other.utf8) }

    /// The members of an object, or nil if the value is none.
    func members(_ value: Value?) -> [(key: Text, value: Value)]? {
        if case .object(let members)? = value { return members }
        return nil
    }

    /// The last member of that name (as Python's parser takes it); nil also where it is `null`.
    func member(_ name: String, of value: Value?) -> Value? {
        guard let found = members(value)?.last(where: { equals($0.key, name) })?.value else { return nil }
        if case .null = found { return nil }
        return found
    }

    func string(_ value: Value?) -> String? {
        if case .string(let text)? = value { return string(text) }
        return nil
    }

    func array(_ value: Value?) -> [Value]? {
        if case .array(let values)? = value { return values }
        return nil
    }

    func bool(_ value: Value?) -> Bool? {
        if case .bool(let flag)? = value { return flag }
        return nil
    }

    /// What a value is, in words.
    func name(of value: Value?) -> String {
        switch value {
        case nil, .null?: "absent"
        case .bool(let flag)?: flag ? "true" : "false"
        case .integer(let number)?: "\(number)"
        case .number(let number)?: "\(number)"
        case .string(let text)?: quoted(string(text))
        case .array?: "a list"
        case .object?: "an object"
        }
    }
}
