// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation

/// What `mumic evaluate` found.
struct EvaluationFile {
    /// Its numbers by key.
    var numbers: [String: Double] = [:]
    /// Its intervals by the key of what they are of.
    var intervals: [String: [Double]] = [:]
    /// Average precision by label.
    var perLabel: [String: Double] = [:]

    init(path: String) throws {
        guard let object = try jsonObject(path) else {
            throw ExperimentError.badOutput(path: path, problem: "is not an evaluation")
        }
        for (key, value) in object {
            if let number = value as? NSNumber {
                numbers[key] = number.doubleValue
            } else if key.hasSuffix("_ci"), let ends = value as? [NSNumber], ends.count == 2 {
                intervals[String(key.dropLast(3))] = ends.map(\.doubleValue)
            }
        }
        for case let label as [String: Any] in object["per_label"] as? [Any] ?? [] {
            if let name = label["label"] as? String, let value = label["ap"] as? NSNumber {
                perLabel[name] = value.doubleValue
            }
        }
    }

    /// The mean average precision of some labels, those without positives left out.
    func mean(of labels: [String]) -> Double? {
        let values = labels.compactMap { perLabel[$0] }
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}

private func jsonObject(_ path: String) throws -> [String: Any]? {
    let bytes = try reading { () throws(FileIOError) in try readFile(path: path, maximumBytes: 1 << 28) }
    return (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any]
}

/// What `mumic train` wrote of its course.
struct TrainingLog {
    /// The highest GAP of a validation.
    var bestValidationGAP: Double?
    /// The time of all steps.
    var stepSeconds = 0.0
    /// The time of an epoch's steps, the mean over the epochs.
    var secondsPerEpoch: Double?
    /// Parameters that were trained.
    var trainedParameters: Double?

    /// Reads `metrics.jsonl`, and the table of what trains among the messages.
    init(run: String, messages: String, options: OptionList) throws {
        let text = try reading { () throws(FileIOError) in
            try readText(path: run + "/metrics.jsonl", maximumBytes: 1 << 28)
        }
        let batch = Double(options.single("batch-size") ?? "") ?? 32
        let accumulated = Double(options.single("accumulate") ?? "") ?? 1
        var epochs: Set<Int> = []
        for line in text.split(separator: "\n") {
            guard let object = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any] else {
                throw ExperimentError.badOutput(path: run + "/metrics.jsonl", problem: "has a line that is not JSON")
            }
            if let validation = object["validation"] as? [String: Any] {
                if let gap = (validation["gap"] as? NSNumber)?.doubleValue {
                    bestValidationGAP = max(bestValidationGAP ?? gap, gap)
                }
            } else if let speed = (object["images_per_second"] as? NSNumber)?.doubleValue, speed > 0 {
                stepSeconds += batch * accumulated / speed
                if let epoch = object["epoch"] as? Int { epochs.insert(epoch) }
            }
            if let count = (object["trained_parameters"] as? NSNumber)?.doubleValue { trainedParameters = count }
        }
        if !epochs.isEmpty { secondsPerEpoch = stepSeconds / Double(epochs.count) }
        if trainedParameters == nil, let said = try? String(contentsOfFile: messages, encoding: .utf8) {
            trainedParameters = Self.trainedParameters(said)
        }
    }

    /// The sum over the rows `PART  1,234  trains` of the table that training begins with; nil where one trains in part
    /// and does not say how many of it.
    static func trainedParameters(_ messages: String) -> Double? {
        var sum: Double?
        var isKnown = true
        for line in messages.split(separator: "\n") {
            // A run that was resumed has the table twice.
            if line.contains("parameters"), line.hasPrefix("part") { (sum, isKnown) = (0, true) }
            let words = line.split(separator: " ")
            let numbers = words.compactMap { Double($0.replacing(",", with: "")) }
            guard words.count >= 3, words.contains("trains"), let number = numbers.last else { continue }
            if words.last == "part", numbers.count < 2 { isKnown = false }
            sum = (sum ?? 0) + number
        }
        return isKnown ? sum : nil
    }
}

/// A run's logits beside the targets, as far as both have the labels.
public struct RunScores: Sendable, Equatable {
    /// The pictures as the targets' file names them.
    public let images: [String]
    /// The labels of the scores.
    public let labels: [String]
    /// `[N, L]`, row major.
    public let scores: [Double]
    /// `[N, L]`, row major, NaN where unknown.
    public let targets: [Float]

    /// Scores that are at hand.
    public init(images: [String], labels: [String], scores: [Double], targets: [Float]) {
        precondition(scores.count == images.count * labels.count && targets.count == scores.count, "[N, L]")
        (self.images, self.labels, self.scores, self.targets) = (images, labels, scores, targets)
    }

    /// Reads `scores.csv` of an evaluation and the table that was evaluated, which may have more labels.
    ///
    /// - Parameters:
    ///   - scores: A wide CSV of logits.
    ///   - targets: A wide CSV of targets.
    /// - Throws: ``ExperimentError`` where the pictures differ or a label has no targets.
    public init(scores: String, targets: String) throws {
        let table: ScoreTable
        let truth: AnnotationTable
        do throws(DatasetError) {
            table = try ScoreTable.read(path: scores)
            truth = try AnnotationTable.read(path: targets, options: AnnotationOptions(checksPictures: false))
        } catch {
            throw ExperimentError.file(description: "\(error)", isMissing: error.isMissingInput)
        }
        guard table.images == truth.images.map(\.name) else {
            throw ExperimentError.badOutput(path: scores, problem: "has other pictures than \(targets)")
        }
        let places = Dictionary(uniqueKeysWithValues: zip(truth.labels, truth.labels.indices))
        let columns = try table.labels.map { label in
            guard let column = places[label] else {
                throw ExperimentError.badOutput(path: scores, problem: "has the label '\(printable(label))' too many")
            }
            return column
        }
        images = table.images
        labels = table.labels
        self.scores = table.scores
        let width = truth.labels.count
        self.targets = truth.images.indices.flatMap { row in columns.map { truth.targets[row * width + $0] } }
    }
}

extension EmbeddedPictures {
    /// Reads features that `mumic embed` wrote of a table's pictures, in their order.
    init(path: String, table: AnnotationTable, labels: [String]) throws {
        let file = try reading { () throws(FileIOError) in try NPYFile(path: path) }
        guard file.rows == table.images.count else {
            throw ExperimentError.badOutput(
                path: path, problem: "has \(file.rows) rows for \(table.images.count) pictures")
        }
        let features = file.withRows(0..<file.rows) { Array($0.bindMemory(to: Float.self)) }
        let columns = labels.compactMap { table.labels.firstIndex(of: $0) }
        let width = table.labels.count
        self.init(
            features: features, width: file.columns,
            targets: table.images.indices.flatMap { row in columns.map { table.targets[row * width + $0] } },
            labelCount: columns.count)
    }
}

extension PreparedDataset {
    /// Labels of a frequency in the whole, true training table: 0 rare, 1 medium, 2 frequent.
    func labels(inBand band: Int) -> [String] {
        train.labelCounts().filter { count in
            let found = definition.bands.firstIndex { count.positives < $0 } ?? definition.bands.count
            return found == band
        }.map(\.name)
    }
}
