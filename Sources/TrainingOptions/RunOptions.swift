// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import Imaging
public import TorchNN

extension ImageAugmenter.Level: ExpressibleByArgument {}
extension LearningRateSchedule.Shape: ExpressibleByArgument {}

extension Option {
    /// An option whose values may begin with a minus sign: its help, and the name of a value in it.
    package init(wrappedValue: Value, number help: String, _ valueName: String) where Value: ExpressibleByArgument {
        self.init(wrappedValue: wrappedValue, parsing: .unconditional, help: .init(help, valueName: valueName))
    }

    /// The same for an option that may be left out.
    package init<T: ExpressibleByArgument>(number help: String, _ valueName: String) where Value == T? {
        self.init(parsing: .unconditional, help: .init(help, valueName: valueName))
    }
}

/// What is trained on, where to, and how the run begins.
public struct RunOptions<Run: RunConfiguration>: ParsableArguments, Sendable {
    /// The pictures to train on: a file of annotations, or of captions in pretraining.
    @Option(help: .init("\(Run.defaults.data).", valueName: "file")) public var data = ""
    /// Such a file to validate on after each epoch, or nil.
    @Option(help: .init("Such a file to validate on after each epoch.", valueName: "file"))
    public var validation: String?
    /// The folder that pictures' names are relative to, or nil for that of the data.
    @Option(
        help: .init(
            "The folder that picture names are relative to (default: that of the data file).", valueName: "folder"))
    public var images: String?
    /// The run's directory.
    @Option(help: .init("The run's directory; new, unless --resume is given.", valueName: "run")) public var output = ""
    /// Whether the run in `output` goes on from its last checkpoint.
    @Flag(help: "Go on with the run in --output from its last checkpoint.") public var resume = false
    /// A YAML file with these options.
    @Option(help: .init("A YAML file with these options; the command line wins.", valueName: "file"))
    public var config: String?
    /// Whether training begins without having decoded every picture once.
    @Flag(help: "Do not decode every picture once before training.") public var skipPictureCheck = false

    /// For the parser.
    public init() {}

    /// The names of options that say how a run is begun and not what it is.
    static var unsaved: [String] { ["resume", "config", "skip-picture-check", "no-report", "explain"] }
}

/// How the steps go.
public struct StepOptions<Run: RunConfiguration>: ParsableArguments, Sendable {
    /// Passes over the data.
    @Option(number: "Passes over the data.", "n") public var epochs = Run.defaults.epochs
    /// Pictures in a forward pass.
    @Option(number: "Pictures in a forward pass.", "n") public var batchSize = Run.defaults.batchSize
    /// Forward passes in an optimiser step; in pretraining the loss is taken over the pairs of all of them together.
    @Option(number: "Batches in an optimiser step; captions' pairs of all of them form its loss.", "n")
    public var accumulate = 1
    /// The peak learning rate.
    @Option(number: "The peak learning rate.", "x") public var learningRate = Run.defaults.learningRate
    /// Decoupled decay of tensors of rank 2 and more.
    @Option(number: "Decoupled weight decay.", "x") public var weightDecay = Run.defaults.weightDecay
    /// Optimiser steps of linear warm-up.
    @Option(number: "Steps of linear warm-up.", "n") public var warmupSteps = Run.defaults.warmupSteps
    /// What follows the warm-up.
    @Option(help: .init("What follows the warm-up.", valueName: "shape"))
    public var schedule = LearningRateSchedule.Shape.cosine
    /// The largest norm of the gradient; 0 for no bound.
    @Option(number: "The largest norm of the gradient; 0 for none.", "x") public var gradientClip = 1.0

    /// For the parser.
    public init() {}
}

/// How pictures are varied and ordered.
public struct PictureOptions: ParsableArguments, Sendable {
    /// How much pictures are varied.
    @Option(help: .init("How much pictures are varied.", valueName: "level"))
    public var augment = ImageAugmenter.Level.light
    /// Whether each epoch has an order of its own.
    @Flag(inversion: .prefixedNo, exclusivity: .chooseLast, help: "Take the rows in another order in each epoch.")
    public var shuffle = true
    /// What the order, the augmentation and the weights of a new model derive from.
    @Option(number: "The seed of order and augmentation, and of a new model's weights.", "n")
    public var seed: UInt64 = 0

    /// For the parser.
    public init() {}
}

/// Where the run computes.
public struct MachineOptions: ParsableArguments, Sendable {
    /// The type matrix products run in.
    @Option(help: .init("The type of matrix products.", valueName: "type")) public var precision = Precision.float32
    /// Where to compute: cpu, cuda or cuda:N.
    @Option(help: .init("Where to compute: cpu, cuda or cuda:N.", valueName: "device")) public var device = "cpu"
    /// Threads that decode pictures, or nil for as many as there are processors.
    @Option(number: "Threads that decode pictures (default: the processors).", "n") public var workers: Int?
    /// Optimiser steps between checkpoints within an epoch, beside the one at its end; nil for none.
    @Option(number: "Steps between checkpoints within an epoch (default: only at its end).", "n")
    public var checkpointEvery: Int?

    /// For the parser.
    public init() {}
}
