// SPDX-License-Identifier: Apache-2.0

import CLIP
import Datasets
import FileIO
import Foundation
import Imaging
import MultiLabel
import Pretraining
import Terminal
import Tokenization
import Torch
import Training

/// A pretraining run from reading its captions to its last word on the terminal.
struct PretrainingSession {
    let options: PretrainingConfiguration
    let resumes: Bool
    let checksPictures: Bool

    func run() throws {
        let device = try computeDevice(options.device)
        try checkRunDirectory(options.output, resumes: resumes)
        let captions = try readCaptions(options.data)
        let validation = try options.validation.map(readCaptions)
        let shape = try options.architecture.map { path in
            try CLIPConfig(path: path, bytes: try readFile(path: path, maximumBytes: 16 << 20))
        }
        let fingerprint = try fingerprint([options.data, options.validation, options.architecture])
        let bundle = try ModelBundle(directory: try startModel(captions, shape: shape))
        // Another loss's bias, 0 mostly, is no place for SigLIP's to start.
        let bias = bundle.description?.loss == ContrastiveLoss.siglip.rawValue ? bundle.description?.bias : nil
        let pretrainer = Pretrainer(
            options: options, checkpoint: bundle.checkpoint, bias: bias, captions: captions,
            validation: validation, fingerprint: fingerprint, device: device)
        if checksPictures, try !pretrainer.hasCheckpoint() {
            for table in [captions, validation].compactMap({ $0 }) {
                try checkPictures(
                    table.images, source: table.source, preprocessor: bundle.checkpoint.preprocessor,
                    workers: options.workers)
            }
        }
        let display = TrainingDisplay()
        try pretrainer.run(monitor: .console, report: display.show)
    }

    private func readCaptions(_ path: String) throws -> CaptionTable {
        let table = try CaptionTable.read(path: path, imagesDirectory: options.images)
        try table.requireUsable()
        StandardError.line(
            "\(path): \(formatCount(table.images.count)) pictures, \(formatCount(table.rows.count)) captions")
        return table
    }

    /// The directory of the model that the run begins with; a new one is made in the run's own directory.
    private func startModel(_ captions: CaptionTable, shape: CLIPConfig?) throws -> String {
        if let model = options.model { return try modelDirectory(model) }
        let start = options.output + "/start"
        // Before config.yml is there, a start is what a killed process left, perhaps of another shape.
        let hasBegun = try PretrainingConfiguration.saved(output: options.output) != nil
        if hasBegun, FileManager.default.fileExists(atPath: start) { return start }
        guard let config = shape else {
            throw UsageError("\(options.output) has no model to start with; give --architecture or --model")
        }
        let tokens: NewModel.Tokens
        if let tokenizer = options.tokenizer {
            tokens = .model(try modelDirectory(tokenizer))
        } else {
            var trainer = try BytePairTrainer(vocabularySize: config.text.vocabSize)
            for row in captions.rows { trainer.add(row.caption) }
            let trained = trainer.train()
            StandardError.line(
                "a tokenizer of \(formatCount(trained.vocabularySize)) tokens is trained on the captions")
            tokens = .files(trained.files(contextLength: config.text.maxPositionEmbeddings))
        }
        try createDirectory(path: options.output)
        try NewModel(
            config: config, tokens: tokens, seed: options.seed,
            temperature: options.temperature ?? options.loss.defaultTemperature
        ).write(to: start)
        return start
    }
}
