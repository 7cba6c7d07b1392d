// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import Evaluation
import MultiLabel

extension ScoreMode: ExpressibleByArgument {}
extension ThresholdChoice: ExpressibleByArgument {}

extension ThresholdChoice {
    func validate() throws {
        if !isInRange { throw ValidationError("--threshold must lie in 0...1, or be the word fitted") }
    }
}

/// How a model's scores are to be read.
struct ScoreOptions: ParsableArguments {
    @Option(
        help: .init(
            "sigmoid: each label by itself; softmax: the scored labels against each other, uncalibrated.",
            valueName: "mode"))
    var score = ScoreMode.sigmoid

    @Flag(help: "Leave out the model's calibration: probabilities are the plain sigmoid.") var noCalibration = false

    /// What a predictor is asked for.
    func predictor(_ model: ModelOptions, threshold: ThresholdChoice?) throws -> PredictorOptions {
        var options = try model.predictor()
        options.score = score
        options.isCalibrated = !noCalibration
        options.threshold = threshold
        return options
    }
}
