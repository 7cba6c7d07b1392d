// SPDX-License-Identifier: Apache-2.0

public import FileIO

/// What is wrong with a safetensors file, or with the index of a sharded one.
public enum SafetensorsError: UserFacingError, Equatable {
    /// The file cannot be read or written.
    case file(FileIOError)
    /// A shard's name that is no plain file name, and so could lead out of the folder.
    case badShardName(path: String, shard: String)
    /// The file or index at a path cannot be used; the words say why and what to do, and follow the path.
    case unusable(path: String, words: String)

    /// A file that contradicts itself or the format.
    static func damaged(_ path: String, _ fault: String) -> SafetensorsError {
        .unusable(path: path, words: ": \(fault); fetch or write the file again")
    }

    static func duplicateKey(_ path: String, _ key: String) -> SafetensorsError {
        .damaged(path, "'\(printable(key))' stands twice")
    }

    static func headerTooLarge(_ path: String, _ length: UInt64) -> SafetensorsError {
        let limit = "the limit is \(SafetensorsHeader.maximumLength); it is no safetensors file or damaged"
        return .damaged(path, "its header is said to be \(length) bytes long, \(limit)")
    }

    static func tooManyDimensions(_ path: String, _ tensor: String) -> SafetensorsError {
        .damaged(path, "tensor '\(printable(tensor))' has more than \(SafetensorsHeader.maximumRank) dimensions")
    }

    /// A dimension or offset that is no size.
    static func badNumber(_ path: String, _ tensor: String, _ field: String, _ problem: String) -> SafetensorsError {
        .damaged(path, "'\(field)' of tensor '\(printable(tensor))' holds \(problem)")
    }

    /// A shape whose size does not fit into 64 bits.
    static func sizeOverflow(_ path: String, _ tensor: String, _ shape: [Int]) -> SafetensorsError {
        .damaged(path, "tensor '\(printable(tensor))' of shape \(shape) is too large")
    }

    static func sizeMismatch(
        _ path: String, _ tensor: String, _ dtype: SafetensorsDType, _ shape: [Int], needed: Int, found: Int
    ) -> SafetensorsError {
        let name = "tensor '\(printable(tensor))' (\(dtype.rawValue), shape \(shape))"
        return .damaged(path, "\(name) needs \(needed) bytes and has \(found)")
    }

    /// Missing input where a path that was to be read is not there, else bad data. A shard that is missing, or a directory
    /// without weights, is an unusable model and not a missing one.
    public var failureKind: FailureKind { if case .file(let error) = self { error.failureKind } else { .badData } }

    /// One line: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .badShardName(let path, let shard):
            "\(printable(path)): weight_map names the file '\(printable(shard))', which is not a plain file name; "
                + "shards must lie beside their index"
        case .unusable(let path, let words): printable(path) + words
        }
    }
}
