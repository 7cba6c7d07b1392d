// SPDX-License-Identifier: Apache-2.0

import ContentHash
import FileIO
import Foundation
import Testing

@Suite struct ContentHashTests {
    struct Recorded {
        let length: Int
        let sha256: String
        let sha1: String
    }

    /// Digests by Python's hashlib (Scripts/goldens/record-hashes.py).
    static func recorded() throws -> [Recorded] {
        let url = try #require(Bundle.module.url(forResource: "hashes", withExtension: "txt", subdirectory: "Fixtures"))
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map { line in
            let fields = line.split(separator: " ").map(String.init)
            try #require(fields.count == 3)
            return Recorded(length: try #require(Int(fields[0])), sha256: fields[1], sha1: fields[2])
        }
    }

    /// The bytes that the recording script made for a length.
    static func content(_ length: Int) -> [UInt8] {
        var x = UInt32(length)
        return (0..<length).map { _ in
            x = x &* 1_664_525 &+ 1_013_904_223
            return UInt8(x >> 24)
        }
    }

    @Test func `standard examples have their published digests`() {
        let long = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
        let examples: [(String, String, String)] = [
            (
                "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "da39a3ee5e6b4b0d3255bfef95601890afd80709"
            ),
            (
                "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "a9993e364706816aba3e25717850c26c9cd0d89d"
            ),
            (
                long, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
                "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
            ),
        ]
        for (text, expected256, expected1) in examples {
            var (hash, sha1) = (SHA256(), SHA1())
            hash.update(text.utf8)
            sha1.update(text.utf8)
            #expect(hash.hexadecimal() == expected256)
            #expect(sha1.hexadecimal() == expected1)
        }
    }

    @Test func `a million letters in odd pieces have their published digests`() {
        var (hash, sha1) = (SHA256(), SHA1())
        var left = 1_000_000
        while left > 0 {
            let piece = [UInt8](repeating: 0x61, count: min(left, 977))
            hash.update(piece)
            sha1.update(piece)
            left -= piece.count
        }
        #expect(hash.hexadecimal() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
        #expect(sha1.hexadecimal() == "34aa973cd4c4daa4f61eeb2bdbad27316534016f")
    }

    @Test func `every recorded length has hashlib's digests`() throws {
        let all = try Self.recorded()
        try #require(all.count > 60)
        for one in all {
            let content = Self.content(one.length)
            var (hash, sha1) = (SHA256(), SHA1())
            hash.update(content)
            sha1.update(content)
            #expect(hash.hexadecimal() == one.sha256, "length \(one.length)")
            #expect(sha1.hexadecimal() == one.sha1, "length \(one.length)")
        }
    }

    @Test func `the digest does not depend on how the stream is cut`() throws {
        let one = try #require(Self.recorded().last)
        let content = Self.content(one.length)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20 {
            let seed = UInt64.random(in: 0...UInt64.max, using: &generator)
            var state = seed
            var hash = SHA256()
            var sha1 = SHA1()
            var start = 0
            while start < content.count {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let end = min(content.count, start + Int(state >> 40) % 200)
                hash.update(content[start..<end])
                sha1.update(content[start..<end])
                start = end
            }
            #expect(hash.hexadecimal() == one.sha256, "seed \(seed)")
            #expect(sha1.hexadecimal() == one.sha1, "seed \(seed)")
        }
    }

    @Test func `a digest in the middle does not disturb the stream and a copy goes on by itself`() {
        var hash = SHA256()
        hash.update("ab".utf8)
        let middle = hash.hexadecimal()
        var copy = hash
        copy.update("x".utf8)
        hash.update("c".utf8)
        #expect(middle == "fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603")
        #expect(hash.hexadecimal() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(copy.hexadecimal() != hash.hexadecimal())
        #expect(hash.digest().count == 32)
    }

    @Test func `git blobs have the names that git gives them`() {
        #expect(SHA1(gitBlobOfLength: 0).hexadecimal() == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")
        var hash = SHA1(gitBlobOfLength: 12)
        hash.update("hello world\n".utf8)
        #expect(hash.hexadecimal() == "3b18e512dba79e4c8300dd08aeb37f8e728b8dad")
    }

    @Test func `a file is hashed in pieces and a missing one is named`() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("hash-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appendingPathComponent("a").path
        let content = Self.content(3_000_001)
        try Data(content).write(to: URL(fileURLWithPath: path))
        var hash = SHA256()
        hash.update(content)
        #expect(try SHA256.hexadecimal(ofFileAt: path) == hash.hexadecimal())

        let missing = path + ".not"
        #expect(throws: FileIOError.system(operation: .read, path: missing, code: ENOENT)) {
            try SHA256.hexadecimal(ofFileAt: missing)
        }
        #expect(throws: FileIOError.notRegularFile(operation: .read, path: directory.path, kind: .directory)) {
            try SHA256.hexadecimal(ofFileAt: directory.path)
        }
    }
}
