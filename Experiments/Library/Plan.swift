// SPDX-License-Identifier: Apache-2.0

/// Which cells are to be run, in their order.
public struct Plan: Sendable {
    /// The tables.
    public let tables: [TableDefinition]
    /// How many seeds.
    public let seeds: Int
    /// Whether a small part of everything will do.
    public let isQuick: Bool

    /// A plan for tables.
    ///
    /// - Parameters:
    ///   - tables: The tables, in the document's order.
    ///   - seeds: How many seeds, from 0.
    ///   - isQuick: Whether a small part of everything will do.
    public init(tables: [TableDefinition], seeds: Int, isQuick: Bool) {
        (self.tables, self.seeds, self.isQuick) = (tables, seeds, isQuick)
    }

    /// The cells of a table on a data set with a seed: those that train before those that use their models.
    func cells(_ table: TableDefinition, dataset: DatasetDefinition, seed: Int) -> [Cell] {
        var cells: [Cell] = []
        for setting in table.settings where !isQuick || setting.isQuick {
            let variants = table.variants.filter {
                (!isQuick || $0.isQuick) && !$0.except.contains(setting.id)
                    && ($0.datasets.isEmpty || $0.datasets.contains(dataset.name))
            }
            for variant in variants.filter({ $0.from == nil }) + variants.filter({ $0.from != nil }) {
                cells.append(
                    Cell(
                        table: table, dataset: dataset, setting: setting, variant: variant, seed: seed,
                        isQuick: isQuick))
            }
        }
        return cells
    }

    /// Whether a variant gives the same with every seed, so that one run says all.
    static func isSeedless(_ cell: Cell) -> Bool {
        !cell.variant.trains && cell.variant.from == nil && (cell.variant.frozen == nil || cell.data.isNone)
    }

    /// The data sets of a table that are at hand.
    func datasets(_ table: TableDefinition, _ suite: Suite, _ workspace: Workspace) -> [DatasetDefinition] {
        table.datasets.compactMap { suite.datasets[$0] }
            .filter { (!isQuick || $0.isQuick) && PreparedDataset.isAvailable($0, in: workspace) }
    }

    /// A cell's trainings, the pictures that each sees, and a guess of the seconds.
    func effort(_ cell: Cell, pictures: Int, speed: Double) -> (trainings: Int, seconds: Double) {
        let trainings = cell.variant.trains ? (cell.seed == 0 ? cell.grid.count : 1) : 0
        // The recipe looks at every picture about as often as 24 epochs of a table do.
        let one = 2.5 + Double(pictures * (cell.variant.isRecipe ? 24 : cell.epochs)) / speed
        let others = cell.table.measures.reduce(3.0) { $0 + ($1.isEmbedding ? 2 : $1.isHeldOut ? 2 : 0) }
        return (trainings, Double(trainings) * one + others)
    }
}
