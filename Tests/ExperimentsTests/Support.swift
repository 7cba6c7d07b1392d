// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation
import TestSupport
import Testing

@testable import ExperimentTables

/// A small world of its own: a program that pretends to be mumic, a data set of 24 pictures, and definitions.
final class FakeWorld: Sendable {
    let folder: TemporaryFolder

    /// `definitions` maps tables' names to YAML.
    init(_ definitions: [String: String]) throws {
        folder = try TemporaryFolder()
        // A link, since a file that was just written may be held open by a process that another test forks.
        let fake = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Fixtures/mumic"
        try createDirectory(path: folder("programs"))
        try FileManager.default.createSymbolicLink(atPath: folder("programs/mumic"), withDestinationPath: fake)
        try folder.put("shared/model/config.json", "{}")
        for (name, range) in [("train", 0..<12), ("val", 12..<16), ("test", 16..<24)] {
            var text = "image,cat,dog,sea view\n"
            for number in range {
                try folder.put("shared/images/\(number).jpg", "")
                text += "images/\(number).jpg,\(number % 2),\(number % 3 == 0 ? 1 : 0),\(number % 5 == 0 ? 1 : 0)\n"
            }
            try folder.put("shared/\(name).csv", text)
        }
        try folder.put("tables/datasets.yml", Self.datasets)
        for (name, text) in definitions { try folder.put("tables/\(name).yml", text) }
    }

    var workspace: Workspace {
        Workspace(
            programs: folder("programs"), work: folder("work"), models: folder("models"), shared: folder("shared"),
            tables: folder("tables"))
    }

    /// The commands that the program was given, one a line.
    var calls: [String] {
        ((try? folder.text("programs/calls")) ?? "").split(separator: "\n").map(String.init)
    }

    func calls(_ command: String) -> [String] { calls.filter { $0.hasPrefix(command + " ") } }

    func forgetCalls() throws { try folder.put("programs/calls", "") }

    /// Runs all tables in this process.
    func run(seeds: Int = 1, minutes: Double? = nil, isQuick: Bool = false) throws -> RunOutcome {
        let suite = try Suite.read(folder: folder("tables"))
        let plan = Plan(tables: suite.tables, seeds: seeds, isQuick: isQuick)
        let runner = Runner(
            suite: suite, workspace: workspace, plan: plan, machine: Self.machine, minutes: minutes, say: { _ in })
        return try runner.run(command: "experiments run --all", afterSeed: {})
    }

    func result(_ cell: String) throws -> CellResult {
        try #require(savedValue(CellResult.self, folder("work/\(cell)/cell.json")))
    }

    static let machine = Machine(
        processor: "A processor", cores: 2, memory: 8, system: "An OS", libtorch: "9.9")

    static let datasets = """
        pets:
          title: pets
          model: "{shared}/model"
          files: {train: "{shared}/train.csv", validation: "{shared}/val.csv", test: "{shared}/test.csv"}
          train: {batch-size: 6, bias: -1}
          held-out: [dog]
          bands: [4, 6]
        """
}
