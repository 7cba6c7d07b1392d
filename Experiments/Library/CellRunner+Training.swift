// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import JSON

extension CellRunner {
    /// Where a training at a point of the grid lies.
    func trainingFolder(_ cell: Cell, point: OptionList) -> String {
        let name = Cell.pointName(point)
        return folder(cell) + (name.isEmpty ? "/training" : "/training " + name)
    }

    /// Trains at every point of the grid, or at the one that an earlier seed chose, and takes the best.
    ///
    /// - Returns: The folder of the chosen training.
    func trainGrid(_ cell: Cell, into result: inout CellResult, commands: inout [[String]]) throws -> String {
        var search = GridSearch(chosen.map { [Self.point($0, like: cell)] } ?? cell.grid)
        var records: [TrainingRecord] = []
        while let point = search.next {
            let record = try train(cell, point: point)
            records.append(record)
            search.receive(record.validationGAP)
        }
        let (point, record) = (search.points[search.best], records[search.best])
        (result.candidates, result.openEdge) = (search.candidates, search.openEdge)
        result.chosen = Self.values(point)
        result.measures["validation_gap"] = record.validationGAP
        result.measures["seconds"] = record.seconds
        result.measures["seconds_per_epoch"] = record.secondsPerEpoch
        result.measures["trained_parameters"] = record.trainedParameters
        commands.append(try command(cell, point: point))
        return trainingFolder(cell, point: point)
    }

    /// The model of a cell that is done.
    func trainedModel(of cell: Cell) throws -> String {
        let result = savedValue(CellResult.self, folder(cell) + "/cell.json")
        return trainingFolder(cell, point: Self.point(result?.chosen ?? [:], like: cell)) + "/run/model"
    }

    /// Whether the model of a cell that is done is still there.
    func hasModel(_ cell: Cell) throws -> Bool { exists(try trainedModel(of: cell)) }

    static func values(_ point: OptionList) -> [String: String] {
        var result: [String: String] = [:]
        for (name, _) in point.entries { result[name] = point.single(name) ?? "" }
        return result
    }

    /// The point of the grid with such values, its options in the grid's order.
    static func point(_ values: [String: String], like cell: Cell) -> OptionList {
        OptionList((cell.grid.first?.entries ?? []).compactMap { name, _ in values[name].map { (name, $0) } })
    }

    private func command(_ cell: Cell, point: OptionList) throws -> [String] {
        var command = [
            workspace.mumic, "train", "--data", try dataset.trainFile(cell.data, seed: cell.seed), "--model",
            dataset.model, "--output", trainingFolder(cell, point: point) + "/run", "--seed", "\(cell.seed)",
        ]
        if cell.table.validates { command += ["--validation", dataset.validationFile] }
        if cell.table.holdsOut { command += dataset.definition.heldOut.flatMap { ["--hold-out", $0] } }
        if cell.variant.isRecipe { return command }
        command += try workspace.resolved(cell.train.overridden(by: point)).arguments
        return command + ["--skip-picture-check"] + (cell.table.validates ? ["--no-report"] : [])
    }

    /// One training, unless it is done; one that was cut short goes on.
    private func train(_ cell: Cell, point: OptionList) throws -> TrainingRecord {
        let folder = trainingFolder(cell, point: point)
        let hash = try trainingHash(cell, point: point)
        if let record = savedValue(TrainingRecord.self, folder + "/training.json"), record.hash == hash,
            exists(folder + "/run/model")
        {
            return record
        }
        let begun = try? String(contentsOfFile: folder + "/begun", encoding: .utf8)
        let goesOn = begun == hash && exists(folder + "/run") && !exists(folder + "/training.json")
        if !goesOn {
            try removeFolder(folder)
            try makeFolder(folder)
            try writeText(hash, to: folder + "/begun")
        }
        let began = Date()
        try ChildProcess.run(
            try command(cell, point: point) + (goesOn ? ["--resume"] : []), output: folder + "/train.out",
            log: folder + "/log.txt")
        let log = try TrainingLog(run: folder + "/run", messages: folder + "/log.txt", options: cell.train)
        let record = TrainingRecord(
            // The seconds of a run that was cut short are in its steps only.
            hash: hash, seconds: goesOn ? log.stepSeconds : Date().timeIntervalSince(began),
            secondsPerEpoch: log.secondsPerEpoch, validationGAP: log.bestValidationGAP,
            trainedParameters: log.trainedParameters)
        try writeText(jsonText(record), to: folder + "/training.json")
        try removeFolder(folder + "/run/checkpoints")
        return record
    }

    /// Removes the models that nobody needs any more.
    func clean(_ cell: Cell, keeping chosen: [String: String]?) throws {
        let folder = folder(cell)
        let kept = chosen.map { trainingFolder(cell, point: Self.point($0, like: cell)) }
        for name in try reading({ () throws(FileIOError) in try listDirectory(path: folder) }).sorted()
        where name.hasPrefix("training") && folder + "/" + name != kept {
            try removeFolder(folder + "/" + name + "/run/model")
        }
    }
}

/// The place of the highest value, the first of equal ones; a value that is missing loses.
func bestIndex(_ values: [Double?]) -> Int {
    var best = 0
    for (index, value) in values.enumerated() {
        if let value, value > values[best] ?? -.infinity { best = index }
    }
    return best
}
