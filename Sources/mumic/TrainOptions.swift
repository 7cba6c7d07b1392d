// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import Datasets
import FileIO
import Foundation
public import Imaging
public import MultiLabel
public import TorchNN
public import Training

extension TrainingLoss: ExpressibleByArgument {}
extension ClassifierHead: ExpressibleByArgument {}
extension PositiveWeighting: ExpressibleByArgument {}
extension RobustTraining: ExpressibleByArgument {}
extension UnknownTargets: ExpressibleByArgument {}
extension Sampling: ExpressibleByArgument {}
extension LoRATarget: ExpressibleByArgument {}
extension Tower: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension ImageAugmenter.Level: ExpressibleByArgument {}
extension LearningRateSchedule.Shape: ExpressibleByArgument {}

extension StartingTemperature: ExpressibleByArgument {
    /// Reads a number or the word auto.
    public init?(argument: String) {
        if argument == "auto" {
            self = .auto
        } else if let value = Double(argument) {
            self = .value(value)
        } else {
            return nil
        }
    }
}

/// What `--bias` says: where b starts, or that there is none.
struct BiasChoice: Decodable, ExpressibleByArgument {
    let start: StartingBias?

    /// Reads a number, or one of the words auto and none.
    init?(argument: String) {
        switch argument {
        case "none": start = nil
        case "auto": start = .auto
        default:
            guard let value = Double(argument) else { return nil }
            start = .value(value)
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = (try? container.decode(Double.self)).map { "\($0)" } ?? (try? container.decode(String.self))
        guard let choice = text.flatMap(BiasChoice.init(argument:)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "is neither a number nor auto nor none")
        }
        self = choice
    }
}

/// Some of the options of a run, as a YAML file or the command line gives them.
struct PartialConfiguration: Decodable {
    var data: String?
    var validation: String?
    var labels: String?
    var images: String?
    var unlisted: String?
    var model: String?
    var output: String?
    var epochs: Int?
    var batchSize: Int?
    var accumulate: Int?
    var learningRate: Double?
    var weightDecay: Double?
    var warmupSteps: Int?
    var schedule: LearningRateSchedule.Shape?
    var loss: String?
    var temperature: StartingTemperature?
    var fixedTemperature: Bool?
    var bias: BiasChoice?
    var fixedBias: Bool?
    var template: OneOrMany<String>?
    var freeze: OneOrMany<Tower>?
    var augment: ImageAugmenter.Level?
    var shuffle: Bool?
    var noShuffle: Bool?
    var precision: Precision?
    var gradientClip: Double?
    var seed: UInt64?
    var device: String?
    var workers: Int?
    var checkpointEvery: Int?
    var labelSmoothing: Double?
    var positiveWeight: PositiveWeighting?
    var aslGammaPositive: Double?
    var aslGammaNegative: Double?
    var aslClip: Double?
    var focalGamma: Double?
    var focalAlpha: Double?
    var robust: RobustTraining?
    var robustRate: Double?
    var unknown: UnknownTargets?
    var head: ClassifierHead?
    var lockImageUnlockedGroups: Int?
    var lockTextUnlockedLayers: Int?
    var freezeEmbeddings: Bool?
    var imageLayerDecay: Double?
    var textLayerDecay: Double?
    var loraRank: Int?
    var loraAlpha: Double?
    var loraTargets: OneOrMany<LoRATarget>?
    var ema: Double?
    var sampling: Sampling?
    var holdOut: OneOrMany<String>?
    var cache: Bool?
    var noCache: Bool?

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
        case template, freeze, augment, shuffle
        case noShuffle = "no-shuffle"
        case precision
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
        case noCache = "no-cache"
    }

    init() {}

    /// Reads a YAML file of options.
    init(path: String) throws {
        self =
            try optionsFile(PartialConfiguration.self, path: path, keys: CodingKeys.allCases, command: "train")
            ?? PartialConfiguration()
    }

    /// Overwrites what is given here.
    func apply(to target: inout TrainingConfiguration) throws {
        func set<T>(_ value: T?, _ path: WritableKeyPath<TrainingConfiguration, T>) {
            if let value { target[keyPath: path] = value }
        }
        set(data, \.data)
        set(model, \.model)
        set(output, \.output)
        set(unlisted, \.unlisted)
        if let validation { target.validation = validation }
        if let labels { target.labels = labels }
        if let images { target.images = images }
        if let bias { target.bias = bias.start }
        set(epochs, \.epochs)
        set(batchSize, \.batchSize)
        set(accumulate, \.accumulate)
        set(learningRate, \.learningRate)
        set(weightDecay, \.weightDecay)
        set(warmupSteps, \.warmupSteps)
        set(schedule, \.schedule)
        set(temperature, \.temperature)
        set(fixedTemperature, \.fixedTemperature)
        set(fixedBias, \.fixedBias)
        set(template?.values, \.template)
        set(freeze?.values, \.freeze)
        set(augment, \.augment)
        set(shuffle, \.shuffle)
        set(noShuffle.map { !$0 }, \.shuffle)
        set(precision, \.precision)
        set(gradientClip, \.gradientClip)
        set(seed, \.seed)
        set(device, \.device)
        set(workers, \.workers)
        if let checkpointEvery { target.checkpointEvery = checkpointEvery }
        set(labelSmoothing, \.labelSmoothing)
        set(positiveWeight, \.positiveWeight)
        set(aslGammaPositive, \.aslGammaPositive)
        set(aslGammaNegative, \.aslGammaNegative)
        set(aslClip, \.aslClip)
        set(focalGamma, \.focalGamma)
        set(focalAlpha, \.focalAlpha)
        set(robust, \.robust)
        if let robustRate { target.robustRate = robustRate }
        set(unknown, \.unknown)
        set(head, \.head)
        if let lockImageUnlockedGroups { target.lockImageUnlockedGroups = lockImageUnlockedGroups }
        if let lockTextUnlockedLayers { target.lockTextUnlockedLayers = lockTextUnlockedLayers }
        set(freezeEmbeddings, \.freezeEmbeddings)
        set(imageLayerDecay, \.imageLayerDecay)
        set(textLayerDecay, \.textLayerDecay)
        if let loraRank { target.loraRank = loraRank }
        set(loraAlpha, \.loraAlpha)
        set(loraTargets?.values, \.loraTargets)
        if let ema { target.ema = ema }
        set(sampling, \.sampling)
        set(holdOut?.values, \.holdOut)
        set(cache, \.cache)
        set(noCache.map { !$0 }, \.cache)
        if let loss { target.loss = try trainingLoss(loss) }
        if AnnotationOptions.Unlisted(rawValue: target.unlisted) == nil {
            throw UsageError("--unlisted is '\(target.unlisted)'; it is absent or unknown")
        }
    }
}

/// A loss by its name.
func trainingLoss(_ name: String) throws -> TrainingLoss {
    if let loss = TrainingLoss(rawValue: name) { return loss }
    let known = TrainingLoss.allCases.map(\.rawValue).joined(separator: ", ")
    throw UsageError("--loss is '\(printable(name))'; it is one of \(known)")
}
