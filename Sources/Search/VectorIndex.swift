// SPDX-License-Identifier: Apache-2.0

public import FileIO
public import Models

/// Rows of features that can be searched, wherever they are kept: in an `.npy` file (``EmbeddingIndex``), or in an
/// index of pictures.
public protocol VectorIndex {
    /// The number of rows.
    var count: Int { get }

    /// For each query, a vector of D values and length 1, the `limit` rows of the highest cosine, best first, and of
    /// equal ones the first. Rows of NaN are never found. Throws `TorchError` if memory runs out, and
    /// ``FileIO/Interrupted``.
    func nearest(_ queries: [[Float]], limit: Int, monitor: WorkMonitor) throws -> [[EmbeddingIndex.Hit]]

    /// What the row of this number is. Throws where it is not what it should be.
    func row(_ index: Int) throws -> EmbeddingRow

    /// Refuses rows of another model than the one whose fingerprint is given; where nothing is known of theirs, gives a
    /// warning in words; the model's is then not computed.
    ///
    /// - Throws: ``FileIO/InputError`` that says in what the models differ.
    func check(_ model: @autoclosure () throws -> ModelFingerprint) throws -> String?
}

/// The best rows for some queries, found while blocks of cosines pass by.
package struct BestRows {
    private var best: [BestHits]

    /// Begins with no rows; at most `limit` ≥ 1 are kept for each query.
    package init(queries: Int, limit: Int) { best = (0..<queries).map { _ in BestHits(limit: limit) } }

    /// Takes the cosines of a block of rows, `[rows, queries]`; blocks come in the order of their rows.
    package mutating func add(_ cosines: [Float], rows: Range<Int>) {
        cosines.withUnsafeBufferPointer { cosines in
            for query in best.indices {
                var place = query
                for row in rows {
                    best[query].add(row: row, score: cosines[place])
                    place += best.count
                }
            }
        }
    }

    /// For each query its rows, best first, and of equal ones the first.
    package func sorted() -> [[EmbeddingIndex.Hit]] { best.map { $0.sorted() } }
}

/// The best rows so far: a list that is cut to size when it is twice as long.
private struct BestHits {
    private let limit: Int
    private var hits: [EmbeddingIndex.Hit] = []
    private var worst = -Float.infinity

    init(limit: Int) { self.limit = limit }

    /// Takes a row in if it is among the best; rows come in ascending order. NaN compares as false.
    @inline(__always) mutating func add(row: Int, score: Float) {
        if score > worst { append(.init(row: row, score: score)) }
    }

    private mutating func append(_ hit: EmbeddingIndex.Hit) {
        hits.append(hit)
        guard hits.count >= 2 * limit + 64 else { return }
        hits = sorted()
        worst = hits[limit - 1].score
    }

    func sorted() -> [EmbeddingIndex.Hit] {
        Array(hits.sorted { $0.score == $1.score ? $0.row < $1.row : $0.score > $1.score }.prefix(limit))
    }
}
