// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import TestSupport
import Testing

@testable import ExperimentTables

struct RunnerTests {
    private static let definition = """
        title: A table
        datasets: pets
        measures: [gap, map_rare, map_medium, seconds_per_epoch, trained_parameters]
        train: {epochs: 2}
        grid: {learning-rate: [1e-3, 2e-3, 3e-3]}
        default: plain
        variants:
          - {id: plain}
          - {id: fixed, grid: null, train: {learning-rate: 4e-3}}
          - {id: start, train: false}
        """

    @Test func `the grid's best value on validation is chosen by the first seed and kept for the others`() throws {
        let world = try FakeWorld(["t": Self.definition])
        let outcome = try world.run(seeds: 3)
        #expect(outcome.failures == [])
        // The start is run once; it has no seed.
        #expect(outcome.computed == 7)
        let first = try world.result("t/pets.plain/0")
        // The fake's validation GAP is highest at 2e-3, while its test GAP grows further.
        #expect(first.chosen == ["learning-rate": "2e-3"])
        #expect(first.candidates.count == 3)
        #expect(abs((first.candidates["learning-rate=2e-3"] ?? 0) - 0.9) < 1e-12)
        #expect(first.measures["gap"] == 0.2 && first.intervals["gap"] == [0.1, 0.2])
        for seed in 1...2 {
            let result = try world.result("t/pets.plain/\(seed)")
            #expect(result.chosen == first.chosen && result.candidates.isEmpty)
        }
        // Three points and two further seeds of one variant, three seeds of the other.
        #expect(world.calls("train").count == 3 + 2 + 3)
        // Only the chosen model is ever shown the test pictures.
        #expect(world.calls("evaluate").count == 7)
        #expect(world.calls("evaluate").filter { $0.contains("learning-rate=1e-3") }.isEmpty)
    }

    @Test func `a grid whose best stands at its end moves on, for all seeds`() throws {
        let world = try FakeWorld(["t": Self.definition.replacing("[1e-3, 2e-3, 3e-3]", with: "[4e-3, 8e-3]")])
        #expect(try world.run(seeds: 2).failures == [])
        let first = try world.result("t/pets.plain/0")
        #expect(first.chosen == ["learning-rate": "2e-3"] && first.openEdge == nil)
        #expect(first.candidates.keys.sorted().map { $0.suffix(4) } == ["1e-3", "2e-3", "4e-3", "8e-3"])
        #expect(try world.result("t/pets.plain/1").chosen == first.chosen)
        try world.forgetCalls()
        #expect(try world.run(seeds: 2).computed == 0)
    }

    @Test func `training without options gets the data, the model and a seed, and nothing else`() throws {
        let definition = Self.definition.replacing("- {id: start, train: false}", with: "- {id: auto, recipe: true}")
        let world = try FakeWorld(["t": definition])
        #expect(try world.run().failures == [])
        let call = try #require(world.calls("train").first { $0.contains("pets.auto") })
        let options = call.split(separator: " ").filter { $0.hasPrefix("--") }
        #expect(options == ["--data", "--model", "--output", "--seed", "--validation"])
    }

    @Test func `measures are read from where they stand`() throws {
        let world = try FakeWorld(["t": Self.definition])
        _ = try world.run()
        let result = try world.result("t/pets.fixed/0")
        // Of 12 pictures cat has 6, dog 4, sea view 3: below 4 is rare, from 6 on frequent; sea view has no AP.
        #expect(result.measures["map_medium"] == 0.75)
        #expect(result.measures["map_rare"] == nil)
        // Two steps of six pictures at 3 and 6 pictures a second, in two epochs.
        #expect(result.measures["seconds_per_epoch"] == 1.5)
        #expect(result.measures["trained_parameters"] == 1200)
        #expect(result.commands.count == 2)
        #expect(result.commands[0].contains("--data {work}/data/pets-"), "\(result.commands[0])")
        #expect(!result.commands.joined().contains(world.folder.path))
    }

    @Test func `what is done is not done again, and what is defined otherwise is`() throws {
        let world = try FakeWorld(["t": Self.definition])
        _ = try world.run(seeds: 2)
        try world.forgetCalls()
        let again = try world.run(seeds: 2)
        #expect(again.computed == 0 && again.kept == 5)
        #expect(world.calls.isEmpty)

        try world.folder.put("tables/t.yml", Self.definition.replacing("4e-3", with: "5e-3"))
        let changed = try world.run(seeds: 2)
        #expect(changed.computed == 2 && changed.kept == 3)
        #expect(world.calls("train").count == 2)
        #expect(try world.result("t/pets.fixed/1").measures["gap"] == 0.5)

        try world.forgetCalls()
        let table = try world.folder.text("shared/train.csv")
        try world.folder.put("shared/train.csv", table.replacing("images/1.jpg,1", with: "images/1.jpg,0"))
        #expect(try world.run(seeds: 2).computed == 5)

        // Words are no part of a definition's hash.
        try world.folder.put("tables/t.yml", Self.definition.replacing("4e-3", with: "5e-3") + "\nintroduction: x")
        #expect(try world.run(seeds: 2).computed == 0)
    }

    @Test func `a changed evaluation does not train again where the model is still needed`() throws {
        let text = """
            title: A table
            datasets: pets
            measures: [gap]
            default: full
            variants:
              - {id: half, from: full, interpolate: 0.5}
              - {id: full, train: {learning-rate: 2e-3}}
              - {id: best, from: full, interpolate: auto}
            """
        let world = try FakeWorld(["t": text])
        let outcome = try world.run(seeds: 2)
        #expect(outcome.failures == [] && outcome.computed == 6)
        #expect(world.calls("interpolate").count { $0.contains("--alpha 0.5") } == 2)
        #expect(world.calls("interpolate").count { $0.hasSuffix("/validation.csv") } == 2)
        #expect(try world.result("t/pets.best/0").chosen == ["alpha": "0.6"])
        #expect(try world.result("t/pets.half/1").measures["gap"] == 0.2)
        try world.forgetCalls()
        try world.folder.put("tables/t.yml", text + "\nevaluate: {top-k: 3}")
        #expect(try world.run(seeds: 2).computed == 6)
        #expect(world.calls("train").isEmpty)
        #expect(world.calls("evaluate").allSatisfy { $0.contains("--top-k 3") })
    }

    @Test func `a run that fails is told and does not stop the others`() throws {
        let world = try FakeWorld([
            "t": Self.definition.replacing("train: {learning-rate: 4e-3}", with: "train: {loss: broken}")
        ])
        // With two seeds: what failed is not tried again with the second.
        let outcome = try world.run(seeds: 2)
        #expect(outcome.computed == 3)
        #expect(outcome.failures.count == 1)
        #expect(outcome.failures[0].contains("mumic train ended with status 64: there is no loss broken"))
    }

    @Test func `without minutes left nothing is begun`() throws {
        let world = try FakeWorld(["t": Self.definition])
        let outcome = try world.run(seeds: 2, minutes: 0.001)
        #expect(outcome.computed == 0 && outcome.postponed == 5 && outcome.failures == [])
        #expect(world.calls.isEmpty)
    }

    @Test func `Held-out labels are kept from training and scored apart`() throws {
        let world = try FakeWorld([
            "t": """
            title: A table
            datasets: pets
            measures: [gap, held_out_gap]
            hold-out: true
            default: plain
            variants: [{id: plain}]
            """
        ])
        #expect(try world.run().failures == [])
        #expect(world.calls("train")[0].contains("--hold-out dog"))
        let calls = world.calls("evaluate")
        #expect(calls.count == 2)
        #expect(calls[0].contains("labels-trained.txt") && calls[1].contains("labels-held-out.txt"))
        let data = try FileManager.default.contentsOfDirectory(atPath: world.folder("work/data"))
        let folder = "work/data/" + (try #require(data.first { $0.hasPrefix("pets-") }))
        #expect(try world.folder.text(folder + "/labels-trained.txt") == "cat\nsea view\n")
        #expect(try world.folder.text(folder + "/labels-held-out.txt") == "dog\n")
    }

    @Test func `a data set that is not at hand is left out`() throws {
        let world = try FakeWorld(["t": Self.definition])
        try world.folder.put(
            "tables/datasets.yml",
            FakeWorld.datasets + "\n"
                + FakeWorld.datasets.replacing("pets:", with: "others:").replacing(
                    "{shared}/test.csv", with: "{shared}/nowhere.csv"))
        try world.folder.put(
            "tables/t.yml", Self.definition.replacing("datasets: pets", with: "datasets: [pets, others]"))
        let outcome = try world.run()
        #expect(outcome.computed == 3 && outcome.failures == [])
    }

    @Test func `the first of the best values wins, and a missing one never`() {
        #expect(bestIndex([0.1, 0.3, 0.3]) == 1)
        #expect(bestIndex([nil, 0.0, nil]) == 1)
        #expect(bestIndex([nil, nil]) == 0)
        #expect(bestIndex([-1, -2]) == 0)
    }
}
