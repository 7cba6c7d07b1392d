// SPDX-License-Identifier: Apache-2.0

public import Imaging
public import TorchNN
public import Training

/// What pretraining minimises.
public enum ContrastiveLoss: String, Codable, Sendable, CaseIterable {
    /// CLIP's: softmax cross-entropy over the batch, in both directions (Radford et al., arXiv 2103.00020).
    case clip
    /// SigLIP's: a sigmoid for every pair of the batch, with a learned bias (Zhai et al., arXiv 2303.15343).
    case siglip

    /// τ where it starts unless told otherwise, each paper's own.
    public var defaultTemperature: Double { self == .clip ? 0.07 : 0.1 }
    /// b where it starts, or nil where there is none.
    public var defaultBias: Double? { self == .clip ? nil : -10 }
}

/// Everything that a pretraining run depends on; saved as `RUN/config.yml` under the names of the options.
public struct PretrainingConfiguration: RunConfiguration {
    /// The captioned pictures.
    public var data: String
    /// Captioned pictures to validate on after each epoch, or nil.
    public var validation: String?
    /// The folder that pictures' names are relative to, or nil for that of the data.
    public var images: String?
    /// The model to go on from; nil where one begins from nothing.
    public var model: String?
    /// The shape of a model that begins from nothing, as transformers' `config.json`; nil with `model`.
    public var architecture: String?
    /// A model whose tokenizer a new model takes; nil trains one on the captions.
    public var tokenizer: String?
    /// The run's directory.
    public var output: String
    /// Passes over the data. The default is 30.
    public var epochs: Int
    /// Pictures in a forward pass. The default is 256.
    public var batchSize: Int
    /// Forward passes in an optimiser step, over whose pairs together the loss is taken. The default is 1.
    public var accumulate: Int
    /// The peak learning rate. The default is 5e-4.
    public var learningRate: Double
    /// Decoupled decay of tensors of rank 2 and more. The default is 0.2.
    public var weightDecay: Double
    /// Decay of the running mean of the gradients. The default is 0.9.
    public var beta1: Double
    /// Decay of the running mean of the squared gradients. The default is 0.98.
    public var beta2: Double
    /// Added to the root of the second moment. The default is 1e-6.
    public var epsilon: Double
    /// Optimiser steps of linear warm-up. The default is 100.
    public var warmupSteps: Int
    /// What follows the warm-up. The default is cosine.
    public var schedule: LearningRateSchedule.Shape
    /// What is minimised. The default is clip.
    public var loss: ContrastiveLoss
    /// τ at the start; nil for the loss's default in a new model and for the model's own otherwise.
    public var temperature: Double?
    /// The share of each picture's patches that a step does not look at, drawn anew each time. The default is 0.
    public var patchDropout: Double
    /// How much pictures are varied. The default is light.
    public var augment: ImageAugmenter.Level
    /// Whether each epoch has an order of its own. The default is true.
    public var shuffle: Bool
    /// The type matrix products run in. The default is float32.
    public var precision: Precision
    /// The largest norm of the gradient; 0 for no bound. The default is 1.
    public var gradientClip: Double
    /// What the weights of a new model, the order and the augmentation derive from. The default is 0.
    public var seed: UInt64
    /// Where to compute: cpu, cuda or cuda:N. The default is cpu.
    public var device: String
    /// Threads that decode pictures. The default is the number of processors.
    public var workers: Int
    /// Optimiser steps between checkpoints within an epoch, beside the one at its end. The default is none.
    public var checkpointEvery: Int?

    /// The defaults, for given data and output; they are open_clip's for a ViT where it has some.
    public init(data: String, output: String, workers: Int) {
        self.data = data
        self.output = output
        self.workers = workers
        self.epochs = 30
        self.batchSize = 256
        self.accumulate = 1
        self.learningRate = 5e-4
        self.weightDecay = 0.2
        self.beta1 = 0.9
        self.beta2 = 0.98
        self.epsilon = 1e-6
        self.warmupSteps = 100
        self.schedule = .cosine
        self.loss = .clip
        self.patchDropout = 0
        self.augment = .light
        self.shuffle = true
        self.precision = .float32
        self.gradientClip = 1
        self.seed = 0
        self.device = "cpu"
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case data, validation, images, model, architecture, tokenizer, output, epochs
        case batchSize = "batch-size"
        case accumulate
        case learningRate = "learning-rate"
        case weightDecay = "weight-decay"
        case beta1, beta2, epsilon
        case warmupSteps = "warmup-steps"
        case schedule, loss, temperature
        case patchDropout = "patch-dropout"
        case augment, shuffle, precision
        case gradientClip = "gradient-clip"
        case seed, device, workers
        case checkpointEvery = "checkpoint-every"
    }

    /// The names of all options.
    public static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// The optimiser's constants.
    package var optimizer: AdamW.Configuration {
        .init(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)
    }

    /// The first value that no run can have: its option's name and what is wrong.
    public func firstProblem() -> (key: String, problem: String)? {
        if let problem = firstCommonProblem() { return problem }
        for (key, value) in [("beta1", beta1), ("beta2", beta2)] where !(0..<1).contains(value) {
            return (key, "must be at least 0 and below 1")
        }
        if !epsilon.isFinite || epsilon <= 0 { return ("epsilon", "must be a number above 0") }
        if !(0..<1).contains(patchDropout) { return ("patch-dropout", "must be at least 0 and below 1") }
        if let temperature, !(0.01...1).contains(temperature) { return ("temperature", "must lie in 0.01...1") }
        return nil
    }
}
