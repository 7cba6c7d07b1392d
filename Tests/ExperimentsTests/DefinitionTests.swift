// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import ExperimentTables

struct DefinitionTests {
    static let good = """
        title: A table
        datasets: pets
        measures: [gap, map_macro]
        train: {epochs: 2, bias: -3, no-shuffle: true}
        grid: {learning-rate: [1e-3, 2e-3]}
        for: {pets: {train: {epochs: 3}}}
        default: plain
        settings:
          - {id: clean, name: clean}
          - {id: noisy, name: noisy, data: {flip: 0.1}}
        variants:
          - {id: plain}
          - {id: other, name: Other one, train: {bias: null, freeze: [image, text]}, grid: null, except: noisy}
          - {id: start, train: false}
          - {id: special, train: {epochs: 4, bias: 1}, for: {pets: {train: {epochs: 5}}}}
          - {id: half, from: plain, interpolate: 0.5}
        """

    private func table(_ text: String) throws -> TableDefinition {
        let datasets = try Suite.readDatasets(DefinitionNode.parse(FakeWorld.datasets, path: "datasets.yml"))
        return try Suite.readTable(DefinitionNode.parse(text, path: "t.yml"), name: "t", datasets: datasets)
    }

    private func cells(_ table: TableDefinition, isQuick: Bool = false) throws -> [Cell] {
        let datasets = try Suite.readDatasets(DefinitionNode.parse(FakeWorld.datasets, path: "datasets.yml"))
        let pets = try #require(datasets["pets"])
        return Plan(tables: [table], seeds: 1, isQuick: isQuick).cells(table, dataset: pets, seed: 0)
    }

    @Test func `options are laid over each other, the more special ones winning`() throws {
        let cells = try cells(table(Self.good))
        let names = cells.map(\.name)
        #expect(
            names == [
                "pets.clean.plain", "pets.clean.other", "pets.clean.start", "pets.clean.special", "pets.clean.half",
                "pets.noisy.plain", "pets.noisy.start", "pets.noisy.special", "pets.noisy.half",
            ])
        let plain = ["--batch-size", "6", "--bias", "-3", "--epochs", "3", "--no-shuffle"]
        #expect(cells[0].train.arguments == plain)
        #expect(
            cells[1].train.arguments == [
                "--batch-size", "6", "--epochs", "3", "--no-shuffle", "--freeze", "image", "--freeze", "text",
            ])
        #expect(cells[0].grid.map(Cell.pointName) == ["learning-rate=1e-3", "learning-rate=2e-3"])
        #expect(cells[1].grid.map(Cell.pointName) == [""])
        #expect(cells[3].train.single("epochs") == "5" && cells[3].train.single("bias") == "1")
        #expect(cells[0].data.isNone && cells[5].data.flip == 0.1)
        #expect(!cells[2].variant.trains && !cells[4].variant.trains && cells[4].variant.interpolate == "0.5")
    }

    @Test func `quick runs take the first value of a grid and at most so many pictures`() throws {
        let cells = try cells(table(Self.good + "\nquick: {pictures: 5, train: {epochs: 1}}"), isQuick: true)
        #expect(cells[0].grid.map(Cell.pointName) == ["learning-rate=1e-3"])
        #expect(cells[0].data.pictures == 5)
        #expect(cells[0].epochs == 1)
    }

    @Test(arguments: [
        ("title: [unclosed", "YAML"),
        ("- a\n- list", "KEY: VALUE"),
        ("", "KEY: VALUE"),
        ("title: x\ntitle: y", "YAML"),
        ("{title: x, 3: y}", "unknown key '3'"),
        ("? [1, 2]\n: x", "no text"),
        (String(repeating: "[", count: 100_000), "deep"),
        (String(repeating: "{a: ", count: 50_000), "deep"),
        (String(repeating: "- ", count: 50_000) + "x", "deep"),
        ((0..<5000).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n"), "deep"),
        ("a: &a [x,x,x,x,x,x,x,x,x,x]\n" + DefinitionTests.bomb, "too many"),
        (good.replacing("gap, map_macro", with: "gap, speed"), "no such measure"),
        (good.replacing("gap, map_macro", with: "gap, gap"), "twice"),
        (good.replacing("default: plain", with: "default: nobody"), "names no variant"),
        (good.replacing("id: other", with: "id: plain"), "twice"),
        (good.replacing("id: other", with: "id: ../../etc"), "small letters"),
        (good.replacing("id: other", with: "ide: other"), "unknown key 'ide'"),
        (good.replacing("flip: 0.1", with: "flip: 1.5"), "from 0 to 1"),
        (good.replacing("flip: 0.1", with: "flip: nan"), "from 0 to 1"),
        (good.replacing("flip: 0.1", with: "pictures: 99999999999999999999"), "whole number"),
        (good.replacing("from: plain", with: "from: start"), "variant that trains"),
        (good.replacing("from: plain, ", with: ""), "goes with from"),
        (good.replacing("interpolate: 0.5", with: "interpolate: much"), "if it is not auto"),
        (good.replacing("except: noisy", with: "except: silent"), "no setting"),
        (good.replacing("datasets: pets", with: "datasets: plants"), "no data set 'plants'"),
        (good.replacing("[1e-3, 2e-3]", with: "[1e-3, 1e-3]"), "different values"),
        (good.replacing("epochs: 2,", with: "--epochs: 2,"), "letters, digits"),
        (good.replacing("epochs: 2,", with: "epochs: {a: b},"), "text"),
        (good + "\nvalidate: false", "needs validation"),
        (good.replacing("train: false}", with: "frozen: forest}"), "neighbours or regression"),
        (
            good.replacing("train: false}", with: "frozen: neighbours, train: {epochs: 2}}"),
            "says nothing beside frozen"
        ),
        (good.replacing("train: false}", with: "recipe: true, grid: null}"), "says nothing beside recipe"),
        (good.replacing("train: false}", with: "train: false, datasets: [cars]}"), "no data set 'cars'"),
        (good + "\nhold-out: perhaps", "true or false"),
    ])
    func `a definition that cannot be meant is refused with file and reason`(text: String, reason: String) throws {
        let error = #expect(throws: ExperimentError.self) { _ = try table(text) }
        guard case .definition(let path, _, let problem) = try #require(error) else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(path == "t.yml")
        #expect(problem.contains(reason), "\(problem)")
        #expect(!problem.contains("\n"))
    }

    /// Each line names the one before ten times: a billion values from a page of text.
    static let bomb = "bcdefghij".reduce(into: ("", "a")) { text, name in
        text.0 += "\(name): &\(name) [" + Array(repeating: "*\(text.1)", count: 10).joined(separator: ",") + "]\n"
        text.1 = String(name)
    }.0

    @Test func `the line of an unknown key is told`() throws {
        let error = #expect(throws: ExperimentError.self) { _ = try table("title: x\nmeasure: [gap]") }
        guard case .definition(_, let line, _) = try #require(error) else { return }
        #expect(line == 2)
    }

    @Test func `the tables of this repository can be read, and name data sets and measures that are there`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let suite = try Suite.read(folder: root + "/Experiments/Tables")
        #expect(
            suite.tables.map(\.name) == [
                "losses", "heads", "noise", "noise-photographs", "partial", "zero-shot", "freezing", "prompts",
                "embeddings",
            ])
        for table in suite.tables where table.name != "noise-photographs" {
            #expect(!table.introduction.isEmpty, "\(table.name)")
            #expect(table.datasets.first == "sample", "\(table.name) has to run without foreign data")
        }
    }

    @Test func `a table by a wrong name is refused with the names that there are`() throws {
        let world = try FakeWorld(["one": Self.good])
        let suite = try Suite.read(folder: world.folder("tables"))
        #expect(throws: ExperimentError.unknownName(kind: "table", name: "two", known: ["one"])) {
            _ = try suite.selected(["two"])
        }
    }
}
