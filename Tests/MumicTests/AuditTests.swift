// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Looking for wrong annotations.
@Suite struct AuditTests {
    struct Summary: Decodable {
        struct Label: Decodable {
            let label: String
            let positives: Int
            let negatives: Int
            let unknown: Int
            let probably_wrong: Int
            let probably_missing: Int
            let missing: Int
            let noise_rate: Double?
        }

        let images: Int
        let labels: Int
        let folds: Int
        let positives: Int
        let negatives: Int
        let unknown: Int
        let probably_wrong: Int
        let probably_missing: Int
        let missing: Int
        let noise_rate: Double?
        let per_label: [Label]
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
    @Test func mistakesThatWereMadeOnPurposeAreFound() throws {
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

    private static func withUnknown() throws -> TemporaryFolder {
        let folder = try TemporaryFolder.withCurve()
        let images = try folder.names("images")
        // Each picture ten times: its copies say what it has.
        var lines = ["image,a,\"<b> & \"\"c\"\"\""]
        for copy in 0..<10 {
            for (index, name) in images.enumerated() {
                let a = index % 3 == 0
                let isWrong = copy == 4 && index % 4 == 0
                let isUnknown = copy == 7
                lines.append("images/\(name),\(isUnknown ? "" : a != isWrong ? "1" : "0"),\(index % 2)")
            }
        }
        try folder.put("data.csv", lines.joined(separator: "\n") + "\n")
        return folder
    }

    @Test func unknownPairsAreSuggestedApartAndFilesFitCleanlab() throws {
        let folder = try Self.withUnknown()
        let count = try folder.names("images").count
        let summary = try Self.run("--model model --data data.csv --output out --penalty 0.01", in: folder)
        #expect(summary.images == 10 * count && summary.labels == 2 && summary.folds == 5)
        #expect(summary.unknown == count && summary.per_label[0].unknown == count)
        #expect(summary.positives + summary.negatives == 19 * count)
        let rows = try Self.rows(folder, "out").filter { $0.label == "a" }
        let suggestions = rows.filter { $0.kind == "missing" }
        #expect(suggestions.count == summary.missing && !suggestions.isEmpty)
        #expect(suggestions.allSatisfy { $0.given.isEmpty && ($0.line - 2) / count == 7 })
        #expect(suggestions.map(\.rank) == Array(1...suggestions.count))
        // The copies of a picture tell what is wrong with one of them.
        let mistakes = rows.filter { $0.kind != "missing" }
        #expect(mistakes.count >= 4)
        #expect(mistakes.allSatisfy { ($0.line - 2) / count == 4 && ($0.line - 2) % count % 4 == 0 }, "\(mistakes)")
        #expect(mistakes.allSatisfy { $0.given == (($0.line - 2) % count % 3 == 0 ? "0" : "1") })
        #expect(suggestions.count > count / 6 && suggestions.allSatisfy { ($0.line - 2) % count % 3 == 0 })

        let labels = try JSONDecoder().decode([[Int]].self, from: Data(folder.text("out/labels.json").utf8))
        #expect(labels.count == 10 * count && labels[1] == [1] && labels[0] == [0])
        let matrix = try Data(contentsOf: URL(fileURLWithPath: folder("out/pred_probs.npy")))
        #expect(
            String(decoding: matrix.prefix(128), as: UTF8.self)
                .contains("'<f4', 'fortran_order': False, 'shape': (\(10 * count), 2)"))
        #expect(matrix.count == 128 + 10 * count * 2 * 4)
        let page = try folder.text("out/audit.html")
        #expect(page.contains("&lt;b&gt; &amp; &quot;c&quot;") && !page.contains("<b>"))
        #expect(isWellFormed(page))
    }

    @Test func theSameSeedGivesTheSameFilesAndAnotherOneOthers() throws {
        let folder = try Self.withUnknown()
        for (output, options) in [
            ("a", ""), ("b", "--workers 1"), ("c", "--seed 9"), ("d", "--order adjusted --top 0"),
        ] {
            _ = try Self.run("--model model --data data.csv --output \(output) --folds 3 \(options)", in: folder)
        }
        func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: folder(name))) }
        for name in ["audit.csv", "pred_probs.npy", "labels.json"] {
            #expect(try bytes("a/" + name) == bytes("b/" + name))
        }
        #expect(try bytes("a/pred_probs.npy") != bytes("c/pred_probs.npy"))
        #expect(try bytes("a/pred_probs.npy") == bytes("d/pred_probs.npy"))
        #expect(try folder.names("d") == ["audit.csv", "labels.json", "pred_probs.npy"])
    }

    @Test func withoutFoldsTheModelSpeaksForItself() throws {
        let folder = try Self.withUnknown()
        _ = try Self.run("--model model --data data.csv --output out --folds 0", in: folder)
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

    @Test func whatCannotBeAuditedIsSaid() throws {
        let folder = try TemporaryFolder.withCurve()
        try folder.put("two.csv", "image,a\nimages/p00.png,1\nimages/p01.png,0\n")
        try folder.put("broken.csv", "image,a\nimages/p00.png,1\nbroken.png,0\n")
        try folder.put("broken.png", "no picture")
        func fails(_ options: String, _ status: Int32, _ part: String) throws {
            try Program.run("audit --output out \(options)", in: folder.path).expectFailure(status, part)
        }
        try fails("--model model --data gone.csv", 66, "gone.csv")
        try fails("--model ./gone --data two.csv", 66, "./gone")
        try fails("--model model --data two.csv --folds 1", 64, "--folds")
        try fails("--model model --data two.csv --folds -2", 64, "--folds")
        try fails("--model model --data two.csv --penalty 0", 64, "--penalty")
        try fails("--model model --data two.csv --top -1", 64, "--top")
        try fails("--model model --data two.csv --order x", 64, "order")
        try fails("--model model --data two.csv", 64, "--folds 5 is more than the 2 pictures")
        try fails("--model model --data broken.csv --folds 2", 65, "broken.png")
        #expect(try !folder.has("out") || folder.names("out").isEmpty)
    }

    @Test func theCommandExplainsItsOptions() throws {
        let outcome = try Program.run("audit --help")
        outcome.expectSuccess()
        for option in ["model", "data", "output", "folds", "seed", "penalty", "order", "top", "labels", "unlisted"] {
            #expect(outcome.output.contains(try Regex("\n  --\(option)( <[^>]+>)?\\s+[A-Za-z]")), "--\(option)")
        }
        #expect(outcome.lines.allSatisfy { $0.hasPrefix("USAGE: ") || $0.count <= 80 })
    }
}

/// Whether a strict parser takes a page.
private func isWellFormed(_ page: String) -> Bool {
    XMLParser(data: Data(page.replacing("<!DOCTYPE html>", with: "").utf8)).parse()
}
