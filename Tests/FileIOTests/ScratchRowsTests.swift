// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import FileIO

/// Rows that are kept for a process and no longer.
@Suite struct ScratchRowsTests {
    private static func row(_ number: Int, width: Int) -> [Float] {
        (0..<width).map { Float(number) * 1.25 - Float($0) / 3 }
    }

    @Test(arguments: [1, 7, 1000]) func `rows come back in any order, bit for bit`(_ width: Int) throws {
        let folder = try TemporaryFolder()
        let rows = try ScratchRows(directory: folder.path, width: width)
        #expect(rows.width == width && rows.count == 0)
        for number in 0..<50 { try rows.append(Self.row(number, width: width)) }
        #expect(rows.count == 50)
        var random = SystemRandomNumberGenerator()
        for size in [1, 3, 50] {
            let wanted = (0..<size).map { _ in Int.random(in: 0..<50, using: &random) }
            #expect(try rows.read(wanted) == wanted.flatMap { Self.row($0, width: width) }, "\(wanted)")
        }
        // Written on after having been read, and read again where it was read before.
        try rows.append(Self.row(50, width: width))
        #expect(try rows.read([50, 0, 50]) == [50, 0, 50].flatMap { Self.row($0, width: width) })
        #expect(try rows.read([]).isEmpty)
    }

    @Test func `numbers that are none keep their bits`() throws {
        let folder = try TemporaryFolder()
        let rows = try ScratchRows(directory: folder.path, width: 5)
        let odd: [Float] = [.nan, -.infinity, -0.0, .leastNonzeroMagnitude, Float(bitPattern: 0x7FA0_0001)]
        try rows.append(odd)
        #expect(try rows.read([0]).map(\.bitPattern) == odd.map(\.bitPattern))
    }

    @Test func `files of one folder do not meet`() throws {
        let folder = try TemporaryFolder()
        let all = try (0..<4).map { _ in try ScratchRows(directory: folder.path, width: 3) }
        for number in 0..<10 {
            for (index, rows) in all.enumerated() { try rows.append(Self.row(number * 4 + index, width: 3)) }
        }
        for (index, rows) in all.enumerated() {
            for number in 0..<10 { #expect(try rows.read([number]) == Self.row(number * 4 + index, width: 3)) }
        }
    }

    @Test func `the folder shows nothing of them`() throws {
        let folder = try TemporaryFolder()
        let rows = try ScratchRows(directory: folder.path, width: 2)
        try rows.append([1, 2])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        // The folder may even go.
        try FileManager.default.removeItem(atPath: folder.path)
        try rows.append([3, 4])
        #expect(try rows.read([1, 0]) == [3, 4, 1, 2])
    }

    @Test func `their descriptor is closed with them`() throws {
        let folder = try TemporaryFolder()
        // The kernel shows an open file without a name under the one that it had.
        func open() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { number in
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + number)
                return target?.contains(folder.path) ?? false
            }
        }
        do {
            let rows = try ScratchRows(directory: folder.path, width: 2)
            #expect(try open() == 1)
            try rows.append([1, 2])
        }
        #expect(try open() == 0)
    }

    @Test func `a folder that is not there, or none, is an error`() throws {
        let folder = try TemporaryFolder()
        _ = try folder.put("file", [1])
        for name in ["absent", "file", "file/below"] {
            let error = try #require(throws: FileIOError.self) {
                try ScratchRows(directory: folder(name), width: 1)
            }
            // What is to be written is no missing input.
            #expect(!error.isMissingInput && "\(error)".hasPrefix("cannot write \(folder(name))/"), "\(error)")
            #expect(!"\(error)".contains("\n"))
        }
        #expect(throws: FileIOError.invalidPath(path: "")) { try ScratchRows(directory: "", width: 1) }
        #expect(throws: FileIOError.invalidPath(path: "a\0b")) { try ScratchRows(directory: "a\0b", width: 1) }
    }
}
