// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datasets
import Evaluation
import Foundation
import Interpolation
import JSON
import Models
import MultiLabel
import Terminal
import TrainingOptions

/// Writes a model between another one and what fine-tuning has made of it.
struct Interpolate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a model between a start and its fine-tuned form, to keep what the start knew.",
        usage:
            "mumic interpolate --model <start> --fine-tuned <model> [--output <folder>] [--alpha <share> | --data <file>] [<options>]",
        discussion: """
            Fine-tuning makes a model better at its labels and worse at others. Weights between the two, \
            (1 - alpha) * start + alpha * fine-tuned, often lose little of the first and win back much of the \
            second (WiSE-FT, arXiv 2109.01903). Both have to be of one architecture with the same tokenizer. \
            Temperature and bias stay the fine-tuned model's; thresholds and calibration no longer hold and are left \
            out.

            With --data, annotations that neither model was trained on, alpha is chosen: the smallest whose GAP of \
            the labels that were trained on is at least --keep of the best one; if the data have other labels too, \
            the one of these with the highest harmonic mean of both GAPs. Thresholds are then fitted to these data. \
            Prints JSON with alpha and the curve, which evaluate --report shows with --interpolation; without \
            --output that is all.

              mumic interpolate --model openai/clip-vit-base-patch32 --fine-tuned run/model \\
                --data validation.csv --output between
            """)

    @OptionGroup var model: ModelOptions
    @Option(help: .init("What became of the model by fine-tuning.", valueName: "model")) var fineTuned: String

    @Option(help: .init("The folder that the result becomes; may be left out with --data.", valueName: "folder"))
    var output: String?

    @Option(number: "The fine-tuned model's share (default: 0.5 without --data).", "share") var alpha: Double?

    @Option(help: .init("Annotations to choose alpha by: CSV, JSON lines, COCO or Create ML.", valueName: "file"))
    var data: String?

    @Option(number: "With --data: the shares to try, parted by commas (default: 0,0.1,…,1).", "list")
    var alphas: String?

    @Option(number: "With --data: the share of the best GAP to keep.", "share") var keep = 0.98
    @OptionGroup var annotations: AnnotationFileOptions
    @OptionGroup var labels: LabelOptions

    mutating func validate() throws {
        if let alpha, !(0...1).contains(alpha) { throw ValidationError("--alpha must lie in 0...1") }
        if alpha != nil, data != nil {
            throw ValidationError("give either --alpha, or --data to choose it by, not both")
        }
        if output == nil, data == nil { throw ValidationError("--output is missing; name a folder for the result") }
        if alphas != nil, data == nil { throw ValidationError("--alphas goes with --data") }
        if !(0...1).contains(keep) { throw ValidationError("--keep must lie in 0...1") }
        if try grid().isEmpty { throw ValidationError("--alphas must name at least one share") }
    }

    /// The shares to try, each once, in their order.
    private func grid() throws -> [Double] {
        guard let alphas else { return (0...10).map { Double($0) / 10 } }
        let shares = try alphas.split(separator: ",").map { word in
            let word = word.trimmingCharacters(in: .whitespaces)
            guard let share = Double(word), (0...1).contains(share) else {
                throw ValidationError("--alphas takes numbers in 0...1 parted by commas, and '\(word)' is none")
            }
            return share
        }
        return Set(shares).sorted()
    }

    func run() throws {
        let options = try model.streamOptions()
        let templates = try labels.templates()
        let fileLabels = try labels.fileLabels()
        let directories = (start: try model.directory(), fineTuned: try modelDirectory(fineTuned))
        let copy = try output.map { try ModelCopy(of: directories.fineTuned, to: $0) }
        if let output { _ = try ModelCopy(of: directories.start, to: output) }
        let table = try data.map { path in
            try annotations.read(path, labels: fileLabels)
        }
        let bundle = try modelBundle(directories.fineTuned)
        let models = try InterpolatedModels(
            start: modelBundle(directories.start), fineTuned: bundle,
            device: options.device)
        let choice =
            try table.map { table in
                try models.choose(
                    of: try grid(), keep: keep, by: table,
                    labels: bundle.resolve(fileLabels ?? table.labels.map { Label(name: $0) }), templates: templates,
                    options: options, dtype: model.precision.dtype, monitor: .console)
            } ?? models.at(alpha ?? 0.5)
        if let copy { try models.write(choice, to: copy, monitor: .console) }
        try StandardOutput.shared.write(try jsonText(choice.curve))
        if let output { StandardError.line("the model at alpha \(choice.curve.alpha) is in \(output)") }
    }
}
