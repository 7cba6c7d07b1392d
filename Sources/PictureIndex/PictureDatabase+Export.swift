// SPDX-License-Identifier: Apache-2.0

public import FileIO
import Foundation
import GRDB
import Search

// Copies of an index for other programs.
extension PictureDatabase {
    /// Writes OUT.npy, OUT.jsonl and OUT.json as `mumic embed` does, in the order of the index; `path` is that of
    /// OUT.npy. Throws ``FileIO/FileIOError``, ``IndexFailure`` and ``FileIO/Interrupted``; nothing is written then.
    public func exportEmbeddings(to path: String, monitor: WorkMonitor = .silent) throws {
        let file = try EmbeddingWriter(path: path, columns: dimension)
        let missing = [Float](repeating: .nan, count: dimension)
        let progress = monitor.begin("exporting", total: try count())
        try forEachPicture { picture in
            try file.append(picture.vector ?? missing, image: picture.name, error: picture.error)
            progress.advance()
            try monitor.check()
        }
        try file.commit(fingerprint)
        progress.finish()
    }

    /// Writes a script for psql that makes a table for pgvector, where there is none yet, and fills it by `COPY`, all or
    /// nothing. A picture that cannot be read has no embedding there. Throws as ``exportEmbeddings(to:monitor:)``.
    public func exportForPostgreSQL(to path: String, table: String = "pictures", monitor: WorkMonitor = .silent) throws
    {
        let file = try AtomicFileWriter(path: path)
        let progress = monitor.begin("exporting", total: try count())
        let name = "\"" + table.replacing("\"", with: "\"\"") + "\""
        try file.append(
            """
            -- Pictures that mumic indexed, for PostgreSQL with pgvector: psql --file=THIS DATABASE
            SET client_encoding = 'UTF8';
            BEGIN;
            CREATE EXTENSION IF NOT EXISTS vector;
            CREATE TABLE IF NOT EXISTS \(name) (
                name text PRIMARY KEY,
                sha256 text,
                size bigint,
                modified timestamptz,
                error text,
                metadata jsonb,
                embedding vector(\(dimension))
            );
            COPY \(name) (name, sha256, size, modified, error, metadata, embedding) FROM stdin;

            """)
        try forEachPicture { picture in
            let cells = [
                picture.name, picture.stamp.sha256, picture.stamp.size.map(String.init),
                picture.stamp.modified.map(timestamp), picture.error, picture.metadata, picture.vector.map(vectorText),
            ]
            try file.append(cells.map { $0.map(copyText) ?? "\\N" }.joined(separator: "\t") + "\n")
            progress.advance()
            try monitor.check()
        }
        try file.append("\\.\nCOMMIT;\n")
        try file.commit(durable: false)
        progress.finish()
    }
}

/// A text as a column of `COPY`'s text format: backslashes, and what would end a column or a line, are escaped
/// (https://www.postgresql.org/docs/current/sql-copy.html). PostgreSQL's texts cannot hold a NUL; it is left out.
func copyText(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\\": result += "\\\\"
        case "\t": result += "\\t"
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\0": continue
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// A vector as pgvector writes it, each number in its shortest round-trip form.
private func vectorText(_ vector: [Float]) -> String {
    "[" + vector.map { "\($0)" }.joined(separator: ",") + "]"
}

/// Nanoseconds since 1970 as PostgreSQL reads a time, in UTC, to the microsecond that it keeps.
private func timestamp(_ nanoseconds: Int) -> String {
    let (seconds, rest) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000)
    // Before 1970 the rest is negative.
    var time = time_t(rest < 0 ? seconds - 1 : seconds)
    var parts = tm()
    gmtime_r(&time, &parts)
    let micros = (rest < 0 ? rest + 1_000_000_000 : rest) / 1000
    return String(
        format: "%04d-%02d-%02d %02d:%02d:%02d.%06d+00", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
        parts.tm_hour, parts.tm_min, parts.tm_sec, micros)
}
