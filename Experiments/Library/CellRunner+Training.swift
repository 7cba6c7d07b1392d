// SPDX-License-Identifier: Apache-2.0

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
        var points = cell.grid
        if points.count > 1, let chosen {
            points = points.filter { Self.values($0) == chosen }
            if points.isEmpty { points = cell.grid }
        }
        var records: [TrainingRecord] = []
        for point in points { records.append(try train(cell, point: point)) }
        let best = bestIndex(records.map(\.validationGAP))
        for (point, record) in zip(points, records) where points.count > 1 {
            result.candidates[Cell.pointName(point)] = record.validationGAP
        }
        let (point, record) = (points[best], records[best])
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
        let point = cell.grid.first { Self.values($0) == result?.chosen ?? [:] } ?? OptionList()
        return trainingFolder(cell, point: point) + "/run/model"
    }

    /// Whether the model of a cell that is done is still there.
    func hasModel(_ cell: Cell) throws -> Bool { exists(try trainedModel(of: cell)) }

    static func values(_ point: OptionList) -> [String: String] {
        var result: [String: String] = [:]
        for (name, _) in point.entries { result[name] = point.single(name) ?? "" }
        return result
    }

    private func command(_ cell: Cell, point: OptionList) throws -> [String] {
        var command = [
            workspace.mumic, "train", "--data", try dataset.trainFile(cell.data, seed: cell.seed), "--model",
            dataset.model, "--output", trainingFolder(cell, point: point) + "/run", "--seed", "\(cell.seed)",
        ]
        if cell.table.validates { command += ["--validation", dataset.validationFile] }
        if cell.table.holdsOut { command += dataset.definition.heldOut.flatMap { ["--hold-out", $0] } }
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
        for point in cell.grid where Self.values(point) != chosen {
            try removeFolder(trainingFolder(cell, point: point) + "/run/model")
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
