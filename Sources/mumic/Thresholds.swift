// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CLIP
import Datasets
public import Evaluation
import FileIO
import Foundation
import JSON
import MultiLabel
import Terminal
import Torch

extension ThresholdGoal: ExpressibleByArgument {
    /// Reads what `--goal` may be.
    public init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        switch (parts.first, parts.count > 1 ? Double(parts[1]) : nil) {
        case ("max-f1", nil) where parts.count == 1: self = .maximumF1
        case ("global", nil) where parts.count == 1: self = .global
        case ("precision", let rate?) where rate > 0 && rate <= 1: self = .precision(rate)
        case ("recall", let rate?) where rate > 0 && rate <= 1: self = .recall(rate)
        default: return nil
        }
    }

    /// The goal as `--goal` takes it.
    public var defaultValueDescription: String {
        switch self {
        case .maximumF1: "max-f1"
        case .global: "global"
        case .precision(let rate): "precision=\(rate)"
        case .recall(let rate): "recall=\(rate)"
        }
    }
}

/// Fits thresholds to annotated pictures and writes them into a copy of the model.
struct Thresholds: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fit each label's threshold to annotated pictures, in a copy of a model.",
        discussion: """
            Scores the pictures, fits the probability from which on each label counts as predicted, and writes a copy \
            of the model that knows these thresholds; MODEL is left as it is. Prints JSON with each label's threshold \
            and its F1 at 0.5 and at the threshold. Take pictures that the model was not trained on.

            --goal is max-f1 (each label's highest F1), precision=P (the most that can be found at a precision of P), \
            recall=R (the highest threshold that still finds the share R), or global (one threshold, of the highest \
            F1 over all pairs). Labels with few positives, or out of P's reach, get the global threshold. A \
            calibrated model's thresholds refer to its calibrated probabilities.

              mumic thresholds --model run/model --data validation.csv --output fitted
              mumic predict --model fitted --threshold fitted photos/
            """)

    @OptionGroup var model: ModelOptions

    @Option(help: ArgumentHelp("Annotations: CSV, JSON lines, COCO or Create ML.", valueName: "file"))
    var data: String

    @Option(help: ArgumentHelp("The folder that the copy of the model becomes.", valueName: "folder"))
    var output: String

    @Option(help: ArgumentHelp("max-f1, precision=P, recall=R or global.", valueName: "goal"))
    var goal = ThresholdGoal.maximumF1

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Positives that a label needs for a threshold of its own.", valueName: "n"))
    var minimumPositives = 5

    @OptionGroup var annotations: AnnotationFileOptions
    @OptionGroup var labels: LabelOptions

    mutating func validate() throws {
        if minimumPositives < 1 { throw ValidationError("--minimum-positives must be at least 1") }
    }

    func run() throws {
        let scored = try FittedCopy(
            model, data: data, output: output, annotations: annotations, labels: labels,
            absent: "get no threshold")
        let (table, bundle, matrix) = (scored.table, scored.bundle, scored.matrix)
        let curves = bundle.description?.calibration?.curves(labels: table.labels)
        let fitted = try fitThresholds(
            try curves.map(matrix.calibrated) ?? matrix, goal: goal, minimumPositives: minimumPositives,
            kind: curves == nil ? .logits : .probabilities)
        if !fitted.isGlobalFitted {
            throw BadDataError(
                message: "\(data) has no positive among its known pairs, so no threshold can be fitted; add some")
        }
        let result = try ThresholdReport(matrix, table.labels, goal, minimumPositives, fitted, curves)
        var description = try scored.description()
        for (index, label) in scored.labels.enumerated() { description.thresholds[label.name] = fitted.perLabel[index] }
        try scored.copy.write(description)
        try StandardOutput.shared.write(try jsonText(result))
    }
}

/// Says which of the model's labels the data leaves out, and what becomes of them.
func noteAbsentLabels(_ labels: [String], of bundle: ModelBundle, data: String, get outcome: String) {
    let scored = Set(labels)
    let absent = (bundle.description?.labels ?? []).map(\.name).filter { !scored.contains($0) }
    guard let first = absent.first else { return }
    StandardError.line(
        "note: \(absent.count) of the model's labels are not in \(data) and \(outcome), such as '\(printable(first, maximumCharacters: 80))'"
    )
}

/// The model's description with the texts that its labels were scored by.
func describedModel(
    _ bundle: ModelBundle, _ classifier: MultiLabelClassifier, _ labels: [Label], _ templates: [PromptTemplate]?
) throws -> ClassifierDescription {
    var description =
        try bundle.description
        ?? ClassifierDescription(
            labels: labels, templates: classifier.templates,
            temperature: exp(-Double(try classifier.model.logitScale.item())), bias: 0)
    if description.labels.isEmpty { description.labels = labels }
    if let templates, templates != description.templates {
        // What was fitted to other sentences no longer holds.
        description.templates = templates
        description.thresholds = [:]
    }
    for label in labels {
        if let place = description.labels.firstIndex(where: { $0.name == label.name }) {
            description.labels[place] = label
        }
    }
    return description
}
