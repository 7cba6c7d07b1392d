// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import GRDB
import Models
import TestSupport
import Testing

@testable import PictureIndex

@Suite struct PictureDatabaseTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `pictures are added, replaced and taken out`() throws {
        let database = try folder.database()
        let vectors = features(3, seed: 1)
        var first = IndexedPicture(name: "a", vector: vectors[0], metadata: #"{"room": 7}"#)
        first.path = "/photos/a"
        first.stamp.sha256 = "5f"
        first.stamp.size = 12
        first.stamp.modified = 1_234_567_890_123_456_789
        let broken = IndexedPicture(name: "b", error: "empty")
        try database.put([first, broken])
        #expect(try database.picture(named: "a") == first)
        #expect(try database.picture(named: "b") == broken)
        #expect(try database.picture(named: "A") == nil)
        // What is not said of a picture that is there is kept.
        try database.put([IndexedPicture(name: "b", vector: vectors[1]), IndexedPicture(name: "a", vector: vectors[2])])
        let replaced = try #require(try database.picture(named: "a"))
        #expect(replaced.vector == vectors[2] && replaced.path == nil && replaced.metadata == first.metadata)
        #expect(try database.picture(named: "b")?.error == nil)
        #expect(try database.count() == 2)
        #expect(try database.remove(names: ["a", "gone"]) == 1)
        var left: [String] = []
        try database.forEachPicture { left.append($0.name) }
        #expect(left == ["b"])
        try database.close()
        #expect(try folder.names() == ["index.sqlite"])
    }

    @Test func `features are brought to length 1, and those that cannot be are refused whole`() throws {
        let database = try folder.database(dimension: 2)
        try database.put([IndexedPicture(name: "long", vector: [3, 4])])
        #expect(try database.picture(named: "long")?.vector == [0.6, 0.8])
        for vector in [[0, 0], [1, .nan], [.infinity, 1], [1], [1, 0, 0]] as [[Float]] {
            #expect(throws: InputError.self, "\(vector)") {
                try database.put([
                    IndexedPicture(name: "good", vector: [1, 0]), IndexedPicture(name: "bad", vector: vector),
                ])
            }
        }
        #expect(throws: InputError.self) {
            try database.put([IndexedPicture(name: "text", vector: [1, 0], metadata: "{room: 7}")])
        }
        #expect(try database.count() == 1)
    }

    @Test func `files that are no index of this model are refused by name`() throws {
        try folder.database().close()
        let other = ModelFingerprint(family: "CLIPModel", weights: "others", preprocessing: "p")
        func refuses(_ part: String, _ kind: FailureKind = .badData, _ open: () throws -> PictureDatabase) throws {
            let error = try #require(throws: (any Error).self) { try open() }
            #expect((error as? any UserFacingError)?.failureKind == kind, "\(error)")
            #expect("\(error)".contains(part) && "\(error)".contains(folder.path), "\(error)")
        }
        try refuses("another model: its weights differ;") {
            try PictureDatabase(path: folder("index.sqlite"), model: other, dimension: 16)
        }
        try refuses("gone.sqlite", .missingInput) { try PictureDatabase(reading: folder("gone.sqlite")) }
        try refuses("cannot write", .badData) {
            try PictureDatabase(path: folder("no/folder.sqlite"), model: someModel, dimension: 16)
        }
        try folder.put("text.sqlite", String(repeating: "no database ", count: 500))
        try refuses("no SQLite file") { try PictureDatabase(reading: folder("text.sqlite")) }
        try folder.put("empty.sqlite", "")
        try refuses("empty") { try PictureDatabase(reading: folder("empty.sqlite")) }
        try folder.sql("CREATE TABLE pictures (name TEXT)", in: "foreign.sqlite")
        try refuses("did not write") { try folder.database("foreign.sqlite") }
        try refuses("did not write") { try PictureDatabase(reading: folder("foreign.sqlite")) }
        // Looking at somebody's file does not change it.
        let queue = try DatabaseQueue(path: folder("foreign.sqlite"))
        #expect(try queue.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "delete")
        try folder.sql("PRAGMA user_version = 2")
        try refuses("format 2") { try PictureDatabase(reading: folder("index.sqlite")) }
        try refuses("format 2") { try folder.database() }
    }

    @Test func `a damaged index is said to be so`() throws {
        let database = try folder.database()
        try database.put([IndexedPicture(name: "a", vector: features(1, seed: 2)[0])])
        try database.close()
        try folder.sql("UPDATE pictures SET vector = x'0000'")
        let error = try #require(throws: IndexFailure.self) { try DatabaseIndex(path: folder("index.sqlite")) }
        #expect("\(error)".contains("is damaged") && error.failureKind == .badData)
        try folder.sql("DELETE FROM model")
        #expect(throws: IndexFailure.self) { try PictureDatabase(reading: folder("index.sqlite")) }
    }

    @Test func `readers go on while there is a write, and see it when it is whole`() throws {
        let database = try folder.database()
        let vectors = features(3, seed: 3)
        try database.put([IndexedPicture(name: "a", vector: vectors[0])])
        let reader = try PictureDatabase(reading: folder("index.sqlite"))
        let index = try DatabaseIndex(path: folder("index.sqlite"))
        try database.queue.write { connection in
            try connection.execute(sql: "UPDATE model SET revision = revision + 1; DELETE FROM pictures")
            // Not committed yet: nobody sees it, and nobody waits.
            #expect(try reader.count() == 1)
            #expect(try index.refresh() == false)
            #expect(try DatabaseIndex(path: folder("index.sqlite")).count == 1)
        }
        #expect(try reader.count() == 0)
        try reader.close()
        try index.close()
    }
}
