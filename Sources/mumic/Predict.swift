// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CLIP
import Datasets
import FileIO
import Foundation
import MultiLabel
import Terminal
import Torch

/// Scores labels for pictures.
struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the labels of pictures with their probabilities, best first.",
        discussion: """
            INPUT is a picture, a directory, a dataset file, or - for a path a line on stdin. Pictures that cannot be \
            read are reported in their place; the rest goes on, and the exit status is 65 at the end.

            Labels stand in the order of their logits. A calibrated model prints calibrated probabilities, whose order \
            may differ between labels. --score softmax makes a picture's probabilities add up to 1.

              mumic predict --model run/model --top-k 5 photos/
              find photos -name '*.jpg' | mumic predict --model run/model --format csv -
              mumic predict --model openai/clip-vit-base-patch32 --labels new.txt photo.jpg
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var labels: LabelOptions
    @OptionGroup var score: ScoreOptions

    @Option(parsing: .unconditional, help: ArgumentHelp("Print only the K best labels.", valueName: "k"))
    var topK: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Print only labels of at least this probability; fitted: of the model's own for each label.",
            valueName: "p"))
    var threshold: ThresholdChoice?

    @Option(help: ArgumentHelp("jsonl, csv or table.", valueName: "format"))
    var format = PredictionFormat.jsonl

    @Option(help: ArgumentHelp("The folder that names in a dataset file are relative to.", valueName: "folder"))
    var images: String?

    @Option(
        help: ArgumentHelp(
            "For dataset files: what unlisted labels are; does not change predictions.", visibility: .hidden))
    var unlisted = AnnotationFileOptions.Unlisted.absent

    @Argument(help: ArgumentHelp("Pictures, directories, dataset files, or - for paths on stdin.", valueName: "input"))
    var inputs: [String]

    mutating func validate() throws {
        if let topK, topK < 1 { throw ValidationError("--top-k must be at least 1") }
        try threshold?.validate()
    }

    func run() throws {
        let options = try model.streamOptions()
        let templates = try labels.templates()
        let fileLabels = try labels.fileLabels()
        let bundle = try ModelBundle(directory: try model.directory(), resolvingBase: modelDirectory)
        try score.check(threshold, of: bundle)
        let resolved = try bundle.resolve(fileLabels)
        let thresholds = try threshold?.values(labels: resolved.map(\.name), of: bundle)
        let classifier = try bundle.classifier(
            labels: resolved, templates: templates, device: options.device, dtype: model.precision.dtype)
        if bundle.description == nil, score.score == .sigmoid {
            StandardError.line(
                "note: this model has no mumic.json, so these probabilities are uncalibrated; compare them, but fine-tune before you trust a threshold"
            )
        }
        let labelFeatures = classifier.head == nil ? try withoutGradient { try classifier.labelFeatures() } : nil
        let writer = PredictionWriter(
            format: format, labels: resolved.map(\.name), topK: topK, thresholds: thresholds, mode: score.score,
            reading: score.reading(labels: resolved.map(\.name), of: bundle).reading)
        try writer.begin()
        let pictures = PictureSource(inputs, imagesDirectory: images)
        // Results on the same terminal would be torn by a bar.
        let bar = isatty(STDOUT_FILENO) == 1 ? nil : ProgressBar(title: "predicting", total: nil)
        var count = 0
        var failures = 0
        try forEachPicture(
            pictures, preprocessor: bundle.checkpoint.preprocessor, options: options,
            compute: { pixels in
                try classifier.logits(pooled: classifier.model.pooledImages(pixels), labelFeatures: labelFeatures)
            },
            receive: { picture, result in
                switch result {
                case .success(let logits): try writer.write(picture.name, logits: logits)
                case .failure(let error):
                    failures += 1
                    try writer.write(picture.name, error: "\(error)")
                }
                // Batch by batch: as a filter, whoever writes the paths may wait for the answers.
                try StandardOutput.shared.flush()
                count += 1
                bar?.advance()
                try Interruption.check()
            })
        bar?.finish()
        try pictures.finish()
        if count == 0 {
            throw BadDataError(
                message: "there are no pictures in \(inputs.joined(separator: " ")); name JPEG, PNG or WebP files")
        }
        if failures > 0 {
            throw BadDataError(
                message: "\(failures) of \(count) pictures could not be read; the output says which and why")
        }
    }
}
