// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import GRDB
import JSON

// Reading and writing pictures.
extension PictureDatabase {
    /// The columns of ``picture(_:)``.
    static let columns = "name, path, sha256, size, modified, error, metadata, vector"

    /// The picture of a name; nil where there is none.
    public func picture(named name: String) throws -> IndexedPicture? {
        try read { database in
            let sql = "SELECT \(Self.columns) FROM pictures WHERE name = ?"
            return try Row.fetchOne(database, sql: sql, arguments: [name]).map(picture)
        }
    }

    /// Hands over all pictures in the order in which they came, as they were at one moment; memory holds one of them.
    /// `body` must not use the database.
    public func forEachPicture(_ body: (IndexedPicture) throws -> Void) throws {
        try read { database in
            let rows = try Row.fetchCursor(database, sql: "SELECT \(Self.columns) FROM pictures ORDER BY id")
            while let row = try rows.next() { try body(picture(row)) }
        }
    }

    /// Adds pictures, or puts them in the place of those of the same names, in one transaction.
    ///
    /// Features are brought to length 1. Throws ``FileIO/InputError`` where one is not D finite numbers or has no
    /// direction, and where metadata is no JSON; nothing is written then. Throws ``IndexFailure``.
    public func put(_ pictures: [IndexedPicture]) throws {
        for picture in pictures {
            guard let metadata = picture.metadata else { continue }
            _ = try JSONValue(parsing: metadata.utf8) { fault in
                InputError.badData(
                    "the metadata of \(printable(picture.name)) is no JSON: expected \(fault.expected) at byte \(fault.offset)"
                )
            }
        }
        let vectors = try pictures.map(blob)
        if pictures.isEmpty { return }
        try write { database in
            let revision = try nextRevision(database)
            let statement = try database.cachedStatement(
                sql: """
                    INSERT INTO pictures (name, path, sha256, size, modified, revision, error, metadata, vector)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (name) DO UPDATE SET
                        path = excluded.path, sha256 = excluded.sha256, size = excluded.size,
                        modified = excluded.modified, revision = excluded.revision, error = excluded.error,
                        metadata = COALESCE(excluded.metadata, metadata), vector = excluded.vector
                    """)
            for (picture, vector) in zip(pictures, vectors) {
                let stamp = picture.stamp
                try statement.execute(arguments: [
                    picture.name, picture.path, stamp.sha256, stamp.size, stamp.modified, revision, picture.error,
                    picture.metadata, vector,
                ])
            }
        }
    }

    /// Notes sizes and times of files whose content is what it was, in one transaction.
    func touch(_ pictures: [(name: String, stamp: ContentStamp)]) throws {
        if pictures.isEmpty { return }
        try write { database in
            let statement = try database.cachedStatement(
                sql: "UPDATE pictures SET size = ?, modified = ? WHERE name = ?")
            for (name, stamp) in pictures {
                try statement.execute(arguments: [stamp.size, stamp.modified, name])
            }
        }
    }

    /// Takes pictures out, in one transaction; gives how many of the names were there.
    @discardableResult public func remove(names: [String]) throws -> Int {
        try remove(names, where: "name")
    }

    /// Takes rows out, in one transaction; gives how many of them were there.
    func remove(ids: [Int]) throws -> Int { try remove(ids, where: "id") }

    private func remove(_ keys: [some DatabaseValueConvertible], where column: String) throws -> Int {
        try write { database in
            let note = try database.cachedStatement(
                sql: "INSERT INTO removals (picture, revision) SELECT id, ? FROM pictures WHERE \(column) = ?")
            let remove = try database.cachedStatement(sql: "DELETE FROM pictures WHERE \(column) = ?")
            let revision = try nextRevision(database)
            var removed = 0
            for key in keys {
                try note.execute(arguments: [revision, key])
                try remove.execute(arguments: [key])
                removed += database.changesCount
            }
            return removed
        }
    }

    /// What is known of a picture without its feature; nil where there is none of that name.
    func stamp(named name: String) throws -> (stamp: ContentStamp, isReadable: Bool)? {
        try lookUp { database in
            let statement = try database.cachedStatement(
                sql: "SELECT sha256, size, modified, error IS NULL FROM pictures WHERE name = ?")
            guard let row = try Row.fetchOne(statement, arguments: [name]) else { return nil }
            var stamp = ContentStamp()
            stamp.sha256 = try row.decode(atIndex: 0)
            stamp.size = try row.decode(atIndex: 1)
            stamp.modified = try row.decode(atIndex: 2)
            return (stamp, try row.decode(atIndex: 3))
        }
    }

    /// The feature of a picture of the same content, whatever its name; nil where there is none.
    func vector(ofContent sha256: String) throws -> [Float]? {
        try lookUp { database in
            let statement = try database.cachedStatement(
                sql: "SELECT vector FROM pictures WHERE sha256 = ? AND vector IS NOT NULL LIMIT 1")
            return try Row.fetchOne(statement, arguments: [sha256]).flatMap { try vector($0, at: 0) }
        }
    }

    /// How many of some names there are, each counted as often as it is given.
    func count(named names: [String]) throws -> Int {
        try lookUp { database in
            let statement = try database.cachedStatement(sql: "SELECT 1 FROM pictures WHERE name = ?")
            return try names.count { try Row.fetchOne(statement, arguments: [$0]) != nil }
        }
    }

    private func nextRevision(_ database: Database) throws -> Int {
        try database.execute(sql: "UPDATE model SET revision = revision + 1")
        return try Int.fetchOne(database, sql: "SELECT revision FROM model") ?? 0
    }

    private func picture(_ row: Row) throws -> IndexedPicture {
        var picture = IndexedPicture(name: try row.decode(atIndex: 0), error: "")
        picture.path = try row.decode(atIndex: 1)
        picture.stamp.sha256 = try row.decode(atIndex: 2)
        picture.stamp.size = try row.decode(atIndex: 3)
        picture.stamp.modified = try row.decode(atIndex: 4)
        picture.error = try row.decode(atIndex: 5)
        picture.metadata = try row.decode(atIndex: 6)
        picture.vector = try vector(row, at: 7)
        return picture
    }

    private func vector(_ row: Row, at column: Int) throws -> [Float]? {
        try row.withUnsafeData(atIndex: column) { data in
            guard let data else { return nil }
            guard data.count == 4 * dimension else { throw IndexFailure.damaged(path) }
            return data.withUnsafeBytes { bytes in
                (0..<dimension).map { place in
                    let bits = bytes.loadUnaligned(fromByteOffset: 4 * place, as: UInt32.self)
                    return Float(bitPattern: UInt32(littleEndian: bits))
                }
            }
        }
    }

    /// A picture's feature at length 1, float32 in little-endian order; nil where it has none.
    private func blob(_ picture: IndexedPicture) throws -> Data? {
        guard let vector = picture.vector else { return nil }
        guard vector.count == dimension else {
            throw InputError.badData(
                "the feature of \(printable(picture.name)) has \(vector.count) values and those of \(printable(path)) have \(dimension); they are not of one model"
            )
        }
        let length = vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        guard length.isFinite, length > 0 else {
            throw InputError.badData(
                "the feature of \(printable(picture.name)) is no direction; embed the picture again")
        }
        // What has length 1 as nearly as float32 can say stays as it is, bit by bit.
        let scale = abs(length - 1) < 1e-5 ? 1 : 1 / length
        let words = vector.map { (scale == 1 ? $0 : Float(Double($0) * scale)).bitPattern.littleEndian }
        return words.withUnsafeBytes { Data($0) }
    }
}
