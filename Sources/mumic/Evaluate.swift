// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CLIP
import Datasets
import Evaluation
import FileIO
import Imaging
import JSON
import MultiLabel
import Terminal
import Torch

/// Computes the metrics of a model on annotated pictures.
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compute all metrics of a model on annotated pictures.",
        discussion: """
            Prints JSON: gap, gap_at_k, map_macro and so on, with 95 % bootstrap intervals over pictures. Works for any \
            CLIP model and any labels, trained on or not.

            Labels that the model was trained on and others get a block each in groups (seen and unseen), if there are \
            both, and so do those of --group. With --bands, bands has the mean average precision and F1 of frequent and \
            rare labels: by training pictures where the model knows their number, else by the evaluated ones. A model's calibration \
            changes F1, ece and brier, never what is ranked.

              mumic evaluate --model run/model --data test.csv --output results --report report.html
              mumic evaluate --model openai/clip-vit-base-patch32 --data test.csv --score softmax
            """)

    @OptionGroup var model: ModelOptions

    @Option(help: ArgumentHelp("Annotations: CSV, JSON lines, COCO or Create ML.", valueName: "file"))
    var data: String

    @OptionGroup var annotations: AnnotationFileOptions
    @OptionGroup var labels: LabelOptions
    @OptionGroup var metrics: MetricOptions
    @OptionGroup var score: ScoreOptions
    @OptionGroup var groups: LabelGroupOptions

    @Option(help: ArgumentHelp("A folder for evaluation.json, per-label.csv and scores.csv.", valueName: "folder"))
    var output: String?

    @OptionGroup var page: ReportOptions

    func run() throws {
        let device = try model.computeDevice()
        let templates = try labels.templates()
        let fileLabels = try labels.fileLabels()
        let table = try readAnnotations(path: data, labels: fileLabels?.map(\.name), options: annotations)
        let parts = try groups.columns(labels: table.labels)
        if let output { try createDirectory(path: output) }
        let page = try page.sources(model: model.model)
        let bundle = try ModelBundle(directory: try model.directory(), resolvingBase: modelDirectory)
        try score.check(metrics.threshold, of: bundle)
        let (reading, calibration) = score.reading(labels: table.labels, of: bundle)
        noteLabels(table.labels, bundle)
        let resolved = try bundle.resolve(fileLabels ?? table.labels.map { Label(name: $0) })
        let metricOptions = try metrics.options(labels: table.labels, of: bundle, reading: reading)
        let classifier = try bundle.classifier(
            labels: resolved, templates: templates, device: device, dtype: model.precision.dtype)
        let logits = try scoreTable(
            table, classifier, preprocessor: bundle.checkpoint.preprocessor, options: try model.streamOptions(),
            title: "evaluating")
        let scores = score.score.scores(logits, labelCount: table.labels.count)
        let matrix = try ScoreMatrix(
            imageCount: table.images.count, labelCount: table.labels.count, scores: scores, targets: table.targets)
        let seen = bundle.description?.labels.map(\.name) ?? []
        var report = try evaluate(matrix, labels: table.labels, kind: reading.kind, options: metricOptions)
        try groups.add(
            to: &report, groups: parts, seen: seen, positives: bundle.description?.positives, of: matrix,
            kind: reading.kind, options: metricOptions)
        report.calibration = calibration
        report.score = score.score == .sigmoid ? nil : score.score.rawValue
        try StandardOutput.shared.write(try jsonText(report))
        if let output { try write(report, table, scores, to: output) }
        try page?.write(
            report, scores: scores, of: table, model: model.model, seen: seen.isEmpty ? nil : seen, reading: reading,
            about: bundle.description, bands: groups.bands?.boundaries)
    }

    /// Says where the labels that are scored are not those that the model was trained on.
    private func noteLabels(_ labels: [String], _ bundle: ModelBundle) {
        guard let own = bundle.description?.labels.map(\.name), !own.isEmpty else {
            StandardError.line(
                "note: this model has no mumic.json, so its probabilities, ece, brier and F1 are uncalibrated")
            return
        }
        let known = Set(own)
        let new = labels.filter { !known.contains($0) }
        if !new.isEmpty {
            StandardError.line(
                "note: \(new.count) of \(labels.count) labels are new to the model and scored by their text alone, such as '\(printable(new[0], maximumCharacters: 80))'"
            )
        }
        let absent = known.subtracting(labels).count
        if absent > 0 {
            StandardError.line(
                "note: \(absent) of the model's \(own.count) labels are not in \(data) and not evaluated; --labels fixes the list"
            )
        }
    }

    private func write(_ report: EvaluationReport, _ table: AnnotationTable, _ scores: [Double], to folder: String)
        throws
    {
        let perLabel = try AtomicFileWriter(path: folder + "/per-label.csv")
        try perLabel.append(
            CSVWriter.line(["label", "positives", "negatives", "ap", "precision", "recall", "f1", "threshold"]))
        for label in report.perLabel {
            let numbers = [label.averagePrecision, label.precision, label.recall, label.f1, label.threshold]
            try perLabel.append(
                CSVWriter.line(
                    [label.label, String(label.positives), String(label.negatives)]
                        + numbers.map { $0.map { "\($0)" } ?? "" }))
        }
        try perLabel.commit(durable: false)
        let wide = try AtomicFileWriter(path: folder + "/scores.csv")
        try wide.append(CSVWriter.line(["image"] + table.labels))
        let count = table.labels.count
        for (index, image) in table.images.enumerated() {
            let row = scores[index * count..<(index + 1) * count]
            try wide.append(CSVWriter.line([image.name] + row.map { "\($0)" }))
        }
        try wide.commit(durable: false)
        try AtomicFile.write(try jsonText(report), to: folder + "/evaluation.json", durable: false)
    }
}
