// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Search
import TestSupport
import Testing

@testable import PictureIndex

@Suite struct DatabaseIndexTests {
    private let folder: TemporaryFolder
    private let database: PictureDatabase

    init() throws {
        folder = try TemporaryFolder()
        database = try folder.database()
    }

    private func put(_ names: [Int], _ vectors: [[Float]]) throws {
        try database.put(zip(names, vectors).map { IndexedPicture(name: "\($0)", vector: $1) })
    }

    /// The names and products of the nearest, compared one by one.
    private func nearest(_ query: [Float], among vectors: [String: [Float]], _ count: Int) -> [(String, Double)] {
        vectors.map { ($0.key, product(query, $0.value)) }.sorted { $0.1 > $1.1 }.prefix(count).map { $0 }
    }

    private func expect(
        _ index: DatabaseIndex, finds vectors: [String: [Float]], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let queries = features(5, seed: 99)
        for (query, hits) in zip(queries, try index.nearest(queries, limit: 10)) {
            let expected = nearest(query, among: vectors, 10)
            let names = try hits.map { try index.row($0.row).image }
            #expect(names == expected.map(\.0), sourceLocation: sourceLocation)
            #expect(
                zip(hits, expected).allSatisfy { abs(Double($0.score) - $1.1) < 1e-6 }, sourceLocation: sourceLocation)
        }
    }

    @Test func `a search finds what comparing one by one finds`() throws {
        let vectors = features(3000, seed: 4)
        try put(Array(0..<3000), vectors)
        try database.put([IndexedPicture(name: "broken", error: "empty")])
        let index = try DatabaseIndex(path: folder("index.sqlite"))
        #expect(index.count == 3001 && index.dimension == 16 && index.fingerprint == someModel)
        let all = Dictionary(uniqueKeysWithValues: vectors.enumerated().map { ("\($0)", $1) })
        try expect(index, finds: all)
        // A picture that cannot be read is not found, however many are asked for.
        #expect(try index.nearest([vectors[7]], limit: 9999)[0].map(\.row).sorted() == Array(0..<3000))
        #expect(try index.nearest([], limit: 3).isEmpty)
    }

    @Test func `many queries are answered in parts as they are alone`() throws {
        let vectors = features(30_000, seed: 5)
        for start in stride(from: 0, to: vectors.count, by: 5000) {
            try put(Array(start..<start + 5000), Array(vectors[start..<start + 5000]))
        }
        let index = try DatabaseIndex(path: folder("index.sqlite"))
        // More products than are held at a time.
        let queries = features(200, seed: 6)
        let together = try index.nearest(queries, limit: 3)
        for number in [0, 63, 199] {
            let alone = try index.nearest([queries[number]], limit: 3)[0]
            #expect(together[number].map(\.row) == alone.map(\.row))
            #expect(zip(together[number], alone).allSatisfy { abs($0.score - $1.score) < 1e-6 })
        }
        let stopped = WorkMonitor(interruption: { throw Interrupted(signal: 2) })
        #expect(throws: Interrupted.self) { try index.nearest(queries, limit: 3, monitor: stopped) }
    }

    @Test func `rows of one cosine come in their order`() throws {
        try put([3, 1, 2], Array(repeating: features(1, seed: 7)[0], count: 3))
        let index = try DatabaseIndex(path: folder("index.sqlite"))
        let hits = try index.nearest([features(1, seed: 7)[0]], limit: 2)[0]
        #expect(try hits.map { try index.row($0.row).image } == ["3", "1"])
    }

    @Test func `what is written later is found after a refresh, and not before`() throws {
        let vectors = features(40, seed: 8)
        var held: [String: [Float]] = [:]
        func set(_ names: [Int], _ some: some Collection<[Float]>) throws {
            try put(names, Array(some))
            for (name, vector) in zip(names, some) { held["\(name)"] = vector }
        }
        try set(Array(0..<20), vectors[..<20])
        let index = try DatabaseIndex(path: folder("index.sqlite"))
        try expect(index, finds: held)
        #expect(try index.refresh() == false)
        let before = held
        // Replaced, and new.
        try set([3, 7], vectors[20..<22])
        try set([20, 21], vectors[22..<24])
        try expect(index, finds: before)
        #expect(try index.refresh())
        try expect(index, finds: held)
        // Replaced by what cannot be read.
        try database.put([IndexedPicture(name: "5", error: "gone")])
        held["5"] = nil
        #expect(try index.refresh())
        try expect(index, finds: held)
        // Taken out, the last one among them; and one that came and went.
        try set([30], vectors[30..<31])
        held["30"] = nil
        try database.remove(names: ["30"])
        try database.remove(names: ["2", "21"])
        (held["2"], held["21"]) = (nil, nil)
        try set([22], vectors[24..<25])
        #expect(try index.refresh())
        try expect(index, finds: held)
        #expect(try DatabaseIndex(path: folder("index.sqlite")).count == 21)
        // Taken out and there again.
        try database.remove(names: ["0"])
        try set([0], vectors[26..<27])
        #expect(try index.refresh())
        try expect(index, finds: held)
        // Only times of files: nothing to read.
        try database.touch([("3", ContentStamp())])
        #expect(try index.refresh() == false)
    }

    @Test func `more than there is room for is read anew`() throws {
        try put([0], features(1, seed: 9))
        let index = try DatabaseIndex(path: folder("index.sqlite"))
        let vectors = features(9000, seed: 10)
        try put(Array(0..<9000), vectors)
        #expect(try index.refresh() && index.count == 9000)
        try expect(index, finds: Dictionary(uniqueKeysWithValues: vectors.enumerated().map { ("\($0)", $1) }))
    }

    @Test func `another file in the place of the old one is read`() throws {
        try put([0], features(1, seed: 11))
        let index = try DatabaseIndex(path: folder("index.sqlite"))
        let other = try folder.database("other.sqlite")
        let vector = features(1, seed: 12)[0]
        try other.put([IndexedPicture(name: "other", vector: vector)])
        try other.close()
        try database.close()
        try index.close()
        #expect(rename(folder("other.sqlite"), folder("index.sqlite")) == 0)
        #expect(try index.refresh() && index.row(0).image == "other")
        try expect(index, finds: ["other": vector])
    }
}
