// SPDX-License-Identifier: Apache-2.0

import Datasets
import Evaluation
import FileIO
import Foundation
import Imaging
import Models
import Synchronization
import TestSupport
import Testing

@testable import MultiLabel

/// What a library told users.
final class Notes: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    var monitor: WorkMonitor { WorkMonitor(notes: { line in self.lines.withLock { $0.append(line) } }) }
}

@Suite struct PredictorTests {
    private static let names = ["pool", "red sun", "double bed"]

    private static func predictor(
        _ bundle: ModelBundle? = nil, names: [String]? = names, _ options: PredictorOptions = PredictorOptions(),
        monitor: WorkMonitor = .silent
    ) throws -> Predictor {
        try Predictor(
            bundle ?? ModelBundle(directory: Curve.model), labels: names?.map { Label(name: $0) }, options: options,
            monitor: monitor)
    }

    private static func predictions(
        _ predictor: Predictor, _ pictures: [Picture], monitor: WorkMonitor = .silent
    ) throws -> [Prediction] {
        var result: [Prediction] = []
        try predictor.predict(pictures, monitor: monitor) { result.append($0) }
        return result
    }

    @Test(arguments: [1, 3, 100])
    func `a picture that cannot be read is a prediction in its place`(_ batchSize: Int) throws {
        let folder = try TemporaryFolder()
        try folder.put("broken.png", "no picture")
        let pictures = [
            Curve.picture(0), Picture(name: "broken", path: folder("broken.png")),
            Picture(name: "gone", path: folder("gone.png")), Curve.picture(2), Picture(name: "empty", bytes: []),
        ]
        let notes = Notes()
        let predictor = try Self.predictor(nil, PredictorOptions(pictures: .init(batchSize: batchSize, workers: 2)))
        var found: [Prediction] = []
        let tally = try predictor.predict(pictures, monitor: notes.monitor) { found.append($0) }
        #expect(tally == PictureTally(pictures: 5, failures: 3))
        #expect(found.map(\.image) == ["p00.png", "broken", "gone", "p02.png", "empty"])
        #expect(found.map { $0.error == nil } == [true, false, false, true, false])
        #expect(found.allSatisfy { ($0.predictions == nil) == ($0.error != nil) })
        for list in found.compactMap(\.predictions) {
            #expect(Set(list.map(\.label)) == Set(Self.names))
            #expect(list.map(\.score) == list.map(\.score).sorted(by: >))
            #expect(list.allSatisfy { (0...1).contains($0.score) })
        }
        #expect(notes.all.count == 1 && notes.all[0].contains("uncalibrated"))
        let inputs = PictureInputs(["photos", "more"])
        #expect(throws: InputError.badData("3 of 5 pictures could not be read; the output says which and why")) {
            try tally.check(inputs)
        }
        #expect(throws: InputError.self) { try PictureTally().check(inputs) }
        #expect(throws: Never.self) { try PictureTally(pictures: 1).check(inputs) }
    }

    @Test func `paths, bytes and prepared pixels give the same predictions`() throws {
        let predictor = try Self.predictor()
        let paths = (0..<3).map(Curve.picture)
        let bytes = try paths.map {
            Picture(name: $0.name, bytes: try readFile(path: $0.path ?? "", maximumBytes: 1 << 20))
        }
        let found = try Self.predictions(predictor, paths)
        #expect(try Self.predictions(predictor, bytes) == found)
        let pixels = try paths.map { try predictor.bundle.checkpoint.preprocessor(RGBImage($0)) }
        #expect(try predictor.predict(pixels) == found.map { $0.predictions ?? [] })
        #expect(try predictor.predict([]).isEmpty)
    }

    @Test func `labels of a request are scored by the model that is loaded`() throws {
        let predictor = try Self.predictor()
        let classifier = try MultiLabelClassifier(
            predictor.classifier.model, of: predictor.bundle.checkpoint,
            labels: [Label(name: "castle"), Label(name: "pool")], templates: predictor.classifier.templates)
        let other = try Predictor(predictor.bundle, classifier: classifier, options: predictor.options)
        let pictures = [Curve.picture(4)]
        let (old, new) = (try Self.predictions(predictor, pictures)[0], try Self.predictions(other, pictures)[0])
        #expect(Set((new.predictions ?? []).map(\.label)) == ["castle", "pool"])
        func pool(_ prediction: Prediction) throws -> Float {
            try #require(prediction.predictions?.first { $0.label == "pool" }).score
        }
        #expect(try abs(pool(old) - pool(new)) < 1e-6)
    }

    @Test func `a prediction is a line of JSON and comes back from it`() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let read = Prediction(
            image: "a/b.jpg",
            predictions: [LabelScore(label: "sea view", score: 0.1), LabelScore(label: "é", score: 1)])
        let broken = Prediction(image: "c.jpg", error: "no such file")
        for (prediction, text) in [
            (
                read,
                #"{"image":"a/b.jpg","predictions":[{"label":"sea view","score":0.1},{"label":"é","score":1}]}"#
            ),
            (broken, #"{"error":"no such file","image":"c.jpg"}"#),
            (Prediction(image: "", predictions: []), #"{"image":"","predictions":[]}"#),
        ] {
            let data = try encoder.encode(prediction)
            #expect(String(decoding: data, as: UTF8.self) == text)
            #expect(try JSONDecoder().decode(Prediction.self, from: data) == prediction)
        }
    }

    @Test func `labels are ranked by their logits, of equal ones in their order`() throws {
        let bundle = try ModelBundle(directory: Curve.model)
        func ranked(_ options: PredictorOptions, _ logits: [Float]) throws -> [LabelScore] {
            try LabelRanking(["a", "b", "c", "d"], of: bundle, options: options)(logits)
        }
        // Of 90 and 80 the sigmoid rounds to 1 in both precisions.
        let logits: [Float] = [80, -1, 90, -1]
        let all = try ranked(PredictorOptions(), logits)
        #expect(all.map(\.label) == ["c", "a", "b", "d"])
        #expect(all.map(\.score) == [1, 1, Float(1 / (1 + M_E)), Float(1 / (1 + M_E))])
        for k in 1...9 { #expect(try ranked(PredictorOptions(topK: k), logits) == Array(all.prefix(k))) }
        #expect(try ranked(PredictorOptions(threshold: .number(0.3)), logits) == Array(all.prefix(2)))
        #expect(try ranked(PredictorOptions(topK: 1, threshold: .number(0)), logits) == Array(all.prefix(1)))
        let shares = try ranked(PredictorOptions(score: .softmax), [1, 2, 3, 4])
        #expect(shares.map(\.label) == ["d", "c", "b", "a"] && abs(shares.reduce(0) { $0 + $1.score } - 1) < 1e-6)
    }

    @Test func `fitted thresholds cut each label by its own, and a note names labels without one`() throws {
        let folder = try TemporaryFolder()
        try folder.copyModel()
        let thresholds = ["pool": 0.4, "red sun": 0.9]
        let description = ClassifierDescription(
            labels: Self.names.map { Label(name: $0) }, templates: [.standard], temperature: 0.11, bias: 0,
            thresholds: thresholds)
        try folder.put("mumic.json", String(decoding: try description.encoded(), as: UTF8.self))
        let bundle = try ModelBundle(directory: folder.path)
        let pictures = (0..<24).map(Curve.picture)
        let all = try Self.predictions(Self.predictor(bundle, names: nil), pictures)
        let notes = Notes()
        let fitted = try Self.predictor(
            bundle, names: nil, PredictorOptions(threshold: .fitted), monitor: notes.monitor)
        #expect(notes.all.count == 1 && notes.all[0].contains("1 of 3 labels") && notes.all[0].contains("'double bed'"))
        let found = try Self.predictions(fitted, pictures, monitor: notes.monitor)
        #expect(notes.all.count == 1, "a model with a description is as calibrated as it says")
        for (prediction, whole) in zip(found, all) {
            let expected = (whole.predictions ?? []).filter { $0.score >= Float(thresholds[$0.label] ?? 0.5) }
            #expect(prediction.predictions == expected)
        }
        #expect(found != all && found.contains { $0.predictions?.isEmpty == false })
        let error = try #require(throws: InputError.self) {
            _ = try Self.predictor(nil, PredictorOptions(threshold: .fitted))
        }
        #expect(error.failureKind == .badData && error.description.contains("mumic thresholds --model"))
        let softmax = try #require(throws: InputError.self) {
            _ = try Self.predictor(bundle, PredictorOptions(score: .softmax, threshold: .fitted))
        }
        #expect(softmax.failureKind == .wrongUsage && softmax.description.contains("--score"))
    }

    @Test func `a table's pictures that cannot be read are all named`() throws {
        let folder = try TemporaryFolder()
        try folder.put("broken.png", "no picture")
        let pictures = [
            Curve.picture(0), Picture(name: "a.png", path: folder("broken.png"), line: 7),
            Picture(name: "b\n.png", path: folder("gone.png")),
        ]
        let table = AnnotationTable(source: "data.csv", images: pictures, labels: ["pool"], targets: [1, 0, 1])
        let predictor = try Self.predictor(names: ["pool"])
        let error = try #require(throws: InputError.self) { _ = try predictor.scores(of: table) }
        #expect(error.failureKind == .badData && error.findings.count == 2)
        #expect(
            error.findings[0].hasPrefix("data.csv:7: a.png: ") && error.findings[1].hasPrefix("data.csv: b\\n.png: "))
        #expect(error.description.hasPrefix("2 of 3 pictures of data.csv cannot be read, the first: data.csv:7: a.png"))
        let whole = AnnotationTable(
            source: "data.csv", images: (0..<5).map(Curve.picture), labels: ["pool"], targets: [1, 0, 1, 0, 1])
        let (features, logits) = try predictor.features(of: whole)
        let scores = try predictor.scores(of: whole)
        #expect(features.count == 5 * 16 && scores.count == 5)
        #expect(zip(logits, scores).allSatisfy { abs(Double($0) - $1) < 1e-5 })
        for row in 0..<5 {
            let norm = features[row * 16..<(row + 1) * 16].reduce(0) { $0 + $1 * $1 }
            #expect(abs(norm - 1) < 1e-5)
        }
    }

    @Test func `whoever asks to stop is heard between pictures`() throws {
        let asked = Mutex(0)
        let monitor = WorkMonitor(interruption: {
            let count = asked.withLock { count -> Int in
                count += 1
                return count
            }
            if count == 3 { throw Interrupted(signal: SIGINT) }
        })
        let predictor = try Self.predictor()
        var seen = 0
        #expect(throws: Interrupted.self) {
            try predictor.predict((0..<24).map(Curve.picture), monitor: monitor) { _ in seen += 1 }
        }
        #expect(seen == 3)
    }
}
