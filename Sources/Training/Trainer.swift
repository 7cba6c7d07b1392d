// SPDX-License-Identifier: Apache-2.0

public import CLIP
public import Datasets
public import Evaluation
import FileIO
import Foundation
import Imaging
public import MultiLabel
public import Torch
import TorchNN

/// What a run tells while it goes on.
public enum TrainingEvent {
    /// Before the first step: what trains, the step to begin with, and all steps.
    case began(groups: [ParameterGroup], firstStep: Int, totalSteps: Int)
    /// A step is done.
    case step(StepReport, images: Int)
    /// A validation begins.
    case validates(images: Int)
    /// Pictures have been scored for it.
    case scored(images: Int)
    /// A validation is done; `isBest` if its model has been kept.
    case validated(EvaluationReport, step: Int, isBest: Bool)
}

/// A line of `metrics.jsonl` for a step.
public struct StepReport: Codable, Sendable, Equatable {
    /// Optimiser steps before this one.
    public var step: Int
    /// Passes over the data before this one.
    public var epoch: Int
    /// The loss of the step's pictures before the update.
    public var loss: Double
    /// The learning rate of the update.
    public var learningRate: Double
    /// τ during the step.
    public var temperature: Double
    /// The rate of the step, pictures per second.
    public var imagesPerSecond: Double

    enum CodingKeys: String, CodingKey {
        case step, epoch, loss
        case learningRate = "learning_rate"
        case temperature
        case imagesPerSecond = "images_per_second"
    }
}

/// Thrown after a run that was asked to stop has saved a checkpoint.
public struct TrainingInterrupted: Error {
    /// Optimiser steps that the checkpoint holds.
    public let step: Int
}

/// Fine-tunes a model on annotations and keeps the best one in the run's directory.
public struct Trainer {
    let options: TrainingConfiguration
    let checkpoint: CLIPCheckpoint
    let set: TrainingSet
    let validation: AnnotationTable?
    let labels: [Label]
    let templates: [PromptTemplate]
    let fingerprint: String
    let device: Device
    let run: RunDirectory

    /// Prepares a run; nothing is loaded or written yet.
    ///
    /// - Parameters:
    ///   - options: The run's configuration.
    ///   - checkpoint: The model to start from.
    ///   - training: The annotations, which have at least one known label.
    ///   - validation: Annotations with the same labels in the same order, or nil.
    ///   - labels: The labels in the order of the annotations' columns.
    ///   - templates: Sentences for labels without prompts.
    ///   - fingerprint: A hash of everything that the annotations were read from.
    ///   - device: Where to compute.
    public init(
        options: TrainingConfiguration, checkpoint: CLIPCheckpoint, training: AnnotationTable,
        validation: AnnotationTable?, labels: [Label], templates: [PromptTemplate], fingerprint: String, device: Device
    ) {
        self.options = options
        self.checkpoint = checkpoint
        self.set = TrainingSet(training)
        self.validation = validation
        self.labels = labels
        self.templates = templates
        self.fingerprint = fingerprint
        self.device = device
        self.run = RunDirectory(path: options.output)
    }

    /// Pictures in an optimiser step.
    var imagesPerStep: Int { options.batchSize * options.accumulate }

    /// Optimiser steps in an epoch, the last of which may have fewer pictures.
    var stepsPerEpoch: Int { (set.table.images.count + imagesPerStep - 1) / imagesPerStep }

    /// Trains from the last whole checkpoint, or from the start, to the end.
    ///
    /// - Parameters:
    ///   - isInterrupted: Asked after every step; if true, a checkpoint is saved and the run ends.
    ///   - report: Told what happens.
    /// - Throws: ``TrainingInterrupted`` after an interruption, ``TrainingError`` and the errors of the parts.
    public func run(isInterrupted: () -> Bool, report: (TrainingEvent) -> Void) throws {
        // On CUDA some kernels have no such form; equal bytes are promised for the CPU.
        if device == .cpu { try Library.useDeterministicAlgorithms() }
        var state = try lastState()
        if state.isFinished { return }
        if set.knownCount(set.table.images.indices) == 0 { throw TrainingError.nothingKnown(source: set.table.source) }
        let parameters = try ModelParameters(
            checkpoint, labels: labels, templates: templates, options, device: device)
        let optimizer = try AdamW(
            parameters: parameters.trained.map { ($0.name, $0.tensor) },
            configuration: .init(weightDecay: options.weightDecay))
        let lock = try begin(state)
        defer { withExtendedLifetime(lock) {} }
        if state.step > 0 {
            let saved = run.checkpoint(step: state.step)
            try Checkpoint.restore(parameters.all, from: saved + "/" + Checkpoint.weightsFile)
            try Checkpoint.restore(optimizer.state, from: saved + "/" + Checkpoint.optimizerFile)
        }
        try run.trimMetrics(step: state.step, isValidated: state.isValidated)
        let log = try LineLog(path: run.metrics)
        let update = try OptimizerStep(parameters, optimizer, set, options, device: device)
        let totalSteps = stepsPerEpoch * options.epochs
        let schedule = LearningRateSchedule(
            peak: options.learningRate, warmupSteps: options.warmupSteps, totalSteps: totalSteps,
            shape: options.schedule)
        report(.began(groups: parameters.groups(), firstStep: state.step, totalSteps: totalSteps))

        func save() throws {
            // The loss of the next step would tell too, but by then the checkpoint before would be gone.
            try parameters.checkFinite(step: state.step - 1)
            try log.synchronize()
            try Checkpoint.save(state, weights: parameters.all, optimizer: optimizer.state, in: run)
        }
        func stopIfInterrupted() throws {
            if !isInterrupted() { return }
            try save()
            throw TrainingInterrupted(step: state.step)
        }

        while state.step < totalSteps || !state.isValidated {
            let epoch =
                state.isValidated || state.step == 0 ? state.step / stepsPerEpoch : (state.step - 1) / stepsPerEpoch
            let order = set.order(epoch: epoch, seed: options.seed, shuffle: options.shuffle)
            let pictures = EpochPictures(
                set: set, rows: Array(order.dropFirst((state.step - epoch * stepsPerEpoch) * imagesPerStep)),
                epoch: epoch, preprocessor: checkpoint.preprocessor, options: options, device: device)
            while let rows = pictures.takeRows(imagesPerStep) {
                let start = ContinuousClock.now
                let temperature = try parameters.temperature()
                let learningRate = schedule.learningRate(at: state.step)
                let loss = try update(
                    state.step, batches: rows.chunked(options.batchSize), learningRate: learningRate,
                    pixels: pictures.pixels)
                let seconds = (ContinuousClock.now - start) / .seconds(1)
                let line = StepReport(
                    step: state.step, epoch: epoch, loss: loss, learningRate: learningRate, temperature: temperature,
                    imagesPerSecond: Double(rows.count) / max(seconds, 1e-9))
                try log.append(line)
                state.step += 1
                state.isValidated = false
                report(.step(line, images: rows.count))
                try stopIfInterrupted()
                if let every = options.checkpointEvery, state.step % every == 0, !pictures.isAtEnd { try save() }
            }
            let best = try validate(parameters, &state, isInterrupted: isInterrupted, report: report)
            try stopIfInterrupted()
            if let best { try log.append(ValidationLine(step: state.step - 1, validation: best)) }
            if validation == nil, state.step == totalSteps { try keepModel(parameters, step: state.step - 1) }
            state.isValidated = true
            state.isFinished = state.step == totalSteps
            try save()
        }
    }
}
