// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What a run of experiments came to.
public struct RunOutcome: Sendable {
    /// Cells that were computed now.
    public var computed = 0
    /// Cells that were there already.
    public var kept = 0
    /// Cells that could not be computed, with the reason.
    public var failures: [String] = []
    /// Cells for which there was no time.
    public var postponed = 0
}

/// Runs tables: one seed of every table first, then further seeds in turn.
public final class Runner {
    private let suite: Suite
    private let workspace: Workspace
    private let plan: Plan
    private let machine: Machine
    private let deadline: Date?
    private let say: (String) -> Void
    private var prepared: [String: PreparedDataset] = [:]
    private var failed: Set<String> = []
    private let began = Date()

    /// A runner.
    ///
    /// - Parameters:
    ///   - suite: The definitions.
    ///   - workspace: Where things are.
    ///   - plan: What to run.
    ///   - machine: What the results say of the machine.
    ///   - minutes: After which time no further cell is begun; nil for no limit.
    ///   - say: Gets a line at a time about what happens.
    public init(
        suite: Suite, workspace: Workspace, plan: Plan, machine: Machine, minutes: Double?,
        say: @escaping (String) -> Void
    ) {
        (self.suite, self.workspace, self.plan, self.machine) = (suite, workspace, plan, machine)
        self.say = say
        deadline = minutes.map { Date().addingTimeInterval($0 * 60) }
    }

    /// Runs everything that is not done.
    ///
    /// - Parameters:
    ///   - command: What the document says was typed.
    ///   - afterSeed: Called when a seed of all tables is done, for instance to write the document.
    /// - Returns: What came of it.
    /// - Throws: ``ExperimentError`` where nothing can be run at all, and after an interruption.
    public func run(command: String, afterSeed: () throws -> Void) throws -> RunOutcome {
        var outcome = RunOutcome()
        try makeFolder(workspace.work)
        // Without the data's tables there is no telling how long anything takes.
        for table in plan.tables {
            for dataset in plan.datasets(table, suite, workspace) { _ = try prepare(dataset) }
            try TableRecord(command: command, isQuick: plan.isQuick).write(table.name, in: workspace)
        }
        try announce()
        for seed in 0..<plan.seeds {
            for table in plan.tables {
                for dataset in plan.datasets(table, suite, workspace) {
                    try run(plan.cells(table, dataset: dataset, seed: seed), dataset, &outcome)
                }
            }
            try afterSeed()
        }
        return outcome
    }

    private func prepare(_ dataset: DatasetDefinition) throws -> PreparedDataset {
        if let ready = prepared[dataset.name] { return ready }
        say("preparing \(dataset.name): \(dataset.title)")
        let ready = try PreparedDataset(dataset, in: workspace, isQuick: plan.isQuick)
        prepared[dataset.name] = ready
        return ready
    }

    /// Says what each table will cost.
    private func announce() throws {
        var total = 0.0
        for table in plan.tables {
            let datasets = plan.datasets(table, suite, workspace)
            for name in table.datasets where !datasets.contains(where: { $0.name == name }) {
                say("\(table.name): data set \(name) is \(plan.isQuick ? "left out or " : "")not at hand")
            }
            for dataset in datasets {
                let ready = try prepare(dataset)
                var (trainings, seconds) = (0, 0.0)
                var sizes: Set<String> = []
                for seed in 0..<plan.seeds {
                    for cell in plan.cells(table, dataset: dataset, seed: seed)
                    where seed == 0 || !Plan.isSeedless(cell) {
                        let pictures = ready.pictureCount(cell.data)
                        let effort = plan.effort(cell, pictures: pictures, speed: dataset.picturesPerSecond)
                        trainings += effort.trainings
                        seconds += effort.seconds
                        if cell.variant.trains { sizes.insert("\(pictures) × \(cell.epochs)") }
                    }
                }
                total += seconds
                say(
                    "\(table.name) on \(dataset.name): \(trainings) trainings (pictures × epochs: "
                        + "\(sizes.sorted().joined(separator: ", "))), \(plan.seeds) seeds, "
                        + "about \(Int((seconds / 60).rounded(.up))) min")
            }
        }
        say("in all about \(Int((total / 60).rounded(.up))) min, less what is done already")
    }

    private func run(_ cells: [Cell], _ definition: DatasetDefinition, _ outcome: inout RunOutcome) throws {
        let dataset = try prepare(definition)
        var runner = CellRunner(workspace: workspace, dataset: dataset, machine: machine)
        for cell in cells {
            try ChildProcess.checkInterruption()
            if cell.seed > 0, Plan.isSeedless(cell) { continue }
            let source = cell.variant.from.flatMap { from in
                cells.first { $0.variant.id == from && $0.setting.id == cell.setting.id }
            }
            let title = "\(cell.table.name) \(cell.name) seed \(cell.seed)"
            do {
                // What seed 0 could not do would fail again, or has not chosen its point of the grid yet.
                if cell.seed > 0, failed.contains(cell.table.name + "/" + cell.name) { continue }
                guard let choice = chosen(for: cell) else {
                    outcome.postponed += 1
                    continue
                }
                if let result = try runner.result(of: cell, source: source),
                    choice.isEmpty || choice == result.chosen
                {
                    outcome.kept += 1
                    continue
                }
                let effort = plan.effort(
                    cell, pictures: dataset.pictureCount(cell.data), speed: definition.picturesPerSecond)
                if let deadline, Date().addingTimeInterval(effort.seconds) > deadline {
                    outcome.postponed += 1
                    continue
                }
                runner.chosen = choice.isEmpty ? nil : choice
                let needed = cells.contains { $0.variant.from == cell.variant.id && $0.setting.id == cell.setting.id }
                if let source {
                    guard try runner.result(of: source, source: nil) != nil else {
                        outcome.failures.append("\(title): \(source.variant.id), whose model it uses, is not done")
                        continue
                    }
                    if try !runner.hasModel(source) {
                        var again = runner
                        again.chosen = savedValue(CellResult.self, runner.folder(source) + "/cell.json")?.chosen
                        _ = try again.run(source, source: nil, keepsModel: true)
                    }
                }
                let result = try runner.run(cell, source: source, keepsModel: needed)
                outcome.computed += 1
                let gap = result.measures["gap"].map { String(format: "%.1f %%", $0 * 100) } ?? "undefined"
                let values = result.chosen.sorted { $0.key < $1.key }.map { " \($0.key) \($0.value)" }.joined()
                say("\(elapsed)  \(title): GAP \(gap)\(values), \(Int(result.seconds.rounded())) s")
            } catch let error as ExperimentError {
                if case .interrupted = error { throw error }
                if case .programMissing = error { throw error }
                outcome.failures.append("\(title): \(error)")
                failed.insert(cell.table.name + "/" + cell.name)
                say("\(elapsed)  \(title) failed: \(error)")
            }
        }
    }

    /// The point of the grid that seed 0 chose; empty where nothing has to be chosen or this is seed 0, nil where seed 0
    /// is not done.
    private func chosen(for cell: Cell) -> [String: String]? {
        guard cell.seed > 0, cell.grid.count > 1 else { return [:] }
        let first = workspace.work + "/\(cell.table.name)/\(cell.name)/0/cell.json"
        return savedValue(CellResult.self, first)?.chosen
    }

    private var elapsed: String {
        let seconds = Int(Date().timeIntervalSince(began))
        return String(format: "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}
