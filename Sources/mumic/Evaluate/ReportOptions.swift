// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datasets
import Evaluation
import FileIO
import Foundation
import MultiLabel
import Report
import Terminal
import Torch
import Training

/// The page of an evaluation.
struct ReportOptions: ParsableArguments {
    @Option(help: .init("A page with charts and pictures to write: one HTML file.", valueName: "file"))
    var report: String?

    @Option(
        help: .init(
            "With --report: the training run to show too (default: RUN where MODEL is RUN/model).", valueName: "run"))
    var run: String?

    @Option(
        help: .init(
            "Another model's evaluation.json, to compare with: on the page, and pair by pair where scores.csv is beside it.",
            valueName: "file"))
    var before: String?

    @Option(help: .init("With --report: what mumic interpolate printed, to show as a curve.", valueName: "file"))
    var interpolation: String?

    func validate() throws {
        for (name, value) in [("interpolation", interpolation), ("run", run)]
        where value != nil && report == nil {
            throw ValidationError("--\(name) goes with --report; name the page to write")
        }
    }

    /// What changed since the evaluation of --before, with intervals; nil where there is nothing to pair.
    func compared(
        _ scores: [Double], of table: AnnotationTable, options: EvaluationOptions
    ) throws -> PairedComparison? {
        guard let before else { return nil }
        let found = try PairedComparison(since: before, scores, of: table, options: options)
        if found == nil {
            StandardError.line(
                "note: there is no scores.csv of the same pictures and labels beside \(printable(before)), so the change has no interval; evaluate --output writes one"
            )
        }
        return found
    }

    /// Reads what the page needs beside the evaluation, so that mistakes come to light before pictures are scored; nil
    /// where no page is asked for.
    func sources(model: String) throws -> ReportSources? {
        guard let report else { return nil }
        // Whether the page can be written at all is better known now, too.
        try AtomicFileWriter(path: report).cancel()
        return ReportSources(
            path: report, run: try run.map { try RunFiles(run: $0) } ?? RunFiles(modelOfRun: model),
            before: try before.map { try readJSON($0, "--before takes an evaluation.json of mumic evaluate --output") },
            interpolation: try interpolation.map(readCurve))
    }
}

/// Where a page goes, and what it shows beside an evaluation.
struct ReportSources {
    let path: String
    let run: RunFiles?
    let before: EvaluationReport?
    let interpolation: InterpolationCurve?

    /// Writes the page of an evaluation.
    func write(
        _ evaluation: EvaluationReport, scores: [Double], of table: AnnotationTable, model: String, seen: [String]?,
        reading: ScoreReading = ScoreReading(.logits), about: ClassifierDescription? = nil,
        bands: BandBoundaries? = nil, notes: [String] = []
    ) throws {
        var contents = ReportContents(
            model: model, data: table.source, evaluation: evaluation, scores: scores, targets: table.targets)
        contents.pictures = table.images
        contents.seenLabels = seen
        contents.reading = reading
        contents.trainingPositives = about?.positives
        contents.bandBoundaries = bands
        contents.before = before
        contents.interpolation = interpolation
        contents.alpha = about?.alpha
        contents.training = run?.log ?? TrainingLog()
        contents.recipe = run?.recipe
        contents.notes = notes
        contents.configuration = run?.configuration
        contents.addProgram()
        try AtomicFile.write(try contents.html(), to: path, durable: false)
    }
}

extension ReportContents {
    /// Adds what made the page.
    mutating func addProgram() {
        versions = [ReportFact("mumic", Mumic.configuration.version), ReportFact("libtorch", Library.version)]
        let program = URL(fileURLWithPath: CommandLine.arguments.first ?? "mumic").lastPathComponent
        commandLine = ([program] + CommandLine.arguments.dropFirst().map(quoted)).joined(separator: " ")
    }
}

/// What a training run leaves beside its model.
struct RunFiles {
    let log: TrainingLog
    let recipe: RecipeStages?
    let configuration: String?

    /// Reads the files of a run that the user named.
    init(run: String) throws {
        guard FileManager.default.fileExists(atPath: run) else {
            throw InputError.missing("there is no run at \(printable(run)); --run takes the directory that train wrote")
        }
        guard let files = try RunFiles(reading: run) else {
            throw InputError.badData(
                "\(printable(run)) has neither metrics.jsonl nor config.yml; --run takes the directory that train wrote"
            )
        }
        self = files
    }

    /// Reads the files of the run that a model belongs to; nil where it is not called `model` or nothing is beside it.
    init?(modelOfRun model: String) throws {
        let url = URL(fileURLWithPath: model).standardizedFileURL
        guard url.lastPathComponent == "model" else { return nil }
        try self.init(reading: url.deletingLastPathComponent().path)
    }

    private init?(reading run: String) throws {
        func text(_ name: String) throws -> String? {
            let path = run + "/" + name
            guard FileManager.default.fileExists(atPath: path) else { return nil }
            return try readText(path: path, maximumBytes: 1 << 30)
        }
        let metrics = try text("metrics.jsonl")
        configuration = try text("config.yml")
        log = TrainingLog(jsonLines: metrics ?? "")
        recipe = try RecipeStages(run: run)
        if metrics == nil, configuration == nil { return nil }
    }
}

/// A file of JSON that another command has written; `hint` says which.
private func readJSON<T: Decodable>(_ path: String, _ hint: String) throws -> T {
    let bytes = try readFile(path: path, maximumBytes: 1 << 30, acceptsPipes: true)
    do {
        return try JSONDecoder().decode(T.self, from: Data(bytes))
    } catch let error as DecodingError {
        throw InputError.badData("\(printable(path)) \(error.problem); \(hint)")
    }
}

/// What `interpolate` has printed, of two shares at least.
private func readCurve(_ path: String) throws -> InterpolationCurve {
    let hint = "--interpolation takes what mumic interpolate --data prints"
    let curve: InterpolationCurve = try readJSON(path, hint)
    if curve.curve.count < 2 {
        throw InputError.badData("\(printable(path)) has no metrics at two shares or more; \(hint)")
    }
    return curve
}

/// An argument as a shell would have to be given it.
private func quoted(_ argument: String) -> String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=@%+,-")
    if !argument.isEmpty, argument.allSatisfy(plain.contains) { return argument }
    return "'" + argument.replacing("'", with: "'\\''") + "'"
}
