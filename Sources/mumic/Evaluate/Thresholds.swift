// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import Evaluation
import JSON
import MultiLabel
import TrainingOptions

extension ThresholdGoal: ExpressibleByArgument {}

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
    @Option(help: .init("Annotations: CSV, JSON lines, COCO or Create ML.", valueName: "file")) var data: String
    @Option(help: .init("The folder that the copy of the model becomes.", valueName: "folder")) var output: String

    @Option(help: .init("max-f1, precision=P, recall=R or global.", valueName: "goal"))
    var goal = ThresholdGoal.maximumF1

    @Option(number: "Positives that a label needs for a threshold of its own.", "n") var minimumPositives = 5
    @OptionGroup var annotations: AnnotationFileOptions
    @OptionGroup var labels: LabelOptions

    mutating func validate() throws {
        if minimumPositives < 1 { throw ValidationError("--minimum-positives must be at least 1") }
    }

    func run() throws {
        let options = try model.predictor()
        let (templates, fileLabels) = (try labels.templates(), try labels.fileLabels())
        let directory = try model.directory()
        let copy = try ModelCopy(of: directory, to: output)
        let table = try annotations.read(data, labels: fileLabels)
        let fitted = try modelBundle(directory).fittingThresholds(
            to: table, labels: fileLabels, templates: templates, goal: goal, minimumPositives: minimumPositives,
            options: options, monitor: .console)
        try copy.write(fitted.description, monitor: .console)
        try StandardOutput.shared.write(try jsonText(fitted.report))
    }
}
