// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import FileIO
import Foundation
public import Imaging
public import TorchNN
public import Training

extension TrainingLoss: ExpressibleByArgument {}
extension Tower: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension ImageAugmenter.Level: ExpressibleByArgument {}
extension LearningRateSchedule.Shape: ExpressibleByArgument {}

/// Losses that the interface names and this version does not have.
let laterLosses = ["siglip", "asl", "focal", "two-way", "softmax"]

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
    var temperature: Double?
    var fixedTemperature: Bool?
    var bias: Double?
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
        if let bias { target.bias = bias }
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
        if let loss { target.loss = try trainingLoss(loss) }
        if AnnotationFileOptions.Unlisted(rawValue: target.unlisted) == nil {
            throw UsageError("--unlisted is '\(target.unlisted)'; it is absent or unknown")
        }
    }
}

/// A loss by its name; names that only later versions have are told apart from mistakes.
func trainingLoss(_ name: String) throws -> TrainingLoss {
    if let loss = TrainingLoss(rawValue: name) { return loss }
    let known = TrainingLoss.allCases.map(\.rawValue).joined(separator: ", ")
    if laterLosses.contains(name) {
        throw UsageError("--loss \(name) is not in this version yet; use \(known)")
    }
    throw UsageError("--loss is '\(printable(name))'; it is one of \(known)")
}
