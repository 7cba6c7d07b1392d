// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Foundation
import TestSupport
import Testing

@Suite struct CalibrateTests {
    private struct Report: Decodable {
        struct Label: Decodable {
            let label: String
            let fit: String
            let scale: Double
            let shift: Double
        }

        let method: String
        let global: CalibrationCurve
        let ece_after: Double
        let thresholds_converted: Int
        let per_label: [Label]
    }

    private struct Description: Decodable {
        let calibration: Calibration
    }

    private static func decode<Value: Decodable>(_ outcome: Program.Outcome) throws -> Value {
        outcome.expectSuccess()
        return try JSONDecoder().decode(Value.self, from: Data(outcome.output.utf8))
    }

    @Test func `a copy of the model knows the curves that are printed`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        let report: Report = try Self.decode(
            Program.run(
                "calibrate --model model --data train.csv --minimum-positives 5 --output calibrated", in: folder.path))
        #expect(report.method == "platt" && report.thresholds_converted == 0)
        #expect(try !folder.has("model/mumic.json") && folder.names("calibrated").contains("mumic.json"))
        let calibration = try JSONDecoder().decode(
            Description.self, from: Data(folder.text("calibrated/mumic.json").utf8)
        ).calibration
        #expect(calibration.method == .platt && calibration.global == report.global)
        for label in report.per_label {
            #expect(calibration.curve(of: label.label) == .logistic(scale: label.scale, shift: label.shift))
        }
        let after: EvaluationReport = try Self.decode(
            Program.run("evaluate --model calibrated --data train.csv --bootstrap 0", in: folder.path))
        #expect(after.calibration == "platt")
        #expect(try abs(#require(after.calibrationError) - report.ece_after) < 1e-12)
    }

    @Test func `evaluate prints and writes what metrics and a page are made of`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        try folder.put(
            "model/mumic.json",
            """
            {"version": 1, "labels": [{"name": "pool"}, {"name": "sun"}, {"name": "balcony"}, {"name": "castle"}],
             "templates": ["a photo of a {}"], "temperature": 0.11, "bias": 0, "positives": {"pool": 500, "sun": 7, "balcony": 60, "castle": 3}}
            """)
        try folder.put("own.txt", "pool\nsea view\ncastle\n")
        let outcome = try Program.run(
            "evaluate --model model --data train.csv --bootstrap 0 --score softmax --group own=own.txt --bands thirds --output out --report page.html",
            in: folder.path)
        let report: EvaluationReport = try Self.decode(outcome)
        #expect(outcome.errors.contains("note: 1 of the 3 labels of group 'own' are not evaluated"))
        #expect(try folder.text("out/evaluation.json") == outcome.output)
        #expect(report.groups?.keys.sorted() == ["own", "seen", "unseen"] && report.score == "softmax")
        #expect(try folder.text("out/per-label.csv").split(separator: "\n").count == 7)
        let page = try folder.text("page.html")
        #expect(page.contains("<section id=\"groups\"") && page.contains("in the training pictures"))
        // The same numbers from files; only the model knows what it has seen.
        let metrics: EvaluationReport = try Self.decode(
            Program.run(
                "metrics --scores out/scores.csv --targets train.csv --log-probabilities --bootstrap 0 --group own=own.txt --bands thirds",
                in: folder.path))
        #expect(metrics.gap == report.gap && metrics.brier == report.brier)
        #expect(metrics.groups?.keys.sorted() == ["own"] && metrics.groups?["own"] == report.groups?["own"])
        #expect(report.bandCounts == .training && metrics.bandCounts == .evaluated)
    }

    @Test(
        arguments: [
            ("calibrate --model @model --data @train.csv --output @new --method magic", 64, "--method"),
            (
                "calibrate --model @model --data @train.csv --output @new --minimum-positives 0", 64,
                "--minimum-positives"
            ),
            ("calibrate --model @model --data @train.csv --output @model/new", 64, "lies in the model"),
            ("calibrate --model @model --data @none.csv --output @new", 65, "none.csv: 0 of 2 known pairs"),
            ("evaluate --model @model --data @train.csv --group own", 64, "--group"),
            ("evaluate --model @model --data @train.csv --group own=@gone.txt", 66, "gone.txt"),
            ("evaluate --model @model --data @train.csv --group seen=@other.txt", 64, "--group seen"),
            ("evaluate --model @model --data @train.csv --group a=x --group a=y", 64, "given twice"),
            ("evaluate --model @model --data @train.csv --bands 100,20", 64, "--bands"),
            ("evaluate --model @model --data @train.csv --bootstrap 10001", 64, "--bootstrap must lie in 0...10000"),
            ("evaluate --model @model --data @train.csv --score softmax --threshold fitted", 64, "--score sigmoid"),
            ("evaluate --model @hostile --data @train.csv", 65, "'calibration.global.scale' is -1.0"),
            (
                "metrics --scores @train.csv --targets @train.csv --logits --log-probabilities", 64,
                "--log-probabilities"
            ),
        ] as [(String, Int32, String)])
    func `what cannot work says why and leaves nothing`(_ line: String, _ status: Int32, _ part: String) throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        try FileManager.default.copyItem(atPath: folder("model"), toPath: folder("hostile"))
        try folder.put(
            "hostile/mumic.json",
            """
            {"version": 1, "labels": [{"name": "pool"}], "templates": ["a photo of a {}"], "bias": 0,
             "calibration": {"method": "platt", "global": {"scale": -1, "shift": 0}}}
            """)
        try folder.put("none.csv", "image,pool\nimages/p00.png,0\nimages/p01.png,0\n")
        let before = try folder.names() + folder.names("model")
        try Refusal.expect(line, status, part, in: folder)
        #expect(try folder.names() + folder.names("model") == before)
    }
}
