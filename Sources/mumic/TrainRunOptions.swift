// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Imaging
import TorchNN
import Training

/// What is trained on and where, and how the steps go.
struct RunArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Annotations: CSV, JSON lines, COCO or Create ML.", valueName: "file"))
    var data: String?
    @Option(help: ArgumentHelp("Annotations to validate on after each epoch.", valueName: "file"))
    var validation: String?
    @Option(
        help: ArgumentHelp(
            "Labels, one a line, or CSV label,prompt[,prompt…] (default: those of the data).", valueName: "file"))
    var labels: String?
    @Option(
        help: ArgumentHelp(
            "The folder that picture names are relative to (default: that of the data file).", valueName: "folder"))
    var images: String?
    @Option(
        help: ArgumentHelp(
            "What labels are that a row does not list: absent (default) or unknown.", valueName: "meaning"))
    var unlisted: String?
    @Option(help: ArgumentHelp("The model to start from: a directory or a Hub name.", valueName: "model"))
    var model: String?
    @Option(help: ArgumentHelp("The run's directory; new, unless --resume is given.", valueName: "run"))
    var output: String?
    @Flag(help: "Go on with the run in --output from its last checkpoint.")
    var resume = false
    @Option(help: ArgumentHelp("A YAML file with these options; the command line wins.", valueName: "file"))
    var config: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Passes over the data (default: 10).", valueName: "n"))
    var epochs: Int?
    @Option(parsing: .unconditional, help: ArgumentHelp("Pictures in a forward pass (default: 32).", valueName: "n"))
    var batchSize: Int?
    @Option(parsing: .unconditional, help: ArgumentHelp("Batches in an optimiser step (default: 1).", valueName: "n"))
    var accumulate: Int?
    @Option(parsing: .unconditional, help: ArgumentHelp("The peak learning rate (default: 1e-5).", valueName: "x"))
    var learningRate: Double?
    @Option(parsing: .unconditional, help: ArgumentHelp("Decoupled weight decay (default: 0.1).", valueName: "x"))
    var weightDecay: Double?
    @Option(parsing: .unconditional, help: ArgumentHelp("Steps of linear warm-up (default: 0).", valueName: "n"))
    var warmupSteps: Int?
    @Option(help: ArgumentHelp("After the warm-up: cosine (default) or constant.", valueName: "shape"))
    var schedule: LearningRateSchedule.Shape?
    @Option(help: ArgumentHelp("A sentence with {} for a label's name; may be repeated.", valueName: "sentence"))
    var template: [String] = []
    @Option(help: ArgumentHelp("How much pictures are varied: none, light (default) or strong.", valueName: "level"))
    var augment: ImageAugmenter.Level?
    @Flag(help: "Take the rows in their order.")
    var noShuffle = false
    @Option(help: ArgumentHelp("float32 (default) or bfloat16.", valueName: "type"))
    var precision: Precision?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The largest norm of the gradient; 0 for none (default: 1).", valueName: "x"))
    var gradientClip: Double?
    @Option(
        parsing: .unconditional, help: ArgumentHelp("The seed of order and augmentation (default: 0).", valueName: "n"))
    var seed: UInt64?
    @Option(help: ArgumentHelp("Where to compute: cpu (default), cuda or cuda:N.", valueName: "device"))
    var device: String?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Threads that decode pictures (default: the processors).", valueName: "n"))
    var workers: Int?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Steps between checkpoints within an epoch (default: only at its end).", valueName: "n"))
    var checkpointEvery: Int?
    @Flag(help: "Do not decode every picture once before training.")
    var skipPictureCheck = false
    @Flag(help: "Do not evaluate on the validation pictures once more at the end for RUN/report.html.")
    var noReport = false

    func give(to partial: inout PartialConfiguration) {
        (partial.data, partial.validation, partial.labels, partial.images) = (data, validation, labels, images)
        (partial.unlisted, partial.model, partial.output, partial.epochs) = (unlisted, model, output, epochs)
        (partial.batchSize, partial.accumulate, partial.learningRate) = (batchSize, accumulate, learningRate)
        (partial.weightDecay, partial.warmupSteps, partial.schedule) = (weightDecay, warmupSteps, schedule)
        partial.template = template.isEmpty ? nil : OneOrMany(template)
        partial.noShuffle = noShuffle ? true : nil
        (partial.augment, partial.precision, partial.gradientClip) = (augment, precision, gradientClip)
        (partial.seed, partial.device, partial.workers, partial.checkpointEvery) = (
            seed, device, workers, checkpointEvery
        )
    }
}
