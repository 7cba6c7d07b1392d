// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import TestSupport
import Testing

@testable import ExperimentTables

struct DocumentTests {
    private func cell(_ variant: String, _ seed: Int, _ gap: Double, _ ece: Double, chosen: String? = nil) -> CellResult
    {
        var result = CellResult(
            hash: "", table: "t", dataset: "pets", setting: "", variant: variant, seed: seed,
            finished: seed == 2 ? "2026-11-22T08:00:00Z" : "2026-11-21T08:00:00Z", machine: FakeWorld.machine)
        result.measures = ["gap": gap, "ece": ece]
        result.intervals = ["gap": [gap - 0.01, gap + 0.02]]
        result.seconds = 61
        if let chosen {
            result.chosen = ["learning-rate": chosen]
            result.candidates = ["learning-rate=\(chosen)": 0.5]
        }
        if seed == 0 { result.commands = ["mumic train --data {work}/train.csv", "mumic evaluate"] }
        return result
    }

    private func definition(_ variants: String, _ more: String = "") throws -> TableDefinition {
        let datasets = try Suite.readDatasets(DefinitionNode.parse(FakeWorld.datasets, path: "datasets.yml"))
        return try Suite.readTable(
            DefinitionNode.parse(
                """
                title: Some | losses
                introduction: |
                  What it is about.
                datasets: pets
                measures: [gap, ece]
                default: plain
                \(more)
                variants: \(variants)
                """, path: "t.yml"), name: "t", datasets: datasets)
    }

    @Test func `a table without settings is written with a row a variant`() throws {
        let table = try definition(
            "[{id: start, train: false, name: Start}, {id: plain, name: Plain}, {id: new, name: A|B}]")
        var pets = TableResults.OnDataset(title: "pets", facts: "12 training and 8 test pictures, 3 labels")
        pets.cells[""] = [
            "start": [cell("start", 0, 0.1, 0.5)],
            "plain": [cell("plain", 0, 0.5, 0.1), cell("plain", 1, 0.52, 0.2), cell("plain", 2, 0.54, 0.3)],
            "new": [cell("new", 0, 0.6, 0.21, chosen: "1e-3"), cell("new", 1, 0.62, 0.21)],
        ]
        pets.differences[""] = [
            "start": PairedDifference(value: -0.42, bySeed: [-0.4, -0.42, -0.44], low: -0.5, high: -0.3),
            "new": PairedDifference(value: 0.1, bySeed: [0.1, 0.1], low: -0.0001, high: 0.21),
        ]
        let text = try TableRenderer(
            TableResults(definition: table, datasets: [pets], command: "experiments run t --seeds 3")
        ).render()
        #expect(
            text == """
                ## Some | losses

                What it is about.

                `experiments run t --seeds 3` on A processor, 2 cores, 8.0 GiB, An OS, libtorch 9.9; 2026-11-21 to \
                2026-11-22; 2 to 3 seeds; 6 runs, 6 min. The runs of *Plain*, seed 0:

                ```sh
                mumic train --data {work}/train.csv
                mumic evaluate
                ```

                ### Pets: 12 training and 8 test pictures, 3 labels

                | variant | chosen | GAP, % | ECE | GAP − default, % |
                | --- | --- | ---: | ---: | ---: |
                | Start |  | 10.0 [9.0, 12.0] | 0.500 | −42.0 [−50.0, −30.0] |
                | Plain (default) |  | 52.0 ± 5.0 (50.0–54.0) [49.0, 52.0] | **0.200** ± 0.248 (0.100–0.300) |  |
                | A\\|B | learning-rate 1e-3 | **61.0** (60.0–62.0) [59.0, 62.0] | 0.210 | +10.0 [0.0, +21.0] |

                By GAP and against *Plain*: it beats *Start* (−42.0); *A|B* (+10.0) is not told apart from it.

                """)
    }

    @Test func `a table with settings is written with a matrix a measure`() throws {
        let table = try definition(
            "[{id: plain, name: Plain}, {id: new, name: New}]", "settings: [{id: clean}, {id: noisy, name: 10 % noise}]"
        )
        var pets = TableResults.OnDataset(title: "pets", facts: "facts")
        pets.cells["clean"] = ["plain": [cell("plain", 0, 0.5, 0.1)], "new": [cell("new", 0, 0.5, 0.2)]]
        pets.cells["noisy"] = ["plain": [cell("plain", 0, 0.4, 0.1)]]
        pets.differences["clean"] = ["new": PairedDifference(value: 0.02, bySeed: [0.02], low: 0.01, high: 0.03)]
        let text = try TableRenderer(TableResults(definition: table, datasets: [pets], command: "c")).render()
        let tail = try #require(text.range(of: "### Pets")).lowerBound
        #expect(
            String(text[tail...]) == """
                ### Pets: facts

                | GAP, % | Plain | New |
                | --- | ---: | ---: |
                | clean | **50.0** [49.0, 52.0] | **50.0** [49.0, 52.0] |
                | 10 % noise | 40.0 [39.0, 42.0] | – |

                | ECE | Plain | New |
                | --- | ---: | ---: |
                | clean | **0.100** | 0.200 |
                | 10 % noise | 0.100 | – |

                - Clean: By GAP and against *Plain*: *New* (+2.0) beats it.

                """)
    }

    @Test func `a choice at the edge of its grid is not printed`() throws {
        let table = try definition("[{id: plain, name: Plain}]")
        var pets = TableResults.OnDataset(title: "pets", facts: "facts")
        var result = cell("plain", 0, 0.5, 0.1, chosen: "1e-3")
        result.openEdge = "learning-rate"
        pets.cells[""] = ["plain": [result]]
        let error = #expect(throws: ExperimentError.self) {
            try TableRenderer(TableResults(definition: table, datasets: [pets], command: "c")).render()
        }
        #expect(
            "\(try #require(error))"
                == "table t: in pets.plain the best learning-rate, 1e-3, is the last that was tried; widen the grid in its definition and run it again"
        )
    }

    @Test func `a document is made from stored results, and keeps the parts of tables that are not at hand`() throws {
        let one = """
            title: One
            datasets: pets
            measures: [gap]
            order: 2
            default: plain
            variants: [{id: plain, train: {learning-rate: 0}}, {id: good, train: {learning-rate: 9e-3}}]
            """
        let world = try FakeWorld(["one": one])
        let outcome = try world.run(seeds: 2)
        #expect(outcome.failures == [])
        let path = world.folder("docs/experiments.md")
        func write() throws -> [String] {
            try Document.write(
                suite: Suite.read(folder: world.folder("tables")), workspace: world.workspace, isQuick: false, to: path)
        }
        #expect(try write() == ["one"])
        let first = try world.folder.text("docs/experiments.md")
        #expect(first.contains("| good | **90.0** [10.0, 20.0] |"), "\(first)")
        #expect(first.contains("*good* (+"), "\(first)")
        #expect(first.contains("beats it."), "\(first)")
        #expect(!first.contains(world.folder.path))

        // Another table comes in before it, and the first one's results are lost.
        try world.folder.put(
            "tables/two.yml", one.replacing("title: One", with: "title: Two").replacing("order: 2", with: "order: 1"))
        let part = try #require(Document.part("one", of: first))
        try removeTree(path: world.folder("work/one"))
        #expect(try write() == ["one"])
        #expect(try world.folder.text("docs/experiments.md") == first)
        _ = try world.run()
        try removeTree(path: world.folder("work/one"))
        #expect(try write() == ["two", "one"])
        #expect(Document.part("one", of: try world.folder.text("docs/experiments.md")) == part)
    }

    @Test func `without a result the document says so`() {
        #expect(Document.text([], isQuick: false).hasSuffix("\nNo table has been run yet.\n"))
        #expect(Document.text([], isQuick: true).contains("the numbers mean nothing"))
    }

    @Test func `trained parameters are summed over the parts that train, the last table counting`() {
        let said = """
            part            parameters
            image tower      1,000,000  trains
            text tower         500,000  frozen
            temperature              1  trains
            part            parameters
            image tower      1,000,000  trains in part
            """
        #expect(TrainingLog.trainedParameters(said) == nil)
        #expect(TrainingLog.trainedParameters(said.replacing("in part", with: "20,000 in part")) == 20_000)
        let first = said.split(separator: "\n").prefix(4).joined(separator: "\n")
        #expect(TrainingLog.trainedParameters(first) == 1_000_001)
        #expect(TrainingLog.trainedParameters("nothing of the kind") == nil)
    }
}
