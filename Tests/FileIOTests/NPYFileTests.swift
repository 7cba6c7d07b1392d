// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import FileIO

/// `.npy` files of every kind that NumPy writes and of many that nobody should.
@Suite struct NPYFileTests {
    private static func file(
        _ dictionary: String, version: UInt8 = 1, minor: UInt8 = 0, body: Int, headerSize: Int? = nil
    ) -> [UInt8] {
        let size = headerSize ?? dictionary.utf8.count
        let length = (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) }
        let values = (0..<body).map { UInt8(truncatingIfNeeded: $0 &* 7) & 0x3F }
        return [0x93] + Array("NUMPY".utf8) + [version, minor] + length + Array(dictionary.utf8) + values
    }

    private static func header(
        _ type: String = "<f4", order: String = "False", shape: String = "(2, 3)"
    ) -> String {
        "{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }"
    }

    private static func floats(_ file: NPYFile, _ range: Range<Int>) -> [Float] {
        file.withRows(range) { bytes in
            (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
    }

    @Test func `rows come back as they were written, also after their memory was let go`() throws {
        let folder = try TemporaryFolder()
        for (rows, columns) in [(0, 4), (1, 1), (3, 5), (2000, 17)] {
            let values = (0..<rows).map { row in (0..<columns).map { Float(row * 100 + $0) / 3 } }
            let writer = try NPYWriter(path: folder("a.npy"), columns: columns)
            for row in values { try writer.append(row: row) }
            try writer.commit(durable: false)
            let file = try NPYFile(path: folder("a.npy"))
            #expect(file.rows == rows && file.columns == columns && file.path == folder("a.npy"))
            for _ in 0..<2 {
                #expect(Self.floats(file, 0..<rows) == values.flatMap { $0 })
                if rows > 1 { #expect(Self.floats(file, 1..<2) == values[1]) }
                file.release(rows: 0..<rows)
            }
        }
    }

    static let good: [(header: String, version: UInt8)] = [
        (header(), 1), (header() + "   \n", 1), (header() + "\n", 2), (header() + "\n", 3),
        ("{\"shape\":(2,3),\"descr\":\"<f4\",\"fortran_order\":False}", 1),
        ("{ 'descr' : '<f4' ,\n'fortran_order':False, 'shape': ( 2 , 3 , ) , }", 1),
        (header(shape: "(1, 6)"), 1), (header(order: "True", shape: "(1, 6)"), 1),
        (header(order: "True", shape: "(6, 1)"), 1), (header(shape: "(0006, 01)"), 1),
    ]

    @Test(arguments: good.indices) func `headers of all versions and spellings are read`(_ index: Int) throws {
        let folder = try TemporaryFolder()
        let (header, version) = Self.good[index]
        let file = try NPYFile(path: folder.put("a.npy", Self.file(header, version: version, body: 24)))
        #expect(file.rows * file.columns == 6)
        let expected = (0..<6).map { place in
            let bytes = (0..<4).map { UInt8(truncatingIfNeeded: (4 * place + $0) &* 7) & 0x3F }
            return bytes.withUnsafeBytes { $0.loadUnaligned(as: Float.self) }
        }
        #expect(Self.floats(file, 0..<file.rows) == expected)
    }

    static let bad: [(bytes: [UInt8], part: String)] = [
        ([], "is no NumPy file"), (Array("PK\u{3}\u{4}zip file".utf8), "is no NumPy file"),
        ([0x93] + Array("NUMPY".utf8), "is no NumPy file"),
        (file(header(), version: 0, body: 24), "version 0.0"), (file(header(), version: 4, body: 24), "version 4.0"),
        (file(header(), minor: 1, body: 24), "version 1.1"),
        (Array(file(header(), body: 0).prefix(9)), "breaks off"),
        (Array(file(header(), version: 2, body: 0).prefix(11)), "breaks off"),
        (file(header(), body: 0, headerSize: 1000), "breaks off"),
        (file(header(), version: 2, body: 24, headerSize: 0xFFFF_FFFF), "breaks off"),
        (file(header() + String(repeating: " ", count: 1 << 17), version: 2, body: 24), "breaks off"),
        (file(header(), body: 24, headerSize: 20), "damaged header"), (file("", body: 0), "damaged header"),
        (file("{}", body: 0), "does not say 'descr'"), (file("[1, 2]", body: 0), "'{' is missing"),
        (file(header() + "x", body: 24), "something follows"),
        (file("{'descr': '<f4', 'descr': '<f4'}", body: 0), "'descr' twice"),
        (file("{'descr': '<f4", body: 0), "a text is not ended"),
        (file("{'descr': '<f4', 'fortran_order': No}", body: 0), "True or False is missing"),
        (file("{'descr': '<f4' 'shape': (1, 6)}", body: 24), "',' is missing"),
        (file("{'other': '<f4'}", body: 0), "'other'"),
        (file("{'a\u{1B}[2J': '<f4'}", body: 0), "\\u{1b}"),
        (file("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2,)}", body: 8), "type record"),
        (file(header("<f8"), body: 48), "type <f8"), (file(header(">f4"), body: 24), "type >f4"),
        (file(header("|O"), body: 24), "type |O"), (file(header("<f2"), body: 12), "type <f2"),
        (file(header("<i4"), body: 24), "type <i4"), (file(header(""), body: 24), "type"),
        (file(header(order: "True"), body: 24), "Fortran order"),
        (file(header(shape: "()"), body: 4), "shape []"), (file(header(shape: "(6,)"), body: 24), "shape [6]"),
        (file(header(shape: "(1, 2, 3)"), body: 24), "shape [1, 2, 3]"),
        (file(header(shape: "(9223372036854775807, 0)"), body: 0), "shape [9223372036854775807, 0]"),
        (file(header(shape: "(-2, -3)"), body: 24), "no list of sizes"),
        (file(header(shape: "(2L, 3L)"), body: 24), "',' is missing"),
        (file(header(shape: "(2.0, 3)"), body: 24), "',' is missing"),
        (file(header(shape: "6"), body: 24), "'(' is missing"),
        (file(header(shape: "(99999999999999999999, 1)"), body: 24), "no list of sizes"),
        (file(header(shape: "(" + String(repeating: "1, ", count: 5000) + ")"), body: 4), "no list of sizes"),
        (file(header(), body: 23), "has 23 bytes of values, its shape needs 24"),
        (file(header(), body: 0), "has 0 bytes"), (file(header(), body: 25), "has 25 bytes"),
        (file(header(shape: "(4611686018427387904, 4)"), body: 24), "more than any number"),
        (file(header(shape: "(9223372036854775807, 9223372036854775807)"), body: 24), "more than any number"),
        (file(header(shape: "(2305843009213693951, 1)"), body: 24), "needs 9223372036854775804 bytes"),
    ]

    @Test(arguments: bad.indices) func `what is no array of float32 rows is refused in one line`(_ index: Int) throws {
        let folder = try TemporaryFolder()
        let (bytes, part) = Self.bad[index]
        let path = try folder.put("a.npy", bytes)
        let error = try #require(throws: FileIOError.self) { try NPYFile(path: path) }
        #expect(!error.isMissingInput && error.description.hasPrefix(path))
        #expect(error.description.contains(part), "\(error.description)")
        #expect(!error.description.contains("\n") && !error.description.contains("\u{1B}"))
    }

    @Test func `every cut and every changed byte of a file is read or refused, and never traps`() throws {
        let folder = try TemporaryFolder()
        let whole = Self.file(Self.header(), body: 24)
        for end in whole.indices {
            let path = try folder.put("a.npy", Array(whole[..<end]))
            #expect(throws: FileIOError.self) { try NPYFile(path: path) }
        }
        var read = 0
        for place in whole.indices {
            for value in [0, 0x27, 0x28, 0x29, 0x2C, 0x39, 0x7D, 0xFF] as [UInt8] where whole[place] != value {
                var bytes = whole
                bytes[place] = value
                guard let file = try? NPYFile(path: folder.put("a.npy", bytes)) else { continue }
                #expect(file.rows * file.columns == 6)
                read += 1
            }
        }
        // At least the changes of values.
        #expect(read >= 24 * 7)
    }

    @Test func `a missing file is a missing input`() throws {
        let error = #expect(throws: FileIOError.self) { try NPYFile(path: "gone.npy") }
        #expect(error?.isMissingInput == true)
    }
}
