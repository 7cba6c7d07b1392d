// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import TestSupport
import Testing

@Suite struct SearchTests {
    struct Line: Decodable {
        struct Result: Decodable {
            var image: String?
            let score: Double
        }

        let query: String
        var results: [Result]?
        var error: String?
    }

    /// The curve's pictures, the second of them broken, as an index.
    private static func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder.withSmallCLIP()
        try folder.put("images/p01.png", "no picture")
        let outcome = try Program.run("embed --model model --output index.npy images", in: folder.path)
        outcome.expectFailure(65, "1 of 24 pictures")
        #expect(outcome.output.isEmpty && outcome.error.contains("index.jsonl says which"))
        let index = try folder.text("index.jsonl").split(separator: "\n")
        #expect(index.count == 24 && index[0] == #"{"image":"images/p00.png","row":0}"#)
        #expect(index[1].hasPrefix(#"{"error":""#) && index[1].hasSuffix(#""image":"images/p01.png","row":1}"#))
        return folder
    }

    @Test func `queries are lines in their order, and a broken one has its place`() throws {
        let folder = try Self.folder()
        let outcome = try Program.run(
            "search --model model --embeddings index.npy --top-k 3 -",
            input: "images/p05.png\nimages/p01.png\ngone.png\nimages/p02.png\n", in: folder.path)
        outcome.expectFailure(65, "2 of 4 pictures")
        let lines = try outcome.lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        #expect(lines.map(\.query) == ["images/p05.png", "images/p01.png", "gone.png", "images/p02.png"])
        #expect(lines.map { $0.error == nil } == [true, false, false, true])
        #expect(lines.map { $0.results?.count } == [3, nil, nil, 3])
        #expect(lines[0].results?.first?.image == "images/p05.png")
        let table = try Program.run(
            "search --model model --embeddings index.npy --exclude-self --format table gone.png images/p05.png",
            in: folder.path)
        table.expectFailure(65, "1 of 2 pictures")
        #expect(table.lines.count == 13 && table.lines[0] == "gone.png" && table.lines[1].hasPrefix("  error: "))
        let second = try #require(lines[0].results?.dropFirst().first)
        #expect(table.lines[2] == "images/p05.png")
        #expect(
            table.lines[3] == "  " + String(format: "%7.4f", second.score) + "  \(try #require(second.image))")
    }

    @Test func `words may be given in several places`() throws {
        let folder = try Self.folder()
        let outcome = try Program.run(
            [
                "search", "--text", "a pool", "sun", "--model", "model", "--embeddings", "index.npy", "--text",
                "red sun",
            ],
            in: folder.path)
        outcome.expectSuccess()
        #expect(outcome.lines.count == 3)
        #expect(outcome.lines.last?.hasPrefix(#"{"query":"red sun","results":[{"image":"images/p"#) == true)
    }

    @Test(
        arguments: [
            ("search --model @model --embeddings @index.npy", 64, "--text"),
            ("search --model @model --embeddings @index.npy @images --text pool", 64, "not both"),
            ("search --model @model --embeddings @index.jsonl --text pool", 64, ".npy"),
            ("search --model @model --embeddings @index.npy --top-k 0 @images", 64, "--top-k"),
            ("search --model @model --embeddings @gone.npy --text pool", 66, "gone.npy"),
        ] as [(String, Int32, String)])
    func `what cannot work says why in one line`(_ line: String, _ status: Int32, _ part: String) throws {
        try Refusal.expect(line, status, part, in: Self.folderWithIndex())
    }

    @Test func `a folder without pictures is a failure, and nothing is printed`() throws {
        let folder = try Self.folderWithIndex()
        try createDirectory(path: folder("empty-folder"))
        let outcome = try Program.run("search --model model --embeddings index.npy empty-folder", in: folder.path)
        outcome.expectFailure(65, "no pictures")
        #expect(outcome.output.isEmpty)
    }

    /// An index of one row, made without the program.
    private static func folderWithIndex() throws -> TemporaryFolder {
        let folder = try TemporaryFolder.withSmallCLIP()
        let writer = try NPYWriter(path: folder("index.npy"), columns: 16)
        try writer.append(row: (0..<16).map(Float.init))
        try writer.commit(durable: false)
        try folder.put("index.jsonl", "{\"image\":\"a\",\"row\":0}\n")
        return folder
    }
}
