// SPDX-License-Identifier: Apache-2.0

public import Datasets
public import Evaluation
public import FileIO
public import Imaging

/// The metrics of a model on annotated pictures, and the scores that they come from.
public struct ModelEvaluation: Sendable {
    /// The metrics.
    public let report: EvaluationReport
    /// Logits, or the logarithms of a softmax, `[N, L]`, row major.
    public let scores: [Double]
    /// What the scores mean.
    public let reading: ScoreReading
}

extension ModelBundle {
    /// Computes all metrics of the model on annotated pictures; labels that it was trained on and others get a group
    /// each, if there are both. `labels` are the table's with texts of their own, nil for those that the model knows;
    /// `templates` are sentences instead of the model's. Thresholds and calibration in `metrics` and the seen labels in
    /// `parts` are the model's to say. `inspect` is shown every decoded picture with its place, on several threads. Throws what ``Predictor`` throws, and `EvaluationError`.
    public func evaluate(
        _ table: AnnotationTable, labels: [Label]? = nil, templates: [PromptTemplate]? = nil,
        options: PredictorOptions = PredictorOptions(threshold: .number(0.5)),
        metrics: EvaluationOptions = EvaluationOptions(), parts: LabelParts = LabelParts(),
        monitor: WorkMonitor = .silent, inspect: (@Sendable (_ index: Int, RGBImage) -> Void)? = nil
    ) throws -> ModelEvaluation {
        try options.check(self)
        noteLabels(of: table, monitor)
        let predictor = try Predictor(
            self, labels: labels ?? table.labels.map { Label(name: $0) }, templates: templates, options: options,
            monitor: monitor)
        let logits = try predictor.scores(of: table, title: "evaluating", monitor: monitor, inspect: inspect)
        let scores = options.score.scores(logits, labelCount: table.labels.count)
        let matrix = try ScoreMatrix(scores, of: table)
        let reading = predictor.ranking.reading
        var metrics = metrics
        metrics.calibration = reading.curves
        if case .number(let number) = options.threshold { metrics.threshold = number }
        if options.threshold == .fitted { metrics.thresholds = predictor.ranking.thresholds }
        var report = try Evaluation.evaluate(matrix, labels: table.labels, kind: reading.kind, options: metrics)
        var parts = parts
        parts.seen = description?.labels.map(\.name) ?? []
        parts.trainingPositives = description?.positives
        try report.add(parts, of: matrix, kind: reading.kind, options: metrics)
        report.calibration = options.calibration(of: self)?.method.rawValue
        report.score = options.score == .sigmoid ? nil : options.score.rawValue
        return ModelEvaluation(report: report, scores: scores, reading: reading)
    }

    /// Says where the labels that are scored are not those that the model was trained on.
    private func noteLabels(of table: AnnotationTable, _ monitor: WorkMonitor) {
        guard let own = description?.labels.map(\.name), !own.isEmpty else {
            monitor.note("note: this model has no mumic.json, so its probabilities, ece, brier and F1 are uncalibrated")
            return
        }
        let known = Set(own)
        let new = table.labels.filter { !known.contains($0) }
        if let first = new.first {
            monitor.note(
                "note: \(new.count) of \(table.labels.count) labels are new to the model and scored by their text alone, such as '\(printable(first, maximumCharacters: 80))'"
            )
        }
        let absent = known.subtracting(table.labels).count
        if absent > 0 {
            monitor.note(
                "note: \(absent) of the model's \(own.count) labels are not in \(table.source) and not evaluated; --labels fixes the list"
            )
        }
    }
}
