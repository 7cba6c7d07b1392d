// SPDX-License-Identifier: Apache-2.0

import CLIP
import Datasets
import Evaluation
import FileIO
import MultiLabel
import Report
import Terminal
import Torch
import Training

/// Evaluates what a run has made and what it began with on the validation pictures, and writes `RUN/report.html`.
///
/// To be called when the last step is done, and not where a finished run is merely resumed: the page has a date.
///
/// - Parameters:
///   - options: The run's configuration.
///   - validation: The validation pictures with the labels' columns in the order of `labels`.
///   - labels: The labels as they were trained.
///   - templates: The sentences that they were trained with.
///   - start: The model that training began with.
///   - device: Where to compute.
/// - Throws: The errors of the parts, and ``FileIO/Interrupted`` after an interruption; the model is there in any case.
func writeTrainingReport(
    options: TrainingConfiguration, validation: AnnotationTable, labels: [Label], templates: [PromptTemplate],
    start: ModelBundle, device: Device
) throws {
    let run = options.output
    let streams = PictureStreamOptions(batchSize: options.batchSize, workers: options.workers, device: device)
    let dtype: DType = options.precision == .float32 ? .float32 : .bfloat16

    func scored(
        _ bundle: ModelBundle, _ templates: [PromptTemplate]?, title: String
    ) throws -> (scores: [Double], report: EvaluationReport) {
        let classifier = try bundle.classifier(labels: labels, templates: templates, device: device, dtype: dtype)
        let scores = try scoreTable(
            validation, classifier, preprocessor: bundle.checkpoint.preprocessor, options: streams, title: title)
        let matrix = try ScoreMatrix(
            imageCount: validation.images.count, labelCount: validation.labels.count, scores: scores,
            targets: validation.targets)
        return (scores, try evaluate(matrix, labels: validation.labels, kind: .logits))
    }

    do {
        let trained = try ModelBundle(directory: run + "/model")
        let after = try scored(trained, nil, title: "scoring the model")
        var before: EvaluationReport?
        do {
            before = try scored(start, start.hasLinearHead ? nil : templates, title: "scoring the start").report
        } catch is MultiLabelError {
            // A head over other labels, or a model that never had a temperature: there is nothing to compare with.
        }
        let sources = ReportSources(
            path: run + "/report.html", run: try RunFiles(run: run), before: before, interpolation: nil)
        try sources.write(
            after.report, scores: after.scores, of: validation, model: run + "/model", seen: labels.map(\.name))
    } catch let interruption as Interrupted {
        throw interruption.described("stopped before the report was done; the model is in \(run)/model")
    }
    StandardError.line("the report is \(run)/report.html")
}
