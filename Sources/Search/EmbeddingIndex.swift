// SPDX-License-Identifier: Apache-2.0

public import FileIO
import Foundation
public import Models
import Torch

/// What a row of features is: a line of OUT.jsonl beside OUT.npy.
public struct EmbeddingRow: Codable, Sendable, Equatable {
    /// The row's number, from 0.
    public let row: Int
    /// The picture; nil for a text.
    public var image: String?
    /// The text; nil for a picture.
    public var text: String?
    /// Why the picture could not be read; its row is all NaN then.
    public var error: String?

    /// What the row of a number is.
    public init(row: Int, image: String? = nil, text: String? = nil, error: String? = nil) {
        self.row = row
        self.image = image
        self.text = text
        self.error = error
    }
}

/// The rows that ``Embedder`` wrote, and what each of them is.
///
/// Values and names stay in their files: whatever their number, memory holds a block of rows and eight bytes a name.
public struct EmbeddingIndex: VectorIndex {
    /// A row that was found.
    public struct Hit: Sendable, Equatable {
        /// Its number, from 0.
        public let row: Int
        /// The cosine of row and query.
        public let score: Float
    }

    /// What the rows were computed by; nil where that was not written down, as earlier versions did not.
    public let fingerprint: ModelFingerprint?
    /// The path of OUT.npy.
    package let path: String
    private let vectors: NPYFile
    private let names: MappedFile
    private let namesPath: String
    /// Where each row's line begins, and where the last one ends.
    private let lineStarts: [Int]

    /// Refuses rows of another model than the one whose fingerprint is given; where nothing is known of theirs, gives a
    /// warning in words; the model's is then not computed.
    ///
    /// - Throws: ``FileIO/InputError`` that says in what the models differ.
    public func check(_ model: @autoclosure () throws -> ModelFingerprint) throws -> String? {
        guard let fingerprint else {
            return
                "there is no \(printable(Self.fingerprintPath(path))), which says by what model the rows were computed; cosines mean nothing if it was another"
        }
        guard let difference = try fingerprint.firstDifference(from: model()) else { return nil }
        throw InputError.badData(
            "\(printable(path)) was embedded by another model: \(difference); search with that model, or embed again with this one"
        )
    }

    /// OUT.json beside OUT.npy.
    package static func fingerprintPath(_ path: String) -> String { path.dropLast(4) + ".json" }

    private static func fingerprint(_ path: String) throws -> ModelFingerprint? {
        let place = fingerprintPath(path)
        guard FileManager.default.fileExists(atPath: place) else { return nil }
        let bytes = try readFile(path: place, maximumBytes: 1 << 20)
        guard let found = try? JSONDecoder().decode(ModelFingerprint.self, from: Data(bytes)) else {
            throw InputError.badData(
                "\(printable(place)) does not say by what model the rows were computed; embed again, or move it away")
        }
        return found
    }

    /// Opens OUT.npy, whose rows have `columns` numbers, or any where that is nil, and the OUT.jsonl beside it. Throws ``FileIO/FileIOError`` and
    /// ``FileIO/InputError`` where they are not there or do not fit.
    public init(path: String, columns: Int? = nil) throws {
        let vectors = try NPYFile(path: path)
        if let columns, vectors.columns != columns {
            throw InputError.badData(
                "\(printable(path)) has rows of \(vectors.columns) values and the model's features have \(columns); search with the model that embedded them, or embed again with this one"
            )
        }
        let namesPath = Self.namesPath(path)
        guard FileManager.default.fileExists(atPath: namesPath) else {
            throw InputError.missing(
                "there is no \(printable(namesPath)), which says what the rows are; keep it beside the .npy")
        }
        let names = try MappedFile(path: namesPath)
        let lineStarts = Self.lineStarts(names, expected: vectors.rows)
        if lineStarts.count != vectors.rows + 1 {
            throw InputError.badData(
                "\(printable(namesPath)) has \(lineStarts.count - 1) lines and \(printable(path)) \(vectors.rows) rows; they do not belong together, embed again"
            )
        }
        self.path = path
        fingerprint = try Self.fingerprint(path)
        self.vectors = vectors
        self.namesPath = namesPath
        self.names = names
        self.lineStarts = lineStarts
    }

    /// The path of OUT.jsonl, of that of OUT.npy.
    static func namesPath(_ path: String) -> String { String(path.dropLast(4)) + ".jsonl" }

    /// N.
    public var count: Int { vectors.rows }

    /// D, the length of a row.
    public var dimension: Int { vectors.columns }

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

    /// What the row of this number is; ``FileIO/InputError`` if its line is not what ``Embedder`` writes.
    public func row(_ index: Int) throws -> EmbeddingRow {
        let line = names.withBytes { Data($0[lineStarts[index]..<lineStarts[index + 1]]) }
        guard let row = try? JSONDecoder().decode(EmbeddingRow.self, from: line), row.row == index else {
            throw InputError.badData(
                "\(printable(namesPath)):\(index + 1) is not what `mumic embed` writes for row \(index); embed again")
        }
        return row
    }

    /// The numbers of some rows, one row after the other, as float32 in this machine's order; their memory is let go of.
    package func withRows<Result>(
        _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        defer { vectors.release(rows: range) }
        return try vectors.withRows(range) { try body($0) }
    }

    /// For each query, a vector of D values and length 1, the `limit` rows of the highest cosine, best first, and of
    /// equal ones the first. Rows of NaN are never found. Throws `TorchError` if memory runs out, and
    /// ``FileIO/Interrupted``.
    public func nearest(_ queries: [[Float]], limit: Int, monitor: WorkMonitor = .silent) throws -> [[Hit]] {
        let limit = min(limit, count)
        guard limit > 0, !queries.isEmpty else { return queries.map { _ in [] } }
        var best = BestRows(queries: queries.count, limit: limit)
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
            best.add(cosines, rows: range)
            try monitor.check()
        }
        return best.sorted()
    }
}
