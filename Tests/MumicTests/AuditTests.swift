// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Looking for wrong annotations.
@Suite struct AuditTests {
    struct Summary: Decodable {
        let positives: Int
        let negatives: Int
        let probably_wrong: Int
        let probably_missing: Int
        let missing: Int
        let noise_rate: Double?
    }

    struct Row {
        let image: String
        let label: String
        let given: String
        let probability: Double
        let selfConfidence: Double
        let kind: String
        let rank: Int
        let line: Int
    }

    private static func table(_ text: String) -> [[String]] {
        text.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    private static func rows(_ folder: TemporaryFolder, _ name: String) throws -> [Row] {
        let lines = table(try folder.text(name + "/audit.csv"))
        #expect(lines[0].joined(separator: ",") == "image,label,given,probability,self_confidence,kind,rank,line")
        return try lines.dropFirst().map {
            try Row(
                image: $0[0], label: $0[1], given: $0[2], probability: #require(Double($0[3])),
                selfConfidence: #require(Double($0[4])), kind: $0[5], rank: #require(Int($0[6])),
                line: #require(Int($0[7])))
        }
    }

    private static func run(_ line: String, in folder: TemporaryFolder) throws -> Summary {
        let outcome = try Program.run("audit " + line, in: folder.path)
        outcome.expectSuccess()
        return try JSONDecoder().decode(Summary.self, from: Data(outcome.output.utf8))
    }

    /// Pictures that the sample world draws, with mistakes that it makes on purpose and knows.
    @Test func `mistakes that were made on purpose are found`() throws {
        let folder = try TemporaryFolder()
        let world = Process()
        world.executableURL = URL(fileURLWithPath: Program.path).deletingLastPathComponent()
            .appendingPathComponent("sample-world")
        world.arguments =
            "labels --pictures 400 --validation 1 --test 1 --all-seen --flip-positives 0.1 --missing-positives 0.2"
            .split(separator: " ").map(String.init) + ["--output", folder("world")]
        world.standardError = FileHandle.nullDevice
        try world.run()
        world.waitUntilExit()
        try #require(world.terminationStatus == 0)
        let model = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Models/sample-world").path
        let summary = try Self.run("--model \(model) --data world/train.csv --output out --top 12", in: folder)
        let given = Self.table(try folder.text("world/train.csv"))
        let truth = Self.table(try folder.text("world/train-clean.csv"))
        #expect(given[0] == truth[0])
        var mistakes: Set<String> = []
        for (row, clean) in zip(given, truth).dropFirst() {
            for column in 1..<row.count where row[column] != clean[column] {
                mistakes.insert(row[0] + "," + given[0][column])
            }
        }
        let rows = try Self.rows(folder, "out")
        #expect(rows.count == summary.probably_wrong + summary.probably_missing && summary.missing == 0)
        #expect(rows.map(\.rank) == Array(1...rows.count))
        func precision(_ rows: some Sequence<Row>) -> Double {
            let found = rows.map { mistakes.contains($0.image + "," + $0.label) }
            return Double(found.count { $0 }) / Double(found.count)
        }
        let chance = Double(mistakes.count) / Double(summary.positives + summary.negatives)
        #expect(chance > 0.01 && chance < 0.04)
        // Measured 0.89; chance would give the share of the mistakes.
        #expect(precision(rows.prefix(100)) > 0.7)
        for kind in ["probably wrong", "probably missing"] {
            let some = rows.filter { $0.kind == kind }
            #expect(some.count > 50 && precision(some.prefix(50)) > 0.6, "\(kind)")
        }
        // The estimate is no more than that.
        let noise = try #require(summary.noise_rate)
        #expect(noise > chance / 3 && noise < chance * 3)
        for row in rows {
            #expect(row.given == (row.kind == "probably wrong" ? "1" : "0"))
            #expect(abs(row.selfConfidence - (row.given == "1" ? row.probability : 1 - row.probability)) < 1e-9)
            #expect(given[row.line - 1][0] == row.image)
        }
        #expect(zip(rows, rows.dropFirst()).allSatisfy { $0.selfConfidence <= $1.selfConfidence })

        let page = try folder.text("out/audit.html")
        #expect(page.components(separatedBy: "<li data-l=").count == 25)
        #expect(page.components(separatedBy: "src=\"data:image/jpeg;base64,").count == 25)
        #expect(!page.contains("src=\"http") && !page.contains("<script src"))
        #expect(isWellFormed(page))
    }

    @Test func `without folds the model speaks for itself`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        let lines = try folder.names("images").enumerated().map { "images/\($1),\($0 % 3 == 0 ? "" : "1"),\($0 % 2)" }
        try folder.put("data.csv", "image,a,b\n" + lines.joined(separator: "\n") + "\n")
        _ = try Self.run("--model model --data data.csv --output out --folds 0 --top 0", in: folder)
        #expect(try folder.names("out") == ["audit.csv", "labels.json", "pred_probs.npy"])
        try Program.run("evaluate --model model --data data.csv --bootstrap 0 --output scores", in: folder.path)
            .expectSuccess()
        let matrix = try Data(contentsOf: URL(fileURLWithPath: folder("out/pred_probs.npy"))).dropFirst(128)
        let found = Data(matrix).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        let scores = try folder.text("scores/scores.csv").split(separator: "\n").dropFirst().flatMap {
            $0.split(separator: ",").dropFirst().compactMap { Double($0) }
        }
        #expect(found.count == scores.count)
        #expect(zip(found, scores).allSatisfy { abs(Double($0) - 1 / (1 + exp(-$1))) < 1e-6 })
    }

    @Test func `what cannot be audited is said`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        try folder.put("two.csv", "image,a\nimages/p00.png,1\nimages/p01.png,0\n")
        try folder.put("broken.csv", "image,a\nimages/p00.png,1\nbroken.png,0\n")
        try folder.put("broken.png", "no picture")
        func fails(_ options: String, _ status: Int32, _ part: String) throws {
            try Refusal.expect("audit --model @model --output @out \(options)", status, part, in: folder)
        }
        try fails("--data @two.csv --folds 1 --penalty 0", 64, "--folds")
        try fails("--data @two.csv --top -1", 64, "--top")
        try fails("--data @two.csv", 64, "--folds 5 is more than the 2 pictures")
        try fails("--data @broken.csv --folds 2", 65, "broken.png")
        #expect(try !folder.has("out") || folder.names("out").isEmpty)
    }
}

/// Whether a strict parser takes a page.
private func isWellFormed(_ page: String) -> Bool {
    XMLParser(data: Data(page.replacing("<!DOCTYPE html>", with: "").utf8)).parse()
}
