// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import FileIO

@Suite struct CopyDirectoryTests {
    private func bytes(_ path: String) throws -> [UInt8] { try readFile(path: path, maximumBytes: 1 << 30) }

    @Test func `files and folders are copied, and links to files become files`() throws {
        let folder = try TemporaryFolder()
        try createDirectory(path: folder("blobs"))
        try createDirectory(path: folder("snapshot/deep/er"))
        let large = (0..<(40 << 20)).map { UInt8(truncatingIfNeeded: $0 >> 3) }
        _ = try folder.put("blobs/weights", large)
        _ = try folder.put("snapshot/deep/er/a.txt", Array("a".utf8))
        _ = try folder.put("snapshot/empty", [])
        _ = try folder.put("snapshot/left.json", [1])
        #expect(symlink("../blobs/weights", folder("snapshot/model.safetensors")) == 0)
        #expect(symlink("gone", folder("snapshot/broken")) == 0)
        // Following this one would never end.
        #expect(symlink("..", folder("snapshot/deep/up")) == 0)
        #expect(mkfifo(folder("snapshot/pipe"), 0o600) == 0)
        try copyDirectory(from: folder("snapshot"), to: folder("copy")) { $0 != "left.json" }
        #expect(try listDirectory(path: folder("copy")) == ["deep", "empty", "model.safetensors"])
        #expect(try listDirectory(path: folder("copy/deep")) == ["er"])
        try removeTree(path: folder("blobs"))
        #expect(try bytes(folder("copy/model.safetensors")) == large)
        #expect(try bytes(folder("copy/deep/er/a.txt")) == Array("a".utf8))
        #expect(try bytes(folder("copy/empty")).isEmpty)
    }

    @Test func `a change in the copy leaves the source as it was`() throws {
        let folder = try TemporaryFolder()
        try createDirectory(path: folder("source"))
        _ = try folder.put("source/a", [1, 2, 3])
        try copyDirectory(from: folder("source"), to: folder("copy"))
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: folder("copy/a")))
        try handle.write(contentsOf: [9])
        try handle.close()
        #expect(try bytes(folder("source/a")) == [1, 2, 3])
        #expect(try bytes(folder("copy/a")) == [9, 2, 3])
    }

    @Test func `a missing source is a missing input`() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: FileIOError.self) { try copyDirectory(from: folder("gone"), to: folder("copy")) }
        #expect(error?.isMissingInput == true)
    }
}
