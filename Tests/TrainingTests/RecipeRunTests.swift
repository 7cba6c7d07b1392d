// SPDX-License-Identifier: Apache-2.0

import Datasets
import Evaluation
import FileIO
import Foundation
import JSON
import Models
import MultiLabel
import Safetensors
import TestSupport
import Testing
import Torch
import TrainingOptions

@testable import Training

/// Runs of the automatic recipe: the small CLIP on its 24 pictures.
struct RecipeFileRun {
    let folder: TemporaryFolder
    var run: FineTuningRun
    var output: String { run.options.output }

    init(validation: Bool = true, in folder: TemporaryFolder? = nil, output: String = "run") throws {
        self.folder = try folder ?? TemporaryFolder()
        var options = TrainingConfiguration(
            data: TestRun.curve + "/train.csv", model: TestRun.curve + "/model", output: self.folder(output), workers: 2
        )
        if validation { options.validation = TestRun.curve + "/train.csv" }
        options.noReport = true
        run = FineTuningRun(options)
    }

    @discardableResult func end(_ watch: Watch = Watch()) throws -> [String] {
        try run.run(monitor: watch.monitor)
        return watch.told
    }

    func record() throws -> RecipeRecord { try #require(try RecipeRecord.read(run: output)) }

    func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: output + "/" + name)) }

    /// All files of the model, and what the stages gave.
    func outcome() throws -> [String: Data] {
        var files: [String: Data] = ["recipe.json": try bytes("recipe.json")]
        for name in try listDirectory(path: output + "/model") { files[name] = try bytes("model/" + name) }
        return files
    }

    /// Lines of `metrics.jsonl`.
    func lines() throws -> [JSONValue] {
        try String(decoding: bytes("metrics.jsonl"), as: UTF8.self).split(separator: "\n").map {
            try JSONValue(parsing: $0.utf8) { _ in InputError.badData("a line is not JSON") }
        }
    }
}

@Suite struct RecipeRunTests {
    @Test func `a run without options walks the recipe`() throws {
        var first = try RecipeFileRun()
        first.run.options.noReport = false
        let told = try first.end()
        let record = try first.record()
        #expect(record.status == "finished")
        #expect(record.stages.map(\.name) == ["text", "head", "tuned", "refit", "stack"])
        #expect(record.stages.count { $0.isKept } == 1)
        #expect(record.stages.allSatisfy { ($0.gap ?? 0) > 0 })
        // Validation pictures that are training pictures are told, and stand in the page's headline.
        let warning = "24 of 24 validation pictures are in the training data too"
        #expect(told.contains { $0.hasPrefix("warning: " + warning) })
        let page = String(decoding: try first.bytes("report.html"), as: UTF8.self)
        #expect(page.contains(warning) && page.contains("What the recipe tried"))
        let description = try #require(try ClassifierDescription.read(directory: first.output + "/model"))
        #expect(description.head == .anchored && !description.thresholds.isEmpty)
        let saved = String(decoding: try first.bytes("config.yml"), as: UTF8.self)
        #expect(saved.contains("recipe: \"auto\"") && !saved.contains("epochs"))
        let names = [
            "config.yml", "metrics.jsonl", "model", "pictures.sha256", "recipe.json", "report.html", "tensorboard",
        ]
        #expect(try listDirectory(path: first.output).sorted() == names)
        let steps = try first.lines().filter { $0["validation"] == nil }.map { $0["step"]?.number }
        #expect(steps == steps.indices.map { Double($0) })
        #expect(try first.lines().allSatisfy { $0["stage"]?.string?.hasPrefix("tuning at ") == true })
        // Predictions are on the model's own scale at once.
        let predictor = try Predictor(
            ModelBundle(directory: first.output + "/model"), options: PredictorOptions(threshold: .fitted))
        var count = 0
        try predictor.predict(try AnnotationTable.read(path: TestRun.curve + "/train.csv").images) { _ in count += 1 }
        #expect(count == 24)
        // A finished run that is resumed stays as it is.
        let outcome = try first.outcome()
        first.run.options.resume = true
        try first.end()
        #expect(try first.outcome() == outcome)
    }

    @Test func `interrupted anywhere and gone on with, a run ends in the same bytes`() throws {
        let whole = try RecipeFileRun()
        let told = try whole.end()
        let expected = try whole.outcome()
        let stages = told.filter { $0.hasPrefix("tuning at ") && $0.hasSuffix(" 20") }
        #expect(stages.count >= 3)
        let places = ["reading pictures 12", "fitting heads 10", try #require(stages.last), "fitting heads again 10"]
        var parts = try RecipeFileRun(in: whole.folder, output: "parts")
        for place in places {
            let watch = Watch(stopAt: place)
            let error = #expect(throws: Interrupted.self) { try parts.end(watch) }
            #expect("\(try #require(error))".contains("go on with: mumic train --resume"), "\(place)")
            parts.run.options.resume = true
        }
        let rest = try parts.end()
        #expect(!rest.contains("reading pictures"), "what frozen layers made of the pictures was kept")
        #expect(try parts.outcome() == expected)
        let steps = try parts.lines().filter { $0["validation"] == nil }.map { $0["step"]?.number }
        #expect(steps == steps.indices.map { Double($0) })
    }

    @Test func `without validation data a part is held out by near-duplicates`() throws {
        // Every picture stands in the data twice, under two names.
        let folder = try TemporaryFolder.withSmallCLIP()
        var rows = try String(contentsOfFile: folder("train.csv"), encoding: .utf8).split(separator: "\n")
        for row in rows.dropFirst() {
            let name = row.prefix { $0 != "," }
            try folder.copy(folder(String(name)), to: String(name.replacing("/p", with: "/copy")))
            rows.append(row.replacing("/p", with: "/copy")[...])
        }
        try folder.put("double.csv", rows.joined(separator: "\n") + "\n")
        var run = try RecipeFileRun(validation: false, in: folder)
        run.run.options.data = folder("double.csv")
        let told = try run.end()
        let held = Set(try #require(try run.record().heldOut))
        #expect(held.count >= 4 && held.count <= 20)
        #expect(told.contains { $0.hasPrefix("no validation data: \(held.count) of 48 pictures are held out") })
        for row in 0..<24 { #expect(held.contains(row) == held.contains(row + 24)) }
    }

    @Test func `labels come and go between months`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        let table = try AnnotationTable.read(path: folder("train.csv"))
        @discardableResult func month(_ number: Int, _ columns: [(label: String, of: Int)], model: String) throws
            -> [String]
        {
            var lines = ["image," + columns.map(\.label).joined(separator: ",")]
            for (row, image) in table.images.enumerated() {
                let cells = columns.map { column in
                    let target = table.targets[row * table.labels.count + column.of]
                    return target.isNaN ? "" : "\(target)"
                }
                lines.append(([image.name] + cells).joined(separator: ","))
            }
            try folder.put("month\(number).csv", lines.joined(separator: "\n") + "\n")
            var options = TrainingConfiguration(
                data: folder("month\(number).csv"), model: model, output: folder("run\(number)"), workers: 2)
            (options.validation, options.noReport, options.effort) = (options.data, true, .fast)
            let watch = Watch()
            try FineTuningRun(options).run(monitor: watch.monitor)
            return watch.told
        }
        func head(_ number: Int, _ labels: [String]) throws -> AnchoredHead {
            try AnchoredHead.load(
                of: ModelBundle(directory: folder("run\(number)/model")), labels: labels.map { Label(name: $0) },
                device: .cpu)
        }
        let names = table.labels
        try month(1, [0, 1, 2].map { (names[$0], $0) }, model: folder("model"))
        // One label leaves, one comes, one is called otherwise.
        let told = try month(
            2, [(names[0], 0), (names[3], 3), ("another name", 2)], model: folder("run1/model"))
        let words = told.filter { $0.hasPrefix("note: ") }
        #expect(
            words.contains {
                $0.hasPrefix("note: labels that are new to the model and begin with their texts alone: 2, ")
            })
        #expect(
            words.contains { $0.hasPrefix("note: labels of the model that are in the data no more and leave: 2, ") })
        let third = try month(3, [(names[0], 0), (names[1], 1), (names[3], 3)], model: folder("run2/model"))
        #expect(
            third.contains {
                $0.hasPrefix("note: labels that are new to the model and begin with their texts alone: 1, ")
            })
        // A model knows the labels of its own month, and scores all others by their texts.
        let description = try #require(try ClassifierDescription.read(directory: folder("run3/model")))
        #expect(description.labels.map(\.name) == [names[0], names[1], names[3]])
        let rows = try head(3, [names[0], names[2]])
        let width = rows.weight.shape[1]
        #expect(try rows.weight.floats().suffix(width).allSatisfy { $0 == 0 })
        #expect(try rows.offset.floats()[1] == 0)
        // Training anew on the third month's list does as well, up to a few points, as going through three months.
        try month(4, [(names[0], 0), (names[1], 1), (names[3], 3)], model: folder("model"))
        func gap(_ number: Int) throws -> Double {
            try #require(
                try RecipeRecord.read(run: folder("run\(number)"))?.stages.first { $0.isKept }?.gap)
        }
        #expect(try abs(gap(3) - gap(4)) < 0.1)
    }

    @Test func `effort fast trains no tower`() throws {
        var run = try RecipeFileRun()
        run.run.options.effort = .fast
        try run.end()
        #expect(try run.record().stages.map(\.name) == ["text", "head"])
        let start = try SafetensorsFile(path: TestRun.curve + "/model/model.safetensors")
        let end = try SafetensorsFile(path: run.output + "/model/model.safetensors")
        for entry in start.entries where entry.name != "logit_scale" {
            let other = try #require(end[entry.name])
            #expect(start.withBytes(of: entry) { Array($0) } == end.withBytes(of: other) { Array($0) })
        }
    }

    @Test func `effort thorough trains the whole tower after that`() throws {
        var run = try RecipeFileRun()
        run.run.options.effort = .thorough
        try run.end()
        let names = ["text", "head", "tuned", "refit", "stack", "thorough tuned", "thorough refit", "thorough stack"]
        #expect(try run.record().stages.map(\.name) == names)
    }

    @Test func `the plan is explained and bounded`() throws {
        var run = try RecipeFileRun(validation: false)
        let words = try run.run.explanation()
        #expect(words.hasPrefix("19 pictures to train on, 5 to choose by, held out of the training data\n"))
        #expect(words.contains("1. read all pictures once") && words.contains("34 steps at each of "))
        #expect(!FileManager.default.fileExists(atPath: run.output))
        run.run.options.minutes = 1e-6
        try run.end()
        #expect(try run.record().plan.tuning == nil)
        #expect(try run.record().stages.map(\.name) == ["text", "head"])
    }
}
