// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct ThresholdsTests {
    struct Report: Decodable {
        struct Label: Decodable {
            let label: String
            let threshold: Double
            let positives: Int
            let f1_before: Double
            let f1_after: Double
            let precision: Double
            let recall: Double
            let fallback: String?
        }

        let global: Double
        let goal: String
        let f1_micro_before: Double
        let f1_micro_after: Double
        let per_label: [Label]
    }

    struct Description: Decodable {
        struct Label: Decodable {
            let name: String
            let prompts: [String]
        }

        let labels: [Label]
        let templates: [String]
        let temperature: Double
        let bias: Double
        let thresholds: [String: Double]
    }

    struct Evaluation: Decodable {
        struct Label: Decodable {
            let label: String
            let f1: Double
            let precision: Double
            let recall: Double
            let threshold: Double
        }

        let threshold: Double?
        let f1_micro: Double
        let per_label: [Label]
    }

    private static func decode<Value: Decodable>(_ outcome: Program.Outcome) throws -> Value {
        outcome.expectSuccess()
        return try JSONDecoder().decode(Value.self, from: Data(outcome.output.utf8))
    }

    private static func description(_ folder: TemporaryFolder, _ model: String) throws -> Description {
        try JSONDecoder().decode(Description.self, from: Data(folder.text(model + "/mumic.json").utf8))
    }

    private static func fit(_ options: String, in folder: TemporaryFolder) throws -> Report {
        try decode(Program.run("thresholds --model model --data train.csv \(options)", in: folder.path))
    }

    /// Every file's bytes and time of change.
    private static func state(_ folder: TemporaryFolder, _ name: String) throws -> [String] {
        try folder.names(name).map { file in
            let path = folder(name + "/" + file)
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            let date = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
            return "\(file) \(data.base64EncodedString()) \(String(describing: date))"
        }
    }

    @Test func aCopyOfTheModelKnowsTheThresholdsAndTheModelStaysAsItWas() throws {
        let folder = try TemporaryFolder.withCurve()
        let before = try Self.state(folder, "model")
        let report = try Self.fit("--minimum-positives 3 --output deep/fitted/", in: folder)
        #expect(try Self.state(folder, "model") == before)
        #expect(try folder.names("deep") == ["fitted"])
        #expect(try folder.names("deep/fitted") == (folder.names("model") + ["mumic.json"]).sorted())
        for name in try folder.names("model") {
            #expect(
                try Data(contentsOf: URL(fileURLWithPath: folder("model/" + name)))
                    == Data(contentsOf: URL(fileURLWithPath: folder("deep/fitted/" + name))))
        }
        let description = try Self.description(folder, "deep/fitted")
        #expect(description.labels.map(\.name) == report.per_label.map(\.label))
        #expect(description.templates == ["a photo of a {}"])
        #expect(abs(description.temperature - 0.11) < 1e-6 && description.bias == 0)
        #expect(
            description.thresholds
                == Dictionary(uniqueKeysWithValues: report.per_label.map { ($0.label, $0.threshold) }))
        #expect(report.goal == "max-f1" && report.f1_micro_after > report.f1_micro_before)
        #expect(report.per_label.allSatisfy { $0.fallback == nil && $0.positives >= 3 })

        let fitted: Evaluation = try Self.decode(
            Program.run(
                "evaluate --model deep/fitted --data train.csv --threshold fitted --bootstrap 0", in: folder.path))
        #expect(fitted.threshold == nil && fitted.f1_micro == report.f1_micro_after)
        #expect(fitted.per_label.map(\.f1) == report.per_label.map(\.f1_after))
        #expect(fitted.per_label.map(\.precision) == report.per_label.map(\.precision))
        #expect(fitted.per_label.map(\.recall) == report.per_label.map(\.recall))
        #expect(fitted.per_label.map(\.threshold) == report.per_label.map(\.threshold))
        let half: Evaluation = try Self.decode(
            Program.run("evaluate --model deep/fitted --data train.csv --bootstrap 0", in: folder.path))
        #expect(half.threshold == 0.5 && half.f1_micro == report.f1_micro_before)
        #expect(half.per_label.map(\.f1) == report.per_label.map(\.f1_before))
    }

    @Test func noThresholdOfAnyLabelHasAHigherF1() throws {
        let folder = try TemporaryFolder.withCurve()
        let report = try Self.fit("--minimum-positives 1 --output fitted", in: folder)
        try Program.run("evaluate --model model --data train.csv --bootstrap 0 --output report", in: folder.path)
            .expectSuccess()
        func table(_ text: String) -> [[String]] {
            text.split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
        }
        let scores = table(try folder.text("report/scores.csv"))
        let targets = table(try folder.text("train.csv"))
        #expect(scores.count == targets.count && scores[0] == targets[0] && scores.count == 25)
        for (column, label) in report.per_label.enumerated() {
            let pairs: [(score: Double, isPositive: Bool)] = zip(scores, targets).dropFirst().compactMap { row in
                guard let score = Double(row.0[column + 1]), let target = Double(row.1[column + 1]) else { return nil }
                return (score, target > 0.5)
            }
            let positives = pairs.count(where: \.isPositive)
            #expect(label.positives == positives)
            let all = pairs.map { threshold in
                let predicted = pairs.filter { $0.score >= threshold.score }
                return 2 * Double(predicted.count(where: \.isPositive)) / Double(predicted.count + positives)
            }
            #expect(try abs(label.f1_after - #require(all.max())) < 1e-12, "\(label)")
        }
    }

    @Test func goalsAreReachedAndFallbacksAreNamed() throws {
        let folder = try TemporaryFolder.withCurve()
        let precise = try Self.fit("--goal precision=0.6 --minimum-positives 1 --output a", in: folder)
        #expect(precise.goal == "precision=0.6")
        for label in precise.per_label {
            #expect(label.fallback == "unreachable" ? label.threshold == precise.global : label.precision >= 0.6)
        }
        #expect(precise.per_label.contains { $0.fallback == nil })
        let found = try Self.fit("--goal recall=0.75 --minimum-positives 1 --output b", in: folder)
        #expect(found.per_label.allSatisfy { $0.fallback == nil && $0.recall >= 0.75 })
        let global = try Self.fit("--goal global --output c", in: folder)
        #expect(global.per_label.allSatisfy { $0.fallback == nil && $0.threshold == global.global })
        let few = try Self.fit("--minimum-positives 6 --output d", in: folder)
        for label in few.per_label {
            #expect((label.fallback == "few-positives") == (label.positives < 6))
            if label.positives < 6 { #expect(label.threshold == few.global) }
        }
        #expect(Set(few.per_label.map(\.fallback)) == [nil, "few-positives"])
        #expect([precise.global, found.global, few.global] == [global.global, global.global, global.global])
    }

    @Test func predictPrintsWhatReachesTheLabelsThresholds() throws {
        struct Line: Decodable {
            struct Prediction: Decodable, Equatable {
                let label: String
                let score: Double
            }

            let predictions: [Prediction]
        }
        func lines(_ outcome: Program.Outcome) throws -> [[Line.Prediction]] {
            outcome.expectSuccess()
            return try outcome.lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)).predictions }
        }
        let folder = try TemporaryFolder.withCurve()
        let thresholds = try Self.fit("--minimum-positives 1 --output fitted", in: folder).per_label
        let all = try lines(Program.run("predict --model fitted images", in: folder.path))
        let fitted = try lines(Program.run("predict --model fitted --threshold fitted images", in: folder.path))
        let expected = all.map { line in
            // Scores are printed as the shortest number that is the same float32.
            line.filter { one in
                thresholds.contains { $0.label == one.label && Float(one.score) >= Float($0.threshold) }
            }
        }
        #expect(fitted == expected && fitted.count == 24)
        #expect(fitted != all && fitted.contains { !$0.isEmpty })

        try folder.put("labels.txt", "pool\nnight sky\ncastle\n")
        let mixed = try Program.run(
            "predict --model fitted --labels labels.txt --threshold fitted images/p00.png", in: folder.path)
        mixed.expectSuccess()
        let notes = mixed.errors.split(separator: "\n").filter { $0.hasPrefix("note: ") }
        #expect(notes.count == 1 && notes[0].contains("2 of 3 labels") && notes[0].contains("'night sky'"))
        let whole = try lines(
            Program.run("predict --model fitted --labels labels.txt images/p00.png", in: folder.path))
        let pool = try #require(thresholds.first { $0.label == "pool" }).threshold
        #expect(
            try lines(mixed)[0] == whole[0].filter { $0.score >= ($0.label == "pool" ? pool : 0.5) })
    }

    @Test func aModelWithItsOwnDescriptionKeepsTheRestOfIt() throws {
        let folder = try TemporaryFolder.withCurve()
        try folder.put(
            "model/mumic.json",
            """
            {"version": 1, "labels": [{"name": "sun"}, {"name": "pool", "prompts": ["a pool"]}, {"name": "castle"}],
             "templates": ["a {}"], "temperature": 0.11, "bias": -0.5, "thresholds": {"pool": 0.9, "castle": 0.25}}
            """)
        let outcome = try Program.run(
            "thresholds --model model --data train.csv --minimum-positives 1 --output fitted", in: folder.path)
        let report: Report = try Self.decode(outcome)
        #expect(outcome.errors.contains("note: 1 of the model's labels are not in train.csv"))
        let description = try Self.description(folder, "fitted")
        #expect(description.labels.map(\.name) == ["sun", "pool", "castle"])
        #expect(description.labels.map(\.prompts) == [[], ["a pool"], []])
        #expect(description.templates == ["a {}"] && description.temperature == 0.11 && description.bias == -0.5)
        #expect(description.thresholds["castle"] == 0.25 && description.thresholds.count == 7)
        for label in report.per_label { #expect(description.thresholds[label.label] == label.threshold) }
        // Other sentences, other scores: what was fitted before does not hold for them.
        let other = try Program.run(
            [
                "thresholds", "--model", "model", "--data", "train.csv", "--template", "photo: {}", "--output", "other",
            ], in: folder.path)
        other.expectSuccess()
        let changed = try Self.description(folder, "other")
        #expect(changed.templates == ["photo: {}"] && changed.thresholds["castle"] == nil)
        #expect(changed.thresholds.count == 6)
    }

    @Test func aSnapshotOfLinksBecomesFiles() throws {
        let folder = try TemporaryFolder.withCurve()
        try FileManager.default.moveItem(atPath: folder("model"), toPath: folder("blobs"))
        try FileManager.default.createDirectory(atPath: folder("model"), withIntermediateDirectories: false)
        for name in try folder.names("blobs") {
            try FileManager.default.createSymbolicLink(
                atPath: folder("model/" + name), withDestinationPath: "../blobs/" + name)
        }
        _ = try Self.fit("--output fitted", in: folder)
        #expect(try folder.names() == ["blobs", "fitted", "images", "model", "train.csv"])
        try FileManager.default.removeItem(atPath: folder("blobs"))
        let outcome = try Program.run("predict --model fitted --threshold fitted images/p00.png", in: folder.path)
        outcome.expectSuccess()
    }

    @Test(
        arguments: [
            ("thresholds --model model --data train.csv", 64, "--output"),
            ("thresholds --model model --output new", 64, "--data"),
            ("thresholds --model model --data train.csv --output images", 64, "images is not empty"),
            ("thresholds --model model --data train.csv --output model", 64, "model is not empty"),
            ("thresholds --model model --data train.csv --output model/new", 64, "lies in the model"),
            ("thresholds --model link --data train.csv --output model/new", 64, "lies in the model"),
            ("thresholds --model model --data train.csv --output link/deep/new", 64, "lies in the model"),
            ("thresholds --model model --data train.csv --output .", 64, "names no new folder"),
            ("thresholds --model model --data train.csv --output train.csv", 65, "train.csv is a file"),
            ("thresholds --model model --data train.csv --output new --goal f1", 64, "--goal"),
            ("thresholds --model model --data train.csv --output new --goal precision=1.5", 64, "--goal"),
            ("thresholds --model model --data train.csv --output new --goal recall=0", 64, "--goal"),
            ("thresholds --model model --data train.csv --output new --goal recall=nan", 64, "--goal"),
            ("thresholds --model model --data train.csv --output new --goal max-f1=1", 64, "--goal"),
            ("thresholds --model model --data train.csv --output new --minimum-positives 0", 64, "--minimum-positives"),
            ("thresholds --model model --data gone.csv --output new", 66, "gone.csv"),
            ("thresholds --model ./gone --data train.csv --output new", 66, "./gone"),
            ("thresholds --model model --data none.csv --output new", 65, "no positive"),
            ("thresholds --model model --data broken.csv --output new", 65, "broken.png"),
            (
                "predict --model model --labels labels.txt --threshold fitted images", 65,
                "mumic thresholds --model model"
            ),
            ("evaluate --model model --data train.csv --threshold fitted", 65, "mumic thresholds --model model"),
            ("evaluate --model model --data train.csv --threshold fit", 64, "--threshold"),
            ("evaluate --model model --data train.csv --threshold nan", 64, "--threshold"),
            ("metrics --scores train.csv --targets train.csv --threshold fitted", 64, "give a number"),
        ] as [(String, Int32, String)])
    func whatCannotWorkSaysWhyAndLeavesNothing(_ line: String, _ status: Int32, _ part: String) throws {
        let folder = try TemporaryFolder.withCurve()
        try folder.put("labels.txt", "pool\n")
        try folder.put("none.csv", "image,pool\nimages/p00.png,0\nimages/p01.png,0\n")
        try folder.put("broken.csv", "image,pool\nimages/p00.png,1\nbroken.png,0\n")
        try folder.put("broken.png", "no picture")
        try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: "model")
        let before = try folder.names() + folder.names("model")
        try Program.run(line, in: folder.path).expectFailure(status, part)
        #expect(try folder.names() + folder.names("model") == before)
    }
}
