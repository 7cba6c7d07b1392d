// SPDX-License-Identifier: Apache-2.0

import CLIP
import Datasets
import Evaluation
import FileIO
import Imaging
import MultiLabel
import Torch
import TorchNN

/// A line of `metrics.jsonl` for a validation.
struct ValidationLine: Encodable {
    /// The last step before it.
    let step: Int
    let validation: EvaluationReport
}

extension Trainer {
    /// Scores the validation pictures, and keeps the model if its GAP is the best so far.
    ///
    /// - Returns: The metrics; nil without validation data and after an interruption.
    func validate(
        _ parameters: ModelParameters, _ state: inout TrainingState, isInterrupted: () -> Bool,
        report: (TrainingEvent) -> Void
    ) throws -> EvaluationReport? {
        guard let table = validation else { return nil }
        try parameters.checkFinite(step: state.step - 1)
        report(.validates(images: table.images.count))
        guard let scores = try scores(table, parameters, isInterrupted: isInterrupted, report: report) else {
            return nil
        }
        let matrix = try ScoreMatrix(
            imageCount: table.images.count, labelCount: labels.count, scores: scores, targets: table.targets)
        let result = try evaluate(
            matrix, labels: table.labels, kind: .logits, options: EvaluationOptions(bootstrapReplicates: 0))
        // Without a single positive there is nothing to compare by: the latest model is kept then.
        let score = result.gap ?? state.bestScore ?? 0
        let isBest = state.bestScore.map { score > $0 || result.gap == nil } ?? true
        if isBest {
            try keepModel(parameters, step: state.step - 1)
            state.bestScore = score
            state.bestStep = state.step - 1
        }
        report(.validated(result, step: state.step - 1, isBest: isBest))
        return result
    }

    /// Logits of all pictures, `[N, L]` row major; nil after an interruption.
    private func scores(
        _ table: AnnotationTable, _ parameters: ModelParameters, isInterrupted: () -> Bool,
        report: (TrainingEvent) -> Void
    ) throws -> [Float]? {
        struct Stop: Error {}
        let classifier = parameters.classifier
        var scores: [Float] = []
        scores.reserveCapacity(table.images.count * labels.count)
        let features =
            options.loss == .linearHead
            ? nil : try withoutGradient { try options.precision.run(on: device) { try classifier.labelFeatures() } }
        do {
            try forEachPicture(
                table.images.map { PictureReference(name: $0.name, path: $0.path) },
                preprocessor: checkpoint.preprocessor,
                options: .init(batchSize: options.batchSize, workers: options.workers, device: device),
                compute: { pixels in
                    let pooled = try options.precision.run(on: device) { try classifier.model.pooledImages(pixels) }
                    return try classifier.logits(pooled: pooled, labelFeatures: features)
                },
                receive: { picture, result in
                    switch result {
                    case .success(let row): scores += row
                    case .failure(let error):
                        let line = table.images[scores.count / max(1, labels.count)].line
                        throw TrainingError.picture(
                            source: table.source, line: line, path: picture.path, problem: "\(error)")
                    }
                    report(.scored(images: scores.count / max(1, labels.count)))
                    if isInterrupted() { throw Stop() }
                })
        } catch is Stop {
            return nil
        }
        return scores
    }

    /// Makes the model as it is now `RUN/model`, in one step.
    func keepModel(_ parameters: ModelParameters, step: Int) throws {
        try parameters.checkFinite(step: step)
        let aside = run.path + "/.model"
        try removeTree(path: aside)
        try createDirectory(path: aside)
        try checkpoint.export(to: aside, parameters: parameters.towers)
        let head = parameters.extra.filter { $0.name.hasPrefix("head.") }
        if !head.isEmpty {
            try Checkpoint.write(
                head.map { (String($0.name.dropFirst("head.".count)), $0.tensor) }, to: aside + "/head.safetensors")
        }
        let bias = try parameters.classifier.bias.map { Double(try $0.item()) } ?? 0
        let description = ClassifierDescription(
            labels: labels, templates: templates, temperature: try parameters.temperature(), bias: bias,
            loss: options.loss.rawValue)
        try AtomicFile.write(
            try description.encoded(), to: aside + "/" + ClassifierDescription.fileName, durable: true)
        try renameDirectoryDurably(from: aside, to: run.model, replacing: true)
    }
}
