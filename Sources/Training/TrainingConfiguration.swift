// SPDX-License-Identifier: Apache-2.0

public import Imaging
public import MultiLabel
public import TorchNN

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
    public var temperature: StartingTemperature
    /// Whether τ stays as it is. The default is false.
    public var fixedTemperature: Bool
    /// b at the start, or nil for none. The default is where a first batch's probabilities have its share of positives.
    public var bias: StartingBias?
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
    /// Share by which targets move towards one half. The default is 0.
    public var labelSmoothing: Double
    /// How much more a label's positives weigh. The default is none.
    public var positiveWeight: PositiveWeighting
    /// ASL's focus on hard positives. The default is 0.
    public var aslGammaPositive: Double
    /// ASL's focus on hard negatives. The default is 4.
    public var aslGammaNegative: Double
    /// The probability up to which ASL does not count a negative. The default is 0.05.
    public var aslClip: Double
    /// The focal loss's focus on hard pairs. The default is 2.
    public var focalGamma: Double
    /// The weight of positives in the focal loss; that of negatives is the rest to 1. The default is 0.25.
    public var focalAlpha: Double
    /// What is done about targets that are probably wrong. The default is none.
    public var robust: RobustTraining
    /// How much of it; nil, the default, for the method's own.
    public var robustRate: Double?
    /// Whether unknown targets are left out or taken as 0 in training. The default is to leave them out.
    public var unknown: UnknownTargets
    /// What scores the labels. The default is their texts.
    public var head: ClassifierHead
    /// The last groups of the image tower that alone train, or nil for all.
    public var lockImageUnlockedGroups: Int?
    /// The last groups of the text tower that alone train, or nil for all.
    public var lockTextUnlockedLayers: Int?
    /// Whether token, patch, position and class embeddings stay as they are. The default is false.
    public var freezeEmbeddings: Bool
    /// What the learning rate is multiplied by from layer to layer downwards, image tower. The default is 1.
    public var imageLayerDecay: Double
    /// What the learning rate is multiplied by from layer to layer downwards, text tower. The default is 1.
    public var textLayerDecay: Double
    /// The rank of adapters that train instead of the towers' weights, or nil for none.
    public var loraRank: Int?
    /// The adapters' α: they are scaled by α / rank. The default is 16.
    public var loraAlpha: Double
    /// The layers that get an adapter. The default is queries and values.
    public var loraTargets: [LoRATarget]
    /// The decay of a moving average of the weights, which is then what is validated and kept; nil for none.
    public var ema: Double?
    /// How often each picture is seen in an epoch. The default is once.
    public var sampling: Sampling
    /// Labels of the data that are not trained on. The default is none.
    public var holdOut: [String]
    /// Whether what frozen layers make of unvaried pictures is computed once. The default is true.
    public var cache: Bool

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
        self.temperature = .value(0.07)
        self.fixedTemperature = false
        self.bias = .auto
        self.fixedBias = false
        self.template = []
        self.freeze = []
        self.augment = .light
        self.shuffle = true
        self.precision = .float32
        self.gradientClip = 1
        self.seed = 0
        self.device = "cpu"
        self.labelSmoothing = 0
        self.positiveWeight = .none
        self.aslGammaPositive = 0
        self.aslGammaNegative = 4
        self.aslClip = 0.05
        self.focalGamma = 2
        self.focalAlpha = 0.25
        self.robust = .none
        self.unknown = .ignore
        self.head = .text
        self.freezeEmbeddings = false
        self.imageLayerDecay = 1
        self.textLayerDecay = 1
        self.loraAlpha = 16
        self.loraTargets = [.query, .value]
        self.sampling = .natural
        self.holdOut = []
        self.cache = true
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
        case labelSmoothing = "label-smoothing"
        case positiveWeight = "positive-weight"
        case aslGammaPositive = "asl-gamma-positive"
        case aslGammaNegative = "asl-gamma-negative"
        case aslClip = "asl-clip"
        case focalGamma = "focal-gamma"
        case focalAlpha = "focal-alpha"
        case robust
        case robustRate = "robust-rate"
        case unknown
        case head
        case lockImageUnlockedGroups = "lock-image-unlocked-groups"
        case lockTextUnlockedLayers = "lock-text-unlocked-layers"
        case freezeEmbeddings = "freeze-embeddings"
        case imageLayerDecay = "image-layer-decay"
        case textLayerDecay = "text-layer-decay"
        case loraRank = "lora-rank"
        case loraAlpha = "lora-alpha"
        case loraTargets = "lora-targets"
        case ema
        case sampling
        case holdOut = "hold-out"
        case cache
    }

    /// The names of all options.
    public static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// PyTorch's constants, with this decay.
    package var optimizer: AdamW.Configuration { .init(weightDecay: weightDecay) }

    /// The first value that no run can have: its option's name and what is wrong.
    public func firstProblem() -> (key: String, problem: String)? {
        if let problem = firstCommonProblem() { return problem }
        if case .value(let start) = temperature, !(0.01...1).contains(start) {
            return ("temperature", "must lie in 0.01...1, or be the word auto")
        }
        if let number = bias?.number, !number.isFinite { return ("bias", "must be a finite number, auto or none") }
        return firstProblemOfLoss() ?? firstProblemOfTraining()
    }
}

extension TrainingConfiguration {
    private func firstProblemOfLoss() -> (key: String, problem: String)? {
        if !(0..<1).contains(labelSmoothing) { return ("label-smoothing", "must lie in 0..<1") }
        for (key, gamma) in [
            ("asl-gamma-positive", aslGammaPositive), ("asl-gamma-negative", aslGammaNegative),
            ("focal-gamma", focalGamma),
        ] where !(0...100).contains(gamma) {
            return (key, "must lie in 0...100")
        }
        if !(0..<1).contains(aslClip) { return ("asl-clip", "must lie in 0..<1") }
        if !(0...1).contains(focalAlpha) { return ("focal-alpha", "must lie in 0...1") }
        if let robustRate, !(0...1).contains(robustRate) { return ("robust-rate", "must lie in 0...1") }
        if robust == .forward, let robustRate, robustRate >= 0.5 {
            return ("robust-rate", "must be below 0.5 for forward: annotations as often wrong as right say nothing")
        }
        return nil
    }

    private func firstProblemOfTraining() -> (key: String, problem: String)? {
        for (key, groups) in [
            ("lock-image-unlocked-groups", lockImageUnlockedGroups),
            ("lock-text-unlocked-layers", lockTextUnlockedLayers),
        ] {
            if let groups, !(0...1000).contains(groups) { return (key, "must lie in 0...1000") }
        }
        for (key, decay) in [("image-layer-decay", imageLayerDecay), ("text-layer-decay", textLayerDecay)]
        where !(decay > 0 && decay <= 1) {
            return (key, "must be above 0 and at most 1")
        }
        if let loraRank, !(1...4096).contains(loraRank) { return ("lora-rank", "must lie in 1...4096") }
        if !(loraAlpha > 0 && loraAlpha <= 1e6) { return ("lora-alpha", "must be above 0 and at most 1000000") }
        if loraRank != nil, loraTargets.isEmpty { return ("lora-targets", "must name at least one layer") }
        if let ema, !(0..<1).contains(ema) { return ("ema", "must lie in 0..<1") }
        return nil
    }
}
