// SPDX-License-Identifier: Apache-2.0

import ContentHash
import Foundation

/// One run of a table: a variant under a setting, on a data set, with a seed.
public struct Cell: Sendable {
    /// The table.
    public let table: TableDefinition
    /// The data set's name.
    public let dataset: String
    /// The setting.
    public let setting: Setting
    /// The variant.
    public let variant: Variant
    /// The seed of training and of the data's changes.
    public let seed: Int
    /// Options of training without those of the grid.
    public let train: OptionList
    /// Options of evaluation.
    public let evaluate: OptionList
    /// The training data.
    public let data: DataChange
    /// The points of the grid that the search begins with; one without options where there is no grid.
    public let grid: [OptionList]

    /// What all seeds of a variant share, as part of paths.
    var name: String { [dataset, setting.id, variant.id].filter { !$0.isEmpty }.joined(separator: ".") }

    /// Puts together what the levels of the definitions say.
    init(
        table: TableDefinition, dataset: DatasetDefinition, setting: Setting, variant: Variant, seed: Int,
        isQuick: Bool
    ) {
        self.table = table
        self.dataset = dataset.name
        self.setting = setting
        self.variant = variant
        self.seed = seed
        let levels = [
            table.common, table.forDataset[dataset.name] ?? Level(), setting.level, variant.level,
            variant.forDataset[dataset.name] ?? Level(),
        ]
        var train = dataset.train
        var evaluate = OptionList()
        var data = DataChange()
        for level in levels {
            train = train.overridden(by: level.train)
            evaluate = evaluate.overridden(by: level.evaluate)
            data = data.overridden(by: level.data)
        }
        if isQuick {
            train = train.overridden(by: table.quick.train)
            data.pictures = min(data.pictures ?? .max, table.quick.pictures)
            if data.perLabel != nil { data.pictures = nil }
        }
        let axes = levels.compactMap(\.grid).last ?? []
        var points = [OptionList()]
        for axis in axes {
            let values = isQuick ? Array(axis.values.prefix(1)) : axis.values
            points = points.flatMap { point in
                values.map { value in
                    var next = point
                    next[axis.option] = .values([value])
                    return next
                }
            }
        }
        self.evaluate = evaluate
        self.data = data
        let hasOptions = !variant.isRecipe && variant.frozen == nil
        (self.train, grid) = hasOptions ? (train, points) : (OptionList(), [OptionList()])
    }

    /// The epochs, for the plan.
    var epochs: Int { train.single("epochs").flatMap { Int($0) } ?? 10 }

    /// A point of the grid in words that can be part of a path: empty where there is no grid.
    static func pointName(_ point: OptionList) -> String {
        point.entries.map { name, value in
            if case .values(let values) = value { "\(name)=\(values.joined())" } else { name }
        }.joined(separator: ",").replacing("/", with: "_")
    }

    /// The hash of a list of words and files: what changes them changes it.
    static func hash(_ words: [String]) -> String {
        var digest = SHA256()
        for word in words {
            digest.update(word.utf8)
            digest.update([0])
        }
        return digest.hexadecimal()
    }
}

/// The result of one cell, as it is kept.
public struct CellResult: Codable, Sendable, Equatable {
    /// The form of this file.
    public var version = 1
    /// What was computed; another hash means that it is out of date.
    public var hash: String
    /// The table's name.
    public var table: String
    /// The data set's name.
    public var dataset: String
    /// The setting's id, empty for the only one.
    public var setting: String
    /// The variant's id.
    public var variant: String
    /// The seed.
    public var seed: Int
    /// The point of the grid that was used, by option.
    public var chosen: [String: String] = [:]
    /// The validation GAP of each point of the grid, where there was a choice.
    public var candidates: [String: Double] = [:]
    /// An option whose chosen value is the least or the greatest that was tried, though there are others beyond.
    public var openEdge: String?
    /// The measures.
    public var measures: [String: Double] = [:]
    /// Bootstrap intervals over pictures, as evaluate prints them.
    public var intervals: [String: [Double]] = [:]
    /// The logits of the test pictures, beside this file; nil where there are none.
    public var scores: String?
    /// The commands that were run, with folders as placeholders.
    public var commands: [String] = []
    /// The whole cell's time in seconds.
    public var seconds = 0.0
    /// When it was finished, ISO 8601.
    public var finished: String
    /// The machine.
    public var machine: Machine
}

/// What is kept of one training.
struct TrainingRecord: Codable, Equatable {
    var hash: String
    var seconds: Double
    var secondsPerEpoch: Double?
    var validationGAP: Double?
    var trainedParameters: Double?
}
