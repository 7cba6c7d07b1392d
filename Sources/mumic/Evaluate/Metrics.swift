// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datasets
import Evaluation
import FileIO
import JSON
import Terminal
import TrainingOptions

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

    @Option(help: .init("A wide CSV with a number for every image and label.", valueName: "file")) var scores: String
    @Option(help: .init("The annotations.", valueName: "file")) var targets: String
    @Flag(help: "The scores are logits, as in evaluate's scores.csv, rather than probabilities.") var logits = false
    @Flag(help: "The scores are natural logarithms of probabilities.") var logProbabilities = false

    @OptionGroup var lists: LabelListOptions
    @OptionGroup var metrics: MetricOptions
    @OptionGroup var groups: LabelGroupOptions

    func validate() throws {
        if logits, logProbabilities { throw ValidationError("--logits and --log-probabilities exclude each other") }
    }

    func run() throws {
        if metrics.threshold == .fitted {
            throw InputError.usage(
                "--threshold fitted means a model's own thresholds, and there is none here; give a number")
        }
        let table = try ScoredTargets.read(
            scores: scores, targets: targets, unlisted: lists.unlisted, separator: lists.separator)
        for finding in table.findings { StandardError.line(finding.formatted(path: targets)) }
        let report = try evaluate(
            table, of: scores, kind: logits ? .logits : logProbabilities ? .logProbabilities : .probabilities,
            options: metrics.options, parts: groups.parts(of: table.labels))
        try StandardOutput.shared.write(try jsonText(report))
    }
}
