// SPDX-License-Identifier: Apache-2.0

import Datasets
import Duplicates
import Evaluation
import FileIO
import Foundation
import Models
import MultiLabel
import Torch
import TorchNN
import TrainingOptions

extension AutomaticTraining {
    /// Runs the stages, and makes the best model `RUN/model`.
    ///
    /// - Parameters:
    ///   - start: The model as it came.
    ///   - pictures: All pictures, which have been read.
    ///   - states: Their pooled states by the model as it came, `[N, W]`.
    ///   - record: Has the plan, and takes what the stages give.
    /// - Returns: Which pictures trained and which chose.
    /// - Throws: `Interrupted`, ``TrainingError`` and the errors of the parts.
    func train(
        _ start: FineTunedModel, _ pictures: RecipePictures, _ states: Tensor, _ record: inout RecipeRecord
    ) throws -> RecipeSets {
        let plan = record.plan
        let model = start.classifier.model
        let keepsActivations = plan.activationBytes > 0
        let sets = split(pictures, &record)
        func digits(_ rows: [Int]) -> [String] { rows.compactMap { pictures.fingerprints[$0]?.pixelDigits } }
        try SeenPictures(training: digits(sets.training), validation: digits(sets.validation)).write(run: run.path)
        let folds = stratifiedParts(
            targets: sets.trainingTable.targets, labelCount: labels.count, groups: sets.groups,
            shares: Array(repeating: 1, count: LinearStage.foldCount), seed: options.seed)
        let (trained, held) = try views(states, start, sets)
        let linear = try LinearStage(
            training: trained, validation: held, folds: folds, start: try startHead(model), monitor: monitor)
        var candidates = try startCandidates(linear, plan)
        var tuned: [Tuning.Kind: FineTunedModel] = [:]
        if let tuning = plan.tuning {
            let weak = try anchor(linear.head(penalty: 3))
            let log = try RecipeLog.resumed(run)
            let task = try task(sets.trainingTable, sets.validationTable, anchor: weak, textGroups: plan.textGroups)
            let stage = Tuning(.tuning, task, tuning, run, pictures, sets, log, monitor)
            if let rate = try stage() {
                let model = try stage.model(rate)
                tuned[.tuning] = model
                candidates += try tunedCandidates(
                    .tuning, model, rate, pictures, sets, folds, plan, keepsActivations: keepsActivations)
                if let thorough = plan.thorough {
                    let task = try self.task(
                        sets.trainingTable, sets.validationTable, anchor: weak, wholeTower: true,
                        textGroups: plan.textGroups)
                    let next = Tuning(
                        .thorough, task, thorough, run, pictures, sets, start: try stage.best(rate), log, monitor)
                    if let rate = try next() {
                        let model = try next.model(rate)
                        tuned[.thorough] = model
                        candidates += try tunedCandidates(
                            .thorough, model, rate, pictures, sets, folds, plan, keepsActivations: false)
                    }
                }
            }
        }
        let (choice, reason) = try simplestOfTheBest(
            candidates, targets: held.targets, labels: labels.count, seed: options.seed)
        record.stages = candidates.map {
            var stage = $0.stage
            stage.isKept = $0.name == choice.name
            return stage
        }
        record.reason = "\(choice.name) is kept: \(reason)"
        try keep(choice, choice.towers.flatMap { tuned[$0] } ?? start, held, sets)
        return sets
    }

    /// What towers make of the training and validation pictures.
    private func views(
        _ states: Tensor, _ model: FineTunedModel, _ sets: RecipeSets
    ) throws -> (training: TowerView, validation: TowerView) {
        let classifier = model.classifier
        return try withoutGradient {
            let features = try classifier.labelFeatures()
            func view(_ rows: [Int], _ targets: [Float]) throws -> TowerView {
                let indices = try Tensor(rows.map(Int64.init), shape: [rows.count]).to(device: device)
                let own = try states.selected(dimension: 0, indices: indices)
                return TowerView(
                    states: own,
                    similarities: try classifier.model.imageFeatures(pooled: own).matmul(features.transposed(0, 1)),
                    targets: targets)
            }
            return (
                try view(sets.training, sets.trainingTable.targets),
                try view(sets.validation, sets.validationTable.targets)
            )
        }
    }

    /// The head of an anchored model that is gone on from; nil for a model that scores by texts.
    private func startHead(_ model: any ImageTextModel) throws -> AnchoredWeights? {
        guard bundle.head == .anchored else { return nil }
        return try AnchoredWeights(
            AnchoredHead.load(of: bundle, labels: labels, device: device), logitScale: model.logitScale)
    }

    /// A head to begin a tuning with. It is weak on purpose: one that fits too well leaves the tower no gradient.
    private func anchor(_ head: AnchoredWeights) -> AnchoredStart {
        let temperature = temperature(of: head)
        return AnchoredStart(logitScale: log(1 / temperature)) {
            try head.head(temperature: temperature, device: device)
        }
    }

    /// τ with which a head's texts have a weight of at most 1, within what the model's family allows.
    func temperature(of head: AnchoredWeights) -> Double {
        let range = bundle.checkpoint.architecture.temperatureRange
        return min(max(1 / max(head.text, 1), range.lowerBound), range.upperBound)
    }

    /// Texts, and the head on the frozen tower.
    private func startCandidates(_ linear: LinearStage, _ plan: RecipePlan) throws -> [RecipeCandidate] {
        let names = labels.map(\.name)
        let text = try RecipeCandidate(
            "text", "the model as it came" + (bundle.head == .anchored ? ", with its head" : ", by texts alone"),
            chosen: linear.gate.isOpen ? nil : "texts tell nothing of these labels: base rates", nil, linear.base,
            on: linear.validation, labels: names)
        let byFolds = linear.training.count >= LinearStage.minimumPictures
        let progress = monitor.begin("fitting heads", total: nil, unit: "fits")
        let (head, penalty) =
            byFolds || linear.validation.count >= 10
            ? try linear.bestHead(of: plan.penalties, byFolds: byFolds, progress) : (try linear.head(penalty: 1), 1)
        progress.finish()
        return [
            text,
            try RecipeCandidate(
                "head", "weights for the labels on the frozen tower", chosen: "lambda \(Tuning.name(penalty))", nil,
                head, on: linear.validation, labels: names),
        ]
    }

    /// A tuned model as it is, with its head fitted again, and with the sum of both.
    private func tunedCandidates(
        _ kind: Tuning.Kind, _ model: FineTunedModel, _ rate: Double, _ pictures: RecipePictures, _ sets: RecipeSets,
        _ folds: [Int], _ plan: RecipePlan, keepsActivations: Bool
    ) throws -> [RecipeCandidate] {
        let classifier = model.classifier
        guard let own = classifier.head as? AnchoredHead else { return [] }
        let states = try pictures.states(
            classifier.model, keepsActivations ? model.frozenImageLayers : nil, monitor,
            title: "looking at pictures again")
        let (trained, held) = try views(states, model, sets)
        let head = try AnchoredWeights(own, logitScale: classifier.model.logitScale)
        let names = labels.map(\.name)
        let prefix = kind == .thorough ? "thorough " : ""
        func candidate(
            _ name: String, _ what: String, _ chosen: String, _ head: AnchoredWeights
        ) throws -> RecipeCandidate {
            try RecipeCandidate(prefix + name, what, chosen: chosen, kind, head, on: held, labels: names)
        }
        let first = try candidate(
            "tuned",
            kind == .tuning
                ? "\(plan.tuned), trained together"
                : "the whole image tower too, on varied pictures", "learning rate \(Tuning.name(rate))", head)
        let progress = monitor.begin("fitting heads again", total: nil, unit: "fits")
        let linear = try LinearStage(training: trained, validation: held, folds: folds, start: nil, monitor: monitor)
        let (refit, penalty) = try linear.bestHead(of: plan.penalties, byFolds: false, progress)
        progress.finish()
        let second = try candidate(
            "refit", "the head fitted again to the tuned tower", "lambda \(Tuning.name(penalty))", refit)
        guard let stack = LogisticCombination([first.logits, second.logits], targets: held.targets) else {
            return [first, second]
        }
        let sum = head.combined(
            factor: stack.weights[0], with: refit, otherFactor: stack.weights[1], shift: stack.shift)
        return [
            first, second,
            try candidate(
                "stack", "the weighted sum of both heads",
                String(format: "weights %.2f and %.2f", stack.weights[0], stack.weights[1]), sum),
        ]
    }

    /// Makes the chosen model `RUN/model`, with calibrated probabilities and fitted thresholds.
    private func keep(
        _ choice: RecipeCandidate, _ model: FineTunedModel, _ held: TowerView, _ sets: RecipeSets
    ) throws {
        var (head, logits) = (choice.head, choice.logits)
        // A stack is calibrated as it comes.
        if !choice.name.hasSuffix("stack"), let line = LogisticCombination([logits], targets: held.targets),
            line.weights[0] > 0
        {
            head = head.combined(factor: line.weights[0], shift: line.shift)
            logits = line([logits])
        }
        let temperature = temperature(of: head)
        try model.classifier.model.logitScale.copyInPlace(Tensor(repeating: log(1 / temperature), shape: []))
        let parts = try head.head(temperature: temperature, device: device).parameters
        for (target, source) in zip(model.classifier.head.parameters, parts) {
            try target.tensor.copyInPlace(source.tensor)
        }
        let found =
            held.count == 0
            ? nil
            : LabelValidation(
                report: choice.report,
                scores: try ScoreMatrix(
                    imageCount: held.count, labelCount: labels.count, scores: logits, targets: held.targets))
        let task = try task(sets.trainingTable, nil, anchor: nil, textGroups: model.textGroups)
        try run.replaceModel { try task.export(model, validation: found, to: $0) }
    }
}
