// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Testing

@Suite struct SearchTests {
    struct Line: Decodable {
        struct Result: Decodable {
            var image: String?
            var text: String?
            let score: Double
        }

        let query: String
        var results: [Result]?
        var error: String?
    }

    private static func lines(_ outcome: Program.Outcome) throws -> [Line] {
        try outcome.lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    }

    private static func rows(_ path: String) throws -> [[Float]] {
        let file = try NPYFile(path: path)
        return (0..<file.rows).map { row in
            file.withRows(row..<row + 1) { bytes in
                (0..<file.columns).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
            }
        }
    }

    private static func cosine(_ a: [Float], _ b: [Float]) -> Double {
        func dot(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
        return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
    }

    /// The curve's pictures, the second of them broken, as an index.
    private static func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder.withCurve()
        try folder.put("images/p01.png", "no picture")
        try Program.run("embed --model model --output index.npy images", in: folder.path).expectFailure(65)
        return folder
    }

    private static func name(_ row: Int) -> String { "images/p\(row < 10 ? "0" : "")\(row).png" }

    /// Expects the best `count` rows for a query, compared one by one.
    private static func expect(
        _ results: [Line.Result]?, _ query: [Float], _ rows: [[Float]], count: Int, except: Int? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let results = try #require(results, sourceLocation: sourceLocation)
        let ranked = rows.indices.filter { $0 != except && !rows[$0][0].isNaN }
            .map { ($0, cosine(query, rows[$0])) }.sorted { $0.1 > $1.1 }.prefix(count)
        #expect(results.map(\.image) == ranked.map { name($0.0) }, sourceLocation: sourceLocation)
        // Sums of sixteen products in float32.
        #expect(zip(results, ranked).allSatisfy { abs($0.score - $1.1) < 1e-5 }, sourceLocation: sourceLocation)
    }

    @Test func aPictureFindsItselfAndThenTheNearest() throws {
        let folder = try Self.folder()
        let rows = try Self.rows(folder("index.npy"))
        let search = "search --model model --embeddings index.npy"
        let outcome = try Program.run(search + " images/p05.png images/p00.png", in: folder.path)
        outcome.expectSuccess()
        let lines = try Self.lines(outcome)
        #expect(lines.map(\.query) == ["images/p05.png", "images/p00.png"])
        #expect(lines.map { $0.results?.first?.image } == ["images/p05.png", "images/p00.png"])
        #expect(lines.allSatisfy { $0.results?.first.map { $0.score <= 1 && $0.score > 0.99999 } == true })
        try Self.expect(lines[0].results, rows[5], rows, count: 10)
        try Self.expect(lines[1].results, rows[0], rows, count: 10)
        // All there are, which leaves out the row of NaN.
        let all = try Self.lines(Program.run(search + " --top-k 99999999 images/p05.png", in: folder.path))
        #expect(all[0].results?.count == 23)
        try Self.expect(all[0].results, rows[5], rows, count: 99)
        let few = try Self.lines(Program.run(search + " --top-k 3 --exclude-self images/p05.png", in: folder.path))
        try Self.expect(few[0].results, rows[5], rows, count: 3, except: 5)
        // The same file by another name.
        let other = try Self.lines(
            Program.run(search + " --exclude-self \(folder("images/p05.png"))", in: folder.path))
        try Self.expect(other[0].results, rows[5], rows, count: 10, except: 5)
        let none = try Self.lines(
            Program.run(search + " --top-k 50 --exclude-self images/p05.png", in: folder.path))
        try Self.expect(none[0].results, rows[5], rows, count: 99, except: 5)
    }

    @Test func aPictureThatIsInTheIndexManyTimesIsLeftOutEachTime() throws {
        let folder = try TemporaryFolder.withCurve()
        let names = Array(repeating: "images/p03.png", count: 40) + ["images/p04.png", "images/p05.png"]
        try Program.run(["embed", "--model", "model", "--output", "index.npy"] + names, in: folder.path)
            .expectSuccess()
        let outcome = try Program.run(
            "search --model model --embeddings index.npy --top-k 2 --exclude-self images/p03.png images/p04.png",
            in: folder.path)
        outcome.expectSuccess()
        let lines = try Self.lines(outcome)
        #expect(lines[0].results.map { Set($0.map(\.image)) } == ["images/p04.png", "images/p05.png"])
        #expect(lines[1].results?.count == 2 && lines[1].results?.contains { $0.image == "images/p04.png" } == false)
    }

    @Test func wordsFindPicturesAndTexts() throws {
        let folder = try Self.folder()
        let rows = try Self.rows(folder("index.npy"))
        try folder.put("texts.txt", "a pool\nsun\nred sun\n")
        try Program.run("embed --model model --output texts.npy --text texts.txt", in: folder.path).expectSuccess()
        let texts = try Self.rows(folder("texts.npy"))
        let outcome = try Program.run(
            [
                "search", "--text", "a pool", "sun", "--model", "model", "--embeddings", "index.npy", "--text",
                "red sun",
            ],
            in: folder.path)
        outcome.expectSuccess()
        let lines = try Self.lines(outcome)
        #expect(lines.map(\.query) == ["a pool", "sun", "red sun"])
        for (line, text) in zip(lines, texts) { try Self.expect(line.results, text, rows, count: 10) }
        let words = try Self.lines(
            Program.run("search --model model --embeddings texts.npy --text sun --exclude-self", in: folder.path))
        #expect(words[0].results.map { Set($0.map(\.text)) } == ["a pool", "red sun"])
        #expect(words[0].results?.allSatisfy { $0.image == nil } == true)
        let table = try Program.run(
            ["search", "--model", "model", "--embeddings", "index.npy", "--format", "table", "--text", "a pool"],
            in: folder.path)
        table.expectSuccess()
        #expect(table.lines.count == 11 && table.lines[0] == "a pool")
        let first = try #require(lines[0].results?.first)
        #expect(table.lines[1] == "  " + String(format: "%7.4f", first.score) + "  \(try #require(first.image))")
    }

    @Test func aBrokenQueryIsALineInItsPlace() throws {
        let folder = try Self.folder()
        let outcome = try Program.run(
            "search --model model --embeddings index.npy images/p00.png images/p01.png gone.png images/p02.png",
            in: folder.path)
        outcome.expectFailure(65, "2 of 4 pictures")
        let lines = try Self.lines(outcome)
        #expect(lines.map(\.query) == ["images/p00.png", "images/p01.png", "gone.png", "images/p02.png"])
        #expect(lines.map { $0.error == nil } == [true, false, false, true])
        #expect(lines.map { $0.results == nil } == [false, true, true, false])
        let table = try Program.run(
            "search --model model --embeddings index.npy --format table gone.png", in: folder.path)
        table.expectFailure(65, "1 of 1 pictures")
        #expect(table.lines.count == 2 && table.lines[1].hasPrefix("  error: "))
    }

    @Test func manyQueriesAndManyRowsAreSearchedInParts() throws {
        let folder = try TemporaryFolder.withCurve()
        let count = 300_000
        var state: UInt64 = 9
        let writer = try NPYWriter(path: folder("big.npy"), columns: 16)
        var names = ""
        var rows: [[Float]] = []
        for index in 0..<count {
            var row: [Float] = []
            for _ in 0..<16 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                row.append(Float(state >> 40) / Float(1 << 24) - 0.5)
            }
            if index % 50_000 == 3 { row[index % 16] = .nan }
            rows.append(row)
            try writer.append(row: row)
            names += "{\"image\":\"\(index)\",\"row\":\(index)}\n"
        }
        try writer.commit(durable: false)
        try folder.put("big.jsonl", names)
        let pictures = (0..<300).map { Self.name($0 % 24) }
        let outcome = try Program.run(
            "search --model model --embeddings big.npy --top-k 3 -", input: pictures.joined(separator: "\n"),
            in: folder.path)
        outcome.expectSuccess()
        let lines = try Self.lines(outcome)
        #expect(lines.map(\.query) == pictures)
        try Program.run("embed --model model --output index.npy images", in: folder.path).expectSuccess()
        let queries = try Self.rows(folder("index.npy"))
        for query in [0, 13] {
            let best = rows.indices.map { ($0, Self.cosine(queries[query], rows[$0])) }
                .filter { !$0.1.isNaN }.sorted { $0.1 > $1.1 }.prefix(3)
            for line in [lines[query], lines[query + 24], lines[query + 264]] {
                #expect(line.results?.map(\.image) == best.map { "\($0.0)" })
                #expect(zip(line.results ?? [], best).allSatisfy { abs($0.score - $1.1) < 1e-5 })
            }
        }
    }

    @Test func anEmptyIndexHasNoResults() throws {
        let folder = try TemporaryFolder.withCurve()
        try NPYWriter(path: folder("none.npy"), columns: 16).commit(durable: false)
        try folder.put("none.jsonl", "")
        let outcome = try Program.run(
            "search --model model --embeddings none.npy --exclude-self images/p00.png", in: folder.path)
        outcome.expectSuccess()
        #expect(outcome.lines == [#"{"query":"images/p00.png","results":[]}"#])
    }

    @Test(
        arguments: [
            ("search --model model --embeddings index.npy", 64, "--text"),
            ("search --model model --embeddings index.npy images --text pool", 64, "not both"),
            ("search --model model --embeddings index.jsonl --text pool", 64, ".npy"),
            ("search --model model --embeddings index.npy --top-k 0 images", 64, "--top-k"),
            ("search --model model --embeddings index.npy --format csv images", 64, "csv"),
            ("search --model model --text pool", 64, "--embeddings"),
            ("search --model model --embeddings gone.npy --text pool", 66, "gone.npy"),
            ("search --model ./gone --embeddings index.npy --text pool", 66, "./gone"),
            ("search --model model --embeddings alone.npy --text pool", 66, "alone.jsonl"),
            ("search --model model --embeddings wide.npy --text pool", 65, "rows of 17 values"),
            ("search --model model --embeddings short.npy --text pool", 65, "short.jsonl has 1 lines"),
            ("search --model model --embeddings damaged.npy --text pool", 65, "damaged.jsonl:2"),
            ("search --model model --embeddings cut.npy --text pool", 65, "cut.npy has 127 bytes"),
            ("search --model model --embeddings words.npy --text pool", 65, "no NumPy file"),
            ("search --model model --embeddings images.npy --text pool", 65, "directory"),
            ("search --model model --embeddings index.npy empty-folder", 65, "no pictures"),
        ] as [(String, Int32, String)])
    func whatCannotWorkSaysWhyInOneLine(_ line: String, _ status: Int32, _ part: String) throws {
        let folder = try TemporaryFolder.withCurve()
        func put(_ name: String, columns: Int, _ lines: String?) throws {
            let writer = try NPYWriter(path: folder(name + ".npy"), columns: columns)
            for row in 0..<2 { try writer.append(row: (0..<columns).map { Float($0 + row) }) }
            try writer.commit(durable: false)
            if let lines { try folder.put(name + ".jsonl", lines) }
        }
        let good = "{\"image\":\"a\",\"row\":0}\n{\"image\":\"b\",\"row\":1}\n"
        try put("index", columns: 16, good)
        try put("alone", columns: 16, nil)
        try put("wide", columns: 17, good)
        try put("short", columns: 16, "{\"image\":\"a\",\"row\":0}\n")
        try put("damaged", columns: 16, "{\"image\":\"a\",\"row\":0}\n{\"image\":\"a\",\"row\":0}\n")
        let whole = try Data(contentsOf: URL(fileURLWithPath: folder("index.npy")))
        try folder.put("cut.npy", whole.dropLast(1))
        try folder.put("cut.jsonl", good)
        try folder.put("words.npy", "no array")
        for name in ["images.npy", "empty-folder"] {
            try FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: false)
        }
        let outcome = try Program.run(line, in: folder.path)
        outcome.expectFailure(status, part)
        #expect(outcome.output.isEmpty)
    }
}
