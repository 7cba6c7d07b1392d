// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Models between a start and its fine-tuned form.
@Suite struct InterpolateTests {
    struct Point: Decodable {
        let alpha: Double
    }

    struct Curve: Decodable {
        let alpha: Double
        let keep: Double?
        let labels_seen: Int?
        let labels_unseen: Int?
        let curve: [Point]
    }

    private static func curve(_ outcome: Program.Outcome) throws -> Curve {
        outcome.expectSuccess()
        return try JSONDecoder().decode(Curve.self, from: Data(outcome.output.utf8))
    }

    /// A folder with `run/model`, trained on all labels of train.csv but the last two, and all of them in all.csv.
    private static func folderWithRun() throws -> TemporaryFolder {
        let folder = try TemporaryFolder.withSmallCLIP()
        // Without soft and unknown targets, so that every label has positives.
        let lines = try folder.text("train.csv").split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        func cell(_ row: Int, _ column: Int) -> String {
            let step = row * (column + 1) / 3
            return step.isMultiple(of: column + 1) ? "1" : "0"
        }
        let rows = lines.enumerated().map { number, cells -> [String] in
            number == 0 ? cells : [cells[0]] + (1..<cells.count).map { cell(number, $0) }
        }
        func table(_ columns: Int) -> String {
            rows.map { $0.prefix(columns).joined(separator: ",") }.joined(separator: "\n") + "\n"
        }
        try folder.put("all.csv", table(7))
        try folder.put("seen.csv", table(5))
        try Program.run(
            "train --data seen.csv --model model --output run --epochs 6 --batch-size 6 --learning-rate 3e-3 --bias -1 --no-report",
            in: folder.path
        ).expectSuccess()
        return folder
    }

    @Test func `a trained model's curve is printed alone or with a model, and a page shows it`() throws {
        let folder = try Self.folderWithRun()
        let words = "interpolate --model model --fine-tuned run/model --data all.csv --alphas 1,0,.25,0.5,.75,1"
        let whole = try Program.run(words + " --output out", in: folder.path)
        let alone = try Program.run(words, in: folder.path)
        let curve = try Self.curve(alone)
        #expect(curve.curve.map(\.alpha) == [0, 0.25, 0.5, 0.75, 1])
        #expect(curve.labels_seen == 4 && curve.labels_unseen == 2 && curve.keep == 0.98)
        #expect(alone.output == whole.output && !alone.error.contains("is in"))
        let share = try Self.curve(whole).alpha
        let alpha = share == share.rounded() ? "\(Int(share))" : "\(share)"
        #expect(try folder.text("out/mumic.json").contains("\"alpha\" : \(alpha)"))
        try folder.put("curve.json", alone.output)
        try Program.run(
            "evaluate --model out --data all.csv --report page.html --interpolation curve.json", in: folder.path
        ).expectSuccess()
        let page = try folder.text("page.html")
        #expect(page.contains("id=\"interpolation\"") && page.contains("model is at α = \(alpha)"))
        #expect(page.contains("GAP on all.csv"))
        // What is no curve, and a curve without a page.
        let point = "{\"alpha\": 0, \"gap\": 1e300, \"map_macro\": 0.5}"
        for text in [
            "{\"alpha\": 1}", "{\"alpha\": 0.5, \"curve\": []}", "{\"alpha\": 0, \"curve\": [\(point), \(point)]}",
        ] {
            try folder.put("broken.json", text)
            let line = "evaluate --model @out --data @all.csv --report @other.html --interpolation @broken.json"
            try Refusal.expect(line, 65, "broken.json", in: folder)
            try Refusal.expect(line, 65, "mumic interpolate", in: folder)
        }
        #expect(!folder.has("other.html"))
        try Refusal.expect("evaluate --model @out --data @all.csv --interpolation @curve.json", 64, in: folder)
        try Refusal.expect("interpolate --model @model --fine-tuned @run/model", 64, in: folder)
    }

    @Test func `what cannot be interpolated is said`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        func fails(_ options: String, _ status: Int32, _ part: String) throws {
            try Refusal.expect("interpolate --model @model \(options)", status, part, in: folder)
        }
        let both = "--fine-tuned @model --output @new"
        try fails("--fine-tuned ./gone --output @new", 66, "./gone")
        try fails("\(both) --alpha nan", 64, "--alpha must lie in 0...1")
        try fails("\(both) --alpha 0.5 --data @train.csv", 64, "not both")
        try fails("\(both) --alphas 0,1", 64, "--alphas goes with --data")
        try fails("\(both) --data @train.csv --alphas 0,x", 64, "'x' is none")
        try fails("\(both) --data @train.csv --alphas ,", 64, "at least one")
        try fails("--fine-tuned @model --output @model/in", 64, "lies in the model")
        #expect(!folder.has("new") && !folder.has("model/in"))
    }
}
