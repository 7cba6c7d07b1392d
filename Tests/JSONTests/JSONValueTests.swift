// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@Suite struct JSONValueTests {
    private func read(_ text: String, depthLimit: Int = 64) throws(JSONFault) -> JSONValue {
        try JSONValue(parsing: text.utf8, depthLimit: depthLimit) { $0 }
    }

    @Test func `a tree keeps order, kinds and doubled keys`() throws {
        let value = try read(#"{"b": [null, true, 1, 1.0, -2, 1e400, "x"], "a": {}, "b": 3, "n": null}"#)
        #expect(value.members?.map(\.key) == ["b", "a", "b", "n"])
        #expect(
            value.members?[0].value.array == [
                .null, .bool(true), .integer(1), .number(1), .integer(-2), .number(.infinity), .string("x"),
            ])
        // The last one counts, as in Python.
        #expect(value["b"] == .integer(3) && value["b"]?.number == 3)
        #expect(value["a"] == .object([]) && value["n"] == nil && value["x"] == nil)
        #expect(value["a"]?["x"] == nil && value["b"]?["x"] == nil)
        #expect(value["b"]?.string == nil && value["b"]?.bool == nil && value["b"]?.array == nil)
        #expect(try read("\u{FEFF} 18446744073709551616") == .number(18_446_744_073_709_551_616))
        #expect(try read("\"e\u{301}\"").string?.unicodeScalars.count == 2)
    }

    @Test func `a text that is not UTF-8 has that fault before all others`() throws {
        let fault = #expect(throws: JSONFault.self) {
            try JSONValue(parsing: Array("{x\n \"".utf8) + [0xC3, 0x28]) { $0 }
        }
        #expect(fault?.problem == .invalidUTF8 && fault?.line == 2 && fault?.column == 3)
        #expect(throws: JSONFault.self) { try JSONValue(parsing: [0xFF, 0xFE, 0x7B, 0, 0x7D, 0]) { $0 } }
    }

    @Test func `depth is bounded`() throws {
        let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(try read(deep).array?.count == 1)
        let fault = #expect(throws: JSONFault.self) { try read("[" + deep + "]") }
        #expect(fault?.problem == .tooDeep(limit: 64))
    }
}
