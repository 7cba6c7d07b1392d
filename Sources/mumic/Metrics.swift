// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datasets
import Evaluation
import FileIO
import JSON
import MultiLabel
import Terminal

/// How metrics are computed.
struct MetricOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: ArgumentHelp("k of GAP@k.", valueName: "k"))
    var topK = 10

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The probability from which on a label counts as predicted; fitted: the model's own for each label.",
            valueName: "p"))
    var threshold = ThresholdChoice.number(0.5)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Replicates of the bootstrap intervals; 0 for none.", valueName: "n"))
    var bootstrap = 1000

    @Option(parsing: .unconditional, help: ArgumentHelp("The seed of the bootstrap.", valueName: "n"))
    var seed: UInt64 = 0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Positives that make a label one of the majority (map_majority).", valueName: "n"))
    var majorityMinimum: Int?

    mutating func validate() throws {
        if topK < 1 { throw ValidationError("--top-k must be at least 1") }
        try threshold.validate()
        if bootstrap < 0 || bootstrap > 100_000 { throw ValidationError("--bootstrap must lie in 0...100000") }
        if let majorityMinimum, majorityMinimum < 1 { throw ValidationError("--majority-minimum must be at least 1") }
    }

    /// The options for scores that come without a model.
    func options() throws -> EvaluationOptions {
        guard case .number(let number) = threshold else {
            throw UsageError("--threshold fitted means a model's own thresholds, and there is none here; give a number")
        }
        return EvaluationOptions(
            topK: topK, threshold: number, bootstrapReplicates: bootstrap, seed: seed, majorityMinimum: majorityMinimum)
    }

    /// The options for a model's scores.
    func options(labels: [String], of bundle: ModelBundle, reading: ScoreReading) throws -> EvaluationOptions {
        var options: EvaluationOptions
        if threshold == .fitted {
            options = EvaluationOptions(
                topK: topK, thresholds: try threshold.values(labels: labels, of: bundle),
                bootstrapReplicates: bootstrap, seed: seed, majorityMinimum: majorityMinimum)
        } else {
            options = try self.options()
        }
        options.calibration = reading.curves
        return options
    }
}

/// Computes the metrics of anybody's predictions.
struct Metrics: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compute all metrics of anybody's predictions from two CSV files.",
        usage: "mumic metrics --scores <file> --targets <file> [<options>]",
        discussion: """
            SCORES is a wide CSV, image,LABEL,…; TARGETS the same columns with 1, 0, empty (unknown) or a number \
            between, or any other annotation format. Rows are matched by image and columns by name.

            The scores.csv of evaluate holds logits (--logits), or, by evaluate --score softmax, logarithms of \
            probabilities (--log-probabilities). What a model's calibration changes (F1, ece, brier) only evaluate \
            knows.

              mumic metrics --scores scores.csv --targets test.csv --logits
            """)

    @Option(help: ArgumentHelp("A wide CSV with a number for every image and label.", valueName: "file"))
    var scores: String

    @Option(help: ArgumentHelp("The annotations.", valueName: "file"))
    var targets: String

    @Flag(help: "The scores are logits, as in evaluate's scores.csv, rather than probabilities.")
    var logits = false

    @Flag(help: "The scores are natural logarithms of probabilities.")
    var logProbabilities = false

    @Option(help: ArgumentHelp("What labels are that a row does not list: absent or unknown.", valueName: "meaning"))
    var unlisted = AnnotationFileOptions.Unlisted.absent

    @OptionGroup var metrics: MetricOptions
    @OptionGroup var groups: LabelGroupOptions

    func validate() throws {
        if logits, logProbabilities { throw ValidationError("--logits and --log-probabilities exclude each other") }
    }

    func run() throws {
        let options = try metrics.options()
        let table = try ScoredTargets.read(scores: scores, targets: targets, unlisted: unlisted.meaning)
        for finding in table.findings { StandardError.line(finding.formatted(path: targets)) }
        let matrix = try ScoreMatrix(
            imageCount: table.images.count, labelCount: table.labels.count, scores: table.scores,
            targets: table.targets)
        let kind: ScoreKind = logits ? .logits : logProbabilities ? .logProbabilities : .probabilities
        let parts = try groups.columns(labels: table.labels)
        var report: EvaluationReport
        do {
            report = try evaluate(matrix, labels: table.labels, kind: kind, options: options)
            try groups.add(to: &report, groups: parts, of: matrix, kind: kind, options: options)
        } catch EvaluationError.notAProbability(let row, _, let label, let value) {
            throw BadDataError(
                message:
                    "\(scores): the score of '\(printable(table.images[row]))' for '\(printable(label))' is \(value), no probability; pass --logits if the scores are logits"
            )
        } catch let error as EvaluationError {
            throw BadDataError(message: "\(scores): \(error)")
        }
        try StandardOutput.shared.write(try jsonText(report))
    }
}
