// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Models
import Search
import TestSupport
import Testing

@testable import PictureIndex

@Suite struct ExportTests {
    private static let names = ["a", "tab\there", "line\nend\r", #"back\slash \N"#, "\\.", "späť 漢字 'quote\"", ""]
    private let folder: TemporaryFolder
    private let database: PictureDatabase
    private let vectors = features(7, seed: 20)

    init() throws {
        folder = try TemporaryFolder()
        database = try folder.database()
        var pictures = zip(Self.names, vectors).map { IndexedPicture(name: $0, vector: $1) }
        pictures[0].metadata = #"{"note": "a \"word\"\t"}"#
        pictures[0].stamp.sha256 = "5f"
        pictures[0].stamp.size = 12
        pictures[0].stamp.modified = 1_234_567_890_123_456_789
        pictures[1].stamp.modified = -1_500_000_000
        try database.put(pictures + [IndexedPicture(name: "broken", error: "empty:\tfetch it")])
    }

    /// A column of `COPY`'s text format as PostgreSQL reads it; nil for NULL.
    private func column(_ text: Substring) -> String? {
        if text == "\\N" { return nil }
        var result = ""
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "\\", let next = rest.popFirst() else {
                result.unicodeScalars.append(scalar)
                continue
            }
            switch next {
            case "t": result += "\t"
            case "n": result += "\n"
            case "r": result += "\r"
            case "b": result += "\u{8}"
            case "f": result += "\u{C}"
            case "v": result += "\u{B}"
            default: result.unicodeScalars.append(next)
            }
        }
        return result
    }

    @Test func `a copy for PostgreSQL says what the index holds`() throws {
        try database.exportForPostgreSQL(to: folder("out.sql"), table: #"my "pictures""#)
        let text = try folder.text("out.sql")
        // Bytes, since Swift takes a carriage return and a line end for one character.
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Substring($0) }
        let start = try #require(lines.firstIndex { $0.hasPrefix("COPY ") })
        #expect(
            lines[start].hasPrefix(
                #"COPY "my ""pictures""" (name, sha256, size, modified, error, metadata, embedding)"#))
        #expect(lines[start].hasSuffix(" FROM stdin;"))
        #expect(lines[..<start].contains("    embedding vector(16)"))
        #expect(lines[..<start].contains(#"CREATE TABLE IF NOT EXISTS "my ""pictures""" ("#))
        // The end of the data is the first line of its kind, though a picture is called so.
        let end = try #require(lines.firstIndex(of: "\\."))
        #expect(lines[(end + 1)...].elementsEqual(["COMMIT;", ""]))
        let rows = lines[(start + 1)..<end].map { line in
            line.unicodeScalars.split(separator: "\t", omittingEmptySubsequences: false).map { column(Substring($0)) }
        }
        try #require(rows.count == 8 && rows.allSatisfy { $0.count == 7 })
        #expect(rows.map { $0[0] } == Self.names + ["broken"])
        #expect(rows[0][1] == "5f" && rows[0][2] == "12" && rows[0][5] == #"{"note": "a \"word\"\t"}"#)
        #expect(rows[0][3] == "2009-02-13 23:31:30.123456+00" && rows[1][3] == "1969-12-31 23:59:58.500000+00")
        #expect(rows[7][4] == "empty:\tfetch it" && rows[7][6] == nil && rows[2][1...5].allSatisfy { $0 == nil })
        for (row, vector) in zip(rows, vectors) {
            let cell = try #require(row[6])
            #expect(cell.hasPrefix("[") && cell.hasSuffix("]"))
            #expect(cell.dropFirst().dropLast().split(separator: ",").map { Float($0) } == vector)
        }
    }

    @Test func `a copy in NumPy's form is what mumic embed writes`() throws {
        try database.exportEmbeddings(to: folder("out.npy"))
        #expect(
            try folder.names() == [
                "index.sqlite", "index.sqlite-shm", "index.sqlite-wal", "out.json", "out.jsonl", "out.npy",
            ])
        let rows = try EmbeddingIndex(path: folder("out.npy"), columns: 16)
        #expect(rows.count == 8 && rows.fingerprint == someModel)
        #expect(try (0..<8).map { try rows.row($0).image } == Self.names + ["broken"])
        #expect(try rows.row(7).error == "empty:\tfetch it")
        let index = try DatabaseIndex(path: folder("index.sqlite"))
        let queries = features(4, seed: 21)
        let (ours, theirs) = (try index.nearest(queries, limit: 8), try rows.nearest(queries, limit: 8))
        #expect(ours.map { $0.map(\.row) } == theirs.map { $0.map(\.row) } && ours.allSatisfy { $0.count == 7 })
        // There and back again.
        let copy = try PictureDatabase(path: folder("copy.sqlite"), holding: rows)
        _ = try copy.add(rows)
        for name in Self.names {
            #expect(try copy.picture(named: name)?.vector == database.picture(named: name)?.vector, "\(name)")
        }
        #expect(throws: InputError.self) {
            try rows.check(ModelFingerprint(family: "x", weights: "", preprocessing: ""))
        }
    }

    @Test func `an interrupted copy leaves nothing`() throws {
        let stopped = WorkMonitor(interruption: { throw Interrupted(signal: 2) })
        for name in ["out.npy", "out.sql"] {
            #expect(throws: Interrupted.self) {
                if name == "out.npy" { return try database.exportEmbeddings(to: folder(name), monitor: stopped) }
                try database.exportForPostgreSQL(to: folder(name), monitor: stopped)
            }
        }
        #expect(try folder.names().allSatisfy { $0.hasPrefix("index.sqlite") })
    }
}
