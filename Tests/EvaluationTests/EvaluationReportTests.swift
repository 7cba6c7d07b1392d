// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Evaluation

@Suite struct EvaluationReportTests {
    private func report(targets: [Float], options: EvaluationOptions = EvaluationOptions()) throws -> EvaluationReport {
        let matrix = try ScoreMatrix(imageCount: 2, labelCount: 2, scores: [2, -1, -2, 3] as [Float], targets: targets)
        return try evaluate(matrix, labels: ["pool", "sea"], kind: .logits, options: options)
    }

    private func object(_ report: EvaluationReport) throws -> [String: Any] {
        let data = try JSONEncoder().encode(report)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test func `JSON has every key of the contract, and null where a metric is undefined`() throws {
        let keys: Set<String> = [
            "gap", "gap_at_k", "gap_at_k_retrieved", "k", "map_macro", "map_micro", "map_weighted",
            "labels_without_positives", "cp", "cr", "cf1", "op", "or", "of1", "f1_macro", "f1_micro", "threshold",
            "gap_ci", "map_macro_ci", "ece", "brier", "map_majority", "majority_minimum", "per_label", "images",
            "labels", "pairs", "positives", "bootstrap_replicates",
        ]
        let labelKeys: Set<String> = [
            "label", "positives", "negatives", "ap", "precision", "recall", "f1", "threshold",
        ]
        let nothing = try object(report(targets: [0, .nan, 0, .nan]))
        #expect(Set(nothing.keys) == keys)
        let undefined = nothing.filter { $0.value is NSNull }.keys
        #expect(
            Set(undefined) == [
                "gap", "gap_at_k", "gap_at_k_retrieved", "map_macro", "map_micro", "map_weighted", "gap_ci",
                "map_macro_ci", "map_majority", "majority_minimum",
            ])
        #expect(nothing["labels_without_positives"] as? Int == 2)
        let labels = try #require(nothing["per_label"] as? [[String: Any]])
        #expect(labels.map { $0["label"] as? String } == ["pool", "sea"])
        for label in labels {
            #expect(Set(label.keys) == labelKeys)
            #expect(label["ap"] is NSNull)
        }
        let full = try object(report(targets: [1, 0, 0, 1], options: EvaluationOptions(majorityMinimum: 1)))
        #expect(Set(full.keys) == keys)
        #expect(!full.values.contains { $0 is NSNull })
        #expect((full["gap_ci"] as? [Double])?.count == 2)
        #expect(full["majority_minimum"] as? Int == 1)
    }

    @Test func `with unknown pairs only, calibration is undefined too`() throws {
        let report = try report(targets: [.nan, .nan, .nan, .nan])
        #expect(report.pairs == 0 && report.calibrationError == nil && report.brier == nil && report.gap == nil)
        #expect(report.classPrecision == 0 && report.overallF1 == 0)
        #expect(report.namesWithoutPositives == ["pool", "sea"])
    }

    @Test func `a report survives its JSON`() throws {
        for targets: [Float] in [[1, 0, 0, 1], [0, .nan, 0, .nan], [0.75, 0.25, 0, 1]] {
            let report = try report(targets: targets)
            #expect(try JSONDecoder().decode(EvaluationReport.self, from: JSONEncoder().encode(report)) == report)
        }
    }

    @Test func `an interval that is not two numbers is refused`() throws {
        for text in ["[0.1]", "[0.1, 0.2, 0.3]", "{}"] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(ConfidenceInterval.self, from: Data(text.utf8))
            }
        }
    }

    @Test func `with thresholds of their own, labels name them and the report names none`() throws {
        let report = try report(targets: [1, 0, 0, 1], options: EvaluationOptions(thresholds: [0.9, 0.1]))
        #expect(report.threshold == nil)
        #expect(report.perLabel.map(\.threshold) == [0.9, 0.1])
        // sigmoid(2) = 0.88 misses 0.9; sigmoid(−1) = 0.27 and sigmoid(3) = 0.95 pass 0.1.
        #expect(report.perLabel.map(\.recall) == [0, 1])
        #expect(report.perLabel.map(\.precision) == [0, 0.5])
    }
}
