// SPDX-License-Identifier: Apache-2.0

import FileIO
import Imaging
import TensorBoard
import Torch
import TorchNN

/// The loop of every run: epochs, steps, validations and checkpoints, from wherever the run stopped.
package struct TrainingLoop<Task: TrainingTask> {
    let task: Task
    let run: RunDirectory

    /// Prepares a run; nothing is loaded or written yet.
    package init(_ task: Task) {
        self.task = task
        self.run = RunDirectory(path: task.options.output)
    }

    var options: Task.Configuration { task.options }

    /// Pictures in an optimiser step.
    var imagesPerStep: Int { options.batchSize * options.accumulate }

    /// Optimiser steps in an epoch, the last of which may have fewer pictures.
    var stepsPerEpoch: Int { (task.rows.count + imagesPerStep - 1) / imagesPerStep }

    /// Trains from the last whole checkpoint, or from the start, to the end.
    ///
    /// - Parameters:
    ///   - isInterrupted: Asked after every step; if true, a checkpoint is saved and the run ends.
    ///   - report: Told what happens.
    /// - Throws: ``TrainingInterrupted`` after an interruption, ``TrainingError`` and the errors of the parts.
    package func callAsFunction(isInterrupted: () -> Bool, report: (TrainingEvent) -> Void) throws {
        // On CUDA some kernels have no such form; equal bytes are promised for the CPU.
        if task.device == .cpu { try Library.useDeterministicAlgorithms() }
        var state = try lastState()
        if state.isFinished { return }
        let model = try task.load()
        let optimizer = try AdamW(model.optimized, configuration: options.optimizer)
        let lock = try begin(state)
        defer { withExtendedLifetime(lock) {} }
        if state.step > 0 {
            let saved = run.checkpoint(step: state.step)
            try Checkpoint.restore(model.all, from: saved + "/" + Checkpoint.weightsFile)
            try Checkpoint.restore(optimizer.state, from: saved + "/" + Checkpoint.optimizerFile)
        }
        try run.trimMetrics(step: state.step, isValidated: state.isValidated)
        let scalars = try ScalarLog(directory: run.tensorBoard, metrics: run.metrics)
        let log = try LineLog(path: run.metrics)
        func append(_ line: some Encodable) throws { try scalars.append(log.append(line)) }
        let update = GradientUpdate(model: model, optimizer: optimizer, gradientClip: options.gradientClip)
        let totalSteps = stepsPerEpoch * options.epochs
        let schedule = LearningRateSchedule(
            peak: options.learningRate, warmupSteps: options.warmupSteps, totalSteps: totalSteps,
            shape: options.schedule)
        report(.began(groups: model.groups, firstStep: state.step, totalSteps: totalSteps))

        func save() throws {
            // The loss of the next step would tell too, but by then the checkpoint before would be gone.
            try model.checkFinite(step: state.step - 1)
            try log.synchronize()
            try scalars.synchronize()
            try Checkpoint.save(state, weights: model.all, optimizer: optimizer.state, in: run)
        }
        func stopIfInterrupted() throws {
            if !isInterrupted() { return }
            try save()
            throw TrainingInterrupted(step: state.step)
        }

        guard
            try task.prepare(model, firstStep: state.step, isInterrupted: isInterrupted, report: report)
        else { throw TrainingInterrupted(step: state.step) }
        while state.step < totalSteps || !state.isValidated {
            let epoch =
                state.isValidated || state.step == 0 ? state.step / stepsPerEpoch : (state.step - 1) / stepsPerEpoch
            let pictures = task.inputs(
                model, order: task.order(epoch: epoch), done: (state.step - epoch * stepsPerEpoch) * imagesPerStep,
                epoch: epoch)
            while let rows = pictures.takeRows(imagesPerStep) {
                let start = ContinuousClock.now
                let temperature = try model.temperature()
                let learningRate = schedule.learningRate(at: state.step)
                let loss = try model.gradients(
                    state.step, batches: rows.chunked(options.batchSize), inputs: pictures.inputs)
                try update(state.step, learningRate: learningRate)
                let seconds = (ContinuousClock.now - start) / .seconds(1)
                let line = StepReport(
                    step: state.step, epoch: epoch, loss: loss, learningRate: learningRate, temperature: temperature,
                    imagesPerSecond: Double(rows.count) / max(seconds, 1e-9))
                try append(line)
                state.step += 1
                state.isValidated = false
                report(.step(line, images: rows.count))
                try stopIfInterrupted()
                if let every = options.checkpointEvery, state.step % every == 0, !pictures.isAtEnd { try save() }
            }
            let found = try validate(model, &state, isInterrupted: isInterrupted, report: report)
            try stopIfInterrupted()
            if let found { try append(ValidationLine(step: state.step - 1, validation: found)) }
            if !task.validates, state.step == totalSteps {
                try keep(model, validation: nil, step: state.step - 1)
            }
            state.isValidated = true
            state.isFinished = state.step == totalSteps
            try save()
        }
    }

    /// Measures the model, and keeps it if it is the best so far.
    ///
    /// - Returns: What was found; nil without validation data and after an interruption.
    private func validate(
        _ model: Task.Model, _ state: inout TrainingState, isInterrupted: () -> Bool, report: (TrainingEvent) -> Void
    ) throws -> Task.Validation? {
        if !task.validates { return nil }
        let step = state.step - 1
        try model.checkFinite(step: step)
        let validation = try model.withMeasuredWeights {
            try task.validate(model, step: step, isInterrupted: isInterrupted, report: report)
        }
        guard let found = validation else { return nil }
        // Where nothing can be compared, the latest model is kept.
        let score = found.score ?? state.bestScore ?? 0
        let isBest = state.bestScore.map { score > $0 || found.score == nil } ?? true
        if isBest {
            try keep(model, validation: found, step: step)
            state.bestScore = score
            state.bestStep = step
        }
        report(.validated(found.summary, step: step, isBest: isBest))
        return found
    }

    /// Makes the model as it is now `RUN/model`, in one step.
    private func keep(_ model: Task.Model, validation: Task.Validation?, step: Int) throws {
        try model.checkFinite(step: step)
        let aside = run.path + "/.model"
        try removeTree(path: aside)
        try createDirectory(path: aside)
        try model.withMeasuredWeights { try task.export(model, validation: validation, to: aside) }
        try renameDirectoryDurably(from: aside, to: run.model, replacing: true)
    }
}

/// Checks, bounds and applies the gradients of a step, and forgets them.
struct GradientUpdate<Model: TrainedModel> {
    let model: Model
    let optimizer: AdamW
    let gradientClip: Double

    func callAsFunction(_ step: Int, learningRate: Double) throws {
        var squares = 0.0
        let gradients = model.trained.compactMap { parameter in
            parameter.tensor.gradient.map { (parameter.name, $0) }
        }
        for (_, gradient) in gradients { squares += try gradient.squareSum() }
        guard squares.isFinite else {
            let name = try gradients.first { try !$0.1.isFinite() }?.0
            throw TrainingError.notFinite(
                what: name.map { "the gradient of \($0)" } ?? "the gradient's norm", step: step)
        }
        let norm = squares.squareRoot()
        // torch.nn.utils.clip_grad_norm_'s factor, applied by the optimiser in its own pass over the gradients.
        let scale = gradientClip > 0 && norm > gradientClip ? (norm + 1e-6) / gradientClip : 1
        // A step without a known pair leaves no gradient: the parameters, their decay included, stay as they are.
        if gradients.isEmpty { return }
        try optimizer.step(learningRate: learningRate, gradientScale: scale)
        try model.updated(step: step)
        for parameter in model.trained { try parameter.tensor.clearGradient() }
    }
}
