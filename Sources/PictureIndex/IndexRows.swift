// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Torch

/// The pictures of an index in memory, in the order of their numbers in the file.
struct IndexRows {
    /// Their features, `[capacity, D]`; of a picture that cannot be read a row of NaN. Beyond ``count`` nothing is set.
    let matrix: Tensor
    /// N.
    private(set) var count = 0

    private let capacity: Int
    private let dimension: Int
    private let missing: [Float]
    /// The file's numbers of the pictures, ascending.
    private var ids: [Int] = []
    /// All names, one after the other, and where each one ends: a million texts of their own would take twice as much.
    private var names: [UInt8] = []
    private var nameEnds: [Int] = []
    /// Rows that follow each other and are not in the matrix yet, and the first one's number.
    private var staged: [UInt8] = []
    private var firstStaged = 0
    private static let stagedBytes = 1 << 20
    /// What was written after this has not been read.
    private var revision = 0

    private init(capacity: Int, dimension: Int) throws {
        matrix = try Tensor(emptyWithShape: [capacity, dimension])
        self.capacity = capacity
        self.dimension = dimension
        missing = [Float](repeating: .nan, count: dimension)
        ids.reserveCapacity(capacity)
        nameEnds.reserveCapacity(capacity)
    }

    /// The name of a row.
    func name(_ row: Int) -> String {
        String(decoding: names[(row == 0 ? 0 : nameEnds[row - 1])..<nameEnds[row]], as: UTF8.self)
    }

    /// Brings rows up to what the file holds in this transaction; false where nothing was written. Where room runs out,
    /// all are read again, after the memory of the old ones was let go.
    static func update(_ rows: inout IndexRows?, from database: Database, of file: PictureDatabase) throws -> Bool {
        guard let revision = try Int.fetchOne(database, sql: "SELECT revision FROM model") else {
            throw IndexFailure.damaged(file.path)
        }
        if let known = rows?.revision {
            if known == revision { return false }
            if try rows?.read(database, file, after: known) != true { rows = nil }
        }
        if rows == nil {
            let count = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM pictures") ?? 0
            // Room for pictures to come; it takes no memory before it is used.
            var all = try IndexRows(capacity: count + max(count / 8, 4096), dimension: file.dimension)
            guard try all.read(database, file, after: nil) else { throw IndexFailure.damaged(file.path) }
            rows = all
        }
        rows?.revision = revision
        return true
    }

    /// Takes in all pictures, or what was written after a revision; false where there is no room.
    private mutating func read(_ database: Database, _ file: PictureDatabase, after known: Int?) throws -> Bool {
        if let known {
            let removed = try Row.fetchCursor(
                database, sql: "SELECT picture FROM removals WHERE revision > ?", arguments: [known])
            while let row = try removed.next() {
                // One that came and went between two refreshes was never here.
                guard let place = position(of: try row.decode(atIndex: 0)) else { continue }
                try missing.withUnsafeBytes { try put($0, at: place) }
            }
        }
        // Left to itself, SQLite would look at every picture in order to have no sorting to do.
        let condition = known.map { "INDEXED BY pictures_revision WHERE revision > \($0)" } ?? ""
        let found = try Row.fetchCursor(
            database, sql: "SELECT id, name, vector FROM pictures \(condition) ORDER BY id")
        while let row = try found.next() {
            let id: Int = try row.decode(atIndex: 0)
            let place: Int
            if let last = ids.last, id <= last {
                guard let known = position(of: id) else { throw IndexFailure.damaged(file.path) }
                place = known
            } else {
                if count == capacity { return false }
                place = count
                count += 1
                ids.append(id)
                names += try row.decode(String.self, atIndex: 1).utf8
                nameEnds.append(names.count)
            }
            try row.withUnsafeData(atIndex: 2) { data in
                guard let data else { return try missing.withUnsafeBytes { try put($0, at: place) } }
                guard data.count == 4 * dimension else { throw IndexFailure.damaged(file.path) }
                try data.withUnsafeBytes { try put($0, at: place) }
            }
        }
        try flush()
        return true
    }

    /// Sets a row; rows that follow each other are stored together.
    private mutating func put(_ vector: UnsafeRawBufferPointer, at row: Int) throws {
        if staged.count >= Self.stagedBytes || row != firstStaged + staged.count / (4 * dimension) { try flush() }
        if staged.isEmpty { firstStaged = row }
        staged.append(contentsOf: vector)
    }

    private mutating func flush() throws {
        try staged.withUnsafeBytes { try matrix.store($0, dtype: .float32, at: firstStaged * dimension) }
        staged.removeAll(keepingCapacity: true)
    }

    private func position(of id: Int) -> Int? {
        var (low, high) = (0, ids.count)
        while low < high {
            let middle = (low + high) / 2
            if ids[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low < ids.count && ids[low] == id ? low : nil
    }
}
