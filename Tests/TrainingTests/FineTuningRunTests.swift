// SPDX-License-Identifier: Apache-2.0

import ContentHash
import Datasets
import FileIO
import Foundation
import Imaging
import Models
import MultiLabel
import Report
import TestSupport
import Testing
import Torch
import TrainingOptions

@testable import Training

/// Whole runs from files, as `mumic train` makes them.
struct FileRun {
    let folder: TemporaryFolder
    var run: FineTuningRun
    var options: TrainingConfiguration {
        get { run.options }
        set { run.options = newValue }
    }

    /// The small CLIP on its 24 pictures in steps of 6 for 2 epochs, pictures as they are.
    init(_ changes: [String: Any] = [:], in folder: TemporaryFolder? = nil, output: String = "run") throws {
        self.folder = try folder ?? TemporaryFolder()
        var options = TrainingConfiguration(
            data: TestRun.curve + "/train.csv", model: TestRun.curve + "/model", output: self.folder(output), workers: 2
        )
        options.epochs = 2
        options.batchSize = 6
        options.learningRate = 1e-3
        options.augment = .none
        run = FineTuningRun(try options.with(changes))
    }

    /// Runs to the end.
    ///
    /// - Returns: What was noted, and the losses.
    @discardableResult func end() throws -> (notes: [String], losses: [Double]) {
        let watch = Watch()
        var losses: [Double] = []
        try run.run(monitor: watch.monitor) { event in
            if case .step(let step, _) = event { losses.append(step.loss) }
        }
        return (watch.told, losses)
    }

    /// The error that the run ends with, in one line.
    func failure(sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        let error = try #require(throws: (any Error).self, sourceLocation: sourceLocation) { try end() }
        #expect(!"\(error)".contains("\n"))
        return "\(error)"
    }

    func description() throws -> ClassifierDescription {
        try #require(try ClassifierDescription.read(directory: options.output + "/model"))
    }

    func names(_ part: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: options.output + "/" + part).sorted()
    }

    func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: options.output + "/" + name))
    }
}

@Suite struct FineTuningRunTests {
    @Test func `a run leaves its files and is gone on with only if asked`() throws {
        var first = try FileRun(["validation": TestRun.curve + "/train.csv"])
        let (notes, losses) = try first.end()
        #expect(losses.count == 8)
        #expect(notes.contains { $0.hasPrefix("\(first.options.data): 24 pictures, 6 labels, ") }, "\(notes)")
        #expect(notes.contains("checking pictures 24") && notes.contains("scoring the start 24"))
        #expect(notes.last == "the report is \(first.options.output)/report.html")
        let names = [
            "checkpoints", "config.yml", "metrics.jsonl", "model", "pictures.sha256", "report.html", "tensorboard",
        ]
        #expect(try first.names() == names)
        // The same pictures choose and train.
        let shared = "24 of 24 validation pictures are in the training data too, such as "
        #expect(notes.contains { $0.hasPrefix("warning: " + shared) })
        #expect(String(decoding: try first.bytes("report.html"), as: UTF8.self).contains(shared))
        #expect(try first.failure().contains("run is not empty; give --resume"))
        first.run.options.resume = true
        let page = try first.bytes("report.html")
        let again = try first.end()
        #expect(again.losses.isEmpty && !again.notes.contains("scoring the model"))
        #expect(try first.bytes("report.html") == page)
        // A run that was killed before its report gets it later.
        try FileManager.default.removeItem(atPath: first.options.output + "/report.html")
        #expect(try first.end().notes.contains("scoring the model 24"))
        first.options.seed = 4
        #expect(
            try first.failure().hasPrefix("--seed was 0 when the run in \(first.options.output) began and is 4 now"))
    }

    @Test func `the caller adds to the report`() throws {
        var run = try FileRun(["validation": TestRun.curve + "/train.csv", "epochs": 1])
        run.run.completesReport = { $0.commandLine = "a program of one's own" }
        try run.end()
        let page = String(decoding: try run.bytes("report.html"), as: UTF8.self)
        #expect(page.contains("a program of one") && page.contains("model on train.csv"))
    }

    // MARK: Data

    /// A path that gives a text once and cannot be read again.
    private func pipe(_ path: String, _ text: String) throws -> String {
        if !FileManager.default.fileExists(atPath: path) { try #require(mkfifo(path, 0o600) == 0) }
        Thread.detachNewThread {
            let descriptor = open(path, O_WRONLY)
            _ = text.withCString { write(descriptor, $0, strlen($0)) }
            close(descriptor)
        }
        return path
    }

    @Test func `data are read once, so that pipes will do`() throws {
        let file = try FileRun(["validation": TestRun.curve + "/train.csv", "images": TestRun.curve])
        try file.folder.put("labels.txt", "sun\nred sun\npool\ndouble bed\nbalcony\nsea view\n")
        let labels = try String(contentsOfFile: file.folder("labels.txt"), encoding: .utf8)
        var fromFile = file
        fromFile.options.labels = file.folder("labels.txt")
        try fromFile.end()
        let text = try String(contentsOfFile: TestRun.curve + "/train.csv", encoding: .utf8)
        var piped = try FileRun(in: file.folder, output: "piped")
        func connect(_ data: String) throws {
            piped.options.images = TestRun.curve
            piped.options.data = try pipe(piped.folder("data"), data)
            piped.options.validation = try pipe(piped.folder("validation"), text)
            piped.options.labels = try pipe(piped.folder("labels"), labels)
        }
        try connect(text)
        try piped.end()
        for name in try fromFile.names("model") {
            #expect(try piped.bytes("model/" + name) == fromFile.bytes("model/" + name), "\(name)")
        }
        let last = try #require(piped.names("checkpoints").last)
        let hashes = try [TestRun.curve + "/train.csv", TestRun.curve + "/train.csv", file.folder("labels.txt")].map {
            try SHA256.hexadecimal(ofFileAt: $0)
        }
        #expect(
            try Checkpoint.state(at: piped.options.output + "/checkpoints/" + last).dataFingerprint
                == fingerprint(hashes))
        // The same bytes again are the same data; others are not.
        piped.run.options.resume = true
        try connect(text)
        #expect(try piped.end().losses.isEmpty)
        try connect(text + "images/p00.png,1,0,0,0,0,0\n")
        #expect(try piped.failure().hasPrefix("\(piped.options.data) has changed since the run began"))
    }

    @Test func `a pipe that is gone is to be given again`() throws {
        #expect(
            throws: InputError.missing(
                "--data was a pipe, /dev/fd/987654, when the run began; give --data again with the same contents")
        ) {
            try checkPipes([("labels", nil), ("validation", "none.csv"), ("data", "/dev/fd/987654")])
        }
        // Another number is no other run: the contents decide.
        var (before, now) = (try FileRun().options, try FileRun().options)
        (before.data, now.data, now.output) = ("/dev/fd/63", "/dev/fd/62", before.output)
        #expect(try now.firstChange(from: before) == nil)
        now.data = "train.csv"
        #expect(try now.firstChange(from: before)?.key == "data")
    }

    @Test func `a hash of nothing is what it was`() {
        var hash = SHA256()
        hash.update("none12none".utf8)
        #expect(fingerprint([nil, "12", nil]) == hash.hexadecimal())
    }

    @Test func `every broken picture is found before the first step`() throws {
        var run = try FileRun()
        try run.folder.put("a.png", "no picture")
        try run.folder.put("data.csv", "image,pool\n\(TestRun.curve)/images/p00.png,1\na.png,0\na.png,1\n")
        run.options.data = run.folder("data.csv")
        let error = try #require(throws: InputError.self) { try run.end() }
        #expect(
            error.failureKind == .badData && error.description.hasPrefix("2 pictures of \(run.options.data) cannot"))
        #expect(
            error.findings.map { $0.prefix(while: { $0 != " " }) } == [
                "\(run.options.data):3:", "\(run.options.data):4:",
            ])
        #expect(!FileManager.default.fileExists(atPath: run.options.output))
    }

    // MARK: Held-out labels

    @Test func `a label that is held out is not trained on`() throws {
        let run = try FileRun(["validation": TestRun.curve + "/train.csv", "hold-out": ["pool", "red sun"]])
        let (notes, losses) = try run.end()
        #expect(notes.contains("held out: 4 of 6 labels are trained on"))
        let description = try run.description()
        #expect(description.labels.map(\.name) == ["sun", "double bed", "balcony", "sea view"])
        #expect(description.positives?["pool"] == nil && description.positives?["sun"] != nil)
        #expect(description.thresholds["pool"] == nil && description.thresholds["sun"] != nil)
        #expect(String(decoding: try run.bytes("config.yml"), as: UTF8.self).contains(#"hold-out: ["pool","red sun"]"#))
        // A run without them is the same as one whose data never had them.
        let table = try String(contentsOfFile: TestRun.curve + "/train.csv", encoding: .utf8)
        let columns = table.split(separator: "\n").map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            return [0, 2, 4, 5, 6].map { String(cells[$0]) }.joined(separator: ",")
        }
        try run.folder.put("fewer.csv", columns.joined(separator: "\n") + "\n")
        let fewer = try FileRun(
            ["data": run.folder("fewer.csv"), "images": TestRun.curve], in: run.folder, output: "fewer")
        #expect(try fewer.end().losses == losses)
    }

    @Test func `what cannot be held out is a wrong usage`() throws {
        var run = try FileRun(["hold-out": ["pol"]])
        #expect(try run.failure().contains("train.csv has no label 'pol'"))
        run.options.holdOut = ["red sun", "sun", "pool", "double bed", "balcony", "sea view"]
        let error = try #require(throws: InputError.self) { try run.end() }
        #expect(error.failureKind == .wrongUsage && error.description.contains("leaves no label of"))
        #expect(!FileManager.default.fileExists(atPath: run.options.output))
    }

    // MARK: What is trained

    @Test func `estimated rates of wrong annotations are said and kept`() throws {
        let run = try FileRun(["robust": "forward"])
        #expect(try run.end().notes.contains { $0.hasPrefix("wrong annotations, estimated: ") })
        #expect(try #require(run.description().annotationNoise).falsePositiveRate < 0.5)
        let given = try FileRun(["robust": "forward", "robust-rate": 0.125])
        #expect(try !given.end().notes.contains { $0.contains("estimated") })
        #expect(try given.description().annotationNoise?.falseNegativeRate == 0.125)
    }

    @Test(arguments: TrainingLoss.allCases) func `a head of its own goes with every loss`(_ loss: TrainingLoss) throws {
        let run = try FileRun(["head": "linear", "loss": loss.rawValue, "epochs": 1])
        #expect(try run.end().losses.allSatisfy(\.isFinite))
        #expect(try run.names("model").contains("head.safetensors"))
    }

    @Test(arguments: ["{}", #"{"loss": "linear-head"}"#, #"{"bias": -2, "loss": "asl", "ema": 0.9}"#])
    func `adapters are written merged, and by themselves`(_ changes: String) throws {
        let object = try JSONSerialization.jsonObject(with: Data(changes.utf8)) as? [String: Any]
        var run = try FileRun(#require(object))
        run.options.loraRank = 2
        run.options.learningRate = 1e-2
        try run.end()
        #expect(
            try run.names("model/adapter").filter { $0 != "head.safetensors" }
                == ["adapter_config.json", "adapter_model.safetensors", "mumic.json"])
        #expect(try run.names("model/adapter").contains("head.safetensors") == changes.contains("linear-head"))
        let (merged, adapter) = (try scores(run, "model"), try scores(run, "model/adapter"))
        #expect(merged.count == 24 * 6)
        for (score, expected) in zip(adapter, merged) { #expect(abs(score - expected) <= 2e-5) }
        let config = try #require(
            JSONSerialization.jsonObject(with: run.bytes("model/adapter/adapter_config.json")) as? [String: Any])
        #expect(config["r"] as? Int == 2 && config["peft_type"] as? String == "LORA")
        #expect((config["base_model_name_or_path"] as? String)?.hasPrefix("/") == true)
        // In CLIP's ViT-B/32 a rank of 8 is 0.3 % of the weights; for layers of widths 16 and 24 a rank of 2 is much.
        let (small, whole) = (
            try run.bytes("model/adapter/adapter_model.safetensors").count,
            try run.bytes("model/model.safetensors").count
        )
        #expect(Double(small) < 0.1 * Double(whole), "\(small) of \(whole) bytes")
    }

    /// The logits that a model gives to the pictures.
    private func scores(_ run: FileRun, _ model: String) throws -> [Float] {
        let bundle = try ModelBundle(directory: run.options.output + "/" + model)
        let classifier = try bundle.classifier(
            labels: bundle.resolve(nil), templates: nil, device: .cpu, dtype: .float32)
        let pictures = try AnnotationTable.read(path: TestRun.curve + "/train.csv").images.map {
            try bundle.checkpoint.preprocessor(RGBImage($0))
        }
        return try withoutGradient {
            let pooled = try classifier.model.pooledImages(pixelBatch(pictures, device: .cpu))
            return try classifier.scorer().logits(pooled: pooled).floats()
        }
    }
}
