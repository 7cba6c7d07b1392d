// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import GRDB
import Models

/// What is in the file: the tables, and how they are told from those of others.
///
/// `model` has one row. Its `revision` counts the transactions that changed vectors; each picture has that of the last
/// one that changed it, and `removals` says which ones took pictures out. So a reader that knows a revision reads no
/// more than what was written after it. Numbers of pictures are never given again.
enum Schema {
    /// "MuMI" at offset 68 of the file (https://www.sqlite.org/fileformat.html).
    static let application = 0x4D75_4D49
    static let version = 1
    /// Several vectors of any usual length lie in a page without much waste.
    static let pageSize = 16384

    private static let tables = """
        CREATE TABLE model (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            family TEXT NOT NULL,
            weights TEXT NOT NULL,
            preprocessing TEXT NOT NULL,
            dimension INTEGER NOT NULL,
            revision INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE pictures (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            path TEXT,
            sha256 TEXT,
            size INTEGER,
            modified INTEGER,
            revision INTEGER NOT NULL,
            error TEXT,
            metadata TEXT,
            vector BLOB,
            CHECK ((vector IS NULL) <> (error IS NULL))
        ) STRICT;
        CREATE TABLE removals (
            picture INTEGER PRIMARY KEY,
            revision INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX pictures_sha256 ON pictures (sha256);
        CREATE INDEX pictures_revision ON pictures (revision);
        CREATE INDEX removals_revision ON removals (revision);
        """

    /// Refuses a file that is none of ours; true where it has nothing in it yet.
    static func isEmpty(_ database: Database, _ path: String) throws -> Bool {
        let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        if application == Self.application {
            if version == Self.version { return false }
            throw InputError.badData(
                "\(printable(path)) is an index of format \(version), and this version of mumic reads format \(Self.version); use a newer mumic, or index the pictures again"
            )
        }
        let objects = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM sqlite_master") ?? 0
        if application == 0, version == 0, objects == 0 { return true }
        throw InputError.badData(
            "\(printable(path)) is an SQLite file that `mumic index` did not write; name another file")
    }

    /// Makes the tables of an empty file, with the model whose features they are to hold, in one transaction.
    static func create(_ queue: DatabaseQueue, model: ModelFingerprint, dimension: Int) throws {
        try queue.writeWithoutTransaction { database in
            // Takes effect only before there is anything in the file.
            try database.execute(sql: "PRAGMA page_size = \(pageSize)")
            try database.inTransaction(.immediate) {
                // Somebody else may have been first.
                let objects = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM sqlite_master") ?? 0
                if objects > 0 { return .rollback }
                try database.execute(sql: tables)
                try database.execute(
                    sql: "INSERT INTO model VALUES (1, ?, ?, ?, ?, 0)",
                    arguments: [model.family, model.weights, model.preprocessing, dimension])
                try database.execute(sql: "PRAGMA user_version = \(version)")
                try database.execute(sql: "PRAGMA application_id = \(application)")
                return .commit
            }
        }
    }
}

/// The row of table `model`.
struct IndexedModel: Equatable {
    let fingerprint: ModelFingerprint
    let dimension: Int

    init(_ database: Database, _ path: String) throws {
        let sql = "SELECT family, weights, preprocessing, dimension FROM model"
        guard let row = try Row.fetchOne(database, sql: sql) else { throw IndexFailure.damaged(path) }
        fingerprint = ModelFingerprint(
            family: try row.decode(atIndex: 0), weights: try row.decode(atIndex: 1),
            preprocessing: try row.decode(atIndex: 2))
        dimension = try row.decode(atIndex: 3)
        // Longer features have never been seen, and would only ask for memory.
        guard (1...1 << 20).contains(dimension) else { throw IndexFailure.damaged(path) }
    }
}
