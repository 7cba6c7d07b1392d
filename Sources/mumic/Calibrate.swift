// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import CLIP
import Datasets
import Evaluation
import FileIO
import Foundation
import JSON
import MultiLabel
import Terminal
import Torch

extension CalibrationMethod: ExpressibleByArgument {}

/// Fits probabilities to annotated pictures and writes them into a copy of the model.
struct Calibrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a copy of a model whose probabilities come true as often as they say.",
        discussion: """
            Scores the pictures, fits a rising curve from logits to probabilities, and writes a copy of the model that \
            knows it; MODEL is left as it is. Prints JSON with the fits, and with the calibration error and the Brier \
            score before, after, and on pictures that were left out of the fit in turn (cross-validated: believe \
            these). Take pictures that the model was not trained on.

            --method is platt (sigmoid(scale · z + shift), a scale and a shift for each label), temperature (one scale \
            and shift for all labels) or isotonic (rising steps for labels with at least 50 positives and 200 known \
            pictures, platt for the others). Labels with few positives, and labels that the model has not seen, get \
            the fit of all labels together.

            Rankings and the order of predictions do not change: they go by z. Thresholds that the model has are \
            converted, so that they decide as before.

              mumic calibrate --model run/model --data validation.csv --output calibrated
              mumic evaluate --model calibrated --data test.csv
            """)

    @OptionGroup var model: ModelOptions

    @Option(help: ArgumentHelp("Annotations: CSV, JSON lines, COCO or Create ML.", valueName: "file"))
    var data: String

    @Option(help: ArgumentHelp("The folder that the copy of the model becomes.", valueName: "folder"))
    var output: String

    @Option(help: ArgumentHelp("platt, temperature or isotonic.", valueName: "method"))
    var method = CalibrationMethod.platt

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Positives that a label needs for a fit of its own.", valueName: "n"))
    var minimumPositives = 10

    @Option(parsing: .unconditional, help: ArgumentHelp("The seed of the cross-validation's folds.", valueName: "n"))
    var seed: UInt64 = 0

    @OptionGroup var annotations: AnnotationFileOptions
    @OptionGroup var labels: LabelOptions

    mutating func validate() throws {
        if minimumPositives < 1 { throw ValidationError("--minimum-positives must be at least 1") }
    }

    func run() throws {
        let scored = try FittedCopy(
            model, data: data, output: output, annotations: annotations, labels: labels,
            absent: "get the fit of all labels")
        let (table, bundle, matrix) = (scored.table, scored.bundle, scored.matrix)
        let needs = CalibrationOptions(minimumPositives: minimumPositives)
        let fitted: FittedCalibration
        do {
            fitted = try fitCalibration(matrix, method: method, options: needs)
        } catch let error as EvaluationError {
            throw BadDataError(message: "\(data): \(error)")
        }
        let old = bundle.description?.calibration
        let crossValidated = try crossValidatedCalibration(matrix, method: method, options: needs, seed: seed)
        var description = try scored.description()
        let calibration = Calibration(fitted, labels: table.labels)
        for (name, threshold) in description.thresholds {
            description.thresholds[name] = calibration.curves(labels: [name])[0].threshold(
                for: threshold, under: old?.curves(labels: [name])[0] ?? .plain)
        }
        description.calibration = calibration
        let result = CalibrationReport(
            matrix, table.labels, fitted, needs, before: old?.curves(labels: table.labels),
            crossValidated: crossValidated, seed: seed, thresholdsConverted: description.thresholds.count)
        try scored.copy.write(description)
        try StandardOutput.shared.write(try jsonText(result))
    }
}
