// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Evaluation

/// What Scripts/goldens/record-evaluation-goldens.py recorded.
private struct Goldens: Decodable {
    struct Case: Decodable {
        let name: String
        let images: Int
        let labels: Int
        let scores: [Double]
        let targets: [Float]
        let threshold: Double
        let ap: [Double?]
        let ap_macro: Double
        let ap_micro: Double
        let ap_weighted: Double
        let brier: Double
        let precision_macro: Double
        let recall_macro: Double
        let f1_macro: Double
        let precision_micro: Double
        let recall_micro: Double
        let f1_micro: Double
    }

    struct Percentiles: Decodable {
        let values: [Double]
        let interval: [Double]
    }

    let cases: [Case]
    let percentiles: [Percentiles]

    static func load() throws -> Goldens {
        let url = try #require(
            Bundle.module.url(forResource: "scikit-learn", withExtension: "json", subdirectory: "Fixtures"))
        return try JSONDecoder().decode(Goldens.self, from: Data(contentsOf: url))
    }
}

@Suite struct ScikitLearnTests {
    @Test func `metrics equal scikit-learn's`() throws {
        let goldens = try Goldens.load()
        #expect(goldens.cases.count == 4)
        for golden in goldens.cases {
            let matrix = try ScoreMatrix(
                imageCount: golden.images, labelCount: golden.labels, scores: golden.scores, targets: golden.targets)
            let report = try evaluate(
                matrix, labels: (0..<golden.labels).map { "\($0)" }, kind: .probabilities,
                options: EvaluationOptions(threshold: golden.threshold, bootstrapReplicates: 0))
            let pairs: [(String, Double?, Double)] = [
                ("micro AP", report.gap, golden.ap_micro), ("macro AP", report.mapMacro, golden.ap_macro),
                ("weighted AP", report.mapWeighted, golden.ap_weighted), ("brier", report.brier, golden.brier),
                ("cp", report.classPrecision, golden.precision_macro), ("cr", report.classRecall, golden.recall_macro),
                ("f1_macro", report.f1Macro, golden.f1_macro), ("op", report.overallPrecision, golden.precision_micro),
                ("or", report.overallRecall, golden.recall_micro), ("of1", report.overallF1, golden.f1_micro),
            ]
            for (name, found, expected) in pairs {
                let found = try #require(found)
                // Both are sums of some hundred doubles: far nearer than this where the definition is the same.
                #expect(abs(found - expected) < 1e-9, "\(name) of '\(golden.name)': \(found), not \(expected)")
            }
            for (label, expected) in zip(report.perLabel, golden.ap) {
                #expect((label.averagePrecision == nil) == (expected == nil))
                #expect(abs((label.averagePrecision ?? 0) - (expected ?? 0)) < 1e-9, "'\(golden.name)' \(label.label)")
            }
        }
    }

    @Test func `percentiles equal numpy's`() throws {
        for golden in try Goldens.load().percentiles {
            let interval = try #require(ConfidenceInterval(replicates: golden.values))
            #expect(abs(interval.low - golden.interval[0]) < 1e-12)
            #expect(abs(interval.high - golden.interval[1]) < 1e-12)
        }
        #expect(ConfidenceInterval(replicates: []) == nil)
    }
}
