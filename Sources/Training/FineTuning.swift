// SPDX-License-Identifier: Apache-2.0

import Datasets
import Duplicates
import Evaluation
import FileIO
import Foundation
import Imaging
import Models
import MultiLabel
import Torch
import TorchNN
import TrainingOptions

/// Training on annotated pictures: every picture meets every label.
struct FineTuning: TrainingTask {
    let options: TrainingConfiguration
    let checkpoint: ModelCheckpoint
    let targets: TargetRows
    let validation: AnnotationTable?
    let labels: [Label]
    let templates: [PromptTemplate]
    let fingerprint: String
    let device: Device
    /// The anchored head to go on from; nil to begin anew.
    var anchor: AnchoredStart?
    /// The pictures of a run of its own, by their pixels; nil where they were not looked at.
    var seen: SeenPictures?

    static var command: String { "train" }
    var rows: [Picture] { targets.table.images }
    var source: String { targets.table.source }
    var preprocessor: ImagePreprocessor { checkpoint.preprocessor }

    func begin(in directory: String) throws { try seen?.write(run: directory) }

    func load() throws -> FineTunedModel {
        if targets.values(rows.indices).allSatisfy(\.isNaN) { throw TrainingError.nothingKnown(source: source) }
        return try FineTunedModel(
            checkpoint, labels: labels, templates: templates, targets: targets, anchor: anchor, options, device: device)
    }

    func order(epoch: Int) -> [Int] {
        if options.sampling == .natural { return naturalOrder(epoch: epoch) }
        var random = orderRandom(epoch: epoch)
        return targets.balancedOrder(using: &random)
    }

    func batches(_ model: FineTunedModel, _ rows: EpochRows, monitor: WorkMonitor) throws -> any BatchSource {
        if rows.nextStep == 0, options.looksAtFirstPictures(anchor) {
            try startFromFirstBatch(model, rows.order, monitor)
        }
        // What varies has to go through all layers.
        guard options.augment == .none, let frozen = model.frozenImageLayers else { return EpochPictures(self, rows) }
        if !frozen.has(.training) {
            let progress = monitor.begin("computing frozen layers", total: self.rows.count)
            try frozen.fill(.training, self, self.rows, of: source, progress, monitor)
        }
        return KeptInputs(frozen, rows)
    }

    /// Sets τ and b by the cosines of the first pictures of the first epoch.
    private func startFromFirstBatch(_ model: FineTunedModel, _ order: [Int], _ monitor: WorkMonitor) throws {
        let classifier = model.classifier
        let labelFeatures = try withoutGradient { try model.labelFeatures() }
        let width = checkpoint.pooledWidth
        let first = Array(order.prefix(Self.calibrationPictures))
        let rows = rows
        var (states, similarities): ([Float], [Float]) = ([], [])
        try forEachPicture(
            first.map { rows[$0] }, of: source, monitor.begin("looking at the first pictures", total: first.count),
            monitor,
            compute: { pixels in
                let pooled = try options.precision.run(on: device) { try classifier.model.pooledImages(pixels) }
                let cosines = try classifier.model.imageFeatures(pooled: pooled).matmul(labelFeatures.transposed(0, 1))
                return try Tensor.concatenated([pooled.to(dtype: .float32), cosines], dimension: 1)  // [B, W + L]
            },
            receive: {
                states += $0.prefix(width)
                similarities += $0.dropFirst(width)
            })
        if let head = classifier.head as? AnchoredHead {
            let standard = StateStandard(states, width: width)
            try head.mean.copyInPlace(Tensor(standard.mean, shape: [width]))
            try head.scale.copyInPlace(Tensor(repeating: standard.scale, shape: []))
        }
        if !options.startsFromFirstBatch { return try model.restartAverage() }
        let given: Double? = if case .value(let value) = options.temperature { value } else { nil }
        let start = calibratedStart(
            similarities: similarities, targets: targets.values(first), temperature: given,
            noise: try model.annotationNoise(), range: checkpoint.architecture.temperatureRange)
        guard let start else {
            monitor.note("note: the first pictures do not tell where to start; the bias starts at 0")
            return
        }
        try classifier.model.logitScale.copyInPlace(Tensor(repeating: log(1 / start.temperature), shape: []))
        // A bias that somebody gave stays where it was put.
        let bias: Double? = options.bias?.number == nil ? start.bias : nil
        let parameter = (classifier.head as? AnchoredHead)?.sharedBias ?? classifier.head.bias
        if let bias { try parameter?.copyInPlace(Tensor(repeating: bias, shape: [])) }
        monitor.note(
            String(format: "start by the first pictures: temperature %.4f", start.temperature)
                + (bias.map { String(format: ", bias %.2f", $0) } ?? ""))
        try model.restartAverage()
    }

    /// Enough for a mean and a base rate of rare labels, and a second of work.
    private static let calibrationPictures = 256

    func validate(_ model: FineTunedModel, monitor: WorkMonitor) throws -> LabelValidation? {
        guard let table = validation else { return nil }
        let classifier = model.classifier
        let scorer = try model.scorer()
        let progress = monitor.begin("validating", total: table.images.count)
        var scores: [Float] = []
        if let frozen = model.frozenImageLayers {
            // The way through the frozen layers is computed in the first validation only.
            if !frozen.has(.validation) {
                try frozen.fill(.validation, self, table.images, of: table.source, progress, monitor)
            }
            for batch in Array(table.images.indices).chunked(options.batchSize) {
                try monitor.check()
                scores += try withoutGradient {
                    let pooled = try frozen.pooled(frozen.activations(.validation, batch))
                    return try scorer.logits(pooled: pooled).floats()
                }
                progress.update(count: batch.last.map { $0 + 1 } ?? 0)
            }
        } else {
            try forEachPicture(
                table.images, of: table.source, progress, monitor,
                compute: { pixels in
                    let pooled = try options.precision.run(on: device) { try classifier.model.pooledImages(pixels) }
                    return try scorer.logits(pooled: pooled)
                }, receive: { scores += $0 })
        }
        let matrix = try ScoreMatrix(
            imageCount: table.images.count, labelCount: labels.count, scores: scores, targets: table.targets)
        let report = try evaluate(
            matrix, labels: table.labels, kind: .logits, options: EvaluationOptions(bootstrapReplicates: 0))
        return LabelValidation(report: report, scores: matrix)
    }

    func export(_ model: FineTunedModel, validation: LabelValidation?, to directory: String) throws {
        try model.settleOwnBias()
        try checkpoint.export(to: directory, parameters: try model.store.mergedParameters())
        try model.classifier.head.write(to: directory)
        // Earlier versions tell by the loss's name that a head scores, whatever it was trained with.
        var description = ClassifierDescription(
            labels: labels, templates: templates, temperature: try model.temperature(),
            bias: try model.classifier.head.bias.map(LabelBias.init) ?? 0, head: model.classifier.head.kind,
            loss: (options.usesLinearHead ? .linearHead : options.loss).rawValue)
        if let validation { description.thresholds = try thresholds(validation.scores) }
        description.annotationNoise = try model.annotationNoise()
        description.positives = Dictionary(uniqueKeysWithValues: zip(labels.map(\.name), targets.positives))
        try description.write(to: directory)
        // An adapter of an adapter cannot be named; the merged weights are all there is then.
        if options.loraRank != nil, !checkpoint.hasAdapter {
            let adapter = directory + "/adapter"
            try createDirectory(path: adapter)
            try model.classifier.head.write(to: adapter)
            try checkpoint.exportAdapter(to: adapter, base: base, store: model.store)
            try description.write(to: adapter)
        }
    }
}

extension FineTuning {
    /// How an adapter names the model that it belongs to: a Hub name as it was given, a directory by its whole path.
    private var base: String {
        FileManager.default.fileExists(atPath: options.model)
            ? URL(fileURLWithPath: options.model).standardizedFileURL.path : options.model
    }

    /// For each label, the threshold of its highest F1 on the validation pictures; none where nothing is positive.
    private func thresholds(_ scores: ScoreMatrix) throws -> [String: Double] {
        let fitted = try fitThresholds(scores, goal: .maximumF1)
        guard fitted.isGlobalFitted else { return [:] }
        return Dictionary(uniqueKeysWithValues: zip(labels.map(\.name), fitted.perLabel))
    }
}

/// What a validation on annotated pictures finds.
struct LabelValidation: ValidationResult {
    let report: EvaluationReport
    let scores: ScoreMatrix

    var score: Double? { report.gap }

    var summary: [(name: String, value: Double?)] {
        [("GAP", report.gap), ("GAP@\(report.k)", report.gapAtK), ("mAP", report.mapMacro)]
    }

    func encode(to encoder: any Encoder) throws { try report.encode(to: encoder) }
}
