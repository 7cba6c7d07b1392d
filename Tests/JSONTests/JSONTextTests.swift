// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import Testing

@Suite struct JSONTextTests {
    private struct Metrics: Codable, Equatable {
        @OrNull var gap: Double?
        var name: String?
        @OrNull var inner: [String: Int]?
    }

    @Test func `text has sorted keys, plain slashes and a line end`() throws {
        #expect(try jsonText(["b": "x/y", "a": "é"]) == "{\n  \"a\" : \"é\",\n  \"b\" : \"x/y\"\n}\n")
        #expect(try jsonLine(["b": 0.1, "a": 2]) == "{\"a\":2,\"b\":0.1}\n")
        #expect(throws: EncodingError.self) { try jsonLine([Double.nan]) }
    }

    @Test func `a quoted text is read back as it was`() throws {
        let text = "a\"\\/\n\r\t\u{8}\u{C}\u{0}\u{1F}\u{7F}é😀\u{2028}"
        #expect(jsonQuoted("\"\\\n\u{1}\u{1F}é") == #""\"\\\n\u0001\u001fé""#)
        #expect(try JSONDecoder().decode([String].self, from: Data("[\(jsonQuoted(text))]".utf8)) == [text])
        #expect(try JSONValue(parsing: jsonQuoted(text).utf8) { $0 } == .string(text))
    }

    @Test func `what is nil is written as null where it is asked for, and read back`() throws {
        let empty = Metrics(gap: nil, name: nil, inner: nil)
        #expect(try jsonLine(empty) == "{\"gap\":null,\"inner\":null}\n")
        let full = Metrics(gap: 0.5, name: "n", inner: ["a": 1])
        #expect(try jsonLine(full) == "{\"gap\":0.5,\"inner\":{\"a\":1},\"name\":\"n\"}\n")
        for (text, value) in [("{}", empty), (try jsonLine(empty), empty), (try jsonLine(full), full)] {
            #expect(try JSONDecoder().decode(Metrics.self, from: Data(text.utf8)) == value)
        }
        let values = [OrNull(wrappedValue: 1), OrNull(wrappedValue: nil)]
        #expect(try jsonLine(values) == "[1,null]\n")
        #expect(try JSONDecoder().decode([OrNull<Int>].self, from: Data("[1,null]".utf8)) == values)
    }

    @Test func `a value of the wrong kind is an error with its key`() throws {
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Metrics.self, from: Data("{\"gap\":\"x\"}".utf8))
        }
        guard case .typeMismatch(_, let context)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(context.codingPath.map(\.stringValue) == ["gap"])
    }
}
