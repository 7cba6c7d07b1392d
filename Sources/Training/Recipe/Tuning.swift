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
        return try RunDirectory.read(TuningState.self, path)
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
    /// - Returns: The best rate; nil where training blew up at every rate.
    func callAsFunction() throws -> Double? {
        var results: [(rate: Double, score: Double?)] = []
        var rates = plan.rates
        while results.count < rates.count {
            let next = rates[results.count]
            results.append((next, try advance(next, to: plan.comparedSteps)))
            guard results.count == rates.count, rates.count < 8, let best = Self.best(results) else { continue }
            // A best rate at the end of the grid may have a better neighbour beyond it.
            if best.rate == rates.max(), best.score != nil { rates.append(best.rate * TuningPlan.rateFactor) }
            if best.rate == rates.min() { rates.append(best.rate / TuningPlan.rateFactor) }
        }
        guard let best = Self.best(results), best.score != nil else { return nil }
        _ = try advance(best.rate, to: plan.steps)
        return best.rate
    }

    /// The highest score, of equal ones that of the lowest rate; a rate at which training blew up comes last.
    private static func best(_ results: [(rate: Double, score: Double?)]) -> (rate: Double, score: Double?)? {
        results.max { ($0.score ?? -1, -$0.rate) < ($1.score ?? -1, -$1.rate) }
    }

    /// Trains at a rate until so many steps are done.
    ///
    /// - Returns: The best validation score so far; nil where training blew up.
    private func advance(_ rate: Double, to end: Int) throws -> Double? {
        var state = try state(rate) ?? TuningState()
        if state.step >= end { return state.bestScore }
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
                    let places = start..<min(start + pictures, order.count)
                    let step = TrainingStep(
                        number: state.step, rows: places.map { order[$0] }, from: source,
                        batchSize: task.options.batchSize)
                    var line = try update.take(
                        step, of: epoch, images: places.count, learningRate: schedule.learningRate(at: state.step))
                    (line.step, line.stage) = (log.runningStep, stage)
                    try log.append(line)
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
            return nil
        } catch let interruption as Interrupted {
            try save(state, model, optimizer, rate)
            throw interruption
        }
        progress.finish()
        return state.bestScore
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
        let aside = try Checkpoint.writeAside(state, weights: model.changing, optimizer: optimizer.state, in: run)
        if state.bestScore != nil {
            let path = best(rate, state.bestStep)
            try FileManager.default.linkItem(atPath: path, toPath: aside + "/best-\(state.bestStep).safetensors")
        }
        try renameDirectoryDurably(from: aside, to: folder(rate), replacing: true)
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
