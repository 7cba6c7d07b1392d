// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite struct CSVReaderTests {
    private struct Golden: Decodable {
        var text: String
        var records: [[String]]
        var lines: [Int]
    }

    private func records(_ bytes: [UInt8]) throws(DatasetError) -> ([[String]], [Int]) {
        try records(CSVReader(bytes: bytes, path: "t.csv"))
    }

    private func records(_ reader: CSVReader) throws(DatasetError) -> ([[String]], [Int]) {
        var rows: [[String]] = []
        var lines: [Int] = []
        while try reader.next() {
            rows.append((0..<reader.fieldCount).map { reader.field($0) })
            lines.append(reader.line)
        }
        return (rows, lines)
    }

    private func message(_ text: String) -> String? {
        failure { () throws(DatasetError) in _ = try records(Array(text.utf8)) }?.description
    }

    /// Compares texts by their bytes: `String` takes composed and decomposed letters for equal.
    private func bytes(_ rows: [[String]]) -> [[[UInt8]]] {
        rows.map { $0.map { Array($0.utf8) } }
    }

    @Test func `reads eighty ugly tables as Python's csv module does, line numbers included`() throws {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/csv-goldens", withExtension: "json"))
        let goldens = try JSONDecoder().decode([Golden].self, from: Data(contentsOf: url))
        #expect(goldens.count == 80)
        for golden in goldens {
            let (rows, lines) = try records(Array(golden.text.utf8))
            #expect(bytes(rows) == bytes(golden.records), "\(golden.text.debugDescription)")
            #expect(lines == golden.lines, "\(golden.text.debugDescription)")
        }
    }

    @Test func `a pipe that hands over single bytes gives the same records`() throws {
        let text = "\u{FEFF}image,\"a \"\"b\"\"\r\nc\"\r\né,\"\"\"\"\r\n\r\n,\"x\"\r\"😀\",y"
        let whole = try records(Array(text.utf8))
        #expect(whole.0 == [["image", "a \"b\"\r\nc"], ["é", "\""], ["", "x"], ["😀", "y"]])
        #expect(whole.1 == [1, 3, 5, 6])
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let writer = ends[1]
        let thread = Thread {
            for byte in text.utf8 {
                _ = withUnsafePointer(to: byte) { write(writer, $0, 1) }
                usleep(200)
            }
            close(writer)
        }
        thread.start()
        let reader = try CSVReader(source: ByteSource(descriptor: ends[0], path: "pipe"))
        let piped = try records(reader)
        close(ends[0])
        #expect(piped.0 == whole.0)
        #expect(piped.1 == whole.1)
    }

    @Test func `a table larger than the window comes through whole`() throws {
        let folder = try TemporaryFolder()
        let cell = String(repeating: "x", count: 997)
        let rows = (0..<2000).map { "\($0),\"\(cell)\"\"\n\",\($0 * 7)" }
        let path = try folder.write("big.csv", rows.joined(separator: "\n"))
        let reader = try CSVReader(path: path)
        var count = 0
        while try reader.next() {
            guard reader.field(0) == String(count), reader.field(1).utf8.count == 999,
                reader.field(2) == String(count * 7), reader.line == count * 2 + 1
            else { break }
            count += 1
        }
        #expect(count == 2000)
    }

    @Test func `a single line of ten megabytes is one record`() throws {
        let reader = try CSVReader(bytes: [UInt8](repeating: 0x78, count: 10_000_000), path: "t.csv")
        #expect(try reader.next())
        #expect(reader.fieldCount == 1)
        #expect(reader.bytes(0).count == 10_000_000)
        #expect(try !reader.next())
    }

    @Test func `an unclosed quote is told with the line where it opened`() {
        #expect(message("a,b\n1,\"2\n3,4\n") == "t.csv:2: the quote opened here is never closed; close it")
        #expect(message("a,b\n\"x\ny\",\"2\n3") == "t.csv:3: the quote opened here is never closed; close it")
    }

    @Test func `quotes and text in wrong places are told with their line`() {
        #expect(
            message("a\nb\"c\n")
                == "t.csv:2: a quote inside a field that does not begin with one; "
                + "put the field in quotes and double the inner quotes")
        #expect(
            message("a\n\n\"b\" ,c\n")
                == "t.csv:3: text after a closing quote; put a comma there, or double the quotes inside the field")
    }

    @Test func `bytes that are no text are told with their line`() {
        let utf8 = { (bytes: [UInt8]) in
            failure { () throws(DatasetError) in _ = try self.records(Array("a\n".utf8) + bytes) }?.description
        }
        let hostile: [[UInt8]] = [
            [0xFF], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC3],
            [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80],
        ]
        for bytes in hostile {
            #expect(utf8(bytes) == "t.csv:2: the text is not UTF-8; save the file as UTF-8")
        }
        #expect(utf8([0xED, 0x9F, 0xBF, 0xF4, 0x8F, 0xBF, 0xBF, 0xC2, 0x80, 0xE0, 0xA0, 0x80]) == nil)
        #expect(message("a\nb\0\n") == "t.csv:2: a byte 0 in the text; is this a text file?")
        #expect(message("a\n\"b\0\"\n") == "t.csv:2: a byte 0 in the text; is this a text file?")
    }

    @Test func `UTF-16 is read by its mark, and refused without one`() throws {
        let text = "image,labels\n🏊.jpg,\"sea, \"\"view\"\"\"\né.jpg,pool"
        let wide = text.utf16.map { $0 }
        let little: [UInt8] = [0xFF, 0xFE] + wide.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        let big: [UInt8] = [0xFE, 0xFF] + wide.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        let plain = try records(Array(text.utf8))
        #expect(try records(little) == plain && records(big) == plain)
        let words = "t.csv:1: the file is UTF-32, or UTF-16 without a byte order mark; save it as UTF-8"
        for bytes: [UInt8] in [[0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0], [0, 0, 0xFE, 0xFF], [0x61, 0], [0, 0x61]] {
            #expect(failure { () throws(DatasetError) in _ = try records(bytes) }?.description == words)
        }
        for bytes in [Array(little.dropLast()), [0xFF, 0xFE, 0x0A, 0, 0, 0xD8], [0xFE, 0xFF, 0xDC, 0, 0, 0x61]] {
            let found = failure { () throws(DatasetError) in _ = try records(bytes) }?.description
            #expect(found?.contains("half a character of UTF-16") == true, "\(found ?? "")")
        }
    }

    @Test func `a ragged row is told with both counts`() throws {
        let reader = try CSVReader(bytes: Array("a,b\n1,2,3\n".utf8), path: "t.csv")
        _ = try reader.next()
        try reader.requireFieldCount(2)
        _ = try reader.next()
        let error = failure { () throws(DatasetError) in try reader.requireFieldCount(2) }
        #expect(
            error?.description
                == "t.csv:2: 3 fields where the header has 2; quote fields that contain commas, or complete the row")
        #expect(error?.isMissingInput == false)
    }

    @Test func `a missing file is missing input, a directory is not`() throws {
        let missing = failure { () throws(DatasetError) in _ = try CSVReader(path: "/nowhere/t.csv") }
        #expect(missing == .missing(path: "/nowhere/t.csv"))
        #expect(missing?.isMissingInput == true)
        #expect(missing?.description == "'/nowhere/t.csv' does not exist; check the path")
        let folder = try TemporaryFolder()
        let directory = failure { () throws(DatasetError) in _ = try CSVReader(path: folder.path) }
        #expect(directory?.isMissingInput == false)
        #expect(directory?.description == "'\(folder.path)' cannot be read: Is a directory")
    }

    @Test func `what the writer writes the reader reads`() throws {
        var random = SystemRandomNumberGenerator()
        let alphabet: [Character] = ["a", ",", "\"", "\n", "\r", "\r\n", " ", "é", "=", "-"]
        for _ in 0..<300 {
            let rows = (0..<3).map { _ in
                (0..<3).map { _ in
                    String((0..<Int.random(in: 0...4, using: &random)).compactMap { _ in alphabet.randomElement() })
                }
            }
            let text = rows.map { CSVWriter.line($0) }.joined()
            #expect(try bytes(records(Array(text.utf8)).0) == bytes(rows), "\(text.debugDescription)")
        }
        #expect(CSVWriter.line(["a,b", "say \"x\"", "=1+1", ""]) == "\"a,b\",\"say \"\"x\"\"\",=1+1,\n")
        #expect(CSVWriter.line([""]) == "\"\"\n")
    }
}
