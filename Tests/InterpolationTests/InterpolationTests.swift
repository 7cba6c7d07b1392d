// SPDX-License-Identifier: Apache-2.0

import Datasets
import Evaluation
import FileIO
import Foundation
import Models
import MultiLabel
import Synchronization
import TestSupport
import Testing
import Torch
import TorchNN

@testable import Interpolation

@Suite struct InterpolationTests {
    private let folder: TemporaryFolder
    private let models: InterpolatedModels

    init() throws {
        folder = try TemporaryFolder()
        try Curve.writeFineTuned(to: folder("tuned"))
        models = try Self.models(Curve.model, folder("tuned"))
    }

    private static func models(_ start: String, _ fineTuned: String) throws -> InterpolatedModels {
        try InterpolatedModels(
            start: ModelBundle(directory: start), fineTuned: ModelBundle(directory: fineTuned), device: .cpu)
    }

    private func write(_ choice: InterpolatedModels.Choice, to name: String) throws -> ModelBundle {
        try models.write(choice, to: ModelCopy(of: folder("tuned"), to: folder(name)))
        return try ModelBundle(directory: folder(name))
    }

    private static func weights(_ directory: String) throws -> [String: [Float]] {
        let parameters = try ModelCheckpoint(directory: directory).load().1.parameters
        return try Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, try $0.tensor.floats()) })
    }

    @Test func `anchored heads are mixed as the towers are`() throws {
        // The fine-tuned model with a head of its own.
        var description = try #require(try ClassifierDescription.read(directory: folder("tuned")))
        let width = try ModelCheckpoint(directory: Curve.model).pooledWidth
        let scale = try #require(try Self.weights(folder("tuned"))["logit_scale"]?.first)
        let temperature = exp(-Double(scale))
        description = ClassifierDescription(
            labels: description.labels, templates: description.templates, temperature: temperature, bias: 0,
            head: .anchored)
        var weights = AnchoredWeights(
            labels: description.labels.count, text: 0.5 / temperature, sharedBias: -1,
            standard: StateStandard(mean: [Float](repeating: 0.1, count: width), scale: 2))
        for index in weights.weight.indices { weights.weight[index] = Float(index % 5) - 2 }
        for index in weights.offset.indices { weights.offset[index] = Float(index) }
        try weights.head(temperature: temperature, device: .cpu).write(to: folder("tuned"))
        try description.write(to: folder("tuned"))
        let models = try Self.models(Curve.model, folder("tuned"))
        for (alpha, name) in [(0.0, "start"), (0.25, "between"), (1, "end")] {
            try models.write(models.at(alpha), to: ModelCopy(of: folder("tuned"), to: folder(name)))
            let head = try AnchoredHead.load(
                of: ModelBundle(directory: folder(name)), labels: description.labels, device: .cpu)
            let expected = weights.weight.map { Float(alpha) * $0 }
            #expect(zip(try head.weight.floats(), expected).allSatisfy { abs($0 - $1) < 1e-6 })
            #expect(zip(try head.offset.floats(), weights.offset).allSatisfy { abs($0 - Float(alpha) * $1) < 1e-5 })
            #expect(abs(try head.textWeight.item() - Float(1 - alpha + alpha * 0.5)) < 1e-5)
            #expect(abs(try head.sharedBias.item() + 1) < 1e-6)
        }
    }

    @Test(arguments: [0, 0.25, 1])
    func `every weight is the mixture, and the temperature the fine-tuned one's`(_ alpha: Double) throws {
        let (start, tuned) = try (Self.weights(Curve.model), Self.weights(folder("tuned")))
        let bundle = try write(models.at(alpha), to: "mixed")
        #expect(bundle.description?.alpha == alpha && bundle.description?.bias == -1)
        #expect(bundle.description?.thresholds == [:])
        let mixed = try Self.weights(folder("mixed"))
        #expect(mixed.keys == tuned.keys)
        for (name, values) in mixed {
            let (a, b) = try (#require(start[name]), #require(tuned[name]))
            if name == "logit_scale" || alpha == 1 {
                #expect(values == b, "\(name)")
            } else if alpha == 0 {
                #expect(values == a, "\(name)")
            } else {
                // Three roundings to float32.
                let share = Float(alpha)
                let errors = values.indices.map {
                    abs(values[$0] - ((1 - share) * a[$0] + share * b[$0])) - 3e-7 * max(abs(a[$0]), abs(b[$0]))
                }
                #expect(errors.allSatisfy { $0 <= 0 }, "\(name)")
            }
        }
    }

    /// Logits of the curve's pictures, without this target's code.
    private func scores(_ bundle: ModelBundle, _ table: AnnotationTable) throws -> ScoreMatrix {
        let classifier = try bundle.classifier(
            labels: table.labels.map { Label(name: $0) }, templates: nil, device: .cpu, dtype: .float32)
        let scorer = try classifier.scorer()
        var scores: [Double] = []
        try forEachPicture(
            table.images, preprocessor: bundle.checkpoint.preprocessor, options: Curve.streams,
            compute: { try scorer.logits(pooled: classifier.model.pooledImages($0)) },
            receive: { _, row in scores += try row.get().map(Double.init) })
        return try ScoreMatrix(
            imageCount: table.images.count, labelCount: table.labels.count, scores: scores, targets: table.targets)
    }

    @Test func `the curve is what the models between score, and its rule chooses`() throws {
        let table = Curve.table()
        let notes = Mutex<[String]>([])
        let choice = try models.choose(
            of: [0, 0.5, 1], keep: 0.9, by: table, labels: table.labels.map { Label(name: $0) }, templates: nil,
            options: Curve.streams, monitor: WorkMonitor(notes: { line in notes.withLock { $0.append(line) } }))
        let curve = choice.curve
        #expect(curve.curve.map(\.alpha) == [0, 0.5, 1] && curve.keep == 0.9 && curve.data == "all.csv")
        #expect(curve.labelsSeen == 4 && curve.labelsUnseen == 2 && notes.withLock(\.isEmpty))
        #expect(curve.alpha == InterpolationCurve.choice(of: curve.curve, keep: 0.9).map { curve.curve[$0].alpha })
        for point in curve.curve {
            let matrix = try scores(try write(models.at(point.alpha), to: "at-\(point.alpha)"), table)
            #expect(try point == .init(alpha: point.alpha, matrix, seen: [0, 1, 2, 3]))
        }
        // Thresholds are those of the new model.
        let chosen = try write(choice, to: "chosen")
        let fitted = try fitThresholds(try scores(chosen, table), goal: .maximumF1).perLabel
        #expect(
            chosen.description?.thresholds == Dictionary(uniqueKeysWithValues: zip(table.labels, fitted)))
        #expect(chosen.description?.alpha == curve.alpha)
    }

    @Test func `a model that names no labels counts all as seen, and says so`() throws {
        let notes = Mutex<[String]>([])
        let plain = try Self.models(Curve.model, Curve.model)
        let choice = try plain.choose(
            of: [0, 1], keep: 1, by: Curve.table(labels: 2), labels: [Label(name: "red sun"), Label(name: "sun")],
            templates: nil, options: Curve.streams,
            monitor: WorkMonitor(notes: { line in notes.withLock { $0.append(line) } }))
        #expect(choice.curve.labelsUnseen == 0 && choice.curve.alpha == 0 && choice.description == nil)
        #expect(notes.withLock { $0.count == 1 && $0[0].contains("does not say which labels") })
    }

    @Test func `pictures that cannot be read are all listed`() throws {
        var table = Curve.table(labels: 2)
        let images = table.images.enumerated().map { index, image in
            index % 10 == 3 ? Picture(name: image.name, path: folder("gone"), line: image.line) : image
        }
        table = AnnotationTable(source: "all.csv", images: images, labels: table.labels, targets: table.targets)
        let error = try #require(throws: InputError.self) {
            _ = try models.choose(
                of: [0, 1], keep: 1, by: table, labels: table.labels.map { Label(name: $0) }, templates: nil,
                options: Curve.streams)
        }
        #expect(error.findings.count == 3 && error.findings[0].hasPrefix("all.csv:5: p3: "))
    }

    @Test func `without positives nothing can be chosen`() throws {
        let full = Curve.table(labels: 1)
        let table = AnnotationTable(
            source: "none.csv", images: full.images, labels: full.labels, targets: full.targets.map { _ in 0 })
        let error = try #require(throws: InputError.self) {
            _ = try models.choose(
                of: [0, 1], keep: 1, by: table, labels: [Label(name: "red sun")], templates: nil,
                options: Curve.streams)
        }
        #expect("\(error)".contains("none.csv has no positive"))
    }

    @Test func `models that do not fit are refused with their first difference`() throws {
        func copy(_ name: String, _ file: String, _ change: (String) -> String) throws -> String {
            try copyDirectory(from: Curve.model, to: folder(name))
            let path = folder(name) + "/" + file
            try AtomicFile.write(
                change((try? readText(path: path, maximumBytes: 1 << 20)) ?? ""), to: path, durable: false)
            return folder(name)
        }
        let heads = try copy("heads", "config.json") {
            $0.replacing("\"num_attention_heads\": 3", with: "\"num_attention_heads\": 4")
        }
        let merges = try copy("merges", "merges.txt") {
            $0.split(separator: "\n").dropLast(20).joined(separator: "\n") + "\n"
        }
        let head = try copy("head", "mumic.json") { _ in
            wholeDescription("{\"version\": 1, \"loss\": \"linear-head\", \"labels\": [{\"name\": \"pool\"}]}")
        }
        for (start, fineTuned, part) in [
            (Curve.model, heads, "vision_config.num_attention_heads is 3 in one and 4 in the other"),
            (merges, Curve.model, "their tokenizers"), (Curve.model, head, "linear head"),
            (head, Curve.model, "linear head"),
        ] {
            let error = try #require(throws: InputError.self) { _ = try Self.models(start, fineTuned) }
            #expect("\(error)".contains(part) && error.failureKind == .badData)
        }
    }
}
