// SPDX-License-Identifier: Apache-2.0

import CLIP
import Datasets
import Foundation
import MultiLabel
import Training
import TrainingOptions

guard CommandLine.arguments.count == 4 else {
    print("usage: resume-training DATA MODEL RUN")
    exit(64)
}
let (data, model, run) = (CommandLine.arguments[1], CommandLine.arguments[2], CommandLine.arguments[3])
let table = try AnnotationTable.read(path: data)
try table.requireUsable()

var options = TrainingConfiguration(data: data, model: model, output: run, workers: 2)
options.epochs = 2
options.learningRate = 1e-4
options.bias = 0
let trainer = Trainer(
    options: options, checkpoint: try CLIPCheckpoint(directory: model), training: table, validation: nil,
    labels: table.labels.map { Label(name: $0) }, templates: [.standard],
    fingerprint: "a hash of the data, so that a changed file is not resumed by mistake", device: .cpu)

// Goes on from the last whole checkpoint, or from the start: run this again after any interruption.
print(try trainer.hasCheckpoint() ? "going on" : "beginning")
try trainer.run { event in
    if case .step(let step, _) = event { print("step \(step.step): loss \(step.loss)") }
}
