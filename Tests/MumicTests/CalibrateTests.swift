// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct CalibrateTests {
    struct Report: Decodable {
        struct Label: Decodable {
            let label: String
            let fit: String
            let fallback: String?
            let positives: Int
            let negatives: Int
            let scale: Double?
            let shift: Double?
            let points: Int?
            let ece_after: Double?
        }

        let method: String
        let images: Int
        let global: [String: Double]
        let ece_before: Double
        let ece_after: Double
        let ece_macro_after: Double
        let ece_cross_validated: Double?
        let brier_before: Double
        let brier_after: Double
        let brier_cross_validated: Double?
        let thresholds_converted: Int
        let per_label: [Label]
    }

    struct Description: Decodable {
        struct Curve: Decodable {
            let scale: Double?
            let shift: Double?
            let points: [[Double]]?

            /// The probability by the formula, or on the line between the two nearest points.
            func probability(_ z: Double) -> Double {
                guard let points else { return 1 / (1 + exp(-((scale ?? .nan) * z + (shift ?? .nan)))) }
                guard let next = points.firstIndex(where: { $0[0] > z }) else { return points[points.count - 1][1] }
                if next == 0 { return points[0][1] }
                let (a, b) = (points[next - 1], points[next])
                return a[1] + (b[1] - a[1]) * (z - a[0]) / (b[0] - a[0])
            }
        }

        struct Calibration: Decodable {
            let method: String
            let global: Curve
            let labels: [String: Curve]
        }

        let thresholds: [String: Double]
        let calibration: Calibration?
    }

    struct Evaluation: Decodable {
        struct Label: Decodable {
            let label: String
            let ap: Double?
            let f1: Double
            let positives: Int
        }

        struct Group: Decodable {
            let labels: Int
            let positives: Int
            let map_macro: Double?
            let gap: Double?
            let per_label: [Label]?
        }

        struct Band: Decodable {
            let labels: Int
            let fewest: Int
            let most: Int
            let map_macro: Double?
            let f1: Double
        }

        let gap: Double
        let map_macro: Double
        let ece: Double
        let brier: Double
        let f1_micro: Double
        let calibration: String?
        let score: String?
        let groups: [String: Group]?
        let bands: [String: Band]?
        let bands_counted_in: String?
        let per_label: [Label]
    }

    private static func decode<Value: Decodable>(_ outcome: Program.Outcome) throws -> Value {
        outcome.expectSuccess()
        return try JSONDecoder().decode(Value.self, from: Data(outcome.output.utf8))
    }

    private static func description(_ folder: TemporaryFolder, _ model: String) throws -> Description {
        try JSONDecoder().decode(Description.self, from: Data(folder.text(model + "/mumic.json").utf8))
    }

    private static func evaluate(_ options: String, in folder: TemporaryFolder) throws -> Evaluation {
        try decode(Program.run("evaluate --data train.csv --bootstrap 0 \(options)", in: folder.path))
    }

    /// The labels and rows of a wide CSV.
    private static func table(_ folder: TemporaryFolder, _ name: String) throws -> (labels: [String], rows: [[Double?]])
    {
        let lines = try folder.text(name).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        return (Array(lines[0].dropFirst()), lines.dropFirst().map { $0.dropFirst().map { Double($0) } })
    }

    @Test func aCopyKnowsTheCurvesAndOnlyProbabilitiesChange() throws {
        let folder = try TemporaryFolder.withCurve()
        let report: Report = try Self.decode(
            Program.run(
                "calibrate --model model --data train.csv --minimum-positives 5 --output calibrated", in: folder.path))
        #expect(report.method == "platt" && report.images == 24 && report.thresholds_converted == 0)
        #expect(try !folder.has("model/mumic.json") && folder.names("calibrated").contains("mumic.json"))
        let calibration = try #require(try Self.description(folder, "calibrated").calibration)
        #expect(calibration.method == "platt" && calibration.global.scale == report.global["scale"])
        #expect(calibration.global.shift == report.global["shift"])
        // By scikit-learn, two labels' scores fall with their annotations and one has four positives.
        let kinds = Dictionary(uniqueKeysWithValues: report.per_label.map { ($0.label, $0.fallback ?? $0.fit) })
        #expect(
            kinds == [
                "red sun": "unfit", "sun": "few-positives", "pool": "unfit", "double bed": "platt", "balcony": "platt",
                "sea view": "platt",
            ])
        #expect(calibration.labels.keys.sorted() == ["balcony", "double bed", "sea view"])
        for label in report.per_label {
            let curve = calibration.labels[label.label] ?? calibration.global
            #expect(curve.scale == label.scale && curve.shift == label.shift)
        }
        let before = try Self.evaluate("--model model --output before", in: folder)
        let after = try Self.evaluate("--model calibrated --output after", in: folder)
        #expect(try folder.text("before/scores.csv") == folder.text("after/scores.csv"))
        #expect(after.gap == before.gap && after.map_macro == before.map_macro)
        #expect(after.calibration == "platt" && before.calibration == nil)
        for (found, expected) in [
            (report.ece_before, before.ece), (report.ece_after, after.ece), (report.brier_before, before.brier),
            (report.brier_after, after.brier),
        ] {
            #expect(abs(found - expected) < 1e-12)
        }
        #expect(after.ece < before.ece && after.brier < before.brier)
        let without = try Self.evaluate("--model calibrated --no-calibration", in: folder)
        #expect(without.ece == before.ece && without.brier == before.brier && without.calibration == nil)
    }

    @Test func predictPrintsTheCurvesProbabilitiesInTheOrderOfTheLogits() throws {
        struct Line: Decodable {
            struct Prediction: Decodable {
                let label: String
                let score: Double
            }

            let image: String
            let predictions: [Prediction]
        }
        let folder = try TemporaryFolder.withCurve()
        // Often enough for steps.
        let lines = try folder.text("train.csv").split(separator: "\n").map(String.init)
        let many = [lines[0]] + (0..<14).flatMap { _ in lines.dropFirst() }
        try folder.put("many.csv", many.joined(separator: "\n") + "\n")
        let report: Report = try Self.decode(
            Program.run("calibrate --model model --data many.csv --method isotonic --output steps", in: folder.path))
        let fits = Dictionary(uniqueKeysWithValues: report.per_label.map { ($0.label, $0) })
        #expect(fits["sea view"]?.fit == "isotonic" && fits["pool"]?.fit == "global")
        #expect(report.brier_cross_validated != nil && report.brier_after < report.brier_before)
        let calibration = try #require(try Self.description(folder, "steps").calibration)
        #expect(calibration.labels["sea view"]?.points?.count == fits["sea view"]?.points)
        _ = try Self.evaluate("--model steps --output evaluated", in: folder)
        let (labels, scores) = try Self.table(folder, "evaluated/scores.csv")
        func predictions(_ options: String) throws -> [Line] {
            let outcome = try Program.run("predict --model steps \(options) images", in: folder.path)
            outcome.expectSuccess()
            return try outcome.lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        }
        try folder.put("labels.txt", labels.joined(separator: "\n") + "\nnight sky\n")
        let found = try predictions("--labels labels.txt")
        let plain = try predictions("--labels labels.txt --no-calibration")
        #expect(found.count == 24 && plain.count == 24)
        for (index, line) in found.enumerated() {
            #expect(line.predictions.map(\.label) == plain[index].predictions.map(\.label))
            for (calibrated, prediction) in zip(line.predictions, plain[index].predictions) {
                let column = labels.firstIndex(of: prediction.label)
                let z = column.flatMap { scores[index][$0] } ?? log(prediction.score / (1 - prediction.score))
                // New labels have the curve of all.
                let curve = calibration.labels[prediction.label] ?? calibration.global
                // A new label's logit is known only from a probability in single precision.
                #expect(abs(calibrated.score - curve.probability(z)) < 1e-5, "\(line.image) \(prediction.label)")
                #expect(abs(prediction.score - 1 / (1 + exp(-z))) < 1e-6)
            }
        }
    }

    @Test func thresholdsDecideAsBeforeAndThoseOfACalibratedModelAreFittedToItsProbabilities() throws {
        let folder = try TemporaryFolder.withCurve()
        try Program.run(
            "thresholds --model model --data train.csv --minimum-positives 1 --output fitted", in: folder.path
        ).expectSuccess()
        let report: Report = try Self.decode(
            Program.run(
                "calibrate --model fitted --data train.csv --minimum-positives 5 --output calibrated", in: folder.path))
        #expect(report.thresholds_converted == 6)
        let old = try Self.description(folder, "fitted").thresholds
        let new = try Self.description(folder, "calibrated").thresholds
        #expect(old.keys.sorted() == new.keys.sorted() && old != new)
        let before = try Self.evaluate("--model fitted --threshold fitted", in: folder)
        let after = try Self.evaluate("--model calibrated --threshold fitted", in: folder)
        #expect(before.per_label.map(\.f1) == after.per_label.map(\.f1) && before.f1_micro == after.f1_micro)
        // Once more, from calibrated probabilities to others.
        try Program.run(
            "calibrate --model calibrated --data train.csv --method temperature --output again", in: folder.path
        ).expectSuccess()
        let again = try Self.evaluate("--model again --threshold fitted", in: folder)
        #expect(before.per_label.map(\.f1) == again.per_label.map(\.f1))
        #expect(again.calibration == "temperature")
        // The best cut of a label is the same whatever rising curve lies between.
        try Program.run(
            "thresholds --model calibrated --data train.csv --minimum-positives 1 --output refitted", in: folder.path
        ).expectSuccess()
        let refitted = try Self.evaluate("--model refitted --threshold fitted", in: folder)
        #expect(refitted.per_label.map(\.f1) == before.per_label.map(\.f1))
        #expect(try Self.description(folder, "refitted").calibration?.labels.isEmpty == false)
        try Program.run(
            "evaluate --model calibrated --data train.csv --threshold fitted --no-calibration", in: folder.path
        ).expectFailure(64, "--no-calibration")
        try Program.run(
            "predict --model calibrated --threshold fitted --score softmax images", in: folder.path
        ).expectFailure(64, "--score")
    }

    @Test func groupsAndBandsAreThoseOfTheirLabels() throws {
        let folder = try TemporaryFolder.withCurve()
        try folder.put(
            "model/mumic.json",
            """
            {"version": 1, "labels": [{"name": "pool"}, {"name": "sun"}, {"name": "balcony"}, {"name": "castle"}],
             "temperature": 0.11, "bias": 0, "positives": {"pool": 500, "sun": 7, "balcony": 60, "castle": 3}}
            """)
        try folder.put("own.txt", "pool\nsea view\ncastle\n")
        let outcome = try Program.run(
            "evaluate --model model --data train.csv --bootstrap 0 --group own=own.txt --bands thirds --output out --report page.html",
            in: folder.path)
        let report: Evaluation = try Self.decode(outcome)
        #expect(outcome.errors.contains("note: 1 of the 3 labels of group 'own' are not evaluated"))
        #expect(try folder.text("out/evaluation.json") == outcome.output)
        let groups = try #require(report.groups)
        #expect(groups.keys.sorted() == ["own", "seen", "unseen"])
        let members = ["own": ["pool", "sea view"], "seen": ["pool", "sun", "balcony"]]
        for (name, labels) in members {
            let own = report.per_label.filter { labels.contains($0.label) }
            let mean = own.compactMap(\.ap).reduce(0, +) / Double(own.count)
            #expect(abs((groups[name]?.map_macro ?? 0) - mean) < 1e-12 && groups[name]?.labels == labels.count)
            #expect(groups[name]?.per_label == nil)
        }
        #expect(groups["unseen"]?.labels == 3)
        // The scores of a group alone give the same numbers.
        try folder.put("labels.txt", "pool\nsun\nbalcony\n")
        let alone = try Self.evaluate("--model model --labels labels.txt", in: folder)
        #expect(alone.gap == groups["seen"]?.gap && alone.groups == nil && alone.bands == nil)
        #expect(report.bands_counted_in == "training")
        let bands = try #require(report.bands)
        #expect(bands["head"]?.most == 500 && bands["middle"]?.most == 60 && bands["tail"]?.fewest == 7)
        let sun = try #require(report.per_label.first { $0.label == "sun" })
        #expect(bands["tail"]?.map_macro == sun.ap && bands["tail"]?.f1 == sun.f1)
        let cut = try Self.evaluate("--model model --bands 60,400", in: folder).bands
        #expect(cut?["head"]?.labels == 1 && cut?["middle"]?.labels == 1 && cut?["tail"]?.labels == 1)
        let page = try folder.text("page.html")
        #expect(page.contains("<section id=\"groups\"") && page.contains("in the training pictures"))
        // The same numbers from files; only the model knows what it has seen.
        try Program.run("evaluate --model model --data train.csv --bootstrap 0 --output out", in: folder.path)
            .expectSuccess()
        let metrics: Evaluation = try Self.decode(
            Program.run(
                "metrics --scores out/scores.csv --targets train.csv --logits --bootstrap 0 --group own=own.txt --bands thirds",
                in: folder.path))
        #expect(metrics.groups?.keys.sorted() == ["own"] && metrics.groups?["own"]?.gap == groups["own"]?.gap)
        #expect(metrics.bands_counted_in == "evaluated")
    }

    @Test func softmaxScoresAreLogarithmsOfShares() throws {
        let folder = try TemporaryFolder.withCurve()
        _ = try Self.evaluate("--model model --output sigmoid", in: folder)
        let report = try Self.evaluate("--model model --score softmax --output softmax --report page.html", in: folder)
        #expect(report.score == "softmax")
        let logits = try Self.table(folder, "sigmoid/scores.csv").rows
        let logs = try Self.table(folder, "softmax/scores.csv").rows
        for (row, expected) in zip(logs, logits) {
            let values = expected.compactMap { $0 }
            let sum = values.reduce(0) { $0 + exp($1) }
            for (log, z) in zip(row.compactMap { $0 }, values) { #expect(abs(exp(log) - exp(z) / sum) < 1e-12) }
        }
        let metrics: Evaluation = try Self.decode(
            Program.run(
                "metrics --scores softmax/scores.csv --targets train.csv --log-probabilities --bootstrap 0",
                in: folder.path))
        #expect(metrics.gap == report.gap && metrics.brier == report.brier && metrics.ece == report.ece)
        try folder.put("labels.txt", "red sun\nsun\npool\ndouble bed\nbalcony\nsea view\n")
        let outcome = try Program.run(
            "predict --model model --labels labels.txt --score softmax --format csv images/p00.png", in: folder.path)
        outcome.expectSuccess()
        let shares = outcome.lines.dropFirst().compactMap { Double($0.split(separator: ",")[2]) }
        #expect(shares.count == 6 && abs(shares.reduce(0, +) - 1) < 1e-6 && shares == shares.sorted(by: >))
    }

    @Test(
        arguments: [
            ("calibrate --model model --data train.csv", 64, "--output"),
            ("calibrate --model model --data train.csv --output new --method magic", 64, "--method"),
            ("calibrate --model model --data train.csv --output new --minimum-positives 0", 64, "--minimum-positives"),
            ("calibrate --model model --data train.csv --output images", 64, "images is not empty"),
            ("calibrate --model model --data train.csv --output model/new", 64, "lies in the model"),
            ("calibrate --model model --data gone.csv --output new", 66, "gone.csv"),
            ("calibrate --model model --data none.csv --output new", 65, "none.csv: 0 of 2 known pairs"),
            ("calibrate --model model --data fall.csv --output new", 65, "fall.csv: scores are no higher"),
            ("evaluate --model model --data train.csv --group own", 64, "--group"),
            ("evaluate --model model --data train.csv --group own=gone.txt", 66, "gone.txt"),
            ("evaluate --model model --data train.csv --group own=other.txt", 65, "other.txt"),
            ("evaluate --model model --data train.csv --group seen=other.txt", 64, "--group seen"),
            ("evaluate --model model --data train.csv --group a=x --group a=y", 64, "given twice"),
            ("evaluate --model model --data train.csv --bands 20", 64, "--bands"),
            ("evaluate --model model --data train.csv --bands 100,20", 64, "--bands"),
            ("evaluate --model model --data train.csv --bands 0,20", 64, "--bands"),
            ("evaluate --model model --data train.csv --score share", 64, "--score"),
            ("evaluate --model model --data train.csv --score softmax --threshold fitted", 64, "--score sigmoid"),
            ("evaluate --model hostile --data train.csv", 65, "'calibration.global.scale' is -1.0"),
            ("predict --model hostile images", 65, "'calibration.global.scale' is -1.0"),
            ("metrics --scores train.csv --targets train.csv --logits --log-probabilities", 64, "--log-probabilities"),
        ] as [(String, Int32, String)])
    func whatCannotWorkSaysWhyAndLeavesNothing(_ line: String, _ status: Int32, _ part: String) throws {
        let folder = try TemporaryFolder.withCurve()
        try FileManager.default.copyItem(atPath: folder("model"), toPath: folder("hostile"))
        try folder.put(
            "hostile/mumic.json",
            """
            {"version": 1, "labels": [{"name": "pool"}],
             "calibration": {"method": "platt", "global": {"scale": -1, "shift": 0}}}
            """)
        try folder.put("none.csv", "image,pool\nimages/p00.png,0\nimages/p01.png,0\n")
        // As the model sees them, upside down.
        let labels = try Program.run(
            "evaluate --model model --data train.csv --bootstrap 0 --output out", in: folder.path)
        labels.expectSuccess()
        let (names, rows) = try Self.table(folder, "out/scores.csv")
        let column = try #require(names.firstIndex(of: "pool"))
        let scores = rows.compactMap { $0[column] }
        let middle = scores.sorted()[scores.count / 2]
        let images = try folder.text("out/scores.csv").split(separator: "\n").dropFirst().map {
            $0.prefix { $0 != "," }
        }
        let fall = zip(images, scores).map { "\($0),\($1 < middle ? 1 : 0)\n" }
        try folder.put("fall.csv", "image,pool\n" + fall.joined())
        try folder.put("other.txt", "castle\n")
        try FileManager.default.removeItem(atPath: folder("out"))
        let before = try folder.names() + folder.names("model")
        try Program.run(line, in: folder.path).expectFailure(status, part)
        #expect(try folder.names() + folder.names("model") == before)
    }
}
