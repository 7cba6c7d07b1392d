// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Evaluation
import FileIO
import MultiLabel

/// How scores become probabilities.
enum ScoreMode: String, ExpressibleByArgument, CaseIterable {
    /// Each label by itself: the sigmoid of its logit, calibrated where the model is.
    case sigmoid
    /// All scored labels against each other, as zero-shot classification with CLIP does.
    case softmax

    /// What is ranked and written: logits z, or the natural logarithms of the softmax of each picture.
    func scores(_ logits: [Double], labelCount: Int) -> [Double] {
        self == .softmax ? logSoftmax(logits, labelCount: labelCount) : logits
    }
}

/// How a model's scores are to be read.
struct ScoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "sigmoid: each label by itself; softmax: the scored labels against each other, uncalibrated.",
            valueName: "mode"))
    var score = ScoreMode.sigmoid

    @Flag(help: "Leave out the model's calibration: probabilities are the plain sigmoid.")
    var noCalibration = false

    /// Refuses thresholds that were fitted to other probabilities.
    func check(_ threshold: ThresholdChoice?, of bundle: ModelBundle) throws {
        guard threshold == .fitted else { return }
        if score == .softmax {
            throw UsageError("--threshold fitted goes with --score sigmoid, which it was fitted to; give a number")
        }
        if noCalibration, bundle.description?.calibration != nil {
            throw UsageError(
                "--threshold fitted goes with the model's calibration, which it refers to; give a number, or leave --no-calibration out"
            )
        }
    }

    /// What the scores of labels mean, and the method of the calibration that is applied.
    func reading(labels: [String], of bundle: ModelBundle) -> (reading: ScoreReading, method: String?) {
        if score == .softmax { return (ScoreReading(.logProbabilities), nil) }
        guard !noCalibration, let calibration = bundle.description?.calibration else {
            return (ScoreReading(.logits), nil)
        }
        return (ScoreReading(.logits, curves: calibration.curves(labels: labels)), calibration.method.rawValue)
    }
}
