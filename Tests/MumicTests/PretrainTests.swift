// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Pretraining and what follows it, as a user does it.
@Suite struct PretrainTests {
    /// Short, with everything that is random, and a checkpoint after each of its 8 steps.
    static let options =
        "--data captions.csv --validation captions.csv --epochs 2 --batch-size 3 --accumulate 2 --learning-rate 1e-3 "
        + "--warmup-steps 2 --augment strong --patch-dropout 0.5 --seed 3 --workers 2 --checkpoint-every 1"
    static let new = "--architecture model/config.json --tokenizer model"

    /// The small CLIP, its pictures and their captions as `captions.csv`.
    private static func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder.withSmallCLIP()
        let captions = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("PretrainingTests/Fixtures/captions.csv")
        let text = try String(contentsOf: captions, encoding: .utf8)
        try folder.put("captions.csv", text.replacing("../../TrainingTests/Fixtures/curve/", with: ""))
        return folder
    }

    private struct Whole {
        let files: [String: Data]
        let start: [String: Data]
        let names: [String]
        let duration: Duration
    }

    /// What comes of ``new`` and ``options`` where nothing interrupts the run, and how long that takes: made once, for
    /// all tests that compare with it.
    private static let whole: Result<Whole, any Error> = Result {
        let folder = try Self.folder()
        let duration = try ContinuousClock().measure {
            try Program.run("pretrain --output whole \(new) \(options)", in: folder.path).expectSuccess()
        }
        return Whole(
            files: try TrainTests.result(folder, "whole"), start: try files(folder, "whole/start"),
            names: try folder.names("whole"), duration: duration)
    }

    private static func files(_ folder: TemporaryFolder, _ name: String) throws -> [String: Data] {
        Dictionary(
            uniqueKeysWithValues: try folder.names(name).map {
                ($0, try Data(contentsOf: URL(fileURLWithPath: folder(name + "/" + $0))))
            })
    }

    @Test func `a new model is trained and used`() throws {
        let folder = try Self.folder()
        let words = "pretrain --output run \(Self.new) \(Self.options)"
        try Program.run(words, in: folder.path).expectSuccess()
        for name in ["checkpoints", "config.yml", "metrics.jsonl", "model", "start"] {
            #expect(try folder.names("run").contains(name), "\(name)")
        }
        #expect(try TrainTests.steps(folder, "run") == Array(0..<8))
        let lines = try folder.text("run/metrics.jsonl").split(separator: "\n").filter { $0.contains("validation") }
        #expect(lines.count == 2)
        for key in ["image_to_text_recall_at_1", "text_to_image_recall_at_10", "mean_recall", "images", "captions"] {
            #expect(lines.allSatisfy { $0.contains("\"\(key)\":") }, "\(key)")
        }
        let whole = try TrainTests.result(folder, "run")
        // Nothing is left to do; the same again is the same; what was resolved is a file of options itself.
        try Program.run("pretrain --resume --output run", in: folder.path).expectSuccess()
        #expect(try TrainTests.result(folder, "run") == whole)
        try Program.run("pretrain --config run/config.yml --output again --workers 1", in: folder.path).expectSuccess()
        #expect(try TrainTests.result(folder, "again") == whole)
        #expect(try Self.files(folder, "again/start") == Self.files(folder, "run/start"))
        try Program.run(words, in: folder.path).expectFailure(64, "run is not empty; give --resume")
        try Program.run("pretrain --resume --output run --seed 4", in: folder.path)
            .expectFailure(64, "--seed was 3 when the run in run began and is 4 now")
        try Program.run("train --resume --output run", in: folder.path).expectFailure(65, "run/config.yml")

        for model in ["run/start", "run/model"] {
            try Program.run("embed --model \(model) --output out.npy images", in: folder.path).expectSuccess()
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder("out.npy"))).count == 128 + 24 * 16 * 4)
        }
        try folder.put("labels.txt", "pool\nsea view\n")
        let predicted = try Program.run(
            "predict --model run/model --labels labels.txt images/p04.png", in: folder.path)
        predicted.expectSuccess()
        #expect(predicted.lines.count == 1 && predicted.output.contains("\"label\":\"sea view\""))
        try folder.put("captions.csv", folder.text("captions.csv").replacing("a quiet room", with: "a loud room"))
        try Program.run("pretrain --resume --output run", in: folder.path).expectFailure(65, "captions.csv has changed")
    }

    @Test func `a tokenizer is trained on the captions and SigLIP keeps its bias`() throws {
        let folder = try Self.folder()
        try Program.run(
            "pretrain --output run --architecture model/config.json --loss siglip --epochs 1 --data captions.csv",
            in: folder.path
        ).expectSuccess()
        let tokens = try Program.run("tokenize --model run/model", input: "sea view\n", in: folder.path)
        tokens.expectSuccess()
        // Words of the captions are tokens of their own: start, two words, end.
        #expect(tokens.output.split(separator: ",").count == 4, "\(tokens.output)")
        let description = try folder.text("run/model/mumic.json")
        #expect(description.contains("\"loss\" : \"siglip\"") && description.contains("\"bias\" : -9.99"))
        try Program.run("predict --model run/model images/p04.png", in: folder.path).expectFailure(64, "--labels")
        // Another run goes on from the model, with the bias that it has.
        try Program.run(
            "pretrain --output next --model run/model --loss siglip --epochs 1 --learning-rate 1e-30 "
                + "--data captions.csv", in: folder.path
        ).expectSuccess()
        #expect(try folder.text("next/model/mumic.json") == description)
        #expect(try !folder.names("next").contains("start"))
    }

    @Test func `an existing model goes on`() throws {
        let folder = try Self.folder()
        try Program.run("pretrain --output run --model model \(Self.options)", in: folder.path).expectSuccess()
        #expect(try Self.files(folder, "run/model")["vocab.json"] == Self.files(folder, "model")["vocab.json"])
        let first = try #require(try folder.text("run/metrics.jsonl").split(separator: "\n").first)
        #expect(first.contains("\"temperature\":0.10999999"), "the model's own: \(first)")
    }

    @Test(
        arguments: [
            ("--data @captions.csv --output @x --model @model --tokenizer @model", 64, "leave out"),
            ("--data @captions.csv --output @x --model @model --loss mumic", 64, "--loss"),
            ("--resume --output none", 64, "none has no config.yml yet"),
            ("--data @none.csv --output @x --model @model", 66, "none.csv"),
            ("--data @captions.csv --output @x --model none", 66, "no model at none"),
            (
                "--data @captions.csv --output @x --architecture @model/config.json --tokenizer none", 66,
                "no model at none"
            ),
            ("--data @captions.csv --output @x --architecture @train.csv", 65, "train.csv is not a JSON object"),
            ("--data @train.csv --output @x --model @model", 65, "train.csv:1: there is no column 'caption'"),
            (
                "--data @captions.csv --output @x --architecture @model/config.json --tokenizer @images", 65,
                "images: no tok"
            ),
            ("--data @broken.csv --output @x --model @model", 65, "broken.csv"),
        ] as [(String, Int32, String)])
    func `what cannot begin says why`(_ words: String, status: Int32, part: String) throws {
        let folder = try Self.folder()
        try folder.put("broken.csv", "image,caption\nimages/p00.png,x\ntrain.csv,y\n")
        try Refusal.expect("pretrain " + words, status, part, in: folder)
        #expect(!folder.has("x/model") && !folder.has("x/config.yml"))
    }

    @Test func `a signal saves a checkpoint first`() throws {
        let folder = try Self.folder()
        let long = "\(Self.new) \(Self.options)".replacing("--epochs 2", with: "--epochs 2000")
            .replacing("--checkpoint-every 1", with: "")
        let running = try Program.start(
            "pretrain --output run \(long)".split(separator: " ").map(String.init), in: folder.path)
        for _ in 0..<600 where try !folder.has("run/metrics.jsonl") || TrainTests.steps(folder, "run").count < 5 {
            usleep(20_000)
        }
        running.signal(SIGTERM)
        let outcome = try running.wait()
        outcome.expectFailure(143, "go on with: mumic pretrain --resume --output run")
        let steps = try TrainTests.steps(folder, "run")
        #expect(steps.count >= 5 && steps == Array(steps.indices))
        #expect(outcome.error.contains("stopped after step \(steps.count)"))
        #expect(try #require(folder.names("run/checkpoints").last).hasSuffix("00\(steps.count)"))
        // It goes on from there, with what it was started with.
        let resumed = try Program.start(["pretrain", "--resume", "--output", "run"], in: folder.path)
        for _ in 0..<600 where try TrainTests.steps(folder, "run").count <= steps.count { usleep(20_000) }
        resumed.signal(SIGTERM)
        #expect(try resumed.wait().status == 143)
        let more = try TrainTests.steps(folder, "run")
        #expect(more.count > steps.count && more == Array(more.indices))
    }

    /// Killed at random moments, while the new model is written too, and resumed each time, a run ends as if nothing
    /// had happened.
    @Test(arguments: 0..<2) func `a run that is killed anywhere and resumed ends the same`(_ number: Int) throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        let folder = try Self.folder()
        let whole = try Self.whole.get()
        let words = "pretrain --resume --output run \(Self.new) \(Self.options)".split(separator: " ").map(String.init)
        var moments: [Double] = []
        for _ in 0..<3 {
            let running = try Program.start(words, in: folder.path)
            let moment = Double.random(in: 0.02...1, using: &random) * (whole.duration / .seconds(1))
            moments.append(moment)
            usleep(UInt32(moment * 1e6))
            running.signal(SIGKILL)
            _ = try running.wait()
        }
        try Program.run(words, in: folder.path).expectSuccess()
        let killed = try TrainTests.result(folder, "run")
        #expect(killed.keys.sorted() == whole.files.keys.sorted(), "seed \(seed), killed after \(moments) s")
        for (name, bytes) in whole.files {
            let same = killed[name] == bytes
            #expect(same, "\(name), seed \(seed), killed after \(moments) s")
        }
        #expect(try Self.files(folder, "run/start") == whole.start, "seed \(seed)")
        #expect(try folder.names("run") == whole.names, "seed \(seed), killed after \(moments) s")
    }
}
