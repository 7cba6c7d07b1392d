// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import Evaluation
import JSON
import MultiLabel
import TrainingOptions

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
    @Option(help: .init("Annotations: CSV, JSON lines, COCO or Create ML.", valueName: "file")) var data: String
    @Option(help: .init("The folder that the copy of the model becomes.", valueName: "folder")) var output: String
    @Option(help: .init("platt, temperature or isotonic.", valueName: "method")) var method = CalibrationMethod.platt
    @Option(number: "Positives that a label needs for a fit of its own.", "n") var minimumPositives = 10
    @Option(number: "The seed of the cross-validation's folds.", "n") var seed: UInt64 = 0
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
        let fitted = try modelBundle(directory).fittingCalibration(
            to: table, labels: fileLabels, templates: templates, method: method,
            needs: CalibrationOptions(minimumPositives: minimumPositives), seed: seed, options: options,
            monitor: .console)
        try copy.write(fitted.description, monitor: .console)
        try StandardOutput.shared.write(try jsonText(fitted.report))
    }
}
