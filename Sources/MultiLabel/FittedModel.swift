// SPDX-License-Identifier: Apache-2.0

public import Datasets
public import Evaluation
public import FileIO
import Foundation
import Models
import Torch

/// A model's description with what was fitted to annotated pictures, and a report of the fit.
public struct FittedModel<Report: Encodable & Sendable>: Sendable {
    /// What the fit changes.
    public let report: Report
    /// What the model's `mumic.json` would have to say; ``ModelCopy`` writes a copy of the model with it.
    public let description: ClassifierDescription
}

extension ModelBundle {
    /// Fits to annotated pictures the probability from which on each label counts as predicted; a calibrated model's
    /// thresholds refer to its calibrated probabilities. `labels` are the table's with texts of their own, nil for
    /// those that the model knows; `templates` are sentences instead of the model's; a label needs `minimumPositives`
    /// positives for a threshold of its own. Throws ``FileIO/InputError`` where no pair is positive, what ``Predictor``
    /// throws, and `EvaluationError`.
    public func fittingThresholds(
        to table: AnnotationTable, labels: [Label]? = nil, templates: [PromptTemplate]? = nil,
        goal: ThresholdGoal = .maximumF1, minimumPositives: Int = 5, options: PredictorOptions = PredictorOptions(),
        monitor: WorkMonitor = .silent
    ) throws -> FittedModel<ThresholdReport> {
        let (predictor, matrix) = try scored(table, labels, templates, options, monitor, absent: "get no threshold")
        let curves = self.description?.calibration?.curves(labels: table.labels)
        let fitted = try fitThresholds(
            try curves.map(matrix.calibrated) ?? matrix, goal: goal, minimumPositives: minimumPositives,
            kind: curves == nil ? .logits : .probabilities)
        if !fitted.isGlobalFitted {
            throw InputError.badData(
                "\(table.source) has no positive among its known pairs, so no threshold can be fitted; add some")
        }
        let report = try ThresholdReport(
            fitted, of: matrix, labels: table.labels, goal: goal, minimumPositives: minimumPositives, curves: curves)
        var description = try described(by: predictor, templates)
        for (label, threshold) in zip(table.labels, fitted.perLabel) { description.thresholds[label] = threshold }
        return FittedModel(report: report, description: description)
    }

    /// Fits curves from logits to probabilities that come true as often as they say, to annotated pictures; the model's
    /// thresholds are converted, so that they decide as before. `labels` are the table's with texts of their own, nil
    /// for those that the model knows; `templates` are sentences instead of the model's; `needs` is what a label needs
    /// for a fit of its own, and `seed` draws the folds of the cross-validation. Throws ``FileIO/InputError`` where
    /// nothing can be fitted, and what ``Predictor`` throws.
    public func fittingCalibration(
        to table: AnnotationTable, labels: [Label]? = nil, templates: [PromptTemplate]? = nil,
        method: CalibrationMethod = .platt, needs: CalibrationOptions = CalibrationOptions(), seed: UInt64 = 0,
        options: PredictorOptions = PredictorOptions(), monitor: WorkMonitor = .silent
    ) throws -> FittedModel<CalibrationReport> {
        let (predictor, matrix) = try scored(
            table, labels, templates, options, monitor, absent: "get the fit of all labels")
        let fitted: FittedCalibration
        do {
            fitted = try fitCalibration(matrix, method: method, options: needs)
        } catch let error as EvaluationError {
            throw InputError.badData("\(table.source): \(error)")
        }
        let old = self.description?.calibration
        let calibration = Calibration(fitted, labels: table.labels)
        var description = try described(by: predictor, templates)
        for (name, threshold) in description.thresholds {
            description.thresholds[name] = calibration.curve(of: name).threshold(
                for: threshold, under: old?.curve(of: name) ?? .plain)
        }
        description.calibration = calibration
        let report = try CalibrationReport(
            fitted, of: matrix, labels: table.labels, options: needs, seed: seed,
            before: old?.curves(labels: table.labels), thresholdsConverted: description.thresholds.count)
        return FittedModel(report: report, description: description)
    }

    /// Scores the pictures; `outcome` is what becomes of the model's labels that the table leaves out, for a note.
    private func scored(
        _ table: AnnotationTable, _ labels: [Label]?, _ templates: [PromptTemplate]?, _ options: PredictorOptions,
        _ monitor: WorkMonitor, absent outcome: String
    ) throws -> (Predictor, ScoreMatrix) {
        let scored = Set(table.labels)
        let absent = (description?.labels ?? []).map(\.name).filter { !scored.contains($0) }
        if let first = absent.first {
            monitor.note(
                "note: \(absent.count) of the model's labels are not in \(table.source) and \(outcome), such as '\(printable(first, maximumCharacters: 80))'"
            )
        }
        let predictor = try Predictor(
            self, labels: labels ?? table.labels.map { Label(name: $0) }, templates: templates, options: options)
        return (predictor, try ScoreMatrix(predictor.scores(of: table, monitor: monitor), of: table))
    }

    /// The model's description with the texts that its labels were scored by.
    private func described(by predictor: Predictor, _ templates: [PromptTemplate]?) throws -> ClassifierDescription {
        let classifier = predictor.classifier
        var description =
            try self.description
            ?? ClassifierDescription(
                labels: classifier.labels, templates: classifier.templates,
                temperature: exp(-Double(try classifier.model.logitScale.item())),
                bias: try classifier.model.logitBias.map(LabelBias.init) ?? 0)
        if description.labels.isEmpty { description.labels = classifier.labels }
        if let templates, templates != description.templates {
            // What was fitted to other sentences no longer holds.
            description.templates = templates
            description.thresholds = [:]
        }
        for label in classifier.labels {
            if let place = description.labels.firstIndex(where: { $0.name == label.name }) {
                description.labels[place] = label
            }
        }
        return description
    }
}
