// SPDX-License-Identifier: Apache-2.0

import Foundation
import Training
import TrainingOptions

guard CommandLine.arguments.count == 4 else {
    print("usage: resume-training DATA MODEL RUN")
    exit(64)
}
var options = TrainingConfiguration(
    data: CommandLine.arguments[1], model: CommandLine.arguments[2], output: CommandLine.arguments[3], workers: 2)
options.epochs = 2
options.learningRate = 1e-4
options.bias = 0

// Goes on from the last whole checkpoint, or from the start: run this again after any interruption.
options.resume = true
try FineTuningRun(options).run { event in
    if case .step(let step, _) = event { print("step \(step.step): loss \(step.loss)") }
}
