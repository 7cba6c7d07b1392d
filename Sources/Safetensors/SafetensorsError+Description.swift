// SPDX-License-Identifier: Apache-2.0

import FileIO

extension SafetensorsError {
    /// One line: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .gitLFSPointer(let path):
            "\(printable(path)) is a Git LFS pointer, not the weights themselves; run `git lfs pull` in its folder"
        case .pickle(let path):
            "\(printable(path)) is a Python pickle, which runs code when loaded; convert it: python -c \"import sys, "
                + "torch, safetensors.torch as s; s.save_file({k: v.contiguous().clone() for k, v in torch.load("
                + "sys.argv[1], map_location='cpu', weights_only=True).items()}, sys.argv[2])\" IN OUT.safetensors"
        case .noWeights(let directory, let name):
            "\(printable(directory)) holds neither \(name).safetensors nor \(name).safetensors.index.json; "
                + "check that it is a model's folder and was fetched whole"
        case .malformedIndex(let path, let offset, let expected):
            "\(printable(path)): \(expected) expected at byte \(offset); fetch the index again"
        case .badShardName(let path, let shard):
            "\(printable(path)): weight_map names the file '\(printable(shard))', which is not a plain file name; "
                + "shards must lie beside their index"
        case .missingShard(let path, let shard):
            "\(printable(path)) names the shard '\(printable(shard))', which is not in its folder; fetch it too"
        case .tensorNotInShard(let path, let tensor, let shard):
            "\(printable(path)) says that tensor '\(printable(tensor))' is in '\(printable(shard))', where it is not; "
                + "fetch index and shards again"
        case .tensorInTwoShards(let path, let tensor, let first, let second):
            "\(printable(path)): tensor '\(printable(tensor))' is in both '\(printable(first))' and "
                + "'\(printable(second))'; fetch index and shards again"
        case .reservedName(let path):
            "\(printable(path)): a tensor cannot be named '__metadata__'; rename it"
        case .noSuchTensor(let path, let tensor):
            "\(printable(path)) has no tensor '\(printable(tensor))'; check that it is the right model"
        default: "\(printable(path)): \(fault); fetch or write the file again"
        }
    }

    /// The words for a file that contradicts itself.
    private var fault: String {
        switch self {
        case .tooShort(_, let size):
            "\(size) bytes are too few for a safetensors file, it was probably cut off"
        case .headerTooSmall(_, let length):
            "its header is said to be \(length) bytes long, which cannot hold '{}'"
        case .headerTooLarge(_, let length):
            "its header is said to be \(length) bytes long, the limit is \(SafetensorsHeader.maximumLength); "
                + "it is no safetensors file or damaged"
        case .headerBeyondFile(_, let length, let size):
            "its header is said to be \(length) bytes long, the whole file has \(size), it was probably cut off"
        case .headerNotUTF8: "its header is not UTF-8"
        case .headerStart: "its header does not begin with '{'"
        case .headerNotJSON(_, let offset, let expected): "its header lacks \(expected) at byte \(offset)"
        case .headerTooDeep(_, let offset): "its header is nested too deeply at byte \(offset)"
        case .duplicateKey(_, let key): "'\(printable(key))' stands twice"
        case .metadataNotStrings(_, let key):
            "'__metadata__'" + (key.map { " has a value for '\(printable($0))' that is" } ?? " is") + " not "
                + (key == nil ? "an object of strings" : "a string")
        case .entryNotObject(_, let tensor): "the entry of tensor '\(printable(tensor))' is not an object"
        case .missingField(_, let tensor, let field): "tensor '\(printable(tensor))' has no '\(field)'"
        case .malformedField(_, let tensor, let field, let expected):
            "'\(field)' of tensor '\(printable(tensor))' is not \(expected)"
        case .badNumber(_, let tensor, let field, let problem):
            "'\(field)' of tensor '\(printable(tensor))' holds \(problem.rawValue)"
        case .tooManyDimensions(_, let tensor):
            "tensor '\(printable(tensor))' has more than \(SafetensorsHeader.maximumRank) dimensions"
        case .unknownDType(_, let tensor, let dtype):
            "tensor '\(printable(tensor))' has the unknown dtype '\(printable(dtype))'"
        case .sizeOverflow(_, let tensor, let shape): "tensor '\(printable(tensor))' of shape \(shape) is too large"
        case .partialByte(_, let tensor, let dtype, let shape):
            "tensor '\(printable(tensor))' (\(dtype.rawValue), shape \(shape)) does not fill whole bytes"
        case .offsetsReversed(_, let tensor, let begin, let end):
            "tensor '\(printable(tensor))' ends at \(end), before it begins at \(begin)"
        case .offsetsOutOfBounds(_, let tensor, let end, let dataSize):
            "tensor '\(printable(tensor))' ends at \(end), but there are only \(dataSize) bytes of data, "
                + "it was probably cut off"
        case .overlap(_, let tensor, let previousEnd, let begin):
            "tensor '\(printable(tensor))' begins at \(begin), inside another that ends at \(previousEnd)"
        case .hole(_, let tensor, let previousEnd, let begin):
            "the bytes from \(previousEnd) to \(begin) before tensor '\(printable(tensor))' belong to no tensor"
        case .sizeMismatch(_, let tensor, let dtype, let shape, let expected, let found):
            "tensor '\(printable(tensor))' (\(dtype.rawValue), shape \(shape)) needs \(expected) bytes and has \(found)"
        case .trailingBytes(_, let count): "\(count) bytes after the last tensor belong to no tensor"
        default: "it is not usable"
        }
    }

    private var path: String {
        switch self {
        case .tooShort(let path, _), .headerTooSmall(let path, _), .headerTooLarge(let path, _),
            .headerBeyondFile(let path, _, _), .headerNotUTF8(let path), .headerStart(let path),
            .headerNotJSON(let path, _, _), .headerTooDeep(let path, _), .duplicateKey(let path, _),
            .metadataNotStrings(let path, _), .entryNotObject(let path, _), .missingField(let path, _, _),
            .malformedField(let path, _, _, _), .badNumber(let path, _, _, _), .tooManyDimensions(let path, _),
            .unknownDType(let path, _, _), .sizeOverflow(let path, _, _), .partialByte(let path, _, _, _),
            .offsetsReversed(let path, _, _, _), .offsetsOutOfBounds(let path, _, _, _),
            .overlap(let path, _, _, _), .hole(let path, _, _, _), .sizeMismatch(let path, _, _, _, _, _),
            .trailingBytes(let path, _):
            path
        default: ""
        }
    }
}
