// SPDX-License-Identifier: Apache-2.0

public import FileIO
import Foundation
import GRDB
public import Models
public import Search
import Torch

/// An index of pictures to search in: all features in memory, as one matrix, so that a search is one product.
///
/// Memory is that of the features and of the names. It shows the index as it was when it was opened or refreshed last;
/// ``refresh()`` reads what others have written since, and no more.
public final class DatabaseIndex: VectorIndex {
    /// Products that are computed at a time: 16 MB of them.
    private static let productsAtOnce = 4 << 20

    private let path: String
    private var database: PictureDatabase
    private var identity: FileIdentity?
    /// Nil after an error, until it is read anew.
    private var rows: IndexRows?

    /// Opens an index and reads it. Throws as ``PictureDatabase/init(reading:)``, and `TorchError` where memory does
    /// not suffice.
    public init(path: String) throws {
        self.path = path
        identity = FileIdentity(path)
        database = try PictureDatabase(reading: path)
        try refresh()
    }

    /// The model whose features it holds.
    public var fingerprint: ModelFingerprint { database.fingerprint }

    /// D, the length of a feature.
    public var dimension: Int { database.dimension }

    /// N, the number of rows. Pictures that cannot be read are among them, and those that were taken out since the index
    /// was opened; neither are ever found.
    public var count: Int { rows?.count ?? 0 }

    /// The matrix and everything beside it are read again where somebody has written to the file, or put another one
    /// in its place; says whether that was so. Throws as ``init(path:)``; the next call then reads all of it.
    @discardableResult public func refresh() throws -> Bool {
        let found = FileIdentity(path)
        if let found, found != identity {
            let other = try PictureDatabase(reading: path)
            try? database.close()
            (database, identity, rows) = (other, found, nil)
        }
        do {
            return try database.read { try IndexRows.update(&rows, from: $0, of: database) }
        } catch {
            rows = nil
            throw error
        }
    }

    /// Closes the file; what is in memory stays to be searched.
    public func close() throws { try database.close() }

    /// For each query, a vector of D values and length 1, the `limit` pictures of the highest cosine, best first, and of
    /// equal ones the first. Throws `TorchError` if memory runs out, and ``FileIO/Interrupted``.
    public func nearest(
        _ queries: [[Float]], limit: Int, monitor: WorkMonitor = .silent
    ) throws -> [[EmbeddingIndex.Hit]] {
        if rows == nil { try refresh() }
        let limit = min(limit, count)
        guard limit > 0, !queries.isEmpty, let matrix = rows?.matrix else { return queries.map { _ in [] } }
        var best = BestRows(queries: queries.count, limit: limit)
        let transposed = try Tensor(queries.flatMap { $0 }, shape: [queries.count, dimension]).transposed(0, 1)
        // A view of the matrix: all of it, unless the products would take memory of their own.
        let blockRows = max(1, Self.productsAtOnce / queries.count)
        for start in stride(from: 0, to: count, by: blockRows) {
            let range = start..<min(count, start + blockRows)
            let cosines = try withoutGradient {
                try matrix.narrowed(dimension: 0, start: start, count: range.count).matmul(transposed).floats()
            }
            best.add(cosines, rows: range)
            try monitor.check()
        }
        return best.sorted()
    }

    /// Which picture the row of this number is.
    public func row(_ index: Int) throws -> EmbeddingRow {
        guard let rows else { throw IndexFailure.damaged(path) }
        return EmbeddingRow(row: index, image: rows.name(index))
    }

    /// Refuses features of another model than the one whose fingerprint is given.
    ///
    /// - Throws: ``FileIO/InputError`` that says in what the models differ.
    public func check(_ model: @autoclosure () throws -> ModelFingerprint) throws -> String? {
        guard let difference = try fingerprint.firstDifference(from: model()) else { return nil }
        throw InputError.badData(
            "\(printable(path)) was embedded by another model: \(difference); search with that model, or index the pictures again with this one"
        )
    }
}
