// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import FileIO
public import TorchNN

/// What pretraining minimises.
public enum ContrastiveLoss: String, Codable, Sendable, CaseIterable, ExpressibleByArgument {
    /// CLIP's: softmax cross-entropy over the batch, in both directions (Radford et al., arXiv 2103.00020).
    case clip
    /// SigLIP's: a sigmoid for every pair of the batch, with a learned bias (Zhai et al., arXiv 2303.15343).
    case siglip

    /// τ where it starts unless told otherwise, each paper's own.
    public var defaultTemperature: Double { self == .clip ? 0.07 : 0.1 }
    /// b where it starts, or nil where there is none.
    public var defaultBias: Double? { self == .clip ? nil : -10 }
}

/// The model that pretraining begins with.
public struct FirstModelOptions: ParsableArguments, Sendable {
    /// The model to go on from; nil where one begins from nothing.
    @Option(help: .init("A model to go on from: a directory or a Hub name.", valueName: "model"))
    public var model: String?
    /// The shape of a model that begins from nothing, as transformers' `config.json`; nil with `model`.
    @Option(help: .init("The shape of a new model: a config.json of a CLIPModel.", valueName: "file"))
    public var architecture: String?
    /// A model whose tokenizer a new model takes; nil trains one on the captions.
    @Option(
        help: .init(
            "A model whose tokenizer a new model takes (default: one is trained on the captions).", valueName: "model"))
    public var tokenizer: String?

    /// For the parser.
    public init() {}
}

/// What pretraining minimises, and how.
public struct ContrastiveOptions: ParsableArguments, Sendable {
    /// What is minimised.
    @Option(help: .init("What is minimised.", valueName: "loss")) public var loss = ContrastiveLoss.clip
    /// τ at the start; nil for the loss's default in a new model and for the model's own otherwise.
    @Option(
        number:
            "The temperature at the start (default: 0.07 for clip and 0.1 for siglip in a new model, else the model's).",
        "x")
    public var temperature: Double?
    /// The share of each picture's patches that a step does not look at, drawn anew each time.
    @Option(number: "The share of a picture's patches that a step leaves out, to be faster.", "x")
    public var patchDropout = 0.0
    /// Decay of the running mean of the gradients.
    @Option(number: "AdamW's first decay.", "x") public var beta1 = 0.9
    /// Decay of the running mean of the squared gradients.
    @Option(number: "AdamW's second decay.", "x") public var beta2 = 0.98
    /// Added to the root of the second moment.
    @Option(number: "AdamW's epsilon.", "x") public var epsilon = 1e-6

    /// For the parser.
    public init() {}
}

/// Everything that a pretraining run depends on; saved as `RUN/config.yml` under the names of the options.
public struct PretrainingConfiguration: RunConfiguration {
    /// What the shared options are where nobody says anything: as in open_clip for a ViT where it has some.
    public static let defaults = RunDefaults(
        command: "pretrain", data: "Captioned pictures: CSV or JSON lines", epochs: 30, batchSize: 256,
        learningRate: 5e-4, weightDecay: 0.2, warmupSteps: 100)
    /// All options as they are where nobody says anything.
    public static let standard: PretrainingConfiguration = .unsaid

    /// What is trained on, where to, and how the run begins.
    @OptionGroup(title: "Data, model and run") public var run: RunOptions<PretrainingConfiguration>
    /// The model that the run begins with.
    @OptionGroup(title: "Data, model and run") public var start: FirstModelOptions
    /// How the steps go.
    @OptionGroup(title: "Steps") public var steps: StepOptions<PretrainingConfiguration>
    /// How pictures are varied and ordered.
    @OptionGroup(title: "Pictures") public var pictures: PictureOptions
    /// Where the run computes.
    @OptionGroup(title: "Machine") public var machine: MachineOptions
    /// What is minimised, and how.
    @OptionGroup(title: "Loss") public var objective: ContrastiveOptions

    /// For the parser.
    public init() {}

    /// The defaults, for given data and output; as many threads as processors decode pictures if nothing is said.
    public init(data: String, output: String, workers: Int? = nil) {
        self = .standard
        (run.data, run.output, machine.workers) = (data, output, workers)
    }

    /// The options of ``FirstModelOptions`` by their names.
    public subscript<Value>(dynamicMember path: WritableKeyPath<FirstModelOptions, Value>) -> Value {
        get { start[keyPath: path] }
        set { start[keyPath: path] = newValue }
    }

    /// The options of ``ContrastiveOptions`` by their names.
    public subscript<Value>(dynamicMember path: WritableKeyPath<ContrastiveOptions, Value>) -> Value {
        get { objective[keyPath: path] }
        set { objective[keyPath: path] = newValue }
    }

    /// The optimiser's constants.
    public var optimizer: AdamW.Configuration {
        .init(beta1: self.beta1, beta2: self.beta2, epsilon: self.epsilon, weightDecay: self.weightDecay)
    }

    /// What no run can do without and is not given.
    public var missing: String? {
        if self.data.isEmpty { return "--data is missing; name a file of captioned pictures" }
        return self.model == nil && self.architecture == nil
            ? "give --model to go on from a model, or --architecture config.json for a new one of that shape" : nil
    }

    /// Refuses options that contradict each other.
    ///
    /// - Throws: `InputError`, a wrong usage.
    public func checkContradictions() throws {
        if self.model != nil, self.architecture != nil || self.tokenizer != nil {
            throw InputError.usage(
                "--model has a shape and a tokenizer of its own; leave out --architecture and --tokenizer")
        }
    }

    /// Refuses values of the options of pretraining that no run can have.
    public func checkOwnValues() throws {
        try require("beta1", "must be at least 0 and below 1", (0..<1).contains(self.beta1))
        try require("beta2", "must be at least 0 and below 1", (0..<1).contains(self.beta2))
        try require("epsilon", "must be a number above 0", self.epsilon.isFinite && self.epsilon > 0)
        try require("patch-dropout", "must be at least 0 and below 1", (0..<1).contains(self.patchDropout))
        try require("temperature", "must lie in 0.001...1", (0.001...1).contains(self.temperature ?? 1))
    }
}
