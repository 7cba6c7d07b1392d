// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Torch

/// The rows that `mumic embed` wrote, and what each of them is.
///
/// Values and names stay in their files: whatever their number, memory holds a block of rows and eight bytes a name.
struct EmbeddingIndex {
    /// A line of OUT.jsonl.
    struct Row: Decodable {
        let row: Int
        var image: String?
        var text: String?
    }

    /// A row that was found.
    struct Hit {
        let row: Int
        /// The cosine of row and query.
        let score: Float
    }

    private let vectors: NPYFile
    private let names: MappedFile
    private let namesPath: String
    /// Where each row's line begins, and where the last one ends.
    private let lineStarts: [Int]

    /// Opens OUT.npy and the OUT.jsonl beside it.
    ///
    /// - Parameters:
    ///   - path: OUT.npy.
    ///   - columns: D, the length of the model's features.
    /// - Throws: `FileIOError`, `MissingInputError` and `BadDataError` where they are not there or do not fit.
    init(path: String, columns: Int) throws {
        let vectors = try NPYFile(path: path)
        if vectors.columns != columns {
            throw BadDataError(
                message:
                    "\(printable(path)) has rows of \(vectors.columns) values and the model's features have \(columns); search with the model that embedded them, or embed again with this one"
            )
        }
        let namesPath = String(path.dropLast(4)) + ".jsonl"
        guard FileManager.default.fileExists(atPath: namesPath) else {
            throw MissingInputError(
                message: "there is no \(printable(namesPath)), which says what the rows are; keep it beside the .npy")
        }
        let names = try MappedFile(path: namesPath)
        let lineStarts = Self.lineStarts(names, expected: vectors.rows)
        if lineStarts.count != vectors.rows + 1 {
            throw BadDataError(
                message:
                    "\(printable(namesPath)) has \(lineStarts.count - 1) lines and \(printable(path)) \(vectors.rows) rows; they do not belong together, embed again"
            )
        }
        self.vectors = vectors
        self.namesPath = namesPath
        self.names = names
        self.lineStarts = lineStarts
    }

    /// N.
    var count: Int { vectors.rows }

    private static func lineStarts(_ file: MappedFile, expected rows: Int) -> [Int] {
        var starts = [0]
        starts.reserveCapacity(rows + 1)
        file.withBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            var position = 0
            while position < bytes.count {
                let end = memchr(base + position, 10, bytes.count - position).map { UnsafeRawPointer($0) - base }
                position = (end ?? bytes.count - 1) + 1
                starts.append(position)
            }
        }
        file.advise(.dontNeed)
        return starts
    }

    /// What a row is.
    func row(_ index: Int) throws -> Row {
        let line = names.withBytes { Data($0[lineStarts[index]..<lineStarts[index + 1]]) }
        guard let row = try? JSONDecoder().decode(Row.self, from: line), row.row == index else {
            throw BadDataError(
                message:
                    "\(printable(namesPath)):\(index + 1) is not what `mumic embed` writes for row \(index); embed again"
            )
        }
        return row
    }

    /// The rows of the highest cosine with each query, best first; of equal ones the first. Rows of NaN are never found.
    ///
    /// - Parameters:
    ///   - queries: Q vectors of D values and length 1.
    ///   - limit: How many rows to find.
    /// - Returns: For each query at most `limit` rows.
    /// - Throws: `TorchError` if memory runs out.
    func nearest(_ queries: [[Float]], limit: Int) throws -> [[Hit]] {
        let limit = min(limit, count)
        var best = queries.map { _ in BestHits(limit: limit) }
        guard limit > 0, !queries.isEmpty else { return best.map { _ in [] } }
        let width = vectors.columns
        let matrix = try Tensor(queries.flatMap { $0 }, shape: [queries.count, width]).transposed(0, 1)  // [D, Q]
        // About 16 MB of vectors and of products at a time.
        let blockRows = max(1, min((4 << 20) / width, (4 << 20) / queries.count))
        for start in stride(from: 0, to: count, by: blockRows) {
            let range = start..<min(count, start + blockRows)
            let block = try Tensor(emptyWithShape: [range.count, width])
            try vectors.withRows(range) { try block.store($0, dtype: .float32, at: 0) }
            vectors.release(rows: range)
            let cosines = try withoutGradient { try block.normalized().matmul(matrix).floats() }  // [rows, Q]
            cosines.withUnsafeBufferPointer { cosines in
                for query in queries.indices {
                    var place = query
                    for row in range {
                        best[query].add(row: row, score: cosines[place])
                        place += queries.count
                    }
                }
            }
            try Interruption.check()
        }
        return best.map { $0.sorted() }
    }
}

/// The best rows so far: a list that is cut to size when it is twice as long.
private struct BestHits {
    private let limit: Int
    private var hits: [EmbeddingIndex.Hit] = []
    private var worst = -Float.infinity

    init(limit: Int) { self.limit = limit }

    /// Takes a row in if it is among the best; rows come in ascending order. NaN compares as false.
    @inline(__always)
    mutating func add(row: Int, score: Float) {
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
