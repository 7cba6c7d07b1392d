// SPDX-License-Identifier: Apache-2.0

public import FileIO

/// Every way in which a safetensors file, or the index of a sharded one, can be wrong.
public enum SafetensorsError: UserFacingError, Equatable {
    /// Why a number cannot be a size or an offset.
    public enum NumberProblem: String, Sendable {
        /// It is below zero.
        case negative = "a negative number"
        /// It has a fraction or an exponent.
        case notWhole = "not a whole number"
        /// It does not fit into 64 bits.
        case tooLarge = "too large a number"
    }

    /// The file cannot be read or written.
    case file(FileIOError)
    /// Shorter than the eight bytes that give the header's length.
    case tooShort(path: String, size: Int)
    /// The text that Git LFS leaves where a large file was not fetched.
    case gitLFSPointer(path: String)
    /// A Python pickle or a zip of pickles, which runs code when it is loaded.
    case pickle(path: String)
    /// A header too short to be `{}`.
    case headerTooSmall(path: String, length: UInt64)
    /// A header above the format's limit of 100 MB.
    case headerTooLarge(path: String, length: UInt64)
    /// A header that ends behind the file's end.
    case headerBeyondFile(path: String, length: UInt64, size: Int)
    /// A header that is no UTF-8.
    case headerNotUTF8(path: String)
    /// A header that does not begin with `{`.
    case headerStart(path: String)
    /// A header that is no JSON; `offset` counts bytes of the file.
    case headerNotJSON(path: String, offset: Int, expected: String)
    /// A header nested deeper than any real one.
    case headerTooDeep(path: String, offset: Int)
    /// A key that stands twice in one object.
    case duplicateKey(path: String, key: String)
    /// `__metadata__` is no object of strings.
    case metadataNotStrings(path: String, key: String?)
    /// A tensor described by something else than an object.
    case entryNotObject(path: String, tensor: String)
    /// A tensor without `dtype`, `shape` or `data_offsets`.
    case missingField(path: String, tensor: String, field: String)
    /// A field of another kind than the format says.
    case malformedField(path: String, tensor: String, field: String, expected: String)
    /// A dimension or offset that is no size.
    case badNumber(path: String, tensor: String, field: String, problem: NumberProblem)
    /// A shape with more dimensions than any library takes.
    case tooManyDimensions(path: String, tensor: String)
    /// An element type that the format does not have.
    case unknownDType(path: String, tensor: String, dtype: String)
    /// A shape whose size does not fit into 64 bits.
    case sizeOverflow(path: String, tensor: String, shape: [Int])
    /// Elements smaller than a byte that do not fill their last one.
    case partialByte(path: String, tensor: String, dtype: SafetensorsDType, shape: [Int])
    /// Offsets whose end lies before their beginning.
    case offsetsReversed(path: String, tensor: String, begin: Int, end: Int)
    /// Offsets behind the data's end.
    case offsetsOutOfBounds(path: String, tensor: String, end: Int, dataSize: Int)
    /// A tensor that begins inside the one before it.
    case overlap(path: String, tensor: String, previousEnd: Int, begin: Int)
    /// Bytes between two tensors that belong to none.
    case hole(path: String, tensor: String, previousEnd: Int, begin: Int)
    /// Offsets that hold another number of bytes than dtype and shape say.
    case sizeMismatch(path: String, tensor: String, dtype: SafetensorsDType, shape: [Int], expected: Int, found: Int)
    /// Bytes behind the last tensor.
    case trailingBytes(path: String, count: Int)
    /// A name that the file does not have.
    case noSuchTensor(path: String, tensor: String)
    /// A directory with neither the one file nor the index.
    case noWeights(directory: String, name: String)
    /// An index that is no JSON of the expected form.
    case malformedIndex(path: String, offset: Int, expected: String)
    /// A shard's name that is no plain file name, and so could lead out of the folder.
    case badShardName(path: String, shard: String)
    /// A shard that is not beside its index.
    case missingShard(path: String, shard: String)
    /// A tensor that the index promises and its shard lacks.
    case tensorNotInShard(path: String, tensor: String, shard: String)
    /// A tensor that two shards hold.
    case tensorInTwoShards(path: String, tensor: String, first: String, second: String)
    /// A tensor to be written under the name kept for metadata.
    case reservedName(path: String)

    /// Missing input where a path that was to be read is not there, else bad data. A shard that is missing, or a directory
    /// without weights, is an unusable model and not a missing one.
    public var failureKind: FailureKind { if case .file(let error) = self { error.failureKind } else { .badData } }
}
