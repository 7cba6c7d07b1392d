// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import Foundation
import Imaging
public import Pretraining
import Terminal
import TorchNN
import Training

extension ContrastiveLoss: ExpressibleByArgument {}

/// Trains a CLIP model on captions.
struct Pretrain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a CLIP model on captioned pictures, from nothing or from another.",
        discussion: """
            DATA is CSV with the columns image and caption (or filepath and title), or JSON lines. With --architecture, \
            a config.json of transformers' CLIPModel, a model begins from random weights, with a tokenizer that is \
            trained on the captions unless --tokenizer names a model to take it from; with --model, an existing model \
            goes on. Writes RUN/start (what it began with), RUN/model (of the best validation recall, or the last one \
            without --validation), RUN/checkpoints, RUN/metrics.jsonl and RUN/config.yml.

              mumic pretrain --data captions.csv --architecture config.json --output run
              mumic pretrain --data captions.csv --model openai/clip-vit-base-patch32 --output run
              mumic pretrain --resume --output run
            """)

    @Option(help: ArgumentHelp("Captioned pictures: CSV or JSON lines.", valueName: "file"))
    var data: String?
    @Option(help: ArgumentHelp("Captioned pictures to validate on after each epoch.", valueName: "file"))
    var validation: String?
    @Option(
        help: ArgumentHelp(
            "The folder that picture names are relative to (default: that of the data file).", valueName: "folder"))
    var images: String?
    @Option(help: ArgumentHelp("A model to go on from: a directory or a Hub name.", valueName: "model"))
    var model: String?
    @Option(help: ArgumentHelp("The shape of a new model: a config.json of a CLIPModel.", valueName: "file"))
    var architecture: String?
    @Option(
        help: ArgumentHelp(
            "A model whose tokenizer a new model takes (default: one is trained on the captions).",
            valueName: "model"))
    var tokenizer: String?
    @Option(help: ArgumentHelp("The run's directory; new, unless --resume is given.", valueName: "run"))
    var output: String?
    @Flag(help: "Go on with the run in --output from its last checkpoint.")
    var resume = false
    @Option(help: ArgumentHelp("A YAML file with these options; the command line wins.", valueName: "file"))
    var config: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Passes over the data (default: 30).", valueName: "n"))
    var epochs: Int?
    @Option(parsing: .unconditional, help: ArgumentHelp("Pictures in a forward pass (default: 256).", valueName: "n"))
    var batchSize: Int?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Batches whose pairs form one step's loss (default: 1).", valueName: "n"))
    var accumulate: Int?
    @Option(parsing: .unconditional, help: ArgumentHelp("The peak learning rate (default: 5e-4).", valueName: "x"))
    var learningRate: Double?
    @Option(parsing: .unconditional, help: ArgumentHelp("Decoupled weight decay (default: 0.2).", valueName: "x"))
    var weightDecay: Double?
    @Option(parsing: .unconditional, help: ArgumentHelp("AdamW's first decay (default: 0.9).", valueName: "x"))
    var beta1: Double?
    @Option(parsing: .unconditional, help: ArgumentHelp("AdamW's second decay (default: 0.98).", valueName: "x"))
    var beta2: Double?
    @Option(parsing: .unconditional, help: ArgumentHelp("AdamW's epsilon (default: 1e-6).", valueName: "x"))
    var epsilon: Double?
    @Option(parsing: .unconditional, help: ArgumentHelp("Steps of linear warm-up (default: 100).", valueName: "n"))
    var warmupSteps: Int?
    @Option(help: ArgumentHelp("After the warm-up: cosine (default) or constant.", valueName: "shape"))
    var schedule: LearningRateSchedule.Shape?
    @Option(help: ArgumentHelp("clip (default) or siglip.", valueName: "loss"))
    var loss: ContrastiveLoss?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The temperature at the start (default: 0.07 for clip and 0.1 for siglip in a new model, else the model's).",
            valueName: "x"))
    var temperature: Double?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The share of a picture's patches that a step leaves out, to be faster (default: 0).", valueName: "x"))
    var patchDropout: Double?
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
        parsing: .unconditional,
        help: ArgumentHelp("The seed of weights, order and augmentation (default: 0).", valueName: "n"))
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

    private var given: PartialPretraining {
        var partial = PartialPretraining()
        (partial.data, partial.validation, partial.images, partial.model) = (data, validation, images, model)
        (partial.architecture, partial.tokenizer, partial.output) = (architecture, tokenizer, output)
        (partial.epochs, partial.batchSize, partial.accumulate) = (epochs, batchSize, accumulate)
        (partial.learningRate, partial.weightDecay) = (learningRate, weightDecay)
        (partial.beta1, partial.beta2, partial.epsilon) = (beta1, beta2, epsilon)
        (partial.warmupSteps, partial.schedule, partial.loss) = (warmupSteps, schedule, loss)
        (partial.temperature, partial.patchDropout) = (temperature, patchDropout)
        (partial.augment, partial.precision) = (augment, precision)
        partial.shuffle = noShuffle ? false : nil
        (partial.gradientClip, partial.seed, partial.device) = (gradientClip, seed, device)
        (partial.workers, partial.checkpointEvery) = (workers, checkpointEvery)
        return partial
    }

    func run() throws {
        let options = try resolved()
        var run = PretrainingRun(options, findModel: modelDirectory)
        run.resumes = resume
        run.checksPictures = !skipPictureCheck
        try run.run(monitor: .console, report: TrainingDisplay().show)
    }

    /// The defaults, then what a resumed run began with, then the YAML file, then the command line.
    private func resolved() throws -> PretrainingConfiguration {
        let file = try config.map { try PartialPretraining(path: $0) } ?? PartialPretraining()
        guard let output = output ?? file.output else {
            throw UsageError("--output is missing; name a directory for the run")
        }
        let saved = resume ? try PretrainingConfiguration.saved(output: output) : nil
        var options = saved ?? PretrainingConfiguration(data: "", output: output, workers: defaultWorkers)
        file.apply(to: &options)
        given.apply(to: &options)
        options.output = output
        if resume, saved == nil, options.data.isEmpty {
            throw UsageError(
                "\(output) has no config.yml yet; give --resume with the options that the run was started with")
        }
        if options.data.isEmpty { throw UsageError("--data is missing; name a file of captioned pictures") }
        if options.model == nil, options.architecture == nil {
            throw UsageError(
                "give --model to go on from a model, or --architecture config.json for a new one of that shape")
        }
        if options.model != nil, options.architecture != nil || options.tokenizer != nil {
            throw UsageError("--model has a shape and a tokenizer of its own; leave out --architecture and --tokenizer")
        }
        if let (key, problem) = options.firstProblem() { throw UsageError("--\(key) \(problem)") }
        return options
    }
}
