// SPDX-License-Identifier: Apache-2.0

import Datasets
import Duplicates
import Evaluation
import FileIO
import Foundation
import Imaging
import Models
import MultiLabel
import Report
import Torch
import TrainingOptions

extension FineTuningRun {
    /// Evaluates what the run has made and the `start` that it began with on the validation pictures, and writes
    /// `RUN/report.html`. Labels are as they were trained, in the order of the validation's columns. To be called when
    /// the last step is done, and not where a finished run is merely resumed: the page has a date. Throws the errors of
    /// the parts, and `Interrupted` after an interruption; the model is there in any case.
    func writeReport(
        _ validation: AnnotationTable, _ labels: [Label], _ templates: [PromptTemplate], start: ModelBundle,
        _ device: Device, _ monitor: WorkMonitor
    ) throws {
        let run = options.output
        let model = run + "/model"
        do {
            let hashes = PixelHashes(count: validation.images.count)
            let after = try scored(
                ModelBundle(directory: model), validation, labels, nil, device, monitor, title: "scoring the model",
                hashes)
            var page = ReportContents(
                model: model, data: validation.source, evaluation: after.report, scores: after.scores,
                targets: validation.targets)
            do {
                page.before = try scored(
                    start, validation, labels, start.head.readsTexts ? templates : nil, device, monitor,
                    title: "scoring the start"
                ).report
            } catch is MultiLabelError {
                // A head over other labels, or a model that never had a temperature: there is nothing to compare with.
            }
            page.pictures = validation.images
            page.seenLabels = labels.map(\.name)
            if FileManager.default.fileExists(atPath: run + "/metrics.jsonl") {
                page.training = TrainingLog(
                    jsonLines: try readText(path: run + "/metrics.jsonl", maximumBytes: 1 << 30))
            }
            page.recipe = try RecipeStages(run: run)
            // The recipe keeps its own notes.
            if page.recipe == nil, !options.allowShared, let seen = try SeenPictures(run: run),
                let note = sharedPicturesNote(training: seen.training, validation: hashes.all, validation)
            {
                page.notes = [note]
            }
            page.configuration = try readText(path: run + "/config.yml", maximumBytes: 1 << 30)
            completesReport(&page)
            try AtomicFile.write(try page.html(), to: run + "/report.html", durable: false)
        } catch let interruption as Interrupted {
            throw interruption.described("stopped before the report was done; the model is in \(model)")
        }
        monitor.note("the report is \(run)/report.html")
    }

    /// A model's logits of the validation pictures, and their metrics.
    private func scored(
        _ bundle: ModelBundle, _ table: AnnotationTable, _ labels: [Label], _ templates: [PromptTemplate]?,
        _ device: Device, _ monitor: WorkMonitor, title: String, _ hashes: PixelHashes? = nil
    ) throws -> (scores: [Double], report: EvaluationReport) {
        let pictures = PictureStreamOptions(batchSize: options.batchSize, workers: options.workers, device: device)
        let predictor = try Predictor(
            bundle, labels: labels, templates: templates,
            options: PredictorOptions(pictures: pictures, dtype: options.precision.dtype))
        var inspect: (@Sendable (Int, RGBImage) -> Void)?
        if let hashes { inspect = { hashes.take($0, $1) } }
        let scores = try predictor.scores(of: table, title: title, monitor: monitor, inspect: inspect)
        return (scores, try evaluate(ScoreMatrix(scores, of: table), labels: table.labels, kind: .logits))
    }
}
