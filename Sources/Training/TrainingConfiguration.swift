// SPDX-License-Identifier: Apache-2.0

public import Imaging
public import TorchNN

/// What is minimised.
public enum TrainingLoss: String, Codable, Sendable, CaseIterable {
    /// Tempered-sigmoid binary cross-entropy on cosines with label texts, METHOD's own.
    case mumic
    /// The same with τ = 1 and no bias: plain sigmoid cross-entropy.
    case bce
    /// Binary cross-entropy of a fixed linear head on the image tower's pooled state; label texts are not used.
    case linearHead = "linear-head"
}

/// One of CLIP's two towers, projection included.
public enum Tower: String, Codable, Sendable, CaseIterable {
    /// Pictures.
    case image
    /// Label texts.
    case text
}

/// The type matrix products run in.
public enum Precision: String, Codable, Sendable, CaseIterable {
    /// Everything in float32.
    case float32
    /// Matrix products in bfloat16; master weights, layer norms and the loss in float32.
    case bfloat16
}

/// Everything that a training run depends on; saved as `RUN/config.yml` under the names of the options.
public struct TrainingConfiguration: RunConfiguration {
    /// The annotations to train on.
    public var data: String
    /// The annotations to validate on after each epoch, or nil.
    public var validation: String?
    /// A file of labels, or nil for those of the data.
    public var labels: String?
    /// The folder that pictures' names are relative to, or nil for that of the annotations.
    public var images: String?
    /// Whether labels that a row does not list are absent or unknown. The default is absent.
    public var unlisted: String
    /// The model's directory, or its Hub name.
    public var model: String
    /// The run's directory.
    public var output: String
    /// Passes over the data. The default is 10.
    public var epochs: Int
    /// Pictures in a forward pass. The default is 32.
    public var batchSize: Int
    /// Forward passes in an optimiser step. The default is 1.
    public var accumulate: Int
    /// The peak learning rate. The default is 1e-5.
    public var learningRate: Double
    /// Decoupled decay of tensors of rank 2 and more. The default is 0.1.
    public var weightDecay: Double
    /// Optimiser steps of linear warm-up. The default is 0.
    public var warmupSteps: Int
    /// What follows the warm-up. The default is cosine.
    public var schedule: LearningRateSchedule.Shape
    /// What is minimised. The default is mumic.
    public var loss: TrainingLoss
    /// τ at the start. The default is 0.07.
    public var temperature: Double
    /// Whether τ stays as it is. The default is false.
    public var fixedTemperature: Bool
    /// b at the start, or nil for none. The default is none.
    public var bias: Double?
    /// Whether b stays as it is. The default is false.
    public var fixedBias: Bool
    /// Sentences with `{}` for a label's name. The default is those of the model, else `a photo of a {}`.
    public var template: [String]
    /// Towers that are not trained. The default is none.
    public var freeze: [Tower]
    /// How much pictures are varied. The default is light.
    public var augment: ImageAugmenter.Level
    /// Whether each epoch has an order of its own. The default is true.
    public var shuffle: Bool
    /// The type matrix products run in. The default is float32.
    public var precision: Precision
    /// The largest norm of the gradient; 0 for no bound. The default is 1.
    public var gradientClip: Double
    /// What the order and the augmentation derive from. The default is 0.
    public var seed: UInt64
    /// Where to compute: cpu, cuda or cuda:N. The default is cpu.
    public var device: String
    /// Threads that decode pictures. The default is the number of processors.
    public var workers: Int
    /// Optimiser steps between checkpoints within an epoch, beside the one at its end. The default is none.
    public var checkpointEvery: Int?

    /// The defaults, for given data, model and output.
    public init(data: String, model: String, output: String, workers: Int) {
        self.data = data
        self.model = model
        self.output = output
        self.workers = workers
        self.unlisted = "absent"
        self.epochs = 10
        self.batchSize = 32
        self.accumulate = 1
        self.learningRate = 1e-5
        self.weightDecay = 0.1
        self.warmupSteps = 0
        self.schedule = .cosine
        self.loss = .mumic
        self.temperature = 0.07
        self.fixedTemperature = false
        self.fixedBias = false
        self.template = []
        self.freeze = []
        self.augment = .light
        self.shuffle = true
        self.precision = .float32
        self.gradientClip = 1
        self.seed = 0
        self.device = "cpu"
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case data, validation, labels, images, unlisted, model, output, epochs
        case batchSize = "batch-size"
        case accumulate
        case learningRate = "learning-rate"
        case weightDecay = "weight-decay"
        case warmupSteps = "warmup-steps"
        case schedule, loss, temperature
        case fixedTemperature = "fixed-temperature"
        case bias
        case fixedBias = "fixed-bias"
        case template, freeze, augment, shuffle, precision
        case gradientClip = "gradient-clip"
        case seed, device, workers
        case checkpointEvery = "checkpoint-every"
    }

    /// The names of all options.
    public static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// PyTorch's constants, with this decay.
    package var optimizer: AdamW.Configuration { .init(weightDecay: weightDecay) }

    /// The first value that no run can have: its option's name and what is wrong.
    public func firstProblem() -> (key: String, problem: String)? {
        if let problem = firstCommonProblem() { return problem }
        if !(0.01...1).contains(temperature) { return ("temperature", "must lie in 0.01...1") }
        if let bias, !bias.isFinite { return ("bias", "must be a finite number") }
        return nil
    }
}
