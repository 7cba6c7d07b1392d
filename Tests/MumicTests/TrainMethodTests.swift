// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import TestSupport
import Testing

/// What can be trained in which way, as a user asks for it.
@Suite struct TrainMethodTests {
    static let options =
        "--data train.csv --model model --epochs 2 --batch-size 6 --learning-rate 1e-3 --augment none --workers 2"

    private static func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    private static func losses(_ folder: TemporaryFolder, _ run: String) throws -> [Double] {
        try folder.text(run + "/metrics.jsonl").split(separator: "\n").compactMap { try object(String($0))["loss"] }
            .compactMap { $0 as? Double }
    }

    private static func labels(_ folder: TemporaryFolder, _ run: String) throws -> [String] {
        let list = try object(folder.text(run + "/model/mumic.json"))["labels"] as? [[String: Any]]
        return try #require(list).compactMap { $0["name"] as? String }
    }

    // MARK: Options

    /// Tests/TrainingOptionsTests has all of them.
    @Test(arguments: [
        ("--loss nonsense", "nonsense"),
        ("--lora-rank 2 --lora-targets q_proj everything", "everything"),
        ("--freeze image --lock-image-unlocked-groups 1", "--freeze image"),
        ("--freeze image --freeze text --fixed-temperature", "nothing"),
        ("--lock-image-unlocked-groups 0 --lock-text-unlocked-layers 0 --fixed-temperature", "nothing"),
    ])
    func `options that contradict each other or themselves are a usage error`(_ words: String, _ part: String) throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        let options = Self.options.replacing("train.csv", with: "@train.csv").replacing(" model", with: " @model")
        try Refusal.expect("train --output @run \(options) \(words)", 64, part, in: folder)
        #expect(!folder.has("run/model"))
    }

    @Test func `a file with an impossible value names its line and what may stand there`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        try folder.put("options.yml", "epochs: 1\nrobust: maybe\n")
        try Program.run("train --output run \(Self.options) --config options.yml", in: folder.path)
            .expectFailure(65, "options.yml:2: key 'robust' cannot be 'maybe'; it takes one of none, reject")
    }

    @Test func `a head of its own takes what it has no use for with a note`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        let noted = try Program.run(
            "train --output noted \(Self.options) --head linear --loss siglip --temperature 0.2 --freeze text",
            in: folder.path)
        noted.expectSuccess()
        #expect(folder.has("noted/model/head.safetensors"))
        #expect(
            noted.errors.contains("--temperature is not used") && noted.errors.contains("--freeze text are not used"))
        // A run's own configuration is never a contradiction.
        try Program.run("train --config noted/config.yml --output noted-2 --epochs 1", in: folder.path).expectSuccess()
    }

    // MARK: Frozen layers

    @Test func `a disk that is full ends the run in words`() throws {
        let folder = try TemporaryFolder.withSmallCLIP()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        // No file may be larger than 32 KiB, and the signal that says so is ignored; the rows take 39 KiB.
        process.arguments =
            [
                "-c", "ulimit -f 64; trap '' XFSZ; exec \"$0\" \"$@\" 2> errors.txt", Program.path, "train", "--output",
                "run",
            ] + (Self.options + " --lock-image-unlocked-groups 2 --no-report").split(separator: " ").map(String.init)
        try process.run()
        process.waitUntilExit()
        let errors = try folder.text("errors.txt")
        Program.Outcome(status: process.terminationStatus, output: "", errors: errors).expectFailure(
            65, "cannot write run")
        #expect(try folder.names("run/checkpoints").isEmpty)
        // With room again, the run goes on.
        try Program.run("train --resume --output run --no-report", in: folder.path).expectSuccess()
        #expect(try Self.losses(folder, "run").count == 8)
    }

    // MARK: Kills

    /// Killed at random moments and resumed each time, a run ends as if nothing had happened.
    @Test(arguments: [
        "--sampling balanced --temperature auto --ema 0.5 --lora-rank 1 --robust reject --robust-rate 0.2",
        "--lock-image-unlocked-groups 2 --lock-text-unlocked-layers 1 --temperature auto --loss asl",
    ]) func `a run that is killed anywhere and resumed ends the same`(_ words: String) throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        let folder = try TemporaryFolder.withSmallCLIP()
        let augment = words.contains("unlocked") ? "--augment none" : "--augment strong"
        let options =
            "--data train.csv --validation train.csv --model model --epochs 3 --batch-size 6 --learning-rate 1e-3 "
            + "--seed 3 --workers 2 --checkpoint-every 1 --no-report \(augment) \(words)"
        let clock = ContinuousClock()
        let duration = try clock.measure {
            try Program.run("train --output whole \(options)", in: folder.path).expectSuccess()
        }
        let command = "train --resume --output run \(options)".split(separator: " ").map(String.init)
        var moments: [Double] = []
        for _ in 0..<3 {
            let running = try Program.start(command, in: folder.path)
            let moment = Double.random(in: 0.1...1, using: &random) * (duration / .seconds(1))
            moments.append(moment)
            usleep(UInt32(moment * 1e6))
            running.signal(SIGKILL)
            _ = try running.wait()
        }
        try Program.run(command, in: folder.path).expectSuccess()
        let (killed, whole) = (try Self.files(folder, "run"), try Self.files(folder, "whole"))
        #expect(killed.keys.sorted() == whole.keys.sorted(), "seed \(seed), killed after \(moments) s")
        for (name, bytes) in whole {
            let same = killed[name] == bytes
            #expect(same, "\(name), seed \(seed), killed after \(moments) s")
        }
        #expect(try TrainTests.steps(folder, "run") == Array(0..<12), "seed \(seed)")
    }

    /// The model and the last checkpoint, whatever they consist of, and the lines of `metrics.jsonl`.
    private static func files(_ folder: TemporaryFolder, _ run: String) throws -> [String: Data] {
        var result: [String: Data] = [:]
        let last = try #require(try folder.names(run + "/checkpoints").last)
        for part in ["model", "checkpoints/" + last] {
            for name in try FileManager.default.subpathsOfDirectory(atPath: folder(run + "/" + part)) {
                let url = URL(fileURLWithPath: folder(run + "/" + part + "/" + name))
                if let data = try? Data(contentsOf: url) { result[part + "/" + name] = data }
            }
        }
        let metrics = try folder.text(run + "/metrics.jsonl").replacing(/"images_per_second":[^,}]*/, with: "")
        result["metrics.jsonl"] = Data(metrics.utf8)
        return result
    }
}
