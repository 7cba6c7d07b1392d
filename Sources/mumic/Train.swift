// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datasets
import FileIO
import Foundation
import Imaging
import MultiLabel
import Terminal
import Torch
import TorchNN
import Training

/// Fine-tunes a model.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fine-tune a CLIP model on annotated pictures.",
        discussion: """
            Writes RUN/model (the model of the best validation GAP, or the last one without --validation, in Hugging \
            Face's layout), RUN/checkpoints (to resume), \
            RUN/metrics.jsonl, RUN/config.yml, RUN/tensorboard, and, with --validation, RUN/report.html. Everything can also stand in a YAML file under the same names.

              mumic train --data train.csv --validation val.csv --output run \\
                --model openai/clip-vit-base-patch32
              mumic train --resume --output run
            """)

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
    @Option(help: ArgumentHelp("mumic (default), bce or linear-head.", valueName: "loss"))
    var loss: String?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The temperature at the start, 0.01 to 1 (default: 0.07).", valueName: "x"))
    var temperature: Double?
    @Flag(help: "Keep the temperature as it is.")
    var fixedTemperature = false
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Add a learned bias to the logits that starts here (default: none).", valueName: "x"))
    var bias: Double?
    @Flag(help: "Keep the bias as it is.")
    var fixedBias = false
    @Option(help: ArgumentHelp("A sentence with {} for a label's name; may be repeated.", valueName: "sentence"))
    var template: [String] = []
    @Option(help: ArgumentHelp("A tower that is not trained: image or text; may be repeated.", valueName: "tower"))
    var freeze: [Tower] = []
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

    private var given: PartialConfiguration {
        var partial = PartialConfiguration()
        (partial.data, partial.validation, partial.labels, partial.images) = (data, validation, labels, images)
        (partial.unlisted, partial.model, partial.output, partial.epochs) = (unlisted, model, output, epochs)
        (partial.batchSize, partial.accumulate, partial.learningRate) = (batchSize, accumulate, learningRate)
        (partial.weightDecay, partial.warmupSteps, partial.schedule) = (weightDecay, warmupSteps, schedule)
        (partial.loss, partial.temperature, partial.bias) = (loss, temperature, bias)
        partial.fixedTemperature = fixedTemperature ? true : nil
        partial.fixedBias = fixedBias ? true : nil
        partial.template = template.isEmpty ? nil : OneOrMany(template)
        partial.freeze = freeze.isEmpty ? nil : OneOrMany(freeze)
        partial.noShuffle = noShuffle ? true : nil
        (partial.augment, partial.precision, partial.gradientClip) = (augment, precision, gradientClip)
        (partial.seed, partial.device, partial.workers, partial.checkpointEvery) = (
            seed, device, workers, checkpointEvery
        )
        return partial
    }

    func run() throws {
        let options = try resolved()
        try TrainingSession(
            options: options, resumes: resume, checksPictures: !skipPictureCheck, writesReport: !noReport
        ).run()
    }

    /// The defaults, then what a resumed run began with, then the YAML file, then the command line.
    private func resolved() throws -> TrainingConfiguration {
        let file = try config.map { try PartialConfiguration(path: $0) } ?? PartialConfiguration()
        guard let output = output ?? file.output else {
            throw UsageError("--output is missing; name a directory for the run")
        }
        let saved = resume ? try TrainingConfiguration.saved(output: output) : nil
        var options = saved ?? TrainingConfiguration(data: "", model: "", output: output, workers: defaultWorkers)
        try file.apply(to: &options)
        try given.apply(to: &options)
        options.output = output
        if resume, saved == nil, options.data.isEmpty || options.model.isEmpty {
            throw UsageError(
                "\(output) has no config.yml yet; give --resume with the options that the run was started with")
        }
        if options.data.isEmpty { throw UsageError("--data is missing; name a file of annotations") }
        if options.model.isEmpty {
            throw UsageError("--model is missing; name a directory or a Hub model to start from")
        }
        if let (key, problem) = options.firstProblem() { throw UsageError("--\(key) \(problem)") }
        for text in options.template { _ = try promptTemplate(text) }
        if fixedBias, options.bias == nil {
            throw UsageError("--fixed-bias goes with --bias; say where the bias is to stay")
        }
        if options.loss != .mumic, temperature != nil || fixedTemperature {
            StandardError.line(
                "note: --loss \(options.loss.rawValue) has no temperature to set; --temperature is not used")
        }
        if options.loss == .linearHead, !template.isEmpty || freeze.contains(.text) {
            StandardError.line("note: --loss linear-head reads no texts; --template and --freeze text are not used")
        }
        if options.loss != .mumic, options.bias != nil { throw UsageError("--bias goes with --loss mumic only") }
        return options
    }
}
