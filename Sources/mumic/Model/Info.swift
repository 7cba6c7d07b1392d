// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FileIO
import Foundation
import Hub
import JSON
import Models
import MultiLabel
import Report
import Terminal
import Training

/// How facts are printed.
enum FactFormat: String, ExpressibleByArgument, CaseIterable {
    /// To be read.
    case table
    /// One JSON object.
    case json
}

/// What a model is.
struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what a model is: family, sizes, tokenizer, preprocessing, labels, and how it was trained.",
        discussion: """
            Reads the files' headers, not the weights.

              mumic info run/model
              mumic info openai/clip-vit-base-patch32 --format json
            """)

    @Argument(help: .init("A model directory or a Hub name.", valueName: "model")) var model: String
    @Option(help: .init("table or json.", valueName: "format")) var format = FactFormat.table

    func run() throws {
        let directory = try modelDirectory(model)
        let information = ModelInformation(try modelBundle(directory))
        let training = try TrainingFacts(modelOfRun: directory)
        switch format {
        case .json:
            try StandardOutput.shared.write(
                try jsonText(Answer(model: model, directory: directory, about: information, training: training)))
        case .table:
            let rows = information.rows + (training?.rows ?? [])
            let table = formatTable(
                columns: [TableColumn(""), TableColumn("")],
                rows: ([("model", model)] + rows).map { [$0.0, printable($0.1, maximumCharacters: 2000)] })
            try StandardOutput.shared.write(table)
        }
    }

    private struct Answer: Encodable {
        let model, directory: String
        let about: ModelInformation
        let training: TrainingFacts?

        enum CodingKeys: CodingKey { case model, directory, training }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(model, forKey: .model)
            try container.encode(directory, forKey: .directory)
            try container.encodeIfPresent(training, forKey: .training)
            try about.encode(to: encoder)
        }
    }
}

/// How a model was trained, as far as the run beside it tells.
private struct TrainingFacts: Encodable {
    let run: String
    /// `auto` or `plain`.
    let recipe: String
    /// The stage of the recipe that was kept.
    var kept: String?
    /// Why it was.
    var reason: String?

    /// Nil where the model is not RUN/model, or there is no run beside it.
    init?(modelOfRun model: String) throws {
        let url = URL(fileURLWithPath: model).standardizedFileURL
        let run = url.deletingLastPathComponent().path
        guard url.lastPathComponent == "model", FileManager.default.fileExists(atPath: run + "/config.yml") else {
            return nil
        }
        let stages = try RecipeStages(run: run)
        self.run = run
        recipe = stages == nil ? "plain" : "auto"
        kept = stages?.stages.first(where: \.isKept)?.what
        reason = stages?.reason
    }

    var rows: [(String, String)] {
        [("trained", recipe == "auto" ? "by the automatic recipe, in \(run)" : "plainly, in \(run)")]
            + (kept.map { [("kept", $0)] } ?? []) + (reason.map { [("why", $0)] } ?? [])
    }
}

extension ModelInformation {
    /// What is printed to be read.
    fileprivate var rows: [(String, String)] {
        func numbers(_ values: [Double]?) -> String { values.map { "\($0)" } ?? "none" }
        var rows = [
            ("family", family + (layout == "open_clip" ? ", open_clip's layout" : "")),
            ("weights", "\(weights.file), \(weights.types.joined(separator: ", ")), \(formatBytes(weights.bytes))"),
            (
                "parameters",
                "\(formatCount(parameters.total)): image tower \(formatCount(parameters.image)), text tower \(formatCount(parameters.text))"
            ),
            (
                "pictures",
                "\(preprocessing.size), \(preprocessing.interpolation), mean \(numbers(preprocessing.mean)), std \(numbers(preprocessing.std))"
            ),
            ("texts", "up to \(contextLength) tokens of \(formatCount(vocabularySize))"),
            ("features", "\(featureWidth) numbers"),
        ]
        if let adapterOf { rows.insert(("adapter of", adapterOf), at: 1) }
        guard let templates else {
            return rows + [("labels", "none: it has no mumic.json, any label can be asked for")]
        }
        let some = labels.prefix(12).joined(separator: ", ") + (labels.count > 12 ? ", …" : "")
        rows += [
            ("labels", "\(formatCount(labels.count)): \(some)"), ("head", head),
            ("templates", templates.joined(separator: " | ")),
            ("thresholds", thresholds == 0 ? "none" : "fitted for \(formatCount(thresholds)) labels"),
            ("calibration", calibration ?? (head == "anchored" ? "in the head" : "none")),
        ]
        if let loss { rows.append(("loss", loss)) }
        if let alpha { rows.append(("interpolated", "\(alpha) of the fine-tuned weights")) }
        return rows
    }
}

/// A number of bytes as people write it: 605 MB.
func formatBytes(_ bytes: Int) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB"]
    var (value, unit) = (Double(bytes), 0)
    while value >= 999.5, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
    return unit == 0 ? "\(bytes) bytes" : String(format: value < 9.95 ? "%.1f %@" : "%.0f %@", value, units[unit])
}
