// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datasets
import Evaluation
import FileIO
import JSON
import MultiLabel
import Terminal

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
    @Option(help: .init("Annotations: CSV, JSON lines, COCO or Create ML.", valueName: "file")) var data: String
    @OptionGroup var annotations: AnnotationFileOptions
    @OptionGroup var labels: LabelOptions
    @OptionGroup var metrics: MetricOptions
    @OptionGroup var score: ScoreOptions
    @OptionGroup var groups: LabelGroupOptions

    @Option(help: .init("A folder for evaluation.json, per-label.csv and scores.csv.", valueName: "folder"))
    var output: String?

    @OptionGroup var page: ReportOptions

    func run() throws {
        let options = try score.predictor(model, threshold: metrics.threshold)
        let (templates, fileLabels) = (try labels.templates(), try labels.fileLabels())
        let table = try annotations.read(data, labels: fileLabels)
        let parts = try groups.parts(of: table.labels)
        if let output { try createDirectory(path: output) }
        let page = try page.sources(model: model.model)
        let bundle = try modelBundle(model.directory())
        let seenPictures = try SeenPictureNotes(model: model.model, table, options.pictures)
        let evaluation = try bundle.evaluate(
            table, labels: fileLabels, templates: templates, options: options, metrics: metrics.options, parts: parts,
            monitor: .console, inspect: seenPictures?.inspect)
        let notes = seenPictures?.notes() ?? []
        for note in notes { StandardError.line("warning: " + note) }
        var report = evaluation.report
        report.compared = try self.page.compared(evaluation.scores, of: table, options: metrics.options)
        try StandardOutput.shared.write(try jsonText(report))
        if let output { try report.write(scores: evaluation.scores, of: table, to: output) }
        let about = bundle.description
        let seen = about?.labels.map(\.name) ?? []
        try page?.write(
            report, scores: evaluation.scores, of: table, model: model.model,
            seen: seen.isEmpty ? nil : seen, reading: evaluation.reading, about: about, bands: groups.bands?.boundaries,
            notes: notes)
    }
}
