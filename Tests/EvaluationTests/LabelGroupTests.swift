// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Evaluation

@Suite struct LabelGroupTests {
    @Test func `a group has the metrics of its columns alone, without its labels' own`() throws {
        for seed in 1...120 as ClosedRange<UInt64> {
            let random = RandomMatrix(seed: seed, labels: 2...8)
            func thresholds(_ columns: [Int]) -> [Double] { columns.map { Double($0 + 1) / 10 } }
            func curves(_ columns: [Int]) -> [CalibrationCurve]? {
                random.kind == .logits ? columns.map { .logistic(scale: 1 + Double($0), shift: -0.5) } : nil
            }
            let every = Array(0..<random.labels)
            let options = EvaluationOptions(
                topK: 2, thresholds: thresholds(every), bootstrapReplicates: 5, majorityMinimum: 1,
                calibration: curves(every))
            let matrix = try random.matrix()
            let all = try evaluate(matrix, labels: random.names, kind: random.kind, options: options)
            var report = all
            let columns = every.filter { ($0 + Int(seed)) % 3 != 0 }
            let groups = [
                LabelGroup(name: "some", columns: columns), LabelGroup(name: "none", columns: []),
                LabelGroup(name: "all", columns: every),
            ]
            try report.add(LabelParts(groups: groups), of: matrix, kind: random.kind, options: options)
            let names = try #require(report.groups).keys.sorted()
            #expect(names == (columns.isEmpty ? ["all"] : ["all", "some"]))
            var whole = all
            whole.perLabel = []
            #expect(report.groups?["all"] == whole)
            guard !columns.isEmpty else { continue }
            // The columns picked by hand.
            var (scores, targets): ([Double], [Float]) = ([], [])
            for image in 0..<random.images {
                for column in columns {
                    scores.append(random.scores[image * random.labels + column])
                    targets.append(random.targets[image * random.labels + column])
                }
            }
            var some = options
            some.thresholds = thresholds(columns)
            some.calibration = curves(columns)
            let part = try ScoreMatrix(
                imageCount: random.images, labelCount: columns.count, scores: scores, targets: targets)
            var direct = try evaluate(
                part, labels: columns.map { random.names[$0] }, kind: random.kind, options: some)
            let chosen = try evaluate(
                matrix, columns: columns, labels: random.names, kind: random.kind, options: options)
            #expect(chosen == direct)
            direct.perLabel = []
            #expect(report.groups?["some"] == direct, "seed \(seed)")
        }
    }

    @Test func `groups and bands survive their JSON, and what was not asked for has no key`() throws {
        let random = RandomMatrix(seed: 12, images: 30...40, labels: 7...7)
        let matrix = try random.matrix()
        let options = EvaluationOptions(bootstrapReplicates: 4)
        var report = try evaluate(matrix, labels: random.names, kind: random.kind, options: options)
        func keys(_ report: EvaluationReport) throws -> [String: Any] {
            let data = try JSONEncoder().encode(report)
            #expect(try JSONDecoder().decode(EvaluationReport.self, from: data) == report)
            return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        }
        let plain = try keys(report)
        let own = LabelGroup(name: "own", columns: [1, 2])
        try report.add(LabelParts(groups: [own]), of: matrix, kind: random.kind, options: options)
        report.addBands(training: ["label 0": 90, "label 1": 5, "label 3": 40, "label 6": 20], boundaries: nil)
        report.calibration = "platt"
        report.score = "softmax"
        let full = try keys(report)
        let new: Set = ["groups", "bands", "bands_counted_in", "calibration", "score"]
        #expect(Set(full.keys) == Set(plain.keys).union(new) && new.isDisjoint(with: plain.keys))
        let groups = try #require(full["groups"] as? [String: [String: Any]])
        let block = try #require(groups["own"])
        #expect(Set(block.keys) == Set(plain.keys).subtracting(["per_label"]))
        let bands = try #require(full["bands"] as? [String: [String: Any]])
        #expect(Set(bands.keys) == ["head", "middle", "tail"] && full["bands_counted_in"] as? String == "training")
        for band in bands.values { #expect(Set(band.keys) == ["labels", "fewest", "most", "map_macro", "f1"]) }
        #expect(bands["head"]?["labels"] as? Int == 2 && bands["head"]?["fewest"] as? Int == 40)
        // Groups in groups would be read without end; they are passed over.
        let nested = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
            .replacing("\"own\":{", with: "\"own\":{\"groups\":{\"deep\":3},")
        #expect(nested.contains("deep"))
        #expect(try JSONDecoder().decode(EvaluationReport.self, from: Data(nested.utf8)) == report)
    }

    @Test func `bands cut the labels in thirds and keep equal frequencies together`() {
        let bands = frequencyBands(positives: [0, 50, 3, 3, 3, 20, 1, 9])
        #expect(bands.map(\.name) == ["head", "middle", "tail"])
        #expect(bands.map(\.labels) == [[1, 5, 7], [2, 3, 4], [6]])
        #expect(bands.map(\.most) == [50, 3, 1] && bands.map(\.fewest) == [9, 3, 1])
        #expect(frequencyBands(positives: [4, 4, 4, 4]).map(\.labels) == [[0, 1, 2, 3]])
        #expect(frequencyBands(positives: [4, 0, 2]).isEmpty)
    }

    @Test func `boundaries belong to the middle, and bands without labels are not there`() {
        let positives = [0, 50, 3, 20, 100, 101, 19, 9000]
        let bands = frequencyBands(positives: positives, boundaries: BandBoundaries(low: 20, high: 100))
        #expect(bands.map(\.labels) == [[7, 5], [4, 1, 3], [6, 2]])
        let two = frequencyBands(positives: [5, 7], boundaries: BandBoundaries(low: 6, high: 6))
        #expect(two.map(\.name) == ["head", "tail"] && two.map(\.labels) == [[1], [0]])
        #expect(frequencyBands(positives: [0, 0], boundaries: BandBoundaries(low: 1, high: 2)).isEmpty)
    }

    @Test func `bands average the labels that they hold, by the pictures that count`() throws {
        let random = RandomMatrix(seed: 31, images: 40...40, labels: 6...6)
        let report = try evaluate(
            random.matrix(), labels: random.names, kind: random.kind,
            options: EvaluationOptions(bootstrapReplicates: 0))
        func mean(_ values: [Double]) -> Double? {
            values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
        }
        for training: [String: Int]? in [nil, ["label 0": 1, "label 1": 2, "label 2": 30, "label 4": 50, "other": 99]] {
            for boundaries: BandBoundaries? in [nil, BandBoundaries(low: 2, high: 30)] {
                var result = report
                result.addBands(training: training, boundaries: boundaries)
                let counts = report.perLabel.map { training == nil ? $0.positives : training?[$0.label] ?? 0 }
                let expected = frequencyBands(positives: counts, boundaries: boundaries)
                #expect(result.bands?.count ?? 0 == expected.count)
                #expect(result.bandCounts == (expected.isEmpty ? nil : training == nil ? .evaluated : .training))
                for band in expected {
                    let labels = band.labels.map { report.perLabel[$0] }
                    let found = try #require(result.bands?[band.name])
                    #expect(found.labels == labels.count && found.fewest == band.fewest && found.most == band.most)
                    #expect(found.mapMacro == mean(labels.compactMap(\.averagePrecision)))
                    #expect(found.f1 == mean(labels.map(\.f1)))
                }
            }
        }
    }

    @Test func `a softmax adds up to 1, whatever is added to the logits`() throws {
        let logits: [Double] = [1, 2, 3, -1000, 0, 1000, 5, 5, 5]
        let logs = logSoftmax(logits, labelCount: 3)
        for row in 0..<3 {
            let part = logs[3 * row..<3 * row + 3]
            #expect(abs(part.reduce(0) { $0 + exp($1) } - 1) < 1e-12 && part.allSatisfy { $0 <= 0 })
        }
        let sum = exp(1.0) + exp(2.0) + exp(3.0)
        for index in 0..<3 { #expect(abs(logs[index] - log(exp(logits[index]) / sum)) < 1e-12) }
        #expect(logs[3] == -2000 && logs[4] == -1000 && logs[5] == 0)
        let shifted = logSoftmax(logits.map { $0 - 10 }, labelCount: 3)
        for (first, second) in zip(logs, shifted) { #expect(abs(first - second) < 1e-12) }
    }

    @Test func `logarithms of probabilities have the metrics of the probabilities`() throws {
        for seed in 1...150 as ClosedRange<UInt64> {
            let random = RandomMatrix(seed: seed, labels: 1...5)
            guard random.kind == .logits else { continue }
            let logs = logSoftmax(random.scores, labelCount: random.labels)
            let matrix = try ScoreMatrix(
                imageCount: random.images, labelCount: random.labels, scores: logs, targets: random.targets)
            let direct = try ScoreMatrix(
                imageCount: random.images, labelCount: random.labels, scores: logs.map { min(1, exp($0)) },
                targets: random.targets)
            let options = EvaluationOptions(threshold: 0.3, bootstrapReplicates: 0)
            let report = try evaluate(matrix, labels: random.names, kind: .logProbabilities, options: options)
            let expected = try evaluate(direct, labels: random.names, kind: .probabilities, options: options)
            #expect(report.brier == expected.brier && report.calibrationError == expected.calibrationError)
            #expect(report.perLabel.map(\.f1) == expected.perLabel.map(\.f1))
            let ranked = try evaluate(matrix, labels: random.names, kind: .logits, options: options)
            #expect(report.gap == ranked.gap && report.mapMacro == ranked.mapMacro)
            let fitted = try fitThresholds(matrix, goal: .maximumF1, minimumPositives: 1, kind: .logProbabilities)
            let same = try fitThresholds(direct, goal: .maximumF1, minimumPositives: 1, kind: .probabilities)
            #expect(fitted == same)
        }
        let wrong = try ScoreMatrix(imageCount: 1, labelCount: 2, scores: [-1, 0.5], targets: [0, 1])
        #expect(throws: EvaluationError.notALogProbability(row: 0, column: 1, label: "b", value: 0.5)) {
            try evaluate(wrong, labels: ["a", "b"], kind: .logProbabilities)
        }
    }
}
