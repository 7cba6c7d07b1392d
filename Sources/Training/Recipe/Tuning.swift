// SPDX-License-Identifier: Apache-2.0

import Datasets
import Evaluation
import FileIO
import Foundation
import JSON
import MultiLabel
import Safetensors
import Torch
import TorchNN
import TrainingOptions

/// Where a tuning at one learning rate stands.
struct TuningState: Codable, Equatable {
    /// Optimiser steps done.
    var step = 0
    /// The best validation score so far.
    var bestScore: Double?
    /// Steps after which it was reached.
    var bestStep = 0
    /// Lines of `metrics.jsonl` that were written before this state, in bytes.
    var logBytes = 0
    /// Optimiser steps of all tunings before this state.
    var runningStep = 0

    /// The state in a folder; nil if there is none.
    static func read(_ folder: String) throws -> TuningState? {
        let path = folder + "/" + Checkpoint.stateFile
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let bytes = try readFile(path: path, maximumBytes: 1 << 20)
        guard let state = try? JSONDecoder().decode(TuningState.self, from: Data(bytes)) else {
            throw TrainingError.damagedRun(path: path, problem: "is not what this program wrote")
        }
        return state
    }

    /// The states of all tunings of a run that have begun.
    static func all(of run: RunDirectory) throws -> [TuningState] {
        guard FileManager.default.fileExists(atPath: run.checkpoints) else { return [] }
        return try listDirectory(path: run.checkpoints).filter { $0.contains("rate-") }.compactMap {
            try read(run.checkpoints + "/" + $0)
        }
    }
}

/// Tunings of the towers and the head at several learning rates, each of which can be gone on with.
///
/// Each has a folder of its own in `RUN/checkpoints`: its state, the weights that train and the optimiser's moments as
/// of the last validation or interruption, and the weights of its best validation.
final class Tuning {
    private let task: FineTuning
    private let plan: TuningPlan
    private let kind: Kind
    private let run: RunDirectory
    private let pictures: RecipePictures
    private let sets: RecipeSets
    private let start: String?
    private let log: RecipeLog
    private let monitor: WorkMonitor

    /// What is trained; the name of its folders.
    enum Kind: String {
        /// The last block, the text tower and the head.
        case tuning = "rate"
        /// The whole image tower too.
        case thorough = "thorough-rate"
    }

    /// - Parameters:
    ///   - kind: What is trained.
    ///   - task: The same as a task of plain training.
    ///   - plan: For how long and at which rates.
    ///   - run: Where it is saved.
    ///   - pictures: What was kept of the pictures.
    ///   - sets: Which of them train and which choose.
    ///   - start: A file of weights to begin with in place of the model's; nil for none.
    ///   - log: Takes steps and validations.
    ///   - monitor: Shows how far it is, and is asked in every step whether to go on.
    init(
        _ kind: Kind, _ task: FineTuning, _ plan: TuningPlan, _ run: RunDirectory, _ pictures: RecipePictures,
        _ sets: RecipeSets, start: String? = nil, _ log: RecipeLog, _ monitor: WorkMonitor
    ) {
        (self.kind, self.task, self.plan, self.run, self.pictures) = (kind, task, plan, run, pictures)
        (self.sets, self.start, self.log, self.monitor) = (sets, start, log, monitor)
    }

    /// A learning rate's name in files and words: the shortest decimal form.
    static func name(_ rate: Double) -> String { String(format: "%.2g", rate) }

    private func folder(_ rate: Double) -> String { run.checkpoints + "/\(kind.rawValue)-" + Self.name(rate) }

    private func state(_ rate: Double) throws -> TuningState? { try TuningState.read(folder(rate)) }

    /// Compares learning rates and goes on with the best one to the end.
    ///
    /// - Returns: The best rate, and the score of its best validation; nil where no rate could be trained at.
    func callAsFunction() throws -> (rate: Double, score: Double)? {
        var scores: [Double: Double] = [:]
        var rates = plan.rates
        while let rate = rates.first(where: { scores[$0] == nil }) {
            scores[rate] = try advance(rate, to: plan.comparedSteps)
            guard rates.allSatisfy({ scores[$0] != nil }), let best = Self.best(scores) else { continue }
            // A best rate at the end of the grid may have a better neighbour beyond it.
            if rates.count < 8, best == rates.max(), scores[best] != -1 { rates.append(best * TuningPlan.rateFactor) }
            if rates.count < 8, best == rates.min() { rates.append(best / TuningPlan.rateFactor) }
        }
        guard let best = Self.best(scores), scores[best] != -1 else { return nil }
        return (best, try advance(best, to: plan.steps))
    }

    private static func best(_ scores: [Double: Double]) -> Double? {
        scores.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key
    }

    /// Trains at a rate until so many steps are done.
    ///
    /// - Returns: The best validation score so far; -1 where training blew up.
    private func advance(_ rate: Double, to end: Int) throws -> Double {
        var state = try state(rate) ?? TuningState()
        if state.step >= end { return state.bestScore ?? -1 }
        let model = try load()
        let optimizer = try AdamW(model.optimized, configuration: task.options.optimizer)
        if state.step > 0 {
            try Checkpoint.restore(model.changing, from: folder(rate) + "/" + Checkpoint.weightsFile)
            try Checkpoint.restore(optimizer.state, from: folder(rate) + "/" + Checkpoint.optimizerFile)
        }
        let update = GradientUpdate(
            model: model, optimizer: optimizer, gradientClip: task.options.gradientClip)
        let schedule = LearningRateSchedule(
            peak: rate, warmupSteps: task.options.warmupSteps, totalSteps: plan.steps, shape: .cosine)
        let stage = (kind == .tuning ? "tuning" : "whole tower") + " at \(Self.name(rate))"
        let progress = monitor.begin(stage, total: end, unit: "steps")
        progress.update(count: state.step)
        let pictures = RecipePlan.stepPictures
        let perEpoch = (task.rows.count + pictures - 1) / pictures
        do {
            while state.step < end {
                let epoch = state.step / perEpoch
                let order = task.order(epoch: epoch)
                let first = (state.step - epoch * perEpoch) * pictures
                let source = try task.batches(
                    model,
                    EpochRows(
                        epoch: epoch, nextStep: max(1, state.step), order: order, places: Array(first..<order.count)),
                    monitor: monitor)
                for start in stride(from: first, to: order.count, by: pictures) where state.step < end {
                    let clock = ContinuousClock.now
                    let places = start..<min(start + pictures, order.count)
                    let learningRate = schedule.learningRate(at: state.step)
                    let temperature = try model.temperature()
                    let step = TrainingStep(
                        number: state.step, rows: places.map { order[$0] }, from: source,
                        batchSize: task.options.batchSize)
                    let loss = try model.gradients(step)
                    try update(state.step, learningRate: learningRate)
                    let seconds = (ContinuousClock.now - clock) / .seconds(1)
                    try log.append(
                        StepReport(
                            step: log.runningStep, epoch: epoch, loss: loss, learningRate: learningRate,
                            temperature: temperature, imagesPerSecond: Double(places.count) / max(seconds, 1e-9),
                            stage: stage))
                    state.step += 1
                    log.runningStep += 1
                    progress.advance()
                    if state.step % plan.validatedSteps == 0 || state.step == end {
                        try validate(model, &state, rate, stage)
                        try save(state, model, optimizer, rate)
                    }
                    try monitor.check()
                }
            }
        } catch let error as TrainingError {
            // A rate that is too high is no reason to stop: another one is kept.
            guard case .notFinite = error else { throw error }
            monitor.note("note: training at \(Self.name(rate)) became infinite and is left out")
            state.bestScore = nil
            state.step = plan.steps
            try save(state, model, optimizer, rate)
            return -1
        } catch let interruption as Interrupted {
            try save(state, model, optimizer, rate)
            throw interruption
        }
        progress.finish()
        return state.bestScore ?? -1
    }

    /// The model as training begins.
    private func load() throws -> FineTunedModel {
        let model = try task.load()
        if let frozen = model.frozenImageLayers, let kept = pictures.kept {
            frozen.use(kept.selecting(sets.training), for: .training)
            frozen.use(kept.selecting(sets.validation), for: .validation)
        }
        if let start {
            let names = Set(try SafetensorsFile(path: start).entries.map(\.name))
            try Checkpoint.restore(model.all.filter { names.contains($0.name) }, from: start)
            try model.restartAverage()
        }
        return model
    }

    private func trained(_ model: FineTunedModel) -> Checkpoint.NamedTensors {
        model.trained.map { ($0.name, $0.tensor) }
    }

    private func validate(
        _ model: FineTunedModel, _ state: inout TuningState, _ rate: Double, _ stage: String
    ) throws {
        let quiet = WorkMonitor(interruption: monitor.check)
        guard let found = try model.withMeasuredWeights({ try task.validate(model, monitor: quiet) }) else { return }
        try log.append(ValidationLine(step: log.runningStep - 1, stage: stage, validation: found))
        let score = found.score ?? 0
        if state.bestScore.map({ score > $0 }) ?? true {
            (state.bestScore, state.bestStep) = (score, state.step)
            try createDirectory(path: folder(rate))
            try model.withMeasuredWeights { try Checkpoint.write(trained(model), to: best(rate, state.step)) }
        }
    }

    private func best(_ rate: Double, _ step: Int) -> String { folder(rate) + "/best-\(step).safetensors" }

    /// Writes the state with what it needs; a state is there with its files, or as it was before.
    private func save(_ state: TuningState, _ model: FineTunedModel, _ optimizer: AdamW, _ rate: Double) throws {
        var state = state
        (state.logBytes, state.runningStep) = (try log.synchronize(), log.runningStep)
        let folder = folder(rate)
        let aside = run.checkpoints + "/.new"
        try removeTree(path: aside)
        try createDirectory(path: aside)
        try Checkpoint.write(model.changing, to: aside + "/" + Checkpoint.weightsFile)
        try Checkpoint.write(optimizer.state, to: aside + "/" + Checkpoint.optimizerFile)
        try AtomicFile.write(try jsonText(state), to: aside + "/" + Checkpoint.stateFile, durable: true)
        if state.bestScore != nil {
            let path = best(rate, state.bestStep)
            try FileManager.default.linkItem(atPath: path, toPath: aside + "/best-\(state.bestStep).safetensors")
        }
        try renameDirectoryDurably(from: aside, to: folder, replacing: true)
    }

    /// The file of a rate's weights at its best validation.
    func best(_ rate: Double) throws -> String { best(rate, try state(rate)?.bestStep ?? 0) }

    /// The model at the best validation of a rate.
    func model(_ rate: Double) throws -> FineTunedModel {
        let model = try load()
        try Checkpoint.restore(trained(model), from: best(rate))
        return model
    }
}

/// A run's `metrics.jsonl` over its stages.
final class RecipeLog {
    private let log: MetricsLog
    private let path: String
    /// Optimiser steps of all stages so far.
    var runningStep: Int

    /// Goes on behind so many bytes and steps.
    init(_ run: RunDirectory, bytes: Int, runningStep: Int) throws {
        path = run.metrics
        if FileManager.default.fileExists(atPath: path) {
            let all = try readFile(path: path, maximumBytes: .max)
            if all.count > bytes { try AtomicFile.write(Array(all.prefix(bytes)), to: path, durable: true) }
        }
        log = try MetricsLog(run)
        self.runningStep = runningStep
    }

    func append(_ line: some Encodable) throws { try log.append(line) }

    /// Waits for the disk, and tells how many bytes there are.
    func synchronize() throws -> Int {
        try log.synchronize()
        return try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    }
}
