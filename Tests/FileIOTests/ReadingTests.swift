// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

@testable import FileIO

@Suite struct ReadingTests {
    @Test func `a mapped file shows the file's bytes, also after another file was renamed over it`() throws {
        let folder = try TemporaryFolder()
        let content = (0..<100_000).map { UInt8($0 % 251) }
        let path = try folder.put("a", content)
        let file = try MappedFile(path: path)
        try AtomicFile.write("other", to: path, durable: false)
        #expect(file.count == content.count)
        file.withBytes { #expect($0.elementsEqual(content)) }
        file.advise(.sequential)
        file.advise(.dontNeed, range: 5..<90_000)
        file.advise(.dontNeed, range: -10..<1_000_000)
        file.withBytes { #expect($0.elementsEqual(content)) }
    }

    @Test func `an empty file maps to no bytes`() throws {
        let folder = try TemporaryFolder()
        let file = try MappedFile(path: folder.put("empty", []))
        #expect(file.bytes.isEmpty)
        file.advise(.dontNeed)
        #expect(try readFile(path: folder("empty"), maximumBytes: 0) == [])
    }

    @Test func `directories, pipes and devices are refused at once`() throws {
        let folder = try TemporaryFolder()
        #expect(mkfifo(folder("pipe"), 0o600) == 0)
        let expected: [(String, FileKind)] = [
            (folder.path, .directory), (folder("pipe"), .pipe), ("/dev/zero", .device),
        ]
        for (path, kind) in expected {
            let error = FileIOError.notRegularFile(operation: .read, path: path, kind: kind)
            #expect(throws: error) { try MappedFile(path: path) }
            #expect(throws: error) { try readFile(path: path, maximumBytes: 10) }
        }
    }

    @Test func `a socket is refused as what it is`() throws {
        let folder = try TemporaryFolder()
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(number) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(folder("s").utf8)) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        #expect(throws: FileIOError.notRegularFile(operation: .read, path: folder("s"), kind: .socket)) {
            try MappedFile(path: folder("s"))
        }
    }

    @Test func `a missing file is a missing input with a remedy, in one line`() throws {
        let path = "models/a/config.json"
        let error = #expect(throws: FileIOError.self) { try readFile(path: path, maximumBytes: 10) }
        #expect(error?.isMissingInput == true)
        #expect(
            error?.description == "cannot read models/a/config.json: no such file or directory; check the path")
        let beneath = #expect(throws: FileIOError.self) { try MappedFile(path: "/dev/null/x") }
        #expect(beneath?.isMissingInput == true)
        let output = #expect(throws: FileIOError.self) { try AtomicFileWriter(path: "not-there/out") }
        #expect(output?.isMissingInput == false)
        #expect(
            output?.description == "cannot write not-there/out: no such file or directory; make its folder first")
    }

    @Test func `paths that no file can have are refused`() {
        #expect(throws: FileIOError.invalidPath(path: "")) { try MappedFile(path: "") }
        #expect(throws: FileIOError.invalidPath(path: "/dev\0x")) { try readFile(path: "/dev\0x", maximumBytes: 1) }
        #expect(FileIOError.invalidPath(path: "a\0b").description.contains("a\\u{0}b"))
    }

    @Test func `the size limit is exact and holds for devices too`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.put("a", [1, 2, 3])
        #expect(try readFile(path: path, maximumBytes: 3) == [1, 2, 3])
        #expect(throws: FileIOError.tooLarge(path: path, maximumBytes: 2)) {
            try readFile(path: path, maximumBytes: 2)
        }
        #expect(throws: FileIOError.tooLarge(path: "/dev/zero", maximumBytes: 100_000)) {
            try readFile(path: "/dev/zero", maximumBytes: 100_000, acceptsPipes: true)
        }
        // Files of /proc report no size.
        #expect(try !readFile(path: "/proc/self/status", maximumBytes: 1_000_000).isEmpty)
    }

    @Test func `a pipe is read to its end where pipes are accepted`() async throws {
        let folder = try TemporaryFolder()
        let path = folder("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        let content = [UInt8](repeating: 7, count: 200_000)
        let writer = Thread { try? FileHandle(forWritingTo: URL(fileURLWithPath: path)).write(contentsOf: content) }
        writer.start()
        #expect(try readFile(path: path, maximumBytes: 300_000, acceptsPipes: true) == content)
    }

    @Test func `text loses its byte order mark and must be UTF-8`() throws {
        let folder = try TemporaryFolder()
        let marked = try folder.put("bom", [0xEF, 0xBB, 0xBF] + Array("é\r\n".utf8))
        #expect(try readText(path: marked, maximumBytes: 100) == "é\r\n")
        let bad = try folder.put("bad", Array("a\nb\n".utf8) + [0xC3, 0x28] + Array("\nc".utf8))
        #expect(throws: FileIOError.notUTF8(path: bad, line: 3)) { try readText(path: bad, maximumBytes: 100) }
    }

    @Test func `messages stay one short line whatever they quote`() {
        #expect(printable("a\nb\u{1B}[2J\t\u{202E}é") == "a\\nb\\u{1b}[2J\\t\\u{202e}é")
        #expect(printable(String(repeating: "x", count: 1000), maximumCharacters: 10) == "xxxxx…xxxxx")
        let marks = "a" + String(repeating: "\u{301}", count: 5000)
        #expect(printable(marks).unicodeScalars.count == 401)
        #expect(quoted("a\nb\u{1B}[2J", limit: 4) == "'a\\nb\\u{1b}…'" && quoted("é'") == "'é''")
    }
}
