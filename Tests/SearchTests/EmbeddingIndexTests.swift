// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import MultiLabel
import TestSupport
import Testing

@testable import Search

@Suite struct EmbeddingIndexTests {
    private static let good = "{\"image\":\"a\",\"row\":0}\n{\"image\":\"b\",\"row\":1}\n"

    @Test(arguments: [
        ("gone", FailureKind.missingInput, "gone.npy"), ("alone", .missingInput, "alone.jsonl"),
        ("wide", .badData, "rows of 17 values"), ("short", .badData, "short.jsonl has 1 lines"),
        ("damaged", .badData, "damaged.jsonl:2"),
    ])
    func `files that do not fit each other or the model are refused`(
        _ name: String, _ kind: FailureKind, _ part: String
    ) throws {
        let folder = try TemporaryFolder()
        func rows(_ columns: Int) -> [[Float]] { (0..<2).map { row in (0..<columns).map { Float($0 + row) } } }
        try folder.put("alone", rows: rows(16), lines: nil)
        try folder.put("wide", rows: rows(17), lines: Self.good)
        try folder.put("short", rows: rows(16), lines: "{\"image\":\"a\",\"row\":0}\n")
        try folder.put("damaged", rows: rows(16), lines: "{\"image\":\"a\",\"row\":0}\n{\"image\":\"a\",\"row\":0}\n")
        let error = try #require(throws: (any Error).self) {
            let index = try EmbeddingIndex(path: folder(name + ".npy"), columns: 16)
            for hit in try index.nearest([rows(16)[0]], limit: 2)[0] { _ = try index.row(hit.row) }
        }
        if let error = error as? InputError { #expect(error.failureKind == kind) }
        #expect("\(error)".contains(part), "\(error)")
    }

    @Test func `an empty index has no results`() throws {
        let folder = try TemporaryFolder()
        try folder.put("none", rows: [], lines: "")
        let index = try EmbeddingIndex(path: folder("none.npy"), columns: 16)
        #expect(try index.nearest([Array(repeating: 0.25, count: 16)], limit: 10) == [[]])
    }

    @Test func `rows of one cosine come in their order`() throws {
        let folder = try TemporaryFolder()
        let line = { (row: Int) in "{\"image\":\"\(row)\",\"row\":\(row)}\n" }
        // Longer rows are no nearer.
        try folder.put(
            "same", rows: [[0, 1], [1, 0], [3, 0], [.nan, 0], [2, 0]], lines: (0..<5).map(line).joined())
        let index = try EmbeddingIndex(path: folder("same.npy"), columns: 2)
        #expect(try index.nearest([[1, 0]], limit: 4)[0].map(\.row) == [1, 2, 4, 0])
        #expect(try index.nearest([[1, 0]], limit: 2)[0] == [.init(row: 1, score: 1), .init(row: 2, score: 1)])
        #expect(try index.row(2).image == "2")
    }

    @Test func `features have length 1, and what cannot be read is a row of NaN`() throws {
        let folder = try TemporaryFolder()
        let embedder = try Curve.embedder()
        let gone = Picture(name: "gone", path: folder("gone.png"))
        let found = try embedder.embed([Curve.picture(0), gone, Curve.picture(1)], to: folder("out.npy"))
        #expect(found.pictures == 3 && found.failures == 1)
        let rows = try folder.rows("out.npy")
        #expect(rows[1].allSatisfy { $0.isNaN })
        for row in [rows[0], rows[2]] { #expect(abs(row.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5) }
        let index = try EmbeddingIndex(path: folder("out.npy"), columns: embedder.dimension)
        #expect(try index.row(1).error != nil && index.row(2).image == Curve.picture(1).name)
    }
}
