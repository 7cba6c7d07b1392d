// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Imaging
import Models
import MultiLabel
import Tokenization
import Torch
import TorchNN
import Training
import TrainingOptions

/// Training on captioned pictures: every picture of a batch meets every caption of it.
struct CaptionTraining: TrainingTask {
    let options: PretrainingConfiguration
    let checkpoint: ModelCheckpoint
    let bias: Double?
    let captions: CaptionTable
    let validation: CaptionTable?
    let fingerprint: String
    let device: Device

    static var command: String { "pretrain" }
    let rows: [Picture]
    var source: String { captions.source }
    var preprocessor: ImagePreprocessor { checkpoint.preprocessor }

    init(
        options: PretrainingConfiguration, checkpoint: ModelCheckpoint, bias: Double?, captions: CaptionTable,
        validation: CaptionTable?, fingerprint: String, device: Device
    ) {
        self.options = options
        self.checkpoint = checkpoint
        self.bias = options.loss.defaultBias == nil ? nil : bias
        self.captions = captions
        self.validation = validation
        self.fingerprint = fingerprint
        self.device = device
        self.rows = captions.rows.map { row in
            let image = captions.images[row.image]
            return Picture(name: image.name, path: image.path ?? image.name, line: row.line)
        }
    }

    func load() throws -> ContrastiveModel {
        let tokens = captions.rows.map { checkpoint.tokens(of: $0.caption) }
        return try ContrastiveModel(checkpoint, captions: tokens, bias: bias, options, device: device)
    }

    func validate(_ model: ContrastiveModel, monitor: WorkMonitor) throws -> RetrievalMetrics? {
        guard let table = validation else { return nil }
        var values: [Float] = []
        try forEachPicture(
            table.images, of: table.source, monitor.begin("validating", total: table.images.count), monitor,
            compute: model.images,
            receive: { values += $0 })
        let images = try Tensor(values, shape: [table.images.count, checkpoint.featureWidth]).to(device: device)
        var textIndices: [String: Int] = [:]
        var texts: [String] = []
        var pairs: [(image: Int, text: Int)] = []
        for row in table.rows {
            let index = textIndices[row.caption] ?? texts.count
            if index == texts.count {
                textIndices[row.caption] = index
                texts.append(row.caption)
            }
            pairs.append((row.image, index))
        }
        return try withoutGradient {
            let prompts = texts.map(checkpoint.tokens(of:))
            let textFeatures = try options.precision.run(on: device) { try model.model.textFeatures(prompts) }
            return try RetrievalMetrics(images: images, texts: textFeatures, pairs: pairs)
        }
    }

    /// A model of CLIP's loss needs no description: its scale is in the weights. SigLIP's bias is kept in `mumic.json`.
    func export(_ model: ContrastiveModel, validation: RetrievalMetrics?, to directory: String) throws {
        try checkpoint.export(to: directory, parameters: model.towers)
        guard let bias = model.bias else { return }
        let description = ClassifierDescription(
            labels: [], templates: [.standard], temperature: try model.temperature(), bias: try LabelBias(bias),
            loss: options.loss.rawValue)
        try description.write(to: directory)
    }
}

extension RetrievalMetrics: ValidationResult {
    package var score: Double? { meanRecall }

    package var summary: [(name: String, value: Double?)] {
        [
            ("image→text R@1", imageToTextRecallAt1), ("text→image R@1", textToImageRecallAt1),
            ("mean recall", meanRecall),
        ]
    }
}
