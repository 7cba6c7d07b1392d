// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import Evaluation
import FileIO
import TrainingOptions

extension FrequencyBands: ExpressibleByArgument {}
extension LabelGroupFile: ExpressibleByArgument {}

/// How metrics are computed.
struct MetricOptions: ParsableArguments {
    @Option(number: "k of GAP@k.", "k") var topK = 10

    @Option(
        number: "The probability from which on a label counts as predicted; fitted: the model's own for each label.",
        "p")
    var threshold = ThresholdChoice.number(0.5)

    @Option(number: "Replicates of the bootstrap intervals; 0 for none.", "n") var bootstrap = 1000
    @Option(number: "The seed of the bootstrap.", "n") var seed: UInt64 = 0
    @Option(number: "Positives that make a label one of the majority (map_majority).", "n") var majorityMinimum: Int?

    mutating func validate() throws {
        if topK < 1 { throw ValidationError("--top-k must be at least 1") }
        try threshold.validate()
        let replicates = EvaluationOptions.replicateRange
        if !replicates.contains(bootstrap) {
            throw ValidationError("--bootstrap must lie in \(replicates.lowerBound)...\(replicates.upperBound)")
        }
        if let majorityMinimum, majorityMinimum < 1 { throw ValidationError("--majority-minimum must be at least 1") }
    }

    /// The options, but for thresholds that a model has.
    var options: EvaluationOptions {
        var options = EvaluationOptions(
            topK: topK, bootstrapReplicates: bootstrap, seed: seed, majorityMinimum: majorityMinimum)
        if case .number(let number) = threshold { options.threshold = number }
        return options
    }
}

/// Parts of the labels that are evaluated by themselves.
struct LabelGroupOptions: ParsableArguments {
    @Option(
        help: .init(
            "Evaluate the labels of a file, one a line, by themselves too; may be repeated.", valueName: "name=file"))
    var group: [LabelGroupFile] = []

    @Option(
        help: .init(
            "Evaluate frequent and rare labels apart: A,B for fewer than A positives (tail) and more than B (head), or thirds of the labels.",
            valueName: "a,b"))
    var bands: FrequencyBands?

    mutating func validate() throws {
        var names: Set<String> = ["seen", "unseen"]
        for choice in group where !names.insert(choice.name).inserted {
            throw ValidationError(
                ["seen", "unseen"].contains(choice.name)
                    ? "--group \(choice.name) is the model's own group; give another name"
                    : "--group \(choice.name) is given twice; give each group a name of its own")
        }
    }

    /// The parts of some labels.
    func parts(of labels: [String]) throws -> LabelParts {
        LabelParts(groups: try group.map { try LabelGroup($0, among: labels, monitor: .console) }, bands: bands)
    }
}
