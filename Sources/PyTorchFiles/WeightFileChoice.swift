// SPDX-License-Identifier: Apache-2.0

/// Which of the files of a model are its weights, by their names: in a directory, in a cache and on the Hub alike.
///
/// Safetensors come before files of torch.save, transformers' before open_clip's, and each whole before its shards. Where
/// neither is there under its name, it is the only other file of either kind.
package enum WeightFileChoice: Sendable, Equatable {
    /// A file.
    case file(String)
    /// The index of several.
    case index(String)
    /// Any of several might be.
    case several([String])
    /// There are none.
    case none

    /// The file or the index to read; nil where none is chosen.
    package var name: String? {
        switch self {
        case .file(let name), .index(let name): name
        case .several, .none: nil
        }
    }

    /// Chooses among names.
    ///
    /// - Parameters:
    ///   - names: The files at the top of the model's directory.
    ///   - isTimm: Whether config.json describes a model of timm, an image tower alone, so that only open_clip's files
    ///     are a CLIP.
    package init(among names: Set<String>, isTimm: Bool) {
        func known(_ own: String, _ ending: String) -> WeightFileChoice? {
            let index = own + ending + ".index.json"
            if !isTimm, names.contains(own + ending) { return .file(own + ending) }
            if !isTimm, names.contains(index) { return .index(index) }
            return ["open_clip_model", "open_clip_pytorch_model"].map { $0 + ending }.first(where: names.contains)
                .map(WeightFileChoice.file)
        }
        func others(_ isOne: (String) -> Bool) -> WeightFileChoice? {
            let found = names.filter(isOne).sorted()
            return found.count > 1 ? .several(found) : found.first.map(WeightFileChoice.file)
        }
        self =
            known("model", ".safetensors")
            ?? others { $0.hasSuffix(".safetensors") && $0 != "head.safetensors" }
            ?? known("pytorch_model", ".bin")
            ?? others { PyTorchFile.hasName($0) && !Self.isBesideWeights($0) }
            ?? .none
    }

    /// Whether the files of two layouts are there, so that config.json has to tell whose it is.
    package static func hasBothLayouts(_ names: Set<String>) -> Bool {
        names.isSuperset(of: ["config.json", "open_clip_config.json"])
    }

    /// Whether a file of torch.save is what training programs leave beside the weights.
    private static func isBesideWeights(_ name: String) -> Bool {
        ["training_args", "optimizer", "scheduler", "scaler", "rng_state", "random_states"].contains(
            where: name.hasPrefix)
    }
}
