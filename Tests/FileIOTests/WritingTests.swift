// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

@testable import FileIO

@Suite struct WritingTests {
    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode : 0
    }

    @Test func `a file appears whole at its commit and not before`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.put("a", [9])
        let writer = try AtomicFileWriter(path: path)
        var expected: [UInt8] = []
        // Pieces below, at and above the size of the buffer.
        for size in [10, 1 << 20, 3, (1 << 20) - 1, 5_000_000, 0, 1] {
            let piece = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ size) }
            try writer.append(piece)
            expected += piece
        }
        try writer.append("end")
        expected += "end".utf8
        try writer.seekWrite([1, 2, 3], at: 4)
        expected.replaceSubrange(4..<7, with: [1, 2, 3])
        #expect(writer.count == expected.count)
        #expect(try readFile(path: path, maximumBytes: 10) == [9])
        #expect(try listDirectory(path: folder.path).count == 2)
        try writer.commit(durable: true)
        #expect(try readFile(path: path, maximumBytes: 10_000_000) == expected)
        #expect(try listDirectory(path: folder.path) == ["a"])
        let mask = umask(0o022)
        umask(mask)
        #expect(mode(path) & 0o777 == 0o644 & ~mask)
    }

    @Test func `a writer that is released or cancelled leaves nothing`() throws {
        let folder = try TemporaryFolder()
        do {
            let writer = try AtomicFileWriter(path: folder("a"))
            try writer.append("x")
        }
        let cancelled = try AtomicFileWriter(path: folder("b"))
        cancelled.cancel()
        cancelled.cancel()
        #expect(try listDirectory(path: folder.path).isEmpty)
    }

    @Test func `a rename that fails leaves nothing aside and the old thing in place`() throws {
        let folder = try TemporaryFolder()
        let writer = try AtomicFileWriter(path: folder("a"))
        try writer.append("x")
        try createDirectory(path: folder("a/b"))
        #expect(throws: FileIOError.system(operation: .rename, path: folder("a"), code: EISDIR)) {
            try writer.commit(durable: false)
        }
        #expect(try listDirectory(path: folder.path) == ["a"])
        #expect(try listDirectory(path: folder("a")) == ["b"])
    }

    @Test func `a full disk is an error that commit repeats`() throws {
        let folder = try TemporaryFolder()
        var old = rlimit()
        getrlimit(__rlimit_resource_t(1), &old)  // RLIMIT_FSIZE
        let handler = signal(SIGXFSZ, SIG_IGN)
        var low = rlimit(rlim_cur: 64 << 20, rlim_max: old.rlim_max)
        setrlimit(__rlimit_resource_t(1), &low)
        defer {
            setrlimit(__rlimit_resource_t(1), &old)
            signal(SIGXFSZ, handler)
        }
        let writer = try AtomicFileWriter(path: folder("a"))
        let error = FileIOError.system(operation: .write, path: folder("a"), code: EFBIG)
        let block = [UInt8](repeating: 0, count: 48 << 20)
        try writer.append(block)
        #expect(throws: error) { try writer.append(block) }
        #expect(throws: error) { try writer.commit(durable: false) }
        #expect(try listDirectory(path: folder.path).isEmpty)
    }

    @Test func `devices and directories are never replaced, links are`() throws {
        let folder = try TemporaryFolder()
        #expect(throws: FileIOError.notRegularFile(operation: .write, path: "/dev/null", kind: .device)) {
            try AtomicFile.write("x", to: "/dev/null", durable: false)
        }
        #expect(throws: FileIOError.notRegularFile(operation: .write, path: folder.path, kind: .directory)) {
            try AtomicFile.write("x", to: folder.path, durable: false)
        }
        let blob = try folder.put("blob", [1])
        #expect(symlink(blob, folder("link")) == 0)
        try AtomicFile.write([2], to: folder("link"), durable: true)
        #expect(try readFile(path: blob, maximumBytes: 1) == [1])
        #expect(mode(folder("link")) & mode_t(S_IFMT) == mode_t(S_IFREG))
    }

    @Test func `the folder of a path is found without touching the disk`() {
        let expected = ["a": ".", "a/b": "a", "/a": "/", "a//b": "a", "a/b//": "a", "/": "/", "./a": "."]
        for (path, above) in expected { #expect(folder(of: path) == above, "\(path)") }
    }

    @Test func `a directory moves whole, replaces an old one only when told to`() throws {
        let folder = try TemporaryFolder()
        try createDirectory(path: folder("new/deep/deeper/"))
        _ = try folder.put("new/deep/file", [1])
        #expect(symlink("nowhere", folder("new/dangling")) == 0)
        try renameDirectoryDurably(from: folder("new"), to: folder("final"))
        #expect(try listDirectory(path: folder("final")) == ["dangling", "deep"])

        try createDirectory(path: folder("next"))
        _ = try folder.put("next/two", [2])
        let full = #expect(throws: FileIOError.self) {
            try renameDirectoryDurably(from: folder("next"), to: folder("final"))
        }
        #expect(full?.description.contains("move the old one away first") == true)
        try renameDirectoryDurably(from: folder("next") + "/", to: folder("final"), replacing: true)
        #expect(try listDirectory(path: folder.path) == ["final"])
        #expect(try listDirectory(path: folder("final")) == ["two"])
    }

    @Test func `removing a tree follows no link and minds nothing missing`() throws {
        let folder = try TemporaryFolder()
        try createDirectory(path: folder("tree/a/b/c"))
        let kept = try folder.put("kept", [1])
        try createDirectory(path: folder("outside"))
        _ = try folder.put("outside/file", [1])
        #expect(symlink(folder("outside"), folder("tree/link")) == 0)
        #expect(symlink(kept, folder("tree/a/link")) == 0)
        try removeTree(path: folder("tree"))
        try removeTree(path: folder("tree"))
        #expect(try listDirectory(path: folder.path) == ["kept", "outside"])
        #expect(try listDirectory(path: folder("outside")) == ["file"])
    }

    @Test func `a directory is not made where a file is in the way`() throws {
        let folder = try TemporaryFolder()
        _ = try folder.put("file", [])
        try createDirectory(path: folder("x/y"))
        try createDirectory(path: folder("x/y"))
        #expect(throws: FileIOError.self) { try createDirectory(path: folder("file")) }
        #expect(throws: FileIOError.self) { try createDirectory(path: folder("file/below")) }
        let long = String(repeating: "a/", count: 1_000_000)
        #expect(throws: FileIOError.system(operation: .write, path: long, code: ENAMETOOLONG)) {
            try createDirectory(path: long)
        }
    }

    @Test func `an array file gets its number of rows at the end`() throws {
        let folder = try TemporaryFolder()
        let writer = try NPYWriter(path: folder("a.npy"), columns: 3)
        for row in 0..<5 { try writer.append(row: [Float(row), .nan, -1]) }
        try writer.commit(durable: false)
        let bytes = try readFile(path: folder("a.npy"), maximumBytes: 1000)
        let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (5, 3), }"
        let padding = String(repeating: " ", count: 117 - text.utf8.count)
        let header = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array((text + padding + "\n").utf8)
        #expect(Array(bytes[..<128]) == header)
        #expect(bytes.count == 128 + 5 * 3 * 4)
        #expect(Array(bytes[128 + 4 * 12..<128 + 4 * 13]) == [0, 0, 0x80, 0x40])  // 4.0
        #expect(NPYWriter.header(rows: .max, columns: .max).count == 128)
    }
}
