// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datasets
import ExperimentTables
import FileIO
import Foundation
import Terminal

/// The program.
struct ExperimentsTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "experiments",
        abstract: "Run the tables of docs/experiments.md again.",
        discussion: """
            Run it in the checkout, after make build. A table is a YAML file in Experiments/Tables; finished runs are \
            kept in --work and not repeated, so that a run that was stopped goes on with the same command.

              experiments list
              experiments run losses --seeds 3
              experiments run --all --quick

            Progress goes to stderr. Exit status: 0 done, 64 wrong usage, 65 bad data or a run that failed, 66 missing \
            input, 130 or 143 stopped.
            """,
        version: "0.1.0",
        subcommands: [Run.self, List.self, Write.self, Corrupt.self])
}

/// Where things are.
struct PlaceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder of mumic and sample-world (default: this program's).", valueName: "folder"))
    var programs: String?

    @Option(help: ArgumentHelp("The folder of the tables' definitions.", valueName: "folder"))
    var tables = "Experiments/Tables"

    @Option(help: ArgumentHelp("The folder for runs and results.", valueName: "folder"))
    var work = ".experiments"

    @Option(help: ArgumentHelp("The folder of this repository's models.", valueName: "folder"))
    var models = "Models"

    @Option(
        help: ArgumentHelp(
            "A folder with further models and data sets, which definitions call {shared}.", valueName: "folder"))
    var shared: String?

    @Option(
        help: ArgumentHelp(
            "The document (default: docs/experiments.md; with --quick one in the folder for runs).", valueName: "file"))
    var document: String?

    @Flag(help: "Work on small parts of small data sets: a trial of the tables, not a measurement.")
    var quick = false

    var workspace: Workspace {
        let beside = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
        return Workspace(
            programs: programs ?? beside, work: quick ? work + "/quick" : work, models: models, shared: shared,
            tables: tables)
    }

    var documentPath: String { document ?? (quick ? work + "/quick/experiments.md" : "docs/experiments.md") }

    /// The definitions; a folder that --shared names has to be there.
    func suite() throws -> Suite {
        if let shared, !FileManager.default.fileExists(atPath: shared) {
            throw ExperimentError.file(
                description: "there is no folder \(printable(shared)); leave --shared out, or name one", isMissing: true
            )
        }
        return try Suite.read(folder: tables)
    }
}

/// Runs tables.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run tables, and write the document.")

    @Argument(help: ArgumentHelp("Tables by name; see experiments list.", valueName: "table"))
    var names: [String] = []

    @Flag(help: "Run all tables.")
    var all = false

    @Option(help: ArgumentHelp("Seeds, from 0; default 3, and 1 with --quick.", valueName: "n"))
    var seeds: Int?

    @Option(help: ArgumentHelp("Begin no run that would end later than this.", valueName: "minutes"))
    var minutes: Double?

    @Flag(help: "Forget the tables' earlier results.")
    var fresh = false

    @Flag(help: "Go on with what was stopped; this is what happens anyway, so that the flag changes nothing.")
    var resume = false

    @OptionGroup var places: PlaceOptions

    func validate() throws {
        if all == !names.isEmpty { throw ValidationError("name tables, or give --all") }
        if let seeds, !(1...100).contains(seeds) { throw ValidationError("--seeds must lie in 1...100") }
        if let minutes, !(minutes > 0 && minutes <= 1e6) { throw ValidationError("--minutes must be above 0") }
        if fresh && resume { throw ValidationError("--fresh and --resume exclude each other") }
    }

    func run() throws {
        let suite = try places.suite()
        let workspace = places.workspace
        let tables = try suite.selected(names)
        for table in tables where fresh {
            let folder = workspace.work + "/" + table.name
            if FileManager.default.fileExists(atPath: folder) { try removeTree(path: folder) }
        }
        let plan = Plan(tables: tables, seeds: seeds ?? (places.quick ? 1 : 3), isQuick: places.quick)
        let machine = Machine.current()
        StandardError.line("machine: \(machine.description)")
        let runner = Runner(
            suite: suite, workspace: workspace, plan: plan, machine: machine, minutes: minutes,
            say: { StandardError.line($0) })
        let words = ["experiments", "run"] + (all ? ["--all"] : names) + (places.quick ? ["--quick"] : [])
        let command = words + ["--seeds", "\(plan.seeds)"] + (places.shared == nil ? [] : ["--shared", "FOLDER"])
        let outcome = try runner.run(command: command.joined(separator: " ")) {
            _ = try Document.write(
                suite: suite, workspace: workspace, isQuick: places.quick, to: places.documentPath)
        }
        StandardError.line(
            "\(outcome.computed) runs done, \(outcome.kept) were done already, \(outcome.postponed) left for want of time; "
                + "the tables are in \(places.documentPath)")
        if !outcome.failures.isEmpty { throw RunsFailed(count: outcome.failures.count) }
    }
}

/// Some runs failed; they have been listed.
struct RunsFailed: Error {
    let count: Int
}

/// Lists the tables.
struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the tables, and how far each is.")

    @OptionGroup var places: PlaceOptions

    func run() throws {
        let rows = try places.suite().tables.map { table in
            [
                table.name, "\(table.variants.count)", "\(table.settings.count)",
                "\(Progress.finished(table, in: places.workspace))", table.datasets.joined(separator: " "), table.title,
            ]
        }
        print(
            formatTable(
                columns: [
                    TableColumn("table"), TableColumn("variants", .right), TableColumn("settings", .right),
                    TableColumn("runs", .right), TableColumn("data"), TableColumn("title"),
                ], rows: rows))
    }
}

/// Writes the document.
struct Write: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Write the document from stored results.")

    @OptionGroup var places: PlaceOptions

    func run() throws {
        let names = try Document.write(
            suite: places.suite(), workspace: places.workspace, isQuick: places.quick, to: places.documentPath)
        StandardError.line("\(places.documentPath) has \(names.count) tables: \(names.joined(separator: ", "))")
    }
}

/// Makes a worse copy of a data set.
struct Corrupt: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy a table of annotations with noise, gaps or fewer pictures.",
        discussion: """
            The copy is a wide CSV with absolute picture paths. What happens to a cell depends on the seed, the picture \
            and the label alone: 20 % of noise contain the 10 %.

              experiments corrupt --data train.csv --output noisy.csv --missing 0.2 --seed 1
            """)

    @Option(help: ArgumentHelp("Annotations in any format that mumic reads.", valueName: "file"))
    var data: String
    @Option(help: ArgumentHelp("The copy.", valueName: "file"))
    var output: String
    @Option(help: ArgumentHelp("Another seed gives other noise.", valueName: "number"))
    var seed: UInt64 = 0
    @Option(help: ArgumentHelp("Share of known cells that are turned round.", valueName: "rate"))
    var flip: Double?
    @Option(help: ArgumentHelp("Share of positives that are said to be absent.", valueName: "rate"))
    var missing: Double?
    @Option(help: ArgumentHelp("Share of positives that are said of another label.", valueName: "rate"))
    var wrong: Double?
    @Option(help: ArgumentHelp("Share of cells that stay known.", valueName: "rate"))
    var known: Double?
    @Option(help: ArgumentHelp("So many pictures.", valueName: "n"))
    var pictures: Int?
    @Option(help: ArgumentHelp("So many pictures of each label.", valueName: "n"))
    var perLabel: Int?

    func validate() throws {
        for (name, rate) in [("--flip", flip), ("--missing", missing), ("--wrong", wrong), ("--known", known)] {
            if let rate, !(0...1).contains(rate) { throw ValidationError("\(name) must lie in 0...1") }
        }
        for (name, count) in [("--pictures", pictures), ("--per-label", perLabel)] {
            if let count, count < 1 { throw ValidationError("\(name) must be at least 1") }
        }
        if pictures != nil, perLabel != nil { throw ValidationError("--pictures and --per-label exclude each other") }
    }

    func run() throws {
        let table = try AnnotationTable.read(path: data)
        try table.requireUsable()
        var change = DataChange()
        (change.flip, change.missing, change.wrong, change.known) = (flip, missing, wrong, known)
        (change.pictures, change.perLabel) = (pictures, perLabel)
        try AtomicFile.write(wideCSV(change.applied(to: table, seed: seed)), to: output, durable: false)
    }
}
