// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datasets
import Evaluation
import FileIO
import MultiLabel
import TrainingOptions

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
    @Option(number: "Print only the K best labels.", "k") var topK: Int?

    @Option(number: "Print only labels of at least this probability; fitted: of the model's own for each label.", "p")
    var threshold: ThresholdChoice?

    @Option(help: .init("jsonl, csv or table.", valueName: "format")) var format = PredictionFormat.jsonl

    @Option(help: .init("The folder that names in a dataset file are relative to.", valueName: "folder"))
    var images: String?

    @Argument(help: .init("Pictures, directories, dataset files, or - for paths on stdin.", valueName: "input"))
    var inputs: [String]

    mutating func validate() throws {
        if let topK, topK < 1 { throw ValidationError("--top-k must be at least 1") }
        try threshold?.validate()
    }

    func run() throws {
        var options = try score.predictor(model, threshold: threshold)
        options.topK = topK
        // As a filter: whoever writes the paths may wait for the answers.
        options.pictures.answersAtOnce = inputs.contains("-")
        let (templates, fileLabels) = (try labels.templates(), try labels.fileLabels())
        let predictor = try Predictor(
            modelBundle(model.directory()), labels: fileLabels, templates: templates, options: options,
            monitor: .console)
        try format.begin()
        let pictures = PictureInputs(inputs, imagesDirectory: images)
        let tally = try predictor.predict(pictures, monitor: .besideResults) { prediction in
            try format.write(prediction)
            try StandardOutput.shared.flush()
        }
        try pictures.finishAndTell()
        try tally.check(pictures)
    }
}
