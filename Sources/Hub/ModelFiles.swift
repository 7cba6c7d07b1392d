// SPDX-License-Identifier: Apache-2.0

import FileIO
import PyTorchFiles
import Safetensors

/// The files at the top of a model's repository, or of its snapshot in the cache, and which of them a CLIP model needs.
struct ModelFiles: Equatable {
    let names: Set<String>

    /// What is taken beside the weights, where it is there.
    static let descriptions = [
        "config.json", "open_clip_config.json", "preprocessor_config.json", "processor_config.json", "tokenizer.json",
        "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json",
        "added_tokens.json", "spiece.model", "mumic.json", "head.safetensors",
    ]

    /// Takes the names that are plain: no directories, nothing hidden, nothing that is no file's name.
    init(names: some Sequence<String>) {
        self.names = Set(names.filter(Self.isPlain))
    }

    var descriptions: [String] {
        Self.descriptions.filter(names.contains)
    }

    /// The weights to take.
    ///
    /// - Parameter isTimm: Whether config.json describes a model of timm.
    /// - Returns: The choice among the names.
    func weights(isTimm: Bool = false) -> WeightFileChoice { WeightFileChoice(among: names, isTimm: isTimm) }

    /// Whether the files of two layouts are there, so that config.json has to tell whose it is.
    var hasBothLayouts: Bool { WeightFileChoice.hasBothLayouts(names) }

    /// What is missing besides the weights, in words; `nil` if nothing is.
    var missingDescription: String? {
        if names.isDisjoint(with: ["config.json", "open_clip_config.json"]) { return "config.json" }
        let hasTokenizer =
            !names.isDisjoint(with: ["tokenizer.json", "spiece.model"])
            || names.isSuperset(of: ["vocab.json", "merges.txt"])
        return hasTokenizer ? nil : "tokenizer.json (nor vocab.json with merges.txt)"
    }

    /// Whether it is known how pictures are prepared.
    var hasPreprocessing: Bool {
        !names.isDisjoint(with: ["preprocessor_config.json", "processor_config.json", "open_clip_config.json"])
    }

    /// The weights, or why this repository cannot be used.
    func requireWeights(of model: HubModelName) throws(HubError) -> WeightFileChoice {
        let weights = weights()
        switch weights {
        case .several(let files):
            throw .ambiguousWeights(model: model.description, files: files.prefix(8).map { printable($0) })
        case .none: throw .incompleteModel(model: model.description, missing: missingDescription ?? "model.safetensors")
        case .file, .index:
            if let missing = missingDescription { throw .incompleteModel(model: model.description, missing: missing) }
            return weights
        }
    }

    /// The shards that an index names, each once, in order; a name that is not a plain `*.safetensors`, or `*.bin` in the
    /// index of such, is an error.
    static func shards(inIndexAt path: String) throws(HubError) -> [String] {
        let index: ShardIndex
        do {
            index = try ShardIndex(path: path)
        } catch {
            switch error {
            case .file: throw .unreadable(path: path, reason: "the list of shards cannot be opened")
            case .badShardName(_, let shard): throw badShard(shard, path)
            default: throw .badShardIndex(path: path, reason: "no weight_map of names to files")
            }
        }
        let ending = path.hasSuffix(".bin.index.json") ? ".bin" : ".safetensors"
        if let bad = index.shards.first(where: { !isPlain($0) || !$0.hasSuffix(ending) }) {
            throw badShard(bad, path)
        }
        return index.shards.sorted()
    }

    private static func badShard(_ name: String, _ path: String) -> HubError {
        .badShardIndex(path: path, reason: "'\(printable(name))' is not the name of a shard")
    }

    /// Whether a name from outside is that of a plain file in the same directory.
    static func isPlain(_ name: String) -> Bool {
        (1...200).contains(name.utf8.count) && !name.hasPrefix(".") && !name.contains("..")
            && name.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") }
    }
}
