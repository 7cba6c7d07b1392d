// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import TestSupport
import Testing

@Suite struct LineReaderTests {
    private func lines(_ bytes: [UInt8], endsAtReturn: Bool = true) throws -> [String] {
        let source = bytes.withUnsafeBufferPointer { ByteSource(bytes: $0, path: "t") }
        let reader = LineReader(source, endsAtReturn: endsAtReturn)
        var result: [String] = []
        while try reader.next() { result.append("\(reader.line):\(reader.text)") }
        #expect(try !reader.next())
        return result
    }

    private func lines(_ text: String, endsAtReturn: Bool = true) throws -> [String] {
        try lines(Array(text.utf8), endsAtReturn: endsAtReturn)
    }

    @Test func `lines end with LF, CRLF or CR`() throws {
        #expect(try lines("a\nb\r\nc\rd\n\n\r\n\r\re") == ["1:a", "2:b", "3:c", "4:d", "5:", "6:", "7:", "8:", "9:e"])
        #expect(try lines("") == [] && lines("\n") == ["1:"] && lines("\r\n") == ["1:"] && lines("a\r") == ["1:a"])
    }

    @Test func `where CR ends no line it goes from before an LF and stays elsewhere`() throws {
        let found = try lines("a\r\nb\rc\n\r\n\rd\r\r\ne\r", endsAtReturn: false)
        #expect(found == ["1:a", "2:b\rc", "3:", "4:\rd\r", "5:e"])
        #expect(try lines("\r", endsAtReturn: false) == ["1:"])
    }

    @Test func `bytes that are no UTF-8 are there as they are, and as text replaced`() throws {
        #expect(try lines([0x61, 0xFF, 0x0A, 0xC3]) == ["1:a\u{FFFD}", "2:\u{FFFD}"])
        let source = [0xFF, 0x0A].withUnsafeBufferPointer { ByteSource(bytes: $0, path: "t") }
        let reader = LineReader(source)
        #expect(try reader.next() && Array(reader.bytes) == [0xFF])
    }

    @Test func `a line is given out as soon as it is complete`() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { close(ends[0]) }
        func send(_ text: String) { #expect(write(ends[1], text, text.utf8.count) == text.utf8.count) }
        for endsAtReturn in [true, false] {
            let reader = LineReader(ByteSource(descriptor: ends[0], path: "pipe"), endsAtReturn: endsAtReturn)
            // The writer stays open: a reader that waited for more than the line would hang here.
            send("é\r\n")
            #expect(try reader.next() && reader.text == "é")
            send("b\n")
            #expect(try reader.next() && reader.text == "b" && reader.line == 2)
        }
        close(ends[1])
    }

    @Test func `long lines and files that cannot be read`() throws {
        let folder = try TemporaryFolder()
        let long = String(repeating: "x", count: 1_000_000)
        let path = try folder.put("long", Array("a\n\(long)\nb".utf8))
        let reader = LineReader(try ByteSource(path: path))
        #expect(try reader.next() && reader.next() && reader.text == long)
        #expect(try reader.next() && reader.text == "b" && !reader.next())
        #expect(throws: FileIOError.system(operation: .read, path: "/nowhere", code: ENOENT)) {
            try ByteSource(path: "/nowhere")
        }
        #expect(throws: FileIOError.invalidPath(path: "a\0b")) { try ByteSource(path: "a\0b") }
        #expect(throws: FileIOError.system(operation: .read, path: folder.path, code: EISDIR)) {
            try LineReader(ByteSource(path: folder.path)).next()
        }
        let words = "f:3: more than 256 MiB without a line's end; check that it is text"
        #expect(FileIOError.lineTooLong(path: "f", line: 3).description == words)
    }

    @Test func `where bytes stop being UTF-8`() {
        func place(_ bytes: [UInt8]) -> Int? { bytes.withUnsafeBufferPointer { firstInvalidUTF8($0) } }
        #expect(place([]) == nil && place(Array("aé😀".utf8)) == nil)
        // A lone lead, an overlong form, a surrogate, past U+10FFFF, a lone continuation.
        for bad: [UInt8] in [[0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80]] {
            #expect(place(Array("é".utf8) + bad + [0x61]) == 2, "\(bad)")
        }
    }
}
