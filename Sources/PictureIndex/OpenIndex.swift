// SPDX-License-Identifier: Apache-2.0

public import Search

/// Opens features to search in, by what the path ends in: `.npy` as `mumic embed` writes it, whose rows have `columns`
/// numbers, or an index of `mumic index`.
///
/// - Throws: ``FileIO/InputError`` and ``FileIO/FileIOError`` where it is not there or cannot be used.
public func openVectorIndex(path: String, columns: Int) throws -> any VectorIndex {
    path.hasSuffix(".npy") ? try EmbeddingIndex(path: path, columns: columns) : try DatabaseIndex(path: path)
}
