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
    /// The indexes of shards, in the two kinds of weights.
    static let indexes = ["model.safetensors.index.json", "pytorch_model.bin.index.json"]

    enum Weights: Equatable {
        case file(String)
        /// The index names the shards.
        case sharded(index: String)
    }

    /// Takes the names that are plain: no directories, nothing hidden, nothing that is no file's name.
    init(names: some Sequence<String>) {
        self.names = Set(names.filter(Self.isPlain))
    }

    var descriptions: [String] {
        Self.descriptions.filter(names.contains)
    }

    /// The weights to take: safetensors before files of torch.save, transformers' before open_clip's; each whole before its
    /// shards. Where neither is there under its name, the only other file of either kind; `nil` where there are none that
    /// can be taken.
    ///
    /// - Parameter isTimm: Whether config.json describes a model of timm, so that only open_clip's files are a CLIP.
    /// - Returns: A file, or the index of several.
    func weights(isTimm: Bool = false) -> Weights? {
        func first(_ names: [String]) -> Weights? {
            names.first(where: self.names.contains).map { Self.indexes.contains($0) ? .sharded(index: $0) : .file($0) }
        }
        let own = isTimm ? [] : ["model.safetensors", Self.indexes[0]]
        let older = isTimm ? [] : ["pytorch_model.bin", Self.indexes[1]]
        let openCLIP = ["open_clip_model", "open_clip_pytorch_model"]
        return first(own + openCLIP.map { $0 + ".safetensors" }) ?? only(otherSafetensors)
            ?? (otherSafetensors.isEmpty ? first(older + openCLIP.map { $0 + ".bin" }) ?? only(otherPickles) : nil)
    }

    private func only(_ names: [String]) -> Weights? { names.count == 1 ? names.first.map(Weights.file) : nil }

    /// `*.safetensors` under names of their own.
    private var otherSafetensors: [String] {
        names.filter { $0.hasSuffix(".safetensors") && !Self.descriptions.contains($0) }.sorted()
    }

    /// Files of torch.save under names of their own, those beside that training programs leave excepted.
    private var otherPickles: [String] {
        let others = ["training_args", "optimizer", "scheduler", "scaler", "rng_state", "random_states"]
        return names.filter { name in
            [".bin", ".pt", ".pth", ".ckpt"].contains { name.hasSuffix($0) }
                && !others.contains { name.hasPrefix($0) }
        }.sorted()
    }

    /// Whether the files of two layouts are there, so that config.json has to tell whose it is.
    var hasBothLayouts: Bool { names.isSuperset(of: ["config.json", "open_clip_config.json"]) }

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
        if let weights = weights() {
            if let missing = missingDescription {
                throw .incompleteModel(model: model.description, missing: missing)
            }
            return weights
        }
        let others = otherSafetensors.isEmpty ? otherPickles : otherSafetensors
        guard others.isEmpty else {
            throw .ambiguousWeights(model: model.description, files: others.prefix(8).map { printable($0) })
        }
        throw .incompleteModel(model: model.description, missing: missingDescription ?? "model.safetensors")
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
