// SPDX-License-Identifier: Apache-2.0

package import FileIO
import Imaging
import Torch
import TorchNN
import TrainingOptions

/// The loop of every run: epochs, steps, validations and checkpoints, from wherever the run stopped.
package struct TrainingLoop<Task: TrainingTask> {
    let task: Task
    let communicator: any Communicator
    let run: RunDirectory
    let rowCount: Int

    /// Prepares a run; nothing is loaded or written yet.
    package init(_ task: Task, communicator: any Communicator = SingleProcess()) {
        self.task = task
        self.communicator = communicator
        self.run = RunDirectory(path: task.options.output)
        self.rowCount = task.rows.count
    }

    var options: Task.Configuration { task.options }

    /// Pictures in an optimiser step, of all processes together.
    private var imagesPerStep: Int { options.batchSize * options.accumulate }

    /// Optimiser steps in an epoch, the last of which may have fewer pictures.
    private var stepsPerEpoch: Int { (rowCount + imagesPerStep - 1) / imagesPerStep }

    var totalSteps: Int { stepsPerEpoch * options.epochs }

    /// Whether this process writes the run's files.
    private var writes: Bool { communicator.rank == 0 }

    /// Trains from the last whole checkpoint, or from the start, to the end. `monitor` is shown what is computed beside
    /// the steps, and asked after every step and picture whether to go on. Throws `Interrupted` after an interruption,
    /// with a checkpoint saved; ``TrainingError`` and the errors of the parts.
    package func callAsFunction(monitor: WorkMonitor, report: (TrainingEvent) -> Void) throws {
        report(.takenUp)
        // On CUDA some kernels have no such form; equal bytes are promised for the CPU.
        if task.device == .cpu { try Library.useDeterministicAlgorithms() }
        let state = try lastState()
        if !state.isFinished { try train(from: state, monitor: monitor, report: report) }
        report(.finished(model: run.model))
    }

    private func train(from start: TrainingState, monitor: WorkMonitor, report: (TrainingEvent) -> Void) throws {
        var (state, saved) = (start, start)
        let model = try task.load()
        let optimizer = try AdamW(model.optimized, configuration: options.optimizer)
        let lock = writes ? try run.begin(options) { try lastState() == state } : nil
        defer { withExtendedLifetime(lock) {} }
        if writes, state.step == 0 { try task.begin(in: run.path) }
        if state.step > 0 {
            let path = run.checkpoint(step: state.step)
            try Checkpoint.restore(model.all, from: path + "/" + Checkpoint.weightsFile)
            try Checkpoint.restore(optimizer.state, from: path + "/" + Checkpoint.optimizerFile)
        }
        if writes { try run.trimMetrics(step: state.step, isValidated: state.isValidated) }
        let log = writes ? try MetricsLog(run) : nil
        let update = GradientUpdate(
            model: model, optimizer: optimizer, gradientClip: options.gradientClip, communicator: communicator)
        let schedule = LearningRateSchedule(
            peak: options.learningRate, warmupSteps: options.warmupSteps, totalSteps: totalSteps,
            shape: options.schedule)
        report(.began(groups: model.groups, firstStep: state.step, totalSteps: totalSteps))

        func save() throws {
            // The loss of the next step would tell too, but by then the checkpoint before would be gone.
            try model.checkFinite(step: state.step - 1)
            if let log {
                try log.synchronize()
                try Checkpoint.save(state, weights: model.all, optimizer: optimizer.state, in: run)
            }
            saved = state
        }

        func trainEpoch() throws {
            let epoch =
                state.isValidated || state.step == 0 ? state.step / stepsPerEpoch : (state.step - 1) / stepsPerEpoch
            let order = task.order(epoch: epoch)
            let steps = stride(
                from: (state.step - epoch * stepsPerEpoch) * imagesPerStep, to: order.count, by: imagesPerStep
            ).map { $0..<min($0 + imagesPerStep, order.count) }
            let places = steps.map(communicator.share)
            let source = try task.batches(
                model,
                EpochRows(epoch: epoch, nextStep: state.step, order: order, places: places.flatMap { Array($0) }),
                monitor: monitor)
            for (images, places) in zip(steps, places) {
                let step = TrainingStep(
                    number: state.step, rows: places.map { order[$0] }, from: source, batchSize: options.batchSize,
                    communicator: communicator)
                let line = try update.take(
                    step, of: epoch, images: images.count, learningRate: schedule.learningRate(at: state.step))
                try log?.append(line)
                state.step += 1
                state.isValidated = false
                report(.step(line, images: images.count))
                try monitor.check()
                if let every = options.checkpointEvery, state.step % every == 0, images.upperBound < order.count {
                    try save()
                }
            }
        }

        do {
            while state.step < totalSteps || !state.isValidated {
                try trainEpoch()
                let found = try validate(model, &state, monitor: monitor, report: report)
                try monitor.check()
                if let found {
                    try log?.append(ValidationLine(step: state.step - 1, validation: found))
                } else if state.step == totalSteps {
                    try keep(model, validation: nil, step: state.step - 1)
                }
                state.isValidated = true
                state.isFinished = state.step == totalSteps
                try save()
            }
        } catch let interruption as Interrupted {
            if state != saved { try save() }
            let place = state.step == 0 ? "before the first step" : "after step \(state.step), which is saved"
            throw interruption.described(
                "stopped \(place); go on with: mumic \(Task.command) --resume --output \(run.path)")
        }
    }

    /// Measures the model, and keeps it if it is the best so far. Returns what was found; nil without validation data.
    private func validate(
        _ model: Task.Model, _ state: inout TrainingState, monitor: WorkMonitor, report: (TrainingEvent) -> Void
    ) throws -> Task.Validation? {
        let step = state.step - 1
        try model.checkFinite(step: step)
        let validation = try model.withMeasuredWeights { try task.validate(model, monitor: monitor) }
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
        if !writes { return }
        try run.replaceModel { aside in
            try model.withMeasuredWeights { try task.export(model, validation: validation, to: aside) }
        }
    }
}

/// Checks, bounds and applies the gradients of a step, and forgets them.
struct GradientUpdate<Model: TrainedModel> {
    let model: Model
    let optimizer: AdamW
    let gradientClip: Double
    var communicator: any Communicator = SingleProcess()

    /// Takes a whole step: forward, backward and the update. `images` are those of all processes together.
    func take(_ step: TrainingStep, of epoch: Int, images: Int, learningRate: Double) throws -> StepReport {
        let clock = ContinuousClock.now
        let temperature = try model.temperature()
        let loss = try communicator.sum([model.gradients(step)])[0]
        try self(step.number, learningRate: learningRate)
        let seconds = (ContinuousClock.now - clock) / .seconds(1)
        return StepReport(
            step: step.number, epoch: epoch, loss: loss, learningRate: learningRate, temperature: temperature,
            imagesPerSecond: Double(images) / max(seconds, 1e-9))
    }

    func callAsFunction(_ step: Int, learningRate: Double) throws {
        try communicator.sumGradients(of: model.trained.map(\.tensor))
        var squares = 0.0
        let gradients = try model.trained.compactMap { parameter in
            try parameter.tensor.gradient.map { (parameter.name, $0) }
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
