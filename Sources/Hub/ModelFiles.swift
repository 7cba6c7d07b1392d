// SPDX-License-Identifier: Apache-2.0

import FileIO
import Safetensors

/// The files at the top of a model's repository, or of its snapshot in the cache, and which of them a CLIP model needs.
struct ModelFiles: Equatable {
    let names: Set<String>

    /// What is taken beside the weights, where it is there.
    static let descriptions = [
        "config.json", "open_clip_config.json", "preprocessor_config.json", "processor_config.json", "tokenizer.json",
        "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json", "mumic.json",
        "head.safetensors",
    ]
    static let index = "model.safetensors.index.json"

    enum Weights: Equatable {
        case file(String)
        /// The index names the shards.
        case sharded
    }

    /// Takes the names that are plain: no directories, nothing hidden, nothing that is no file's name.
    init(names: some Sequence<String>) {
        self.names = Set(names.filter(Self.isPlain))
    }

    var descriptions: [String] {
        Self.descriptions.filter(names.contains)
    }

    /// The weights to take: `model.safetensors`, else the shards of its index, else `open_clip_model.safetensors`, else
    /// the only other `*.safetensors`; `nil` where there are none that can be taken.
    var weights: Weights? {
        for name in ["model.safetensors", Self.index, "open_clip_model.safetensors"] where names.contains(name) {
            return name == Self.index ? .sharded : .file(name)
        }
        return otherWeights.count == 1 ? otherWeights.first.map(Weights.file) : nil
    }

    /// `*.safetensors` under names of their own.
    private var otherWeights: [String] {
        names.filter { $0.hasSuffix(".safetensors") && !Self.descriptions.contains($0) }.sorted()
    }

    /// What is missing besides the weights, in words; `nil` if nothing is.
    var missingDescription: String? {
        if names.isDisjoint(with: ["config.json", "open_clip_config.json"]) { return "config.json" }
        let hasTokenizer = names.contains("tokenizer.json") || names.isSuperset(of: ["vocab.json", "merges.txt"])
        return hasTokenizer ? nil : "tokenizer.json (nor vocab.json with merges.txt)"
    }

    /// Whether it is known how pictures are prepared.
    var hasPreprocessing: Bool {
        !names.isDisjoint(with: ["preprocessor_config.json", "processor_config.json", "open_clip_config.json"])
    }

    /// The weights, or why this repository cannot be used.
    func requireWeights(of model: HubModelName) throws(HubError) -> Weights {
        if let weights {
            if let missing = missingDescription {
                throw .incompleteModel(model: model.description, missing: missing)
            }
            return weights
        }
        guard otherWeights.isEmpty else {
            throw .ambiguousWeights(model: model.description, files: otherWeights.prefix(8).map { printable($0) })
        }
        let pickles = names.filter { name in
            [".bin", ".pt", ".pth", ".ckpt", ".pkl"].contains { name.hasSuffix($0) }
        }
        if let pickle = pickles.contains("pytorch_model.bin") ? "pytorch_model.bin" : pickles.min() {
            throw .picklesOnly(
                model: model.description, repository: model.repository, revision: model.revision,
                file: printable(pickle))
        }
        throw .incompleteModel(model: model.description, missing: missingDescription ?? "model.safetensors")
    }

    /// The shards that an index names, each once, in order; a name that is not a plain `*.safetensors` is an error.
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
        if let bad = index.shards.first(where: { !isPlain($0) || !$0.hasSuffix(".safetensors") }) {
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
