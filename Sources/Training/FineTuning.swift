// SPDX-License-Identifier: Apache-2.0

import CLIP
import Datasets
import Evaluation
import FileIO
import Foundation
import Imaging
import MultiLabel
import Torch
import TorchNN

/// Training on annotated pictures: every picture meets every label.
struct FineTuning: TrainingTask {
    let options: TrainingConfiguration
    let checkpoint: CLIPCheckpoint
    let targets: TargetRows
    let validation: AnnotationTable?
    let labels: [Label]
    let templates: [PromptTemplate]
    let fingerprint: String
    let device: Device

    let rows: [TrainingRow]
    var source: String { targets.table.source }
    var preprocessor: ImagePreprocessor { checkpoint.preprocessor }
    var validates: Bool { validation != nil }

    init(
        options: TrainingConfiguration, checkpoint: CLIPCheckpoint, targets: TargetRows, validation: AnnotationTable?,
        labels: [Label], templates: [PromptTemplate], fingerprint: String, device: Device
    ) {
        self.options = options
        self.checkpoint = checkpoint
        self.targets = targets
        self.validation = validation
        self.labels = labels
        self.templates = templates
        self.fingerprint = fingerprint
        self.device = device
        self.rows = targets.table.images.map { TrainingRow(path: $0.path, line: $0.line) }
    }

    func load() throws -> FineTunedModel {
        if targets.values(rows.indices).allSatisfy(\.isNaN) { throw TrainingError.nothingKnown(source: source) }
        return try FineTunedModel(
            checkpoint, labels: labels, templates: templates, targets: targets, options, device: device)
    }

    func order(epoch: Int) -> [Int] {
        if options.sampling == .natural { return naturalOrder(epoch: epoch) }
        var random = orderRandom(epoch: epoch)
        return targets.balancedOrder(using: &random)
    }

    /// Whether the steps take what frozen layers made of the pictures, which then have to be as they are.
    private func keepsInputs(_ model: FineTunedModel) -> Bool {
        options.augment == .none && model.frozenImageLayers != nil
    }

    func prepare(
        _ model: FineTunedModel, firstStep: Int, isInterrupted: () -> Bool, report: (TrainingEvent) -> Void
    ) throws -> Bool {
        if firstStep == 0, options.startsFromFirstBatch {
            let isDone = try startFromFirstBatch(model, isInterrupted: isInterrupted, report: report)
            if !isDone { return false }
        }
        guard keepsInputs(model), let frozen = model.frozenImageLayers else { return true }
        report(.computesFrozenLayers(images: rows.count))
        return try frozen.fill(
            .training, self, images: rows, source: source, isInterrupted: isInterrupted, report: report)
    }

    func inputs(_ model: FineTunedModel, order: [Int], done: Int, epoch: Int) -> any StepInputs {
        if keepsInputs(model), let frozen = model.frozenImageLayers {
            return KeptInputs(frozen, order: order.dropFirst(done))
        }
        return EpochPictures(self, order: order, done: done, epoch: epoch)
    }

    /// Sets τ and b by the cosines of the first pictures of the first epoch.
    ///
    /// - Returns: False after an interruption.
    private func startFromFirstBatch(
        _ model: FineTunedModel, isInterrupted: () -> Bool, report: (TrainingEvent) -> Void
    ) throws -> Bool {
        let first = Array(order(epoch: 0).prefix(Self.calibrationPictures))
        let classifier = model.classifier
        guard let labelFeatures = try withoutGradient({ try model.labelFeatures() }) else { return true }
        report(.fitsStart(images: first.count))
        var similarities: [Float] = []
        let isDone = try forEachRow(
            first.map { rows[$0] }, source: source, isInterrupted: isInterrupted, report: report,
            compute: { pixels in
                let pooled = try options.precision.run(on: device) { try classifier.model.pooledImages(pixels) }
                return try classifier.model.imageFeatures(pooled: pooled).matmul(labelFeatures.transposed(0, 1))
            }, receive: { similarities += $0 })
        if !isDone { return false }
        let given: Double? = if case .value(let value) = options.temperature { value } else { nil }
        let start = calibratedStart(
            similarities: similarities, targets: targets.values(first), temperature: given,
            noise: try model.annotationNoise())
        guard let start else {
            report(.startNotFitted)
            return true
        }
        try classifier.model.logitScale.copyInPlace(Tensor(repeating: log(1 / start.temperature), shape: []))
        // A bias that somebody gave stays where it was put.
        let bias: Double? = options.bias?.number == nil ? start.bias : nil
        if let bias { try classifier.bias?.copyInPlace(Tensor(repeating: bias, shape: [])) }
        report(.fittedStart(temperature: start.temperature, bias: bias))
        try model.restartAverage()
        return true
    }

    /// Enough for a mean and a base rate of rare labels, and a second of work.
    private static let calibrationPictures = 256

    func validate(
        _ model: FineTunedModel, step: Int, isInterrupted: () -> Bool, report: (TrainingEvent) -> Void
    ) throws -> LabelValidation? {
        guard let table = validation else { return nil }
        let classifier = model.classifier
        let features = try withoutGradient { try model.labelFeatures() }
        let images = table.images.map { TrainingRow(path: $0.path, line: $0.line) }
        let scores: [Float]?
        if let frozen = model.frozenImageLayers {
            report(.validates(images: images.count))
            scores = try validationScores(
                model, frozen, images, features, isInterrupted: isInterrupted, report: report)
        } else {
            scores = try valuesOfPictures(
                images, source: table.source, isInterrupted: isInterrupted, report: report
            ) { pixels in
                let pooled = try options.precision.run(on: device) { try classifier.model.pooledImages(pixels) }
                return try classifier.logits(pooled: pooled, labelFeatures: features)
            }
        }
        guard let scores else { return nil }
        let matrix = try ScoreMatrix(
            imageCount: table.images.count, labelCount: labels.count, scores: scores, targets: table.targets)
        let report = try evaluate(
            matrix, labels: table.labels, kind: .logits, options: EvaluationOptions(bootstrapReplicates: 0))
        return LabelValidation(report: report, scores: matrix)
    }

    /// The logits of pictures whose way through the frozen layers is computed in the first validation only.
    private func validationScores(
        _ model: FineTunedModel, _ frozen: FrozenLayers, _ images: [TrainingRow], _ features: Tensor?,
        isInterrupted: () -> Bool, report: (TrainingEvent) -> Void
    ) throws -> [Float]? {
        if !frozen.has(.validation) {
            let isDone = try frozen.fill(
                .validation, self, images: images, source: validation?.source ?? source,
                isInterrupted: isInterrupted, report: report)
            if !isDone { return nil }
        }
        var scores: [Float] = []
        for batch in Array(images.indices).chunked(options.batchSize) {
            if isInterrupted() { return nil }
            scores += try withoutGradient {
                let pooled = try frozen.pooled(frozen.activations(.validation, batch))
                return try model.classifier.logits(pooled: pooled, labelFeatures: features).floats()
            }
            report(.scored(images: batch.last.map { $0 + 1 } ?? 0))
        }
        return scores
    }

    func export(_ model: FineTunedModel, validation: LabelValidation?, to directory: String) throws {
        try checkpoint.export(to: directory, parameters: try model.store.mergedParameters())
        try writeHead(of: model, to: directory)
        let bias = try model.classifier.bias.map { Double(try $0.item()) } ?? 0
        // Readers tell by the loss's name that a head scores, whatever it was trained with.
        var description = ClassifierDescription(
            labels: labels, templates: templates, temperature: try model.temperature(), bias: bias,
            loss: (options.usesLinearHead ? .linearHead : options.loss).rawValue)
        if let validation { description.thresholds = try thresholds(validation.scores) }
        description.annotationNoise = try model.annotationNoise()
        description.positives = Dictionary(uniqueKeysWithValues: zip(labels.map(\.name), targets.positives))
        let encoded = try description.encoded()
        try AtomicFile.write(encoded, to: directory + "/" + ClassifierDescription.fileName, durable: true)
        // An adapter of an adapter cannot be named; the merged weights are all there is then.
        if options.loraRank != nil, !checkpoint.hasAdapter {
            let adapter = directory + "/adapter"
            try createDirectory(path: adapter)
            try writeHead(of: model, to: adapter)
            try checkpoint.exportAdapter(to: adapter, base: base, store: model.store)
            try AtomicFile.write(encoded, to: adapter + "/" + ClassifierDescription.fileName, durable: true)
        }
    }
}

extension FineTuning {
    /// Writes the linear head, if there is one.
    private func writeHead(of model: FineTunedModel, to directory: String) throws {
        let head = model.extra.filter { $0.name.hasPrefix("head.") }
        if head.isEmpty { return }
        try Checkpoint.write(
            head.map { (String($0.name.dropFirst("head.".count)), $0.tensor) }, to: directory + "/head.safetensors")
    }

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
