// SPDX-License-Identifier: Apache-2.0

import Imaging
import Pretraining
import TorchNN
import Training

/// Some of the options of a pretraining run, as a YAML file or the command line gives them.
struct PartialPretraining: Decodable {
    var data: String?
    var validation: String?
    var images: String?
    var model: String?
    var architecture: String?
    var tokenizer: String?
    var output: String?
    var epochs: Int?
    var batchSize: Int?
    var accumulate: Int?
    var learningRate: Double?
    var weightDecay: Double?
    var beta1: Double?
    var beta2: Double?
    var epsilon: Double?
    var warmupSteps: Int?
    var schedule: LearningRateSchedule.Shape?
    var loss: ContrastiveLoss?
    var temperature: Double?
    var patchDropout: Double?
    var augment: ImageAugmenter.Level?
    var shuffle: Bool?
    var precision: Precision?
    var gradientClip: Double?
    var seed: UInt64?
    var device: String?
    var workers: Int?
    var checkpointEvery: Int?

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

    init() {}

    /// Reads a YAML file of options.
    init(path: String) throws {
        self =
            try optionsFile(PartialPretraining.self, path: path, keys: CodingKeys.allCases, command: "pretrain")
            ?? PartialPretraining()
    }

    /// Overwrites what is given here.
    func apply(to target: inout PretrainingConfiguration) {
        func set<T>(_ value: T?, _ path: WritableKeyPath<PretrainingConfiguration, T>) {
            if let value { target[keyPath: path] = value }
        }
        func setOptional<T>(_ value: T?, _ path: WritableKeyPath<PretrainingConfiguration, T?>) {
            if let value { target[keyPath: path] = value }
        }
        set(data, \.data)
        setOptional(validation, \.validation)
        setOptional(images, \.images)
        setOptional(model, \.model)
        setOptional(architecture, \.architecture)
        setOptional(tokenizer, \.tokenizer)
        set(output, \.output)
        set(epochs, \.epochs)
        set(batchSize, \.batchSize)
        set(accumulate, \.accumulate)
        set(learningRate, \.learningRate)
        set(weightDecay, \.weightDecay)
        set(beta1, \.beta1)
        set(beta2, \.beta2)
        set(epsilon, \.epsilon)
        set(warmupSteps, \.warmupSteps)
        set(schedule, \.schedule)
        set(loss, \.loss)
        setOptional(temperature, \.temperature)
        set(patchDropout, \.patchDropout)
        set(augment, \.augment)
        set(shuffle, \.shuffle)
        set(precision, \.precision)
        set(gradientClip, \.gradientClip)
        set(seed, \.seed)
        set(device, \.device)
        set(workers, \.workers)
        setOptional(checkpointEvery, \.checkpointEvery)
    }
}
