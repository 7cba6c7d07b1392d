// SPDX-License-Identifier: Apache-2.0

public import FileIO

/// Where and how a text departs from JSON. Each target makes its own error of it.
public struct JSONFault: Error, Equatable, Sendable {
    /// What is not as JSON has it.
    public enum Problem: Equatable, Sendable {
        /// No value begins here, or not the one that was asked for.
        case value, object, array, string
        /// What begins like `true`, `false` or `null` and is none of them.
        case literal
        /// What begins like a number and is none.
        case number
        /// A number such as 01.
        case leadingZero
        /// No key in quotes, no colon behind it.
        case key, colon
        /// Members or elements that are not parted.
        case commaOrBrace, commaOrBracket
        /// A string that does not end, or has a control character in it.
        case closingQuote, controlCharacter
        /// A backslash with something behind it that JSON does not know.
        case escape, hexadecimalDigits, surrogatePair
        /// Bytes in a string that are no UTF-8.
        case invalidUTF8
        /// Something behind the value that should be the whole text.
        case end
        /// Arrays and objects that are nested deeper than this.
        case tooDeep(limit: Int)
        /// More values than this.
        case tooMany(limit: Int)
        /// The source of the bytes failed.
        case unreadable(FileIOError)
    }

    /// What is wrong.
    public let problem: Problem
    /// Where the faulty token or escape begins, in bytes from the beginning of the text.
    public let offset: Int
    /// How many bytes behind ``offset`` the fault itself is.
    public let distance: Int
    /// The line, from 1.
    public let line: Int
    /// The byte of the line that is at ``offset``, from 1.
    public let column: Int
    /// Whether the text ends where the fault is.
    public let isAtEnd: Bool

    /// What was expected, for a message that says "expected …".
    public var expected: String {
        switch problem {
        case .closingQuote: "a closing quote"
        case .controlCharacter: "no control character inside a string"
        case .escape: isAtEnd ? "an escape" : "an escape that JSON knows"
        case .hexadecimalDigits: "four hexadecimal digits after \\u"
        case .surrogatePair: "a pair of surrogates"
        case .end: "the end of the document"
        case .invalidUTF8: "UTF-8 text"
        case .tooDeep: "shallower nesting"
        case .tooMany: "fewer values"
        case .unreadable: "readable bytes"
        case _ where isAtEnd: "a value, and the text ends"
        case .value, .literal, .number, .leadingZero: "a value"
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .key: "a key in quotes"
        case .colon: "':'"
        case .commaOrBrace: "',' or '}'"
        case .commaOrBracket: "',' or ']'"
        }
    }
}
