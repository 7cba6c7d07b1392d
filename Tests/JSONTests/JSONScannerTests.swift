// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import JSON
import Testing

@Suite struct JSONScannerTests {
    /// Calls a closure with a scanner of a text in memory.
    private func scan<Result>(
        _ text: [UInt8], depthLimit: Int = 512, takesNaN: Bool = false,
        _ body: (JSONScanner<JSONFault>) throws -> Result
    ) throws -> Result {
        try text.withUnsafeBufferPointer { bytes in
            try body(JSONScanner(bytes, depthLimit: depthLimit, takesNaN: takesNaN) { $0 })
        }
    }

    /// Steps over a text that should be one value.
    private func fault(_ text: [UInt8], depthLimit: Int = 512, takesNaN: Bool = false) -> JSONFault? {
        do {
            try scan(text, depthLimit: depthLimit, takesNaN: takesNaN) { scanner in
                try scanner.skipValue()
                try scanner.expectEnd()
            }
            return nil
        } catch {
            return error as? JSONFault
        }
    }

    private func fault(_ text: String, depthLimit: Int = 512, takesNaN: Bool = false) -> JSONFault? {
        fault(Array(text.utf8), depthLimit: depthLimit, takesNaN: takesNaN)
    }

    @Test func `a caller takes what it wants and steps over the rest`() throws {
        let text = #" {"a": [1, -2.5e+3, true], "b\n": {"x": "é\u00e9\ud83d\ude00"}, "a": null, "c": "plain"}"# + "\n"
        try scan(Array(text.utf8)) { scanner in
            var keys: [String] = []
            try scanner.beginObject()
            while try scanner.nextKey() {
                keys.append(scanner.text)
                switch keys.count {
                case 1:
                    try scanner.beginArray()
                    #expect(try scanner.nextElement() && scanner.kind() == .number)
                    try scanner.number()
                    #expect(scanner.integer == 1 && scanner.text == "1")
                    #expect(try scanner.nextElement())
                    try scanner.number()
                    #expect(scanner.integer == nil && scanner.text == "-2.5e+3")
                    #expect(try scanner.nextElement() && scanner.kind() == .literal && !scanner.nullOrSkip())
                    #expect(try !scanner.nextElement())
                case 2:
                    try scanner.beginObject()
                    #expect(try scanner.nextKey() && scanner.stringOrSkip() == "éé😀" && !scanner.nextKey())
                case 3: #expect(try scanner.nullOrSkip())
                default: #expect(try scanner.kind() == .string && scanner.string() == "plain")
                }
            }
            try scanner.expectEnd()
            #expect(try scanner.kind() == nil)
            // A doubled key comes twice: what it means is the caller's question.
            #expect(keys == ["a", "b\n", "a", "c"])
            #expect(scanner.offset == text.utf8.count && scanner.line == 2)
        }
        let skipped = try scan(Array(#"[{"x": []}, "s"]"#.utf8)) { scanner in
            try scanner.beginArray()
            _ = try scanner.nextElement()
            let first = try scanner.stringOrSkip()
            _ = try scanner.nextElement()
            return [first, try scanner.stringOrSkip()]
        }
        #expect(skipped == [nil, "s"])
    }

    @Test func `a fault has its place`() {
        let faults: [(String, JSONFault.Problem, offset: Int, distance: Int, isAtEnd: Bool)] = [
            ("", .value, 0, 0, true), ("x", .value, 0, 0, false), ("{", .key, 1, 0, true), ("{a", .key, 1, 0, false),
            ("[1,]", .value, 3, 0, false), ("{\"a\":1,}", .key, 7, 0, false), ("{\"a\" 1}", .colon, 5, 0, false),
            ("{\"a\":1 \"b\"", .commaOrBrace, 7, 0, false), ("[1 2]", .commaOrBracket, 3, 0, false),
            ("[1", .commaOrBracket, 2, 0, true), ("{} x", .end, 3, 0, false), ("{}\0", .end, 2, 0, false),
            ("tru", .literal, 0, 0, false), ("truex", .literal, 0, 0, false), ("NaN", .value, 0, 0, false),
            ("-Infinity", .number, 0, 1, false), ("01", .leadingZero, 0, 0, false), ("-01", .leadingZero, 0, 1, false),
            ("1.", .number, 0, 2, true), ("1e", .number, 0, 2, true), ("1.e5", .number, 0, 2, false),
            ("1x", .number, 0, 1, false), ("-", .number, 0, 1, true), ("1-2", .number, 0, 1, false),
            ("\"a", .closingQuote, 2, 0, true), ("\"a\tb\"", .controlCharacter, 2, 0, false),
            ("\"a\nb\"", .controlCharacter, 2, 0, false), ("\"\\", .escape, 1, 1, true),
            ("\"\\x\"", .escape, 1, 1, false), ("\"\\u12g4\"", .hexadecimalDigits, 1, 4, false),
            ("\"\\u12", .hexadecimalDigits, 1, 4, true), ("\"\\ud83d\"", .surrogatePair, 1, 1, false),
            ("\"\\udc00\"", .surrogatePair, 1, 1, false), ("\"\\ud83d\\u0041\"", .surrogatePair, 1, 1, false),
            ("\"\\ud83d\\uz", .hexadecimalDigits, 1, 8, false),
        ]
        for (text, problem, offset, distance, isAtEnd) in faults {
            let fault = fault(text)
            #expect(fault?.problem == problem && fault?.isAtEnd == isAtEnd, "\(text)")
            #expect(fault?.offset == offset && fault?.distance == distance, "\(text)")
            #expect(fault?.line == 1 && fault?.column == offset + 1, "\(text)")
        }
        let third = fault("{\r\n \"a\": [\n  1,, 2]}")
        #expect(third?.line == 3 && third?.column == 5 && third?.offset == 15)
        #expect(fault([0x22, 0x61, 0xFF, 0x22])?.problem == .invalidUTF8)
        #expect(fault([0xFF])?.problem == .value)
        #expect(fault("\u{FEFF}1")?.problem == .value)
        for text in ["NaN", "[Infinity, -Infinity]"] { #expect(fault(text, takesNaN: true) == nil) }
    }

    @Test func `what a message says was expected`() {
        let words = [
            ("[", "a value, and the text ends"), ("{\"a\": x}", "a value"), ("{x}", "a key in quotes"),
            ("{\"a\": 1 x", "',' or '}'"), ("\"a", "a closing quote"), ("\"\\", "an escape"),
            ("\"\\x\"", "an escape that JSON knows"), ("\"\\u1\"", "four hexadecimal digits after \\u"),
            ("\"\\ud800\"", "a pair of surrogates"), ("\"\t\"", "no control character inside a string"),
            ("1 x", "the end of the document"),
        ]
        for (text, expected) in words { #expect(fault(text)?.expected == expected, "\(text)") }
    }

    @Test func `deep nesting is refused and not followed`() {
        for text in [String(repeating: "[", count: 1_000_000), String(repeating: "{\"a\":", count: 100_000)] {
            #expect(fault(text)?.problem == .tooDeep(limit: 512))
        }
        let five = String(repeating: "[", count: 5) + String(repeating: "]", count: 5)
        #expect(fault(five, depthLimit: 5) == nil)
        #expect(fault(five, depthLimit: 4)?.problem == .tooDeep(limit: 4))
    }

    @Test func `a scanner that has failed or ended can be asked again`() throws {
        try scan(Array("[] x".utf8)) { scanner in
            try scanner.beginArray()
            #expect(try !scanner.nextElement())
            #expect(throws: JSONFault.self) { try scanner.expectEnd() }
            #expect(throws: JSONFault.self) { try scanner.nextElement() }
            #expect(throws: JSONFault.self) { try scanner.nextKey() }
            #expect(throws: JSONFault.self) { try scanner.string() }
            #expect(throws: JSONFault.self) { try scanner.number() }
        }
    }

    @Test func `integers fit or are none`() throws {
        let numbers: [(String, Int?)] = [
            ("0", 0), ("-0", nil), ("-7", -7), ("9223372036854775807", .max), ("9223372036854775808", nil),
            ("-9223372036854775807", -.max), ("1.0", nil), ("1e0", nil), (String(repeating: "9", count: 10_000), nil),
        ]
        for (text, value) in numbers {
            let found = try scan(Array(text.utf8)) { scanner in
                try scanner.number()
                return scanner.integer
            }
            #expect(found == value, "\(text)")
        }
    }

    @Test func `a text that comes byte by byte reads like one in memory`() throws {
        let text = #"{"key": ["a\u00e9\ud83d\ude00b", 12345.5e-7, true, NaN], "é😀": {"": "long \\ text"}}"# + " \n "
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let input = ends[1]
        Thread {
            for byte in text.utf8 {
                withUnsafeBytes(of: byte) { _ = write(input, $0.baseAddress, 1) }
                usleep(50)
            }
            close(input)
        }.start()
        defer { close(ends[0]) }
        let scanner = JSONScanner(ByteSource(descriptor: ends[0], path: "pipe"), takesNaN: true) { $0 }
        var found: [String] = []
        try scanner.beginObject()
        while try scanner.nextKey() {
            found.append(scanner.text)
            if try scanner.kind() == .array {
                try scanner.beginArray()
                while try scanner.nextElement() {
                    try scanner.skipValue()
                    found.append(scanner.text)
                }
            } else {
                try scanner.skipValue()
            }
        }
        try scanner.expectEnd()
        #expect(found == ["key", "aé😀b", "12345.5e-7", "true", "NaN", "é😀"])
        #expect(scanner.line == 2 && scanner.offset == text.utf8.count)
    }

    @Test func `a source that fails says so`() {
        let scanner = JSONScanner(ByteSource(descriptor: -1, path: "nowhere")) { $0 }
        let fault = #expect(throws: JSONFault.self) { try scanner.beginObject() }
        #expect(fault?.problem == .unreadable(.system(operation: .read, path: "nowhere", code: EBADF)))
    }

    @Test func `damaged JSON is refused exactly where Foundation refuses it`() throws {
        var state: UInt64 = 5
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let document = #"{"a": [1, -2.5e+3, 0.1, true, false, null, "x\n\u00e9\\"], "b": {"": {}}, "c": [[], [{}]] }"#
        let alphabet = Array("{}[]\",:0123456789.-+eEtrufalsn\\/ \n\té".utf8)
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = Array(document.utf8)
            for _ in 0...random(4) {
                let place = random(bytes.count + 1)
                let byte = alphabet[random(alphabet.count)]
                switch random(4) {
                case 0: bytes.insert(byte, at: place)
                case 1 where place < bytes.count: bytes[place] = byte
                case 2 where place < bytes.count: bytes.remove(at: place)
                default: bytes.removeSubrange(min(place + 3, bytes.count)..<bytes.count)
                }
            }
            // Foundation on Linux takes a comma before a closing bracket, which JSON does not.
            if String(decoding: bytes, as: UTF8.self).contains(/,\s*[\]}]/) { continue }
            let isRefused = fault(bytes) != nil
            let foundation = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            #expect(isRefused == (foundation == nil), "\(String(decoding: bytes, as: UTF8.self))")
            #expect((try? JSONValue(parsing: bytes) { $0 }) == nil || !isRefused)
            accepted += isRefused ? 0 : 1
        }
        #expect((500..<10_000).contains(accepted))
    }
}
