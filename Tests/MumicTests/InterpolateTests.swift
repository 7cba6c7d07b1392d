// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Models between a start and its fine-tuned form.
@Suite struct InterpolateTests {
    struct Metrics: Decodable, Equatable {
        let gap: Double?
        let map_macro: Double?
    }

    struct Point: Decodable {
        let alpha: Double
        let gap: Double?
        let map_macro: Double?
        let seen: Metrics?
        let unseen: Metrics?
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

    /// The float32 tensors of a model by name.
    static func weights(_ path: String) throws -> [String: [Float]] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path + "/model.safetensors"))
        let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        let header = try #require(
            try JSONSerialization.jsonObject(with: data.dropFirst(8).prefix(length)) as? [String: [String: Any]])
        var result: [String: [Float]] = [:]
        for (name, entry) in header where name != "__metadata__" {
            try #require(entry["dtype"] as? String == "F32")
            let range = try #require(entry["data_offsets"] as? [Int])
            let bytes = Data(data.dropFirst(8 + length + range[0]).prefix(range[1] - range[0]))
            result[name] = bytes.withUnsafeBytes { buffer in
                (0..<buffer.count / 4).map { buffer.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
            }
        }
        return result
    }

    /// A folder with `run/model`, trained on all labels of train.csv but the last two, and all of them in all.csv.
    private static func folderWithRun() throws -> TemporaryFolder {
        let folder = try TemporaryFolder.withCurve()
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

    @Test func everyWeightIsTheMixtureAndTheTemperatureTheFineTunedOne() throws {
        let folder = try Self.folderWithRun()
        let (start, tuned) = try (Self.weights(folder("model")), Self.weights(folder("run/model")))
        #expect(start != tuned && start.keys == tuned.keys)
        for alpha in ["0", "0.25", "1", nil] {
            let output = "mixed-" + (alpha ?? "default")
            let line = "interpolate --model model --fine-tuned run/model --output \(output)"
            let printed = try Self.curve(
                Program.run(line + (alpha.map { " --alpha \($0)" } ?? ""), in: folder.path))
            let share = Float(alpha ?? "0.5") ?? .nan
            #expect(printed.alpha == Double(share) && printed.curve.isEmpty && printed.keep == nil)
            let mixed = try Self.weights(folder(output))
            #expect(mixed.keys == tuned.keys)
            for (name, values) in mixed {
                let (a, b) = try (#require(start[name]), #require(tuned[name]))
                if name == "logit_scale" || alpha == "1" {
                    #expect(values == b, "\(name)")
                } else if alpha == "0" {
                    #expect(values == a, "\(name)")
                } else {
                    // Three roundings to float32.
                    let errors = values.indices.map {
                        abs(values[$0] - ((1 - share) * a[$0] + share * b[$0])) - 3e-7 * max(abs(a[$0]), abs(b[$0]))
                    }
                    #expect(errors.allSatisfy { $0 <= 0 }, "\(name)")
                }
            }
            #expect(try folder.names(output) == folder.names("run/model"))
            let description = try folder.text(output + "/mumic.json")
            #expect(description.contains("\"bias\" : -") && description.contains("\"thresholds\" : {\n\n  }"))
        }
    }

    @Test func theCurveIsWhatEvaluateSaysAndItsRuleChooses() throws {
        let folder = try Self.folderWithRun()
        let curve = try Self.curve(
            Program.run(
                "interpolate --model model --fine-tuned run/model --data all.csv --output out --alphas 1,0,.25,0.5,.75,1",
                in: folder.path))
        #expect(curve.curve.map(\.alpha) == [0, 0.25, 0.5, 0.75, 1])
        #expect(curve.labels_seen == 4 && curve.labels_unseen == 2 && curve.keep == 0.98)
        for (alpha, model) in [(0, "model"), (1, "run/model"), (curve.alpha, "out")] {
            let point = try #require(curve.curve.first { $0.alpha == alpha })
            let all = Metrics(gap: point.gap, map_macro: point.map_macro)
            for (data, expected) in [("all.csv", all), ("seen.csv", point.seen)] {
                let evaluated = try Program.run(
                    "evaluate --model \(model) --data \(data) --bootstrap 0", in: folder.path)
                evaluated.expectSuccess()
                let metrics = try JSONDecoder().decode(Metrics.self, from: Data(evaluated.output.utf8))
                let expected = try #require(expected)
                // One temperature for the other, and batches of another size: the order may differ in a last bit only.
                #expect(try abs(#require(metrics.gap) - #require(expected.gap)) < 1e-6, "\(model) \(data)")
                #expect(try abs(#require(metrics.map_macro) - #require(expected.map_macro)) < 1e-6)
            }
        }
        func mean(_ point: Point) throws -> Double {
            let (a, b) = try (#require(point.seen?.gap), #require(point.unseen?.gap))
            return 2 * a * b / (a + b)
        }
        let gaps = curve.curve.compactMap { $0.seen?.gap }
        let best = try #require(gaps.max())
        let kept = curve.curve.filter { ($0.seen?.gap ?? 0) >= 0.98 * best }
        let means = try kept.map(mean)
        let highest = try #require(means.max())
        #expect(curve.alpha == zip(kept, means).first { $1 == highest }?.0.alpha)
        // Thresholds are those of the new model.
        let fitted = try Program.run(
            "thresholds --model out --data all.csv --output again", in: folder.path)
        fitted.expectSuccess()
        #expect(try folder.text("out/mumic.json") == folder.text("again/mumic.json"))
    }

    @Test func theCurveAloneIsPrintedAndAPageShowsIt() throws {
        let folder = try Self.folderWithRun()
        let words = "interpolate --model model --fine-tuned run/model --data all.csv --alphas 0,0.25,0.5,0.75,1"
        let whole = try Program.run(words + " --output out", in: folder.path)
        let alone = try Program.run(words, in: folder.path)
        #expect(try Self.curve(alone).curve.count == 5)
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
            let broken = try Program.run(
                "evaluate --model out --data all.csv --report other.html --interpolation broken.json", in: folder.path)
            broken.expectFailure(65)
            #expect(broken.error.contains("broken.json") && broken.error.contains("mumic interpolate"))
        }
        #expect(!folder.has("other.html"))
        try Program.run("evaluate --model out --data all.csv --interpolation curve.json", in: folder.path)
            .expectFailure(64)
        try Program.run("interpolate --model model --fine-tuned run/model", in: folder.path).expectFailure(64)
    }

    @Test func withoutUnseenLabelsItIsTheSmallestShareThatKeepsEnough() throws {
        let folder = try Self.folderWithRun()
        func run(_ options: String) throws -> Curve {
            try Self.curve(
                Program.run(
                    "interpolate --model model --fine-tuned run/model --data seen.csv \(options)", in: folder.path))
        }
        let curve = try run("--output a --keep 0.9")
        #expect(curve.curve.count == 11 && curve.labels_unseen == 0)
        #expect(
            curve.curve.allSatisfy {
                $0.unseen == nil && $0.seen == Metrics(gap: $0.gap, map_macro: $0.map_macro)
            })
        let gaps = curve.curve.compactMap(\.gap)
        let best = try #require(gaps.max())
        #expect(curve.alpha == curve.curve.first { ($0.gap ?? 0) >= 0.9 * best }?.alpha)
        // Training has to have been worth something for this to say anything.
        #expect(gaps[0] < 0.9 * best)
        #expect(try run("--output b --keep 0").alpha == 0)
        let whole = try run("--output c --keep 1")
        #expect(whole.alpha == whole.curve.first { $0.gap == best }?.alpha)
    }

    @Test func whatCannotBeInterpolatedIsSaid() throws {
        let folder = try TemporaryFolder.withCurve()
        for name in ["other", "cut", "head"] {
            try FileManager.default.copyItem(atPath: folder("model"), toPath: folder(name))
        }
        try folder.put(
            "other/config.json",
            folder.text("other/config.json").replacing(
                "\"num_attention_heads\": 3", with: "\"num_attention_heads\": 4"))
        let merges = try folder.text("cut/merges.txt").split(separator: "\n").dropLast(20)
        try folder.put("cut/merges.txt", merges.joined(separator: "\n") + "\n")
        try folder.put(
            "head/mumic.json",
            "{\"version\": 1, \"loss\": \"linear-head\", \"labels\": [{\"name\": \"pool\"}]}")
        func fails(_ options: String, _ status: Int32, _ part: String) throws {
            try Program.run("interpolate \(options)", in: folder.path).expectFailure(status, part)
        }
        let both = "--model model --fine-tuned model --output new"
        try fails(
            "--model model --fine-tuned other --output new", 65,
            "vision_config.num_attention_heads is 3 in one and 4 in the other")
        try fails("--model cut --fine-tuned model --output new", 65, "their tokenizers")
        try fails("--model model --fine-tuned head --output new", 65, "linear head")
        try fails("--model head --fine-tuned model --output new", 65, "linear head")
        try fails("--model model --fine-tuned ./gone --output new", 66, "./gone")
        try fails("\(both) --data gone.csv", 66, "gone.csv")
        try fails("\(both) --alpha 1.5", 64, "--alpha must lie in 0...1")
        try fails("\(both) --alpha nan", 64, "--alpha must lie in 0...1")
        try fails("\(both) --alpha 0.5 --data train.csv", 64, "not both")
        try fails("\(both) --alphas 0,1", 64, "--alphas goes with --data")
        try fails("\(both) --data train.csv --alphas 0,x", 64, "'x' is none")
        try fails("\(both) --data train.csv --alphas ,", 64, "at least one")
        try fails("\(both) --data train.csv --keep 2", 64, "--keep")
        try fails("--model model --fine-tuned model --output images", 64, "not empty")
        try fails("--model model --fine-tuned model --output model/in", 64, "lies in the model")
        #expect(!folder.has("new") && !folder.has("model/in"))
    }

    @Test func theCommandExplainsItsOptions() throws {
        let outcome = try Program.run("interpolate --help")
        outcome.expectSuccess()
        for option in ["model", "fine-tuned", "output", "alpha", "data", "alphas", "keep", "labels", "precision"] {
            #expect(outcome.output.contains(try Regex("\n  --\(option)( <[^>]+>)?\\s+[A-Za-z]")), "--\(option)")
        }
        #expect(outcome.lines.allSatisfy { $0.hasPrefix("USAGE: ") || $0.count <= 80 })
    }
}
