// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Models
import MultiLabel
import TestSupport
import Testing

@testable import Search

@Suite struct SearchQueueTests {
    /// The curve's pictures, the second of them gone, as an index.
    private let folder: TemporaryFolder
    private let index: EmbeddingIndex
    private let rows: [[Float]]
    private let embedder: Embedder
    private let names: [String]

    init() throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        embedder = try Curve.embedder()
        let pictures = (0..<24).map {
            $0 == 1 ? Picture(name: "gone.png", path: folder("gone.png")) : Curve.picture($0)
        }
        names = pictures.map(\.name)
        let found = try embedder.embed(pictures, to: folder("index.npy"))
        index = try EmbeddingIndex(path: folder("index.npy"), columns: embedder.dimension)
        rows = try folder.rows("index.npy")
        #expect(found.pictures == 24 && found.failures == 1)
    }

    private func answers(
        _ pictures: [Picture], topK: Int = 10, excludesSelf: Bool = false, in index: EmbeddingIndex? = nil
    ) throws -> [SearchAnswer] {
        var answers: [SearchAnswer] = []
        let queue = SearchQueue(index ?? self.index, topK: topK, excludesSelf: excludesSelf) { answers += $0 }
        let found = try embedder.search(pictures, through: queue)
        #expect(found.pictures == pictures.count && answers.map(\.query) == pictures.map(\.name))
        #expect(found.failures == answers.count { $0.error != nil })
        return answers
    }

    /// Expects the best `count` rows for a query, compared one by one.
    private func expect(
        _ answer: SearchAnswer, _ query: [Float], count: Int, except: Int? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let results = try #require(answer.results, sourceLocation: sourceLocation)
        let ranked = rows.indices.filter { $0 != except && !rows[$0][0].isNaN }
            .map { ($0, cosine(query, rows[$0])) }.sorted { $0.1 > $1.1 }.prefix(count)
        #expect(results.map(\.image) == ranked.map { names[$0.0] }, sourceLocation: sourceLocation)
        // Sums of sixteen products in float32.
        #expect(zip(results, ranked).allSatisfy { abs(Double($0.score) - $1.1) < 1e-5 }, sourceLocation: sourceLocation)
    }

    @Test func `rows of another model are refused, and of an unknown one a warning`() throws {
        let own = try ModelCheckpoint(directory: Curve.model)
        let index = try EmbeddingIndex(path: folder("index.npy"), columns: own.featureWidth)
        #expect(try index.check(own.fingerprint()) == nil)
        // The same weights say the same wherever they lie; a weight more or less does not.
        let copy = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: Curve.model, toPath: copy("model"))
        #expect(try ModelCheckpoint(directory: copy("model")).fingerprint() == index.fingerprint)
        let path = copy("model/model.safetensors")
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[bytes.count - 4] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        let other = try ModelCheckpoint(directory: copy("model")).fingerprint()
        let error = try #require(throws: InputError.self) { try index.check(other) }
        #expect("\(error)".contains("was embedded by another model: its weights differ"), "\(error)")
        let settings = copy("model/preprocessor_config.json")
        let text = try String(contentsOfFile: settings, encoding: .utf8).replacing("0.48145466", with: "0.5")
        try text.write(toFile: settings, atomically: true, encoding: .utf8)
        let prepared = try ModelCheckpoint(directory: copy("model")).fingerprint()
        #expect(prepared.preprocessing != other.preprocessing && prepared.weights == other.weights)
        for name in ["index.npy", "index.jsonl"] { try copy.copy(folder(name), to: name) }
        let unknown = try EmbeddingIndex(path: copy("index.npy"), columns: own.featureWidth)
        #expect(try unknown.check(other)?.contains("index.json, which says by what model") == true)
        try copy.put("index.json", "{}")
        #expect(throws: InputError.self) { try EmbeddingIndex(path: copy("index.npy"), columns: own.featureWidth) }
    }

    @Test func `a picture finds itself and then the nearest`() throws {
        let two = try answers([Curve.picture(5), Curve.picture(0)])
        #expect(two.map { $0.results?.first?.image } == [names[5], names[0]])
        #expect(two.allSatisfy { $0.results?.first.map { $0.score <= 1 && $0.score > 0.99999 } == true })
        try expect(two[0], rows[5], count: 10)
        try expect(two[1], rows[0], count: 10)
        // All there are, which leaves out the row of NaN.
        let all = try answers([Curve.picture(5)], topK: 99_999_999)[0]
        #expect(all.results?.count == 23)
        try expect(all, rows[5], count: 99)
        try expect(try answers([Curve.picture(5)], topK: 3, excludesSelf: true)[0], rows[5], count: 3, except: 5)
        try expect(try answers([Curve.picture(5)], topK: 50, excludesSelf: true)[0], rows[5], count: 99, except: 5)
        // The same file by another name.
        let other = Picture(name: "other", path: Curve.picture(5).name)
        try expect(try answers([other], excludesSelf: true)[0], rows[5], count: 10, except: 5)
    }

    @Test func `a picture that is in the index many times is left out each time`() throws {
        let pictures = Array(repeating: Curve.picture(3), count: 40) + [Curve.picture(4), Curve.picture(5)]
        _ = try embedder.embed(pictures, to: folder("many.npy"))
        let many = try EmbeddingIndex(path: folder("many.npy"), columns: embedder.dimension)
        let found = try answers([Curve.picture(3), Curve.picture(4)], topK: 2, excludesSelf: true, in: many)
        #expect(found[0].results.map { Set($0.map(\.image)) } == [names[4], names[5]])
        #expect(found[1].results?.count == 2 && found[1].results?.contains { $0.image == names[4] } == false)
    }

    @Test func `words find pictures and texts`() throws {
        let words = ["a pool", "sun", "red sun"]
        var rest = words[...]
        try embedder.embedTexts(to: folder("texts.npy")) { rest.popFirst() }
        let features = try folder.rows("texts.npy")
        var found: [SearchAnswer] = []
        try embedder.search(words, through: SearchQueue(index, topK: 10) { found += $0 })
        #expect(found.map(\.query) == words)
        for (answer, feature) in zip(found, features) { try expect(answer, feature, count: 10) }
        found = []
        let texts = try EmbeddingIndex(path: folder("texts.npy"), columns: embedder.dimension)
        try embedder.search(["sun"], through: SearchQueue(texts, topK: 10, excludesSelf: true) { found += $0 })
        #expect(found[0].results.map { Set($0.map(\.text)) } == ["a pool", "red sun"])
        #expect(found[0].results?.allSatisfy { $0.image == nil } == true)
    }

    @Test func `a query that cannot be read is an answer in its place`() throws {
        let gone = Picture(name: "gone", path: folder("gone.png"))
        let found = try answers([Curve.picture(0), gone, Curve.picture(2)])
        #expect(found.map { $0.error == nil } == [true, false, true])
        #expect(found.map { $0.results == nil } == [false, true, false])
    }

    @Test func `many queries and many rows are searched in parts`() throws {
        let count = 60_000
        var state: UInt64 = 9
        var rows: [[Float]] = []
        var lines = ""
        for index in 0..<count {
            var row: [Float] = []
            for _ in 0..<16 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                row.append(Float(state >> 40) / Float(1 << 24) - 0.5)
            }
            if index % 10_000 == 3 { row[index % 16] = .nan }
            rows.append(row)
            lines += "{\"image\":\"\(index)\",\"row\":\(index)}\n"
        }
        try folder.put("big", rows: rows, lines: lines)
        let big = try EmbeddingIndex(path: folder("big.npy"), columns: 16)
        let queries = (0..<300).map { Curve.picture($0 % 24) }
        let found = try answers(queries, topK: 3, in: big)
        for query in [0, 13] {
            let best = rows.indices.map { ($0, cosine(self.rows[query], rows[$0])) }
                .filter { !$0.1.isNaN }.sorted { $0.1 > $1.1 }.prefix(3)
            for answer in [found[query], found[query + 24], found[query + 264]] {
                #expect(answer.results?.map(\.image) == best.map { "\($0.0)" })
                #expect(zip(answer.results ?? [], best).allSatisfy { abs(Double($0.score) - $1.1) < 1e-5 })
            }
        }
    }

    @Test func `an interruption ends the search between blocks of rows`() throws {
        let stopped = WorkMonitor(interruption: { throw Interrupted(signal: 2) })
        let queue = SearchQueue(index, topK: 1, monitor: stopped) { _ in Issue.record("there is an answer") }
        #expect(throws: Interrupted.self) { try embedder.search(["sun"], through: queue) }
    }
}
