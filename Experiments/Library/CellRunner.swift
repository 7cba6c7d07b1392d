// SPDX-License-Identifier: Apache-2.0

import Datasets
import Foundation
import JSON

/// Runs one cell after the other, and finds out which are done.
struct CellRunner {
    let workspace: Workspace
    let dataset: PreparedDataset
    let machine: Machine
    /// The point of the grid that an earlier seed chose, by option.
    var chosen: [String: String]?
    /// Replicates of evaluate's bootstrap.
    static let replicates = 1000

    // MARK: What is done

    func folder(_ cell: Cell) -> String { Self.folder(cell, in: workspace) }

    static func folder(_ cell: Cell, in workspace: Workspace) -> String {
        workspace.work + "/\(cell.table.name)/\(cell.name)/\(cell.seed)"
    }

    /// The result of a cell, if it is there and up to date.
    func result(of cell: Cell, source: Cell?) throws -> CellResult? {
        guard let result = savedValue(CellResult.self, folder(cell) + "/cell.json"),
            try result.hash == hash(of: cell, source: source)
        else { return nil }
        return result
    }

    /// What a cell's result depends on: commands without folders, data, model and the labels' texts.
    func hash(of cell: Cell, source: Cell?) throws -> String {
        var words = ["cell 2", dataset.hash, cell.table.holdsOut ? "holds out" : ""]
        words += cell.table.measures.map(\.name)
        if let source { words.append(try trainingHash(source, point: nil)) }
        if cell.variant.trains { words.append(try trainingHash(cell, point: nil)) }
        words += [cell.variant.interpolate ?? "", cell.variant.trains ? "trains" : ""]
        if let method = cell.variant.frozen { words += [method.rawValue, cell.data.key, "\(cell.seed)"] }
        return Cell.hash(words + (try optionWords(cell.evaluate)))
    }

    /// The hash of a training at one point of the grid, or at all of them.
    func trainingHash(_ cell: Cell, point: OptionList?) throws -> String {
        var words = ["training 1", dataset.hash, cell.data.key, "\(cell.seed)", cell.table.validates ? "v" : ""]
        if cell.table.holdsOut { words += dataset.definition.heldOut }
        if cell.variant.isRecipe { words.append("recipe") }
        words += try optionWords(cell.train)
        for point in point.map({ [$0] }) ?? cell.grid { words += ["point"] + (try optionWords(point)) }
        return Cell.hash(words)
    }

    /// Options with files as their content, so that a changed file counts and its place does not.
    private func optionWords(_ options: OptionList) throws -> [String] {
        try zip(options.arguments, workspace.resolved(options).arguments).flatMap { written, resolved in
            guard resolved.hasPrefix("/"), let data = FileManager.default.contents(atPath: resolved) else {
                return [written]
            }
            return [written, String(decoding: data.prefix(1 << 20), as: UTF8.self)]
        }
    }

    // MARK: Running

    /// Runs a cell and keeps its result.
    ///
    /// - Parameters:
    ///   - cell: The cell.
    ///   - source: The cell whose model it uses, where its variant says so; it has to be done.
    ///   - keepsModel: Whether another cell needs the model.
    /// - Returns: The result, which is on disk.
    /// - Throws: ``ExperimentError`` where a program fails or its files are not as expected.
    func run(_ cell: Cell, source: Cell?, keepsModel: Bool) throws -> CellResult {
        let began = Date()
        let folder = folder(cell)
        let hash = try hash(of: cell, source: source)
        try makeFolder(folder)
        var result = CellResult(
            hash: hash, table: cell.table.name, dataset: cell.dataset, setting: cell.setting.id,
            variant: cell.variant.id, seed: cell.seed, finished: "", machine: machine)
        var commands: [[String]] = []
        var model = dataset.model
        if cell.variant.trains {
            model = try trainGrid(cell, into: &result, commands: &commands) + "/run/model"
        } else if let source {
            model = try trainedModel(of: source)
            if let weight = cell.variant.interpolate {
                model = try interpolated(model, weight: weight, in: folder, into: &result, commands: &commands)
            }
        }
        if let method = cell.variant.frozen {
            try fitFrozen(method, cell, folder: folder, into: &result)
        } else {
            try evaluate(cell, model: model, folder: folder, into: &result, commands: &commands)
        }
        if cell.table.measures.contains(where: \.isEmbedding) {
            for (name, value) in try embeddingMeasures(model: model, folder: folder, commands: &commands) {
                result.measures[name] = value
            }
        }
        result.commands = commands.map(shown)
        result.seconds = Date().timeIntervalSince(began)
        result.finished = Date().formatted(.iso8601)
        try writeText(jsonText(result), to: folder + "/cell.json")
        if cell.variant.interpolate != nil { try removeFolder(folder + "/mixture") }
        if cell.variant.trains { try clean(cell, keeping: keepsModel ? result.chosen : nil) }
        return result
    }

    /// A command as the document shows it, without this machine's folders.
    func shown(_ command: [String]) -> String {
        command.map { word in
            var text = word
            for (path, name) in [
                (workspace.programs + "/", ""), (workspace.work, "{work}"), (workspace.models, "{models}"),
                (workspace.tables, "{tables}"), (workspace.shared ?? "\0", "{shared}"),
            ] { text = text.replacing(path, with: name) }
            let isPlain = !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || "-_./,:=+{}".contains($0) }
            return isPlain && text != "{}" ? text : "'" + text.replacing("'", with: "'\\''") + "'"
        }.joined(separator: " ")
    }

    private func interpolated(
        _ model: String, weight: String, in folder: String, into result: inout CellResult,
        commands: inout [[String]]
    ) throws -> String {
        let mixture = folder + "/mixture"
        try removeFolder(mixture)
        let isChosen = weight == Variant.chosenWeight
        let command =
            [workspace.mumic, "interpolate", "--model", dataset.model, "--fine-tuned", model, "--output", mixture]
            + (isChosen ? ["--data", dataset.validationFile] : ["--alpha", weight])
        commands.append(command)
        let output = folder + "/interpolate.out"
        try ChildProcess.run(command, output: output, log: folder + "/log.txt")
        if isChosen {
            guard let alpha = try EvaluationFile(path: output).numbers["alpha"] else {
                throw ExperimentError.badOutput(path: output, problem: "does not name an alpha")
            }
            result.chosen = ["alpha": shortest(alpha)]
        }
        return mixture
    }

    private func evaluate(
        _ cell: Cell, model: String, folder: String, into result: inout CellResult, commands: inout [[String]]
    ) throws {
        func run(heldOut: Bool) throws {
            let name = heldOut ? "held-out" : "evaluation"
            var options = OptionList()
            options["labels"] = .values([
                try dataset.labelsFile(heldOut: heldOut, holdingOut: cell.table.holdsOut)
            ])
            if !heldOut { options = options.overridden(by: try workspace.resolved(cell.evaluate)) }
            let command =
                [workspace.mumic, "evaluate", "--model", model, "--data", dataset.testFile] + options.arguments
                + ["--output", folder + "/" + name, "--bootstrap", "\(Self.replicates)"]
            commands.append(command)
            try ChildProcess.run(command, output: folder + "/\(name).out", log: folder + "/log.txt")
        }
        try run(heldOut: false)
        try take(folder, cell, into: &result)
        guard cell.table.measures.contains(where: \.isHeldOut) else { return }
        try run(heldOut: true)
        let heldOut = try EvaluationFile(path: folder + "/held-out/evaluation.json")
        for (name, key) in [("held_out_gap", "gap"), ("held_out_map", "map_macro")] {
            result.measures[name] = heldOut.numbers[key]
            result.intervals[name] = heldOut.intervals[key]
        }
    }

    /// Takes what an evaluation wrote to the cell's folder.
    func take(_ folder: String, _ cell: Cell, into result: inout CellResult) throws {
        let evaluation = try EvaluationFile(path: folder + "/evaluation/evaluation.json")
        for measure in cell.table.measures {
            switch measure.source {
            case .evaluation: result.measures[measure.name] = evaluation.numbers[measure.name]
            case .band(let band): result.measures[measure.name] = evaluation.mean(of: dataset.labels(inBand: band))
            case .heldOut, .embeddings, .training: continue
            }
            result.intervals[measure.name] = evaluation.intervals[measure.name]
        }
        result.measures["gap"] = evaluation.numbers["gap"]
        result.intervals["gap"] = evaluation.intervals["gap"]
        if exists(folder + "/evaluation/scores.csv") { result.scores = "evaluation/scores.csv" }
    }

    private func embeddingMeasures(
        model: String, folder: String, commands: inout [[String]]
    ) throws -> [String: Double] {
        func embed(_ name: String, _ file: String, _ table: AnnotationTable) throws -> EmbeddedPictures {
            let path = folder + "/\(name).npy"
            let command = [workspace.mumic, "embed", "--model", model, "--output", path, file]
            commands.append(command)
            try ChildProcess.run(command, output: folder + "/embed.out", log: folder + "/log.txt")
            defer { try? FileManager.default.removeItem(atPath: path) }
            return try EmbeddedPictures(
                path: path, table: table, labels: dataset.labels(heldOut: false, holdingOut: false))
        }
        let test = try embed("test", dataset.testFile, dataset.test)
        let train = try embed("train", dataset.trainFile(DataChange(), seed: 0), dataset.train)
        guard test.width == train.width else {
            throw ExperimentError.badOutput(
                path: folder + "/test.npy", problem: "has another width than the training's")
        }
        var result: [String: Double] = [:]
        result["retrieval_map_at_10"] = EmbeddingMeasures.retrievalPrecision(test)
        result["knn_gap"] = try EmbeddingMeasures.neighbourPrecision(test, references: train)
        return result
    }
}
