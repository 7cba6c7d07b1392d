// SPDX-License-Identifier: Apache-2.0

import Datasets
import Evaluation
import FileIO
import Foundation
import TestSupport
import Testing

@testable import MultiLabel

@Suite struct ModelEvaluationTests {
    private static func model() throws -> DescribedCurve {
        try DescribedCurve(
            ClassifierDescription(
                labels: ["pool", "sun", "balcony", "castle"].map { Label(name: $0) }, templates: [.standard],
                temperature: 0.11, bias: 0, positives: ["pool": 500, "sun": 7, "balcony": 60, "castle": 3]))
    }

    @Test func `groups and bands are those of their labels`() throws {
        let (model, table) = (try Self.model(), try DescribedCurve.table())
        try model.folder.put("own.txt", "pool\nsea view\ncastle\n")
        let notes = Notes()
        let file = try #require(LabelGroupFile("own=" + model.folder("own.txt")))
        let own = try LabelGroup(file, among: table.labels, monitor: notes.monitor)
        #expect(notes.all == ["note: 1 of the 3 labels of group 'own' are not evaluated"])
        let report = try model.evaluate(parts: LabelParts(groups: [own], bands: .thirds)).report
        let groups = try #require(report.groups)
        #expect(groups.keys.sorted() == ["own", "seen", "unseen"])
        for (name, labels) in ["own": ["pool", "sea view"], "seen": ["pool", "sun", "balcony"]] {
            let aps = report.perLabel.filter { labels.contains($0.label) }.compactMap(\.averagePrecision)
            let mean = aps.reduce(0, +) / Double(aps.count)
            #expect(abs((groups[name]?.mapMacro ?? 0) - mean) < 1e-12 && groups[name]?.labels == labels.count)
            #expect(groups[name]?.perLabel.isEmpty == true)
        }
        #expect(groups["unseen"]?.labels == 3)
        // The scores of a group alone give the same numbers.
        let some = ["pool", "sun", "balcony"]
        let alone = try model.bundle.evaluate(
            table.leavingOut(table.labels.filter { !some.contains($0) }),
            metrics: EvaluationOptions(bootstrapReplicates: 0)
        ).report
        #expect(alone.gap == groups["seen"]?.gap && alone.groups == nil && alone.bands == nil)
        #expect(report.bandCounts == .training)
        let bands = try #require(report.bands)
        #expect(bands["head"]?.most == 500 && bands["middle"]?.most == 60 && bands["tail"]?.fewest == 7)
        let sun = try #require(report.perLabel.first { $0.label == "sun" })
        #expect(bands["tail"]?.mapMacro == sun.averagePrecision && bands["tail"]?.f1 == sun.f1)
        let cut = try model.evaluate(parts: LabelParts(bands: FrequencyBands("60,400"))).report.bands
        #expect(cut?["head"]?.labels == 1 && cut?["middle"]?.labels == 1 && cut?["tail"]?.labels == 1)
        try model.folder.put("own.txt", "castle\n")
        let error = try #require(throws: InputError.self) { _ = try LabelGroup(file, among: table.labels) }
        #expect(error.failureKind == .badData && error.description.contains("none of the 1 labels of --group own"))
    }

    @Test func `notes say which labels are new to the model, and which of its own are not evaluated`() throws {
        let notes = Notes()
        let table = try DescribedCurve.table()
        let metrics = EvaluationOptions(bootstrapReplicates: 0)
        _ = try Self.model().bundle.evaluate(table, metrics: metrics, monitor: notes.monitor)
        #expect(
            notes.all == [
                "note: 3 of 6 labels are new to the model and scored by their text alone, such as 'red sun'",
                "note: 1 of the model's 4 labels are not in \(table.source) and not evaluated; --labels fixes the list",
            ])
        let plain = Notes()
        _ = try DescribedCurve(nil).bundle.evaluate(table, metrics: metrics, monitor: plain.monitor)
        #expect(
            plain.all == [
                "note: this model has no mumic.json, so its probabilities, ece, brier and F1 are uncalibrated"
            ])
    }

    @Test func `softmax scores are logarithms of shares`() throws {
        let model = try DescribedCurve(nil)
        let logits = try model.evaluate().scores
        let softmax = try model.evaluate(PredictorOptions(score: .softmax))
        #expect(softmax.report.score == "softmax" && softmax.reading.kind == .logProbabilities)
        for start in stride(from: 0, to: logits.count, by: 6) {
            let values = logits[start..<start + 6]
            let sum = values.reduce(0) { $0 + exp($1) }
            for (log, z) in zip(softmax.scores[start..<start + 6], values) {
                #expect(abs(exp(log) - exp(z) / sum) < 1e-12)
            }
        }
    }
}
