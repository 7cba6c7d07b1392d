// SPDX-License-Identifier: Apache-2.0

import FileIO
import JSON

/// The index of a sharded checkpoint: Hugging Face's `*.safetensors.index.json`, whose `weight_map` says which shard holds
/// which tensor.
public struct ShardIndex: Sendable {
    /// File names in the order of first mention; at least one. All are plain names of files beside the index.
    public private(set) var shards: [String] = []
    /// Tensor names, each with the position of its shard in ``shards``.
    private(set) var weightMap: [(tensor: String, shard: Int)] = []
    private var numbers: [String: Int] = [:]
    private var tensors: Set<String> = []

    /// Reads an index; throws if it is missing, malformed or names something else than plain files.
    public init(path: String) throws(SafetensorsError) {
        let bytes: [UInt8]
        do {
            bytes = try readFile(path: path, maximumBytes: SafetensorsHeader.maximumLength)
        } catch {
            throw .file(error)
        }
        try bytes.withUnsafeBufferPointer { (text) throws(SafetensorsError) in
            do throws(SafetensorsError) {
                try parse(text, path)
            } catch {
                throw firstInvalidUTF8(text) == nil ? error : Self.malformed(path, "UTF-8 text", at: 0)
            }
        }
    }

    private static func malformed(_ path: String, _ expected: String, at offset: Int) -> SafetensorsError {
        .unusable(path: path, words: ": \(expected) expected at byte \(offset); fetch the index again")
    }

    private mutating func parse(_ text: UnsafeBufferPointer<UInt8>, _ path: String) throws(SafetensorsError) {
        func malformed(_ expected: String, at offset: Int) -> SafetensorsError {
            Self.malformed(path, expected, at: offset)
        }
        let scanner = JSONScanner(text, depthLimit: 34) { fault in
            malformed(fault.words(end: "nothing after '}'"), at: fault.offset + fault.distance)
        }
        var hasMap = false
        try scanner.beginObject()
        while try scanner.nextKey() {
            guard scanner.text == "weight_map" else {
                try scanner.skipValue()
                continue
            }
            if hasMap { throw malformed("one 'weight_map' only", at: scanner.offset) }
            hasMap = true
            guard try scanner.kind() == .object else { throw malformed("an object of file names", at: scanner.offset) }
            try scanner.beginObject()
            while try scanner.nextKey() {
                let tensor = scanner.text
                guard try scanner.kind() == .string else {
                    throw malformed("a file name in quotes", at: scanner.offset)
                }
                try add(tensor, shard: try scanner.string(), path)
            }
        }
        try scanner.expectEnd()
        if shards.isEmpty { throw malformed("a 'weight_map' with tensors", at: scanner.offset) }
    }

    private mutating func add(_ tensor: String, shard: String, _ path: String) throws(SafetensorsError) {
        if !tensors.insert(tensor).inserted { throw .duplicateKey(path, tensor) }
        let number = numbers[shard] ?? shards.count
        if number == shards.count {
            let isPlain = !shard.isEmpty && shard != "." && shard != ".."
            guard isPlain, !shard.utf8.contains(where: { [0, 0x2F, 0x5C].contains($0) }) else {
                throw .badShardName(path: path, shard: shard)
            }
            numbers[shard] = number
            shards.append(shard)
        }
        weightMap.append((tensor, number))
    }
}
