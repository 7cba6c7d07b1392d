// SPDX-License-Identifier: Apache-2.0

import Datasets
import Foundation

/// All that is stored of a table, ready to be written down.
struct TableResults {
    /// What is stored of a table on one data set.
    struct OnDataset {
        var title: String
        /// In words: pictures and labels.
        var facts: String
        /// Results by setting and variant, in the order of the seeds.
        var cells: [String: [String: [CellResult]]] = [:]
        /// Differences of the first measure's GAP to the default's, by setting and variant.
        var differences: [String: [String: PairedDifference]] = [:]

        func results(_ setting: String, _ variant: String) -> [CellResult] { cells[setting]?[variant] ?? [] }
    }

    var definition: TableDefinition
    var datasets: [OnDataset] = []
    var command = ""

    var all: [CellResult] { datasets.flatMap { $0.cells.values.flatMap { $0.values.flatMap { $0 } } } }

    /// Collects what is stored and up to date; nil where nothing is.
    init?(_ table: TableDefinition, suite: Suite, workspace: Workspace, isQuick: Bool, mostSeeds: Int = 100) throws {
        definition = table
        let record = savedValue(TableRecord.self, TableRecord.path(table.name, in: workspace))
        guard let record else { return nil }
        command = record.command
        let plan = Plan(tables: [table], seeds: mostSeeds, isQuick: isQuick)
        for definition in plan.datasets(table, suite, workspace) {
            let dataset = try PreparedDataset(definition, in: workspace, isQuick: isQuick)
            let found = try OnDataset(table, dataset, plan: plan, workspace: workspace)
            if let found { datasets.append(found) }
        }
        if datasets.isEmpty { return nil }
    }

    init(definition: TableDefinition, datasets: [OnDataset], command: String) {
        (self.definition, self.datasets, self.command) = (definition, datasets, command)
    }
}

extension TableResults.OnDataset {
    /// Collects a table's results on a data set; nil where there are none.
    fileprivate init?(
        _ table: TableDefinition, _ dataset: PreparedDataset, plan: Plan, workspace: Workspace
    ) throws {
        let runner = CellRunner(
            workspace: workspace, dataset: dataset,
            machine: Machine(processor: "", cores: 1, memory: 0, system: "", libtorch: ""))
        title = dataset.definition.title
        facts = Self.facts(table, dataset)
        for seed in 0..<plan.seeds {
            let cells = plan.cells(table, dataset: dataset.definition, seed: seed)
            var isEmpty = true
            for cell in cells where seed == 0 || !Plan.isSeedless(cell) {
                let source = cell.variant.from.flatMap { from in
                    cells.first { $0.variant.id == from && $0.setting.id == cell.setting.id }
                }
                guard let result = try runner.result(of: cell, source: source) else { continue }
                self.cells[cell.setting.id, default: [:]][cell.variant.id, default: []].append(result)
                isEmpty = false
            }
            if isEmpty, seed > 0 { break }
        }
        if cells.isEmpty { return nil }
        let first = plan.cells(table, dataset: dataset.definition, seed: 0)
        for setting in table.settings.map(\.id) {
            let seedless = first.filter { $0.setting.id == setting && Plan.isSeedless($0) }.map(\.variant.id)
            differences[setting] = compare(table, setting, seedless: Set(seedless), dataset, workspace)
        }
    }

    private static func facts(_ table: TableDefinition, _ dataset: PreparedDataset) -> String {
        let trained = dataset.labels(heldOut: false, holdingOut: table.holdsOut).count
        let held = table.holdsOut ? " and \(dataset.labels(heldOut: true, holdingOut: true).count) held-out" : ""
        return "\(dataset.train.images.count) training and \(dataset.test.images.count) test pictures, "
            + "\(trained)\(held) labels"
    }

    /// The difference of each variant to the default, seed by seed on the same pictures.
    private func compare(
        _ table: TableDefinition, _ setting: String, seedless: Set<String>, _ dataset: PreparedDataset,
        _ workspace: Workspace
    ) -> [String: PairedDifference] {
        func scores(_ result: CellResult) -> RunScores? {
            let name = [result.dataset, result.setting, result.variant].filter { !$0.isEmpty }.joined(separator: ".")
            guard let file = result.scores else { return nil }
            return try? RunScores(
                scores: workspace.work + "/\(result.table)/\(name)/\(result.seed)/\(file)", targets: dataset.testFile)
        }
        var references: [Int: RunScores] = [:]
        for result in results(setting, table.defaultVariant) { references[result.seed] = scores(result) }
        var found: [String: PairedDifference] = [:]
        for variant in table.variants.map(\.id) where variant != table.defaultVariant {
            let runs = results(setting, variant)
            var pairs: [(variant: RunScores, reference: RunScores)] = []
            for result in runs {
                guard let run = scores(result) else { continue }
                if seedless.contains(variant) {
                    pairs = references.sorted { $0.key < $1.key }.map { (run, $0.value) }
                } else if let reference = references[result.seed] {
                    pairs.append((run, reference))
                }
            }
            found[variant] = PairedDifference.of(pairs, replicates: 400)
        }
        return found
    }
}
