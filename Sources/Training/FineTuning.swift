// SPDX-License-Identifier: Apache-2.0

import CLIP
import Datasets
import Evaluation
import FileIO
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
        if targets.knownCount(rows.indices) == 0 { throw TrainingError.nothingKnown(source: source) }
        return try FineTunedModel(
            checkpoint, labels: labels, templates: templates, targets: targets, options, device: device)
    }

    func validate(
        _ model: FineTunedModel, step: Int, isInterrupted: () -> Bool, report: (TrainingEvent) -> Void
    ) throws -> LabelValidation? {
        guard let table = validation else { return nil }
        let classifier = model.classifier
        let features =
            options.loss == .linearHead
            ? nil : try withoutGradient { try options.precision.run(on: device) { try classifier.labelFeatures() } }
        let scores = try valuesOfPictures(
            table.images, source: table.source, isInterrupted: isInterrupted, report: report
        ) { pixels in
            let pooled = try options.precision.run(on: device) { try classifier.model.pooledImages(pixels) }
            return try classifier.logits(pooled: pooled, labelFeatures: features)
        }
        guard let scores else { return nil }
        let matrix = try ScoreMatrix(
            imageCount: table.images.count, labelCount: labels.count, scores: scores, targets: table.targets)
        let report = try evaluate(
            matrix, labels: table.labels, kind: .logits, options: EvaluationOptions(bootstrapReplicates: 0))
        return LabelValidation(report: report, scores: matrix)
    }

    func export(_ model: FineTunedModel, validation: LabelValidation?, to directory: String) throws {
        try checkpoint.export(to: directory, parameters: model.towers)
        let head = model.extra.filter { $0.name.hasPrefix("head.") }
        if !head.isEmpty {
            try Checkpoint.write(
                head.map { (String($0.name.dropFirst("head.".count)), $0.tensor) },
                to: directory + "/head.safetensors")
        }
        let bias = try model.classifier.bias.map { Double(try $0.item()) } ?? 0
        var description = ClassifierDescription(
            labels: labels, templates: templates, temperature: try model.temperature(), bias: bias,
            loss: options.loss.rawValue)
        if let validation { description.thresholds = try thresholds(validation.scores) }
        try AtomicFile.write(
            try description.encoded(), to: directory + "/" + ClassifierDescription.fileName, durable: true)
    }
}

extension FineTuning {
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
