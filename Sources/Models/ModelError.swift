// SPDX-License-Identifier: Apache-2.0

public import FileIO
import Foundation

/// What is wrong with a model directory.
public enum ModelError: UserFacingError, Equatable {
    /// A file of the model is not there.
    case missingFile(path: String, remedy: String)
    /// A file is no JSON object.
    case notJSON(path: String)
    /// A key holds something that it must not.
    case badValue(path: String, key: String, problem: String)
    /// The weights are a pickle.
    case pickle(path: String, command: String)
    /// The directory holds no weights that can be read.
    case noWeights(directory: String)
    /// The directory holds several files of weights, none of which has a known name.
    case manyWeights(directory: String, files: [String])
    /// The tokenizer and the configuration do not belong together.
    case tokenizerMismatch(directory: String, tokens: Int, vocabulary: Int)
    /// A text has no tokens that the model knows.
    case badToken(id: Int, vocabulary: Int)
    /// An adapter's base is not there.
    case missingBase(path: String, base: String)
    /// An adapter's base is an adapter itself.
    case adapterOfAdapter(path: String, base: String)
    /// An adapter's weights do not fit its configuration or its base.
    case badAdapter(path: String, tensor: String, problem: String)

    /// Bad data: what is missing is a part of a model that is there.
    public var failureKind: FailureKind { .badData }

    /// One line: what, where, what to do.
    public var description: String {
        switch self {
        case .missingFile(let path, let remedy): "\(path) is missing; \(remedy)"
        case .notJSON(let path): "\(path) is not a JSON object; get the file again"
        case .badValue(let path, let key, let problem): "\(path): key '\(key)' \(problem)"
        case .pickle(let path, let command):
            "\(path) is a pickle, which can run code when it is read; convert it once with: \(command)"
        case .noWeights(let directory):
            "\(directory) has no model.safetensors, model.safetensors.index.json or other *.safetensors; name a model directory"
        case .manyWeights(let directory, let files):
            "\(directory) has several files of weights (\(files.prefix(3).joined(separator: ", "))); keep one, or call it model.safetensors"
        case .tokenizerMismatch(let directory, let tokens, let vocabulary):
            "the tokenizer in \(directory) has ids up to \(tokens - 1), config.json has vocab_size \(vocabulary); use the files of one model"
        case .badToken(let id, let vocabulary):
            "token id \(id) lies outside the model's vocabulary of \(vocabulary); use the tokenizer of this model"
        case .missingBase(let path, let base):
            "\(path): the base model '\(base)' is not there; correct key 'base_model_name_or_path': a Hub name, or a path that is absolute or relative to the adapter"
        case .adapterOfAdapter(let path, let base):
            "\(path): the base model '\(base)' is an adapter itself; merge that one first with: mumic export --model \(base) --output FOLDER"
        case .badAdapter(let path, let tensor, let problem): "\(path): '\(tensor)' \(problem)"
        }
    }
}

extension ModelError {
    /// The refusal of a pickle, with the command that converts it; nil for any other path.
    ///
    /// - Parameters:
    ///   - path: A file that was named as a model, or found where weights are looked for.
    ///   - name: What the converted file has to be called.
    /// - Returns: The refusal, or nil.
    public static func refusal(ofPickle path: String, named name: String = "model.safetensors") -> ModelError? {
        guard [".pt", ".bin", ".pth", ".ckpt", ".pkl"].contains(where: path.hasSuffix) else { return nil }
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let target = (folder.isEmpty ? "" : folder + "/") + name
        let command =
            "python3 -c \"import torch, safetensors.torch as s; "
            + "d = torch.load('\(path)', map_location='cpu', weights_only=True); "
            + "s.save_file({k: v.clone() for k, v in d.items()}, '\(target)', {'format': 'pt'})\""
        return .pickle(path: path, command: command)
    }
}
