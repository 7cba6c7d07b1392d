// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Training and what follows it, as a user does it.
@Suite struct TrainTests {
    /// Short, with everything that is random, and a checkpoint after each of its 12 steps.
    static let options =
        "--data train.csv --validation train.csv --model model --epochs 3 --batch-size 6 --learning-rate 1e-3 "
        + "--warmup-steps 2 --bias -2 --augment strong --seed 3 --workers 2 --checkpoint-every 1"

    /// What comes of ``options`` where nothing interrupts the run, and how long that takes: made once, for all tests
    /// that compare with it.
    static let whole: Result<(files: [String: Data], duration: Duration), any Error> = Result {
        let folder = try TemporaryFolder.withSmallCLIP()
        let duration = try ContinuousClock().measure {
            try Program.run("train --output whole \(options)", in: folder.path).expectSuccess()
        }
        return (files: try result(folder, "whole"), duration: duration)
    }

    /// All files that have to come out the same, by their paths in the run, and the lines of `metrics.jsonl`.
    static func result(_ folder: TemporaryFolder, _ run: String) throws -> [String: Data] {
        var result: [String: Data] = [:]
        let last = try #require(try folder.names(run + "/checkpoints").last)
        for part in ["model", "checkpoints/" + last] {
            for name in try folder.names(run + "/" + part) {
                let path = part + "/" + name
                result[path] = try Data(contentsOf: URL(fileURLWithPath: folder(run + "/" + path)))
            }
        }
        let metrics = try folder.text(run + "/metrics.jsonl").replacing(/"images_per_second":[^,}]*/, with: "")
        result["metrics.jsonl"] = Data(metrics.utf8)
        return result
    }

    /// The steps that `metrics.jsonl` has a line of.
    static func steps(_ folder: TemporaryFolder, _ run: String) throws -> [Int] {
        try folder.text(run + "/metrics.jsonl").matches(of: /^\{"epoch".*"step":(\d+)/.anchorsMatchLineEndings())
            .compactMap { Int($0.1) }
    }

    @Test func `a run is trained, resumed, evaluated and measured`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        try Program.run("train --output run \(Self.options)", in: folder.path).expectSuccess()
        #expect(
            try folder.names("run") == [
                "checkpoints", "config.yml", "metrics.jsonl", "model", "pictures.sha256", "report.html", "tensorboard",
            ])
        #expect(try Self.steps(folder, "run") == Array(0..<12))
        let whole = try Self.result(folder, "run")
        // Nothing is left to do.
        try Program.run("train --resume --output run", in: folder.path).expectSuccess()
        #expect(try Self.result(folder, "run") == whole)
        try Program.run("train --output run \(Self.options)", in: folder.path)
            .expectFailure(64, "run is not empty; give --resume")
        try Program.run("train --resume --output run --seed 4", in: folder.path)
            .expectFailure(64, "--seed was 3 when the run in run began and is 4 now")

        let evaluated = try Program.run(
            "evaluate --model run/model --data train.csv --output report --bootstrap 50", in: folder.path)
        evaluated.expectSuccess()
        #expect(try folder.names("report") == ["evaluation.json", "per-label.csv", "scores.csv"])
        #expect(try folder.text("report/evaluation.json") == evaluated.output)
        let measured = try Program.run(
            "metrics --logits --scores report/scores.csv --targets train.csv --bootstrap 50", in: folder.path)
        measured.expectSuccess()
        #expect(measured.output == evaluated.output)
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(evaluated.output.utf8)) as? [String: Any])
        for key in [
            "gap", "gap_at_k", "gap_at_k_retrieved", "k", "map_macro", "map_micro", "map_weighted",
            "labels_without_positives", "cp", "cr", "cf1", "op", "or", "of1", "f1_macro", "f1_micro", "threshold",
            "gap_ci", "map_macro_ci", "ece", "brier", "map_majority", "majority_minimum", "per_label",
        ] {
            #expect(report[key] != nil, "\(key)")
        }
        #expect((report["per_label"] as? [[String: Any]])?.count == 6)

        // The model knows its labels, so that none have to be given.
        let predicted = try Program.run("predict --model run/model --top-k 1 images/p04.png", in: folder.path)
        predicted.expectSuccess()
        #expect(!predicted.errors.contains("uncalibrated") && predicted.lines.count == 1)
    }

    @Test func `a file of options is as good as flags and flags win`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        let flags = try Self.whole.get().files
        try folder.put(
            "options.yml",
            """
            data: train.csv
            validation: train.csv
            model: model
            output: file
            epochs: 9
            batch-size: 6
            learning-rate: 1e-3
            warmup-steps: 2
            bias: -2
            augment: strong
            seed: 3
            workers: 1
            """)
        try Program.run("train --config options.yml --epochs 3", in: folder.path).expectSuccess()
        #expect(try Self.result(folder, "file") == flags)
        // What was resolved is a file of options itself.
        try Program.run("train --config file/config.yml --output again", in: folder.path).expectSuccess()
        #expect(try Self.result(folder, "again") == flags)
    }

    @Test(
        arguments: [
            ([SIGINT], 130), ([SIGTERM], 143), ([SIGHUP], 129), ([SIGTERM, SIGTERM], 143), ([SIGINT, SIGTERM], 130),
        ] as [([Int32], Int32)])
    func `a signal saves a checkpoint first, also where it comes twice`(_ signals: [Int32], status: Int32) throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        let long = Self.options.replacing("--epochs 3", with: "--epochs 2000").replacing(
            "--checkpoint-every 1", with: "")
        let running = try Program.start(
            "train --output run \(long)".split(separator: " ").map(String.init), in: folder.path)
        // Let it take a few steps of the first epochs.
        for _ in 0..<600 where try !folder.has("run/metrics.jsonl") || Self.steps(folder, "run").count < 6 {
            usleep(20_000)
        }
        for signal in signals {
            running.signal(signal)
            usleep(2000)
        }
        let outcome = try running.wait()
        outcome.expectFailure(status, "go on with: mumic train --resume --output run")
        let steps = try Self.steps(folder, "run")
        #expect(steps.count >= 6 && steps == Array(steps.indices))
        let digits = String(steps.count)
        let last = "step-" + String(repeating: "0", count: 8 - digits.count) + digits
        #expect(try folder.names("run/checkpoints").last == last)
        #expect(outcome.error.contains("stopped after step \(steps.count)"))
    }

    /// Killed at random moments and resumed each time, a run ends as if nothing had happened.
    @Test(arguments: 0..<2) func `a run that is killed anywhere and resumed ends the same`(_ number: Int) throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        let folder = try TemporaryFolder.withSmallCLIP()
        let (whole, duration) = try Self.whole.get()
        let words = "train --resume --output run \(Self.options)".split(separator: " ").map(String.init)
        var moments: [Double] = []
        for _ in 0..<3 {
            let running = try Program.start(words, in: folder.path)
            let moment = Double.random(in: 0.1...1, using: &random) * (duration / .seconds(1))
            moments.append(moment)
            usleep(UInt32(moment * 1e6))
            running.signal(SIGKILL)
            _ = try running.wait()
        }
        let outcome = try Program.run(words, in: folder.path)
        outcome.expectSuccess()
        let killed = try Self.result(folder, "run")
        #expect(killed.keys.sorted() == whole.keys.sorted(), "seed \(seed), killed after \(moments) s")
        for (name, bytes) in whole {
            let same = killed[name] == bytes
            #expect(same, "\(name), seed \(seed), killed after \(moments) s")
        }
        #expect(try Self.steps(folder, "run") == Array(0..<12), "seed \(seed)")
        #expect(
            try folder.names("run") == [
                "checkpoints", "config.yml", "metrics.jsonl", "model", "pictures.sha256", "report.html", "tensorboard",
            ], "seed \(seed)")
        #expect(try folder.names("run/checkpoints").count == 2, "seed \(seed)")
    }
}
