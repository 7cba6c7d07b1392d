// SPDX-License-Identifier: Apache-2.0

import ContentHash
import Datasets
public import FileIO
import Foundation
import Models
import MultiLabel
import Terminal
import Tokenization
import Torch
public import Training
public import TrainingOptions

/// A pretraining run from the files that its options name to its model: what `mumic pretrain` does.
public struct PretrainingRun {
    /// What is trained on what, and where it goes.
    public var options: PretrainingConfiguration
    private let findModel: (String) throws -> String

    /// A run; nothing is read or written yet. `findModel` gives the directory of a model that the options name; the
    /// default takes the name for a directory.
    public init(_ options: PretrainingConfiguration, findModel: @escaping (String) throws -> String = { $0 }) {
        self.options = options
        self.findModel = findModel
    }

    /// Reads the captions and trains from the start or from the last checkpoint to the end. `monitor` shows stages,
    /// takes notes, and is asked often whether to go on; `report` is told of steps and validations. Throws
    /// `Interrupted` after an interruption, in words that say what was kept and how to go on; `DatasetError`,
    /// ``Training/TrainingError`` and the errors of the other parts.
    public func run(monitor: WorkMonitor = .silent, report: (TrainingEvent) -> Void = { _ in }) throws {
        try options.check()
        let device = try Device(named: options.device)
        try checkRunDirectory(options.output, resumes: options.resume)
        if options.resume {
            try checkPipes([
                ("data", options.data), ("validation", options.validation), ("architecture", options.architecture),
            ])
        }
        if options.loss == .clip, options.batchSize * options.accumulate < 2 {
            throw InputError.usage(
                "--batch-size 1: a picture has no other caption to be told from, so that nothing is learned; take 2 or more, or --accumulate"
            )
        }
        let captions = try readCaptions(options.data, monitor)
        if options.loss == .clip, captions.rows.count < 2 {
            throw InputError.badData(
                "\(options.data) has one caption, and a picture has no other to be told from, so that nothing is learned; add some"
            )
        }
        let validation = try options.validation.map { try readCaptions($0, monitor) }
        let architecture = try options.architecture.map { path in
            let bytes = try readFile(path: path, maximumBytes: 16 << 20, acceptsPipes: true)
            var hash = SHA256()
            hash.update(bytes)
            return (
                shape: try ModelRegistry.newArchitecture(ConfigReader(path: path, bytes: bytes)),
                hash: hash.hexadecimal()
            )
        }
        let bundle = try ModelBundle(directory: try startModel(captions, shape: architecture?.shape, monitor))
        // Another loss's bias, 0 mostly, is no place for SigLIP's to start.
        let bias = bundle.description?.loss == ContrastiveLoss.siglip.rawValue ? bundle.description?.bias.number : nil
        let loop = TrainingLoop(
            CaptionTraining(
                options: options, checkpoint: bundle.checkpoint, bias: bias, captions: captions,
                validation: validation,
                fingerprint: fingerprint([captions.contentHash, validation?.contentHash, architecture?.hash]),
                device: device))
        if !options.skipPictureCheck, try !loop.hasCheckpoint() {
            for table in [captions, validation].compactMap({ $0 }) {
                try checkPictures(
                    table.images, of: table.source, preprocessor: bundle.checkpoint.preprocessor,
                    workers: options.workers, monitor)
            }
        }
        try loop(monitor: monitor, report: report)
    }

    private func readCaptions(_ path: String, _ monitor: WorkMonitor) throws -> CaptionTable {
        let table = try CaptionTable.read(path: path, imagesDirectory: options.images)
        try table.requireUsable()
        monitor.note("\(path): \(formatCount(table.images.count)) pictures, \(formatCount(table.rows.count)) captions")
        return table
    }

    /// The directory of the model that the run begins with; a new one is made in the run's own directory.
    private func startModel(_ captions: CaptionTable, shape: (any NewModelArchitecture)?, _ monitor: WorkMonitor) throws
        -> String
    {
        if let model = options.model { return try findModel(model) }
        let start = options.output + "/start"
        // Before config.yml is there, a start is what a killed process left, perhaps of another shape.
        let hasBegun = try PretrainingConfiguration.saved(output: options.output) != nil
        if hasBegun, FileManager.default.fileExists(atPath: start) { return start }
        guard let shape else {
            throw InputError.usage("\(options.output) has no model to start with; give --architecture or --model")
        }
        let tokens: NewModel.Tokens
        if let tokenizer = options.tokenizer {
            tokens = .model(try findModel(tokenizer))
        } else {
            var trainer = try BytePairTrainer(vocabularySize: shape.vocabularySize)
            for row in captions.rows { trainer.add(row.caption) }
            let trained = trainer.train()
            monitor.note("a tokenizer of \(formatCount(trained.vocabularySize)) tokens is trained on the captions")
            tokens = .files(trained.files(contextLength: shape.contextLength))
        }
        try createDirectory(path: options.output)
        try NewModel(
            architecture: shape, tokens: tokens, seed: options.seed,
            temperature: options.temperature ?? options.loss.defaultTemperature
        ).write(to: start)
        return start
    }
}
