// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Serving

@Suite struct MultipartBodyTests {
    private func parts(
        _ text: String, boundary: String = "B", limit: Int = 10
    ) throws -> [(name: String, file: String?, content: String)] {
        let bytes = Array(text.utf8)
        let body = try bytes.withUnsafeBytes { try MultipartBody($0, boundary: boundary, partLimit: limit) }
        return body.parts.map { ($0.name, $0.fileName, String(decoding: bytes[$0.content], as: UTF8.self)) }
    }

    private func form(_ name: String, _ content: String, more: String = "") -> String {
        "--B\r\nContent-Disposition: form-data; name=\"\(name)\"\(more)\r\n\r\n\(content)\r\n"
    }

    @Test func `fields and files come with their names and contents`() throws {
        let found = try parts(
            form("image", "JPEG\r\nbytes--B", more: "; filename=\"a b.jpg\"\r\nContent-Type: image/jpeg")
                + form("top_k", "5") + form("empty", "") + "--B--\r\n")
        #expect(found.map(\.name) == ["image", "top_k", "empty"])
        #expect(found.map(\.file) == ["a b.jpg", nil, nil])
        #expect(found.map(\.content) == ["JPEG\r\nbytes--B", "5", ""])
    }

    @Test func `a preamble and an epilogue are stepped over, as RFC 2046 has it`() throws {
        #expect(try parts("hello\r\n" + form("a", "1") + "--B--\r\nbye --B").map(\.content) == ["1"])
        #expect(try parts("--B--").isEmpty)
    }

    @Test(arguments: [
        "", "no boundary", "--B", "--B\r\n", "--Bx\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B--",
        "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1",
        "--B\r\nContent-Disposition: form-data\r\n\r\n1\r\n--B--",
        "--B\r\nContent-Type: text/plain\r\n\r\n1\r\n--B--", "--B\r\nno colon\r\n\r\n1\r\n--B--",
        "--B\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n--B--",
        "--B\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64\r\n\r\nMQ==\r\n--B--",
        "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B!\r\n",
    ])
    func `what is not exactly a form is refused`(text: String) {
        #expect(throws: MultipartBody.Fault.self) { try parts(text) }
    }

    @Test func `parts and headers are bounded`() throws {
        let many = (0..<11).map { form("f\($0)", "") }.joined() + "--B--"
        #expect(throws: MultipartBody.Fault(message: "the form has more than 10 parts")) { try parts(many) }
        #expect(try parts(many, limit: 11).count == 11)
        let long = "--B\r\nX: \(String(repeating: "x", count: 5000))\r\n\r\n\r\n--B--"
        #expect(throws: MultipartBody.Fault.self) { try parts(long) }
    }

    @Test func `names keep what browsers and curl write into them`() {
        #expect(HeaderParameters("form-data; name=\"a\\\"b\"; filename=\"c;d.jpg\"")["name"] == "a\"b")
        #expect(HeaderParameters("form-data; name=\"a\"; filename=\"c;d.jpg\"")["filename"] == "c;d.jpg")
        #expect(HeaderParameters("Form-Data;NAME=plain ; x").value == "form-data")
        #expect(HeaderParameters("form-data;NAME=plain ; x")["name"] == "plain")
    }

    @Test(arguments: ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"a \""])
    func `a content type without a valid boundary is refused`(type: String) {
        #expect(throws: MultipartBody.Fault.self) { try MultipartBody.boundary(of: type) }
    }

    @Test func `a boundary may be quoted and has at most 70 characters`() throws {
        #expect(try MultipartBody.boundary(of: "multipart/form-data; boundary=\"x y\"; a=b") == "x y")
        let long = String(repeating: "b", count: 71)
        #expect(throws: MultipartBody.Fault.self) {
            try MultipartBody.boundary(of: "multipart/form-data; boundary=\(long)")
        }
    }

    /// A form cut off anywhere is refused, and a byte changed anywhere never makes a part out of bounds.
    @Test func `damaged forms are refused or stay within their bytes`() throws {
        let whole = Array((form("image", "abc\r\n--def", more: "; filename=x") + form("k", "v") + "--B--\r\n").utf8)
        for length in 0..<whole.count - 4 {
            #expect(throws: MultipartBody.Fault.self) {
                try whole.prefix(length).withUnsafeBytes { try MultipartBody($0, boundary: "B", partLimit: 9) }
            }
        }
        for place in whole.indices {
            for byte in [0, 0x0D, 0x0A, 0x2D, 0x42, 0x22, 0x3B, 0xFF] as [UInt8] {
                var changed = whole
                changed[place] = byte
                let body = try? changed.withUnsafeBytes { try MultipartBody($0, boundary: "B", partLimit: 9) }
                for part in body?.parts ?? [] {
                    #expect(part.content.lowerBound >= 0 && part.content.upperBound <= changed.count)
                }
            }
        }
    }
}
