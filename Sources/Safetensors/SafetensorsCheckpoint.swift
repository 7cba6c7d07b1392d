// SPDX-License-Identifier: Apache-2.0

import FileIO

/// A model's weights: one safetensors file, or several with Hugging Face's index `*.safetensors.index.json`, whose
/// `weight_map` says which shard holds which tensor.
public struct SafetensorsCheckpoint: Sendable {
    /// The file or index that was opened.
    public let path: String
    /// The shards, in the order in which the index first names them; one for a single file.
    public let shards: [SafetensorsFile]
    /// The tensors of all shards, shard by shard.
    public let entries: [TensorEntry]

    private let shardOfTensor: [String: Int]

    /// Opens a file, or all shards of an index if the name ends in `.json`; index and shards may not contradict each
    /// other.
    public init(path: String) throws(SafetensorsError) {
        self.path = path
        if !path.hasSuffix(".json") {
            let file = try SafetensorsFile(path: path)
            shards = [file]
            entries = file.entries
            shardOfTensor = Dictionary(uniqueKeysWithValues: file.entries.map { ($0.name, 0) })
            return
        }
        let index = try ShardIndex(path: path)
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[...$0]) } ?? ""
        var shards: [SafetensorsFile] = []
        var entries: [TensorEntry] = []
        var shardOfTensor: [String: Int] = [:]
        for (number, shard) in index.shards.enumerated() {
            let file: SafetensorsFile
            do {
                file = try SafetensorsFile(path: folder + shard)
            } catch {
                guard error.isMissingInput else { throw error }
                let words = " names the shard '\(printable(shard))', which is not in its folder; fetch it too"
                throw .unusable(path: path, words: words)
            }
            for entry in file.entries {
                if let first = shardOfTensor.updateValue(number, forKey: entry.name) {
                    let both = "'\(printable(index.shards[first]))' and '\(printable(shard))'"
                    let words = ": tensor '\(printable(entry.name))' is in both \(both); fetch index and shards again"
                    throw .unusable(path: path, words: words)
                }
            }
            shards.append(file)
            entries += file.entries
        }
        for (tensor, number) in index.weightMap where shardOfTensor[tensor] != number {
            let place = "'\(printable(tensor))' is in '\(printable(index.shards[number]))'"
            let words = " says that tensor \(place), where it is not; fetch index and shards again"
            throw .unusable(path: path, words: words)
        }
        (self.shards, self.entries, self.shardOfTensor) = (shards, entries, shardOfTensor)
    }

    /// Opens the weights of a model's directory: `NAME.safetensors` if it is there, else the index.
    public init(directory: String, name: String = "model") throws(SafetensorsError) {
        let names: [String]
        do { names = try listDirectory(path: directory) } catch { throw .file(error) }
        let candidates = ["\(name).safetensors", "\(name).safetensors.index.json"]
        guard let found = candidates.first(where: names.contains) else {
            let words = "holds neither \(candidates[0]) nor \(candidates[1])"
            let advice = "check that it is a model's folder and was fetched whole"
            throw .unusable(path: directory, words: " \(words); \(advice)")
        }
        try self.init(path: directory + "/" + found)
    }

    /// The entry with a name and the shard that holds it, or `nil`.
    public subscript(name: String) -> (entry: TensorEntry, shard: SafetensorsFile)? {
        guard let number = shardOfTensor[name], let entry = shards[number][name] else { return nil }
        return (entry, shards[number])
    }

    /// The bytes of a tensor, valid while this value or a copy lives; throws if there is no such tensor.
    public func bytes(of name: String) throws(SafetensorsError) -> UnsafeRawBufferPointer {
        guard let found = self[name] else {
            let words = " has no tensor '\(printable(name))'; check that it is the right model"
            throw .unusable(path: path, words: words)
        }
        return found.shard.bytes(of: found.entry)
    }
}
