// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CLIP
import Datasets
public import Evaluation
import FileIO
import Foundation
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
            F1 over all pairs). Labels with few positives, or out of P's reach, get the global threshold.

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
        let options = try model.streamOptions()
        let templates = try labels.templates()
        let fileLabels = try labels.fileLabels()
        let directory = try model.directory()
        let copy = try ModelCopy(of: directory, to: output)
        let table = try readAnnotations(path: data, labels: fileLabels?.map(\.name), options: annotations)
        let bundle = try ModelBundle(directory: directory)
        let resolved = try bundle.resolve(fileLabels ?? table.labels.map { Label(name: $0) })
        let scored = Set(table.labels)
        let absent = (bundle.description?.labels ?? []).map(\.name).filter { !scored.contains($0) }
        if let first = absent.first {
            StandardError.line(
                "note: \(absent.count) of the model's labels are not in \(data) and get no threshold, such as '\(printable(first, maximumCharacters: 80))'"
            )
        }
        let classifier = try bundle.classifier(
            labels: resolved, templates: templates, device: options.device, dtype: model.precision.dtype)
        let scores = try scoreTable(
            table, classifier, preprocessor: bundle.checkpoint.preprocessor, options: options, title: "scoring")
        let matrix = try ScoreMatrix(
            imageCount: table.images.count, labelCount: table.labels.count, scores: scores, targets: table.targets)
        let fitted = try fitThresholds(matrix, goal: goal, minimumPositives: minimumPositives)
        if !fitted.isGlobalFitted {
            throw BadDataError(
                message: "\(data) has no positive among its known pairs, so no threshold can be fitted; add some")
        }
        let result = try ThresholdReport(matrix, table.labels, goal, minimumPositives, fitted)
        try copy.write(try description(bundle, classifier, resolved, templates, fitted))
        try StandardOutput.shared.write(try jsonText(result))
    }

    /// The model's description with the thresholds, and with the texts that they hold for.
    private func description(
        _ bundle: ModelBundle, _ classifier: MultiLabelClassifier, _ labels: [Label], _ templates: [PromptTemplate]?,
        _ fitted: FittedThresholds
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
        for (index, label) in labels.enumerated() {
            if let place = description.labels.firstIndex(where: { $0.name == label.name }) {
                description.labels[place] = label
            }
            description.thresholds[label.name] = fitted.perLabel[index]
        }
        return description
    }
}
