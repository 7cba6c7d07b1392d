// SPDX-License-Identifier: Apache-2.0

import FileIO
import TestSupport
import Testing

@testable import Safetensors

@Suite struct CheckpointTests {
    private func shard(_ folder: TemporaryFolder, _ name: String, _ tensors: [String: Float]) throws {
        try SafetensorsWriter.write(
            tensors.map { .init(name: $0.key, shape: [1], values: [$0.value]) }, to: folder(name), durable: false)
    }

    private func index(_ folder: TemporaryFolder, _ map: String) throws -> String {
        let text = "{\"metadata\":{\"total_size\":8,\"x\":[null,-1.5e3]},\"weight_map\":{\(map)}}"
        return try folder.put("model.safetensors.index.json", Array(text.utf8))
    }

    @Test func `a directory opens as one file or as shards`() throws {
        let folder = try TemporaryFolder()
        let neither =
            " holds neither model.safetensors nor model.safetensors.index.json; "
            + "check that it is a model's folder and was fetched whole"
        #expect(throws: SafetensorsError.unusable(path: folder.path, words: neither)) {
            try SafetensorsCheckpoint(directory: folder.path)
        }
        try shard(folder, "1.safetensors", ["a": 1, "b": 2])
        try shard(folder, "2.safetensors", ["c": 3])
        _ = try index(folder, #""c":"2.safetensors","a":"1.safetensors","b":"1.safetensors""#)
        let sharded = try SafetensorsCheckpoint(directory: folder.path)
        #expect(sharded.entries.map(\.name) == ["c", "a", "b"])
        #expect(try sharded.bytes(of: "c").loadUnaligned(as: Float.self) == 3)
        #expect(sharded["b"]?.shard.path == folder("1.safetensors"))
        #expect(sharded.shards[0].metadata == ["format": "pt"])
        let words = " has no tensor 'd'; check that it is the right model"
        #expect(throws: SafetensorsError.unusable(path: sharded.path, words: words)) { try sharded.bytes(of: "d") }
        try shard(folder, "model.safetensors", ["single": 4])
        let single = try SafetensorsCheckpoint(directory: folder.path)
        #expect(single.entries.map(\.name) == ["single"] && single.shards.count == 1)
        let missing = #expect(throws: SafetensorsError.self) {
            try SafetensorsCheckpoint(directory: folder("none"))
        }
        #expect(missing?.isMissingInput == true)
    }

    @Test func `a shard that is missing is named and is no missing input`() throws {
        let folder = try TemporaryFolder()
        let path = try index(folder, #""a":"gone.safetensors""#)
        let error = #expect(
            throws: SafetensorsError.unusable(
                path: path, words: " names the shard 'gone.safetensors', which is not in its folder; fetch it too")
        ) {
            try SafetensorsCheckpoint(path: path)
        }
        #expect(error?.isMissingInput == false)
    }

    @Test func `index and shards may not contradict each other`() throws {
        let folder = try TemporaryFolder()
        try shard(folder, "1", ["a": 1])
        try shard(folder, "2", ["a": 2, "b": 3])
        var path = try index(folder, #""a":"1","c":"1""#)
        #expect(
            throws: SafetensorsError.unusable(
                path: path, words: " says that tensor 'c' is in '1', where it is not; fetch index and shards again")
        ) {
            try SafetensorsCheckpoint(path: path)
        }
        path = try index(folder, #""a":"1","b":"2""#)
        #expect(
            throws: SafetensorsError.unusable(
                path: path, words: ": tensor 'a' is in both '1' and '2'; fetch index and shards again")
        ) {
            try SafetensorsCheckpoint(path: path)
        }
        path = try index(folder, #""a":"1","a":"2""#)
        #expect(throws: SafetensorsError.duplicateKey(path, "a")) { try SafetensorsCheckpoint(path: path) }
    }

    @Test func `a shard cannot lead out of the folder`() throws {
        let folder = try TemporaryFolder()
        for (written, name) in [
            ("../a", "../a"), ("..", ".."), (".", "."), ("", ""), ("/etc/passwd", "/etc/passwd"), ("a\\\\b", "a\\b"),
            ("a\\u0000", "a\0"), ("x/y", "x/y"),
        ] {
            let path = try index(folder, "\"t\":\"\(written)\"")
            #expect(throws: SafetensorsError.badShardName(path: path, shard: name)) {
                try SafetensorsCheckpoint(path: path)
            }
        }
    }

    @Test func `an index must be JSON with a weight map`() throws {
        let folder = try TemporaryFolder()
        let faults: [(String, Int, String)] = [
            ("", 0, "'{'"), ("[]", 0, "'{'"), ("{}", 2, "a 'weight_map' with tensors"),
            ("{\"weight_map\":{}}", 17, "a 'weight_map' with tensors"),
            ("{\"weight_map\":[]}", 14, "an object of file names"),
            ("{\"weight_map\":{\"a\":1}}", 19, "a file name in quotes"),
            ("{\"weight_map\":{\"a\":\"b\"}}}", 24, "nothing after '}'"),
            ("{\"weight_map\":{\"a\":\"b\"},\"weight_map\":{}}", 37, "one 'weight_map' only"),
        ]
        for (text, offset, expected) in faults {
            let path = try folder.put("i.json", Array(text.utf8))
            #expect(
                throws: SafetensorsError.unusable(
                    path: path, words: ": \(expected) expected at byte \(offset); fetch the index again"), "\(text)"
            ) { try SafetensorsCheckpoint(path: path) }
        }
        let path = try folder.put("i.json", [0x7B, 0xFF])
        #expect(
            throws: SafetensorsError.unusable(
                path: path, words: ": UTF-8 text expected at byte 0; fetch the index again")
        ) {
            try SafetensorsCheckpoint(path: path)
        }
    }
}
