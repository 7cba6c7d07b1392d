// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
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

    // MARK: Held-out labels

    @Test func aLabelThatIsHeldOutIsNotTrainedOnAndIsEvaluatedAsUnseen() throws {
        let folder = try TemporaryFolder.withCurve()
        let trained = try Program.run(
            "train --output run \(Self.options) --validation train.csv".split(separator: " ").map(String.init)
                + ["--hold-out", "pool", "--hold-out", "red sun"], in: folder.path)
        trained.expectSuccess()
        #expect(trained.errors.contains("held out: 4 of 6 labels are trained on"), "\(trained.errors)")
        #expect(try Self.labels(folder, "run") == ["sun", "double bed", "balcony", "sea view"])
        let description = try Self.object(folder.text("run/model/mumic.json"))
        for key in ["positives", "thresholds"] {
            let found = try #require(description[key] as? [String: Any])
            #expect(found["pool"] == nil && found["sun"] != nil, "\(key)")
        }
        let validation = try #require(
            try folder.text("run/metrics.jsonl").split(separator: "\n").last.map { try Self.object(String($0)) })
        let report = try #require(validation["validation"] as? [String: Any])
        #expect((report["per_label"] as? [Any])?.count == 4)
        #expect(try folder.text("run/config.yml").contains("hold-out: [\"pool\",\"red sun\"]"))

        let evaluated = try Program.run(
            "evaluate --model run/model --data train.csv --bootstrap 0", in: folder.path)
        evaluated.expectSuccess()
        let groups = try #require(try Self.object(evaluated.output)["groups"])
        let text = String(decoding: try JSONSerialization.data(withJSONObject: groups), as: UTF8.self)
        #expect(text.contains("\"seen\"") && text.contains("\"unseen\""), "\(text)")
        // A run without them is the same as one whose data never had them.
        let columns = try folder.text("train.csv").split(separator: "\n").map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            return [0, 2, 4, 5, 6].map { String(cells[$0]) }.joined(separator: ",")
        }
        try folder.put("fewer.csv", columns.joined(separator: "\n") + "\n")
        let fewer = Self.options.replacing("--data train.csv", with: "--data fewer.csv")
        try Program.run("train --output fewer \(fewer)", in: folder.path).expectSuccess()
        #expect(try Self.losses(folder, "fewer") == Self.losses(folder, "run"))
        // Resuming needs no list again, and refuses another one.
        try Program.run("train --resume --output run", in: folder.path).expectSuccess()
        try Program.run("train --resume --output run --hold-out sun", in: folder.path)
            .expectFailure(64, "--hold-out was pool, red sun when the run")
    }

    @Test func whatCannotBeHeldOutIsAUsageError() throws {
        let folder = try TemporaryFolder.withCurve()
        try Program.run("train --output run \(Self.options) --hold-out pol", in: folder.path)
            .expectFailure(64, "train.csv has no label 'pol'")
        let all = ["red sun", "sun", "pool", "double bed", "balcony", "sea view"].flatMap { ["--hold-out", $0] }
        try Program.run(
            "train --output run \(Self.options)".split(separator: " ").map(String.init) + all, in: folder.path
        ).expectFailure(64, "leaves no label of train.csv")
        #expect(!folder.has("run"))
    }

    // MARK: Options

    /// Tests/TrainingOptionsTests has all of them.
    @Test(arguments: [
        ("--loss nonsense", "mumic, bce, siglip, asl, focal, two-way, softmax, linear-head"),
        ("--lora-rank 2 --lora-targets q_proj everything", "everything"),
        ("--freeze image --lock-image-unlocked-groups 1", "--freeze image"),
        ("--freeze image --freeze text --fixed-temperature", "nothing"),
        ("--lock-image-unlocked-groups 0 --lock-text-unlocked-layers 0 --fixed-temperature", "nothing"),
    ])
    func optionsThatContradictEachOtherOrThemselvesAreAUsageError(_ words: String, _ part: String) throws {
        let folder = try TemporaryFolder.withCurve()
        let outcome = try Program.run("train --output run \(Self.options) \(words)", in: folder.path)
        outcome.expectFailure(64)
        #expect(outcome.error.contains(part), "\(outcome.error)")
        #expect(!folder.has("run/model"))
    }

    @Test func estimatedRatesOfWrongAnnotationsAreSaidAndKept() throws {
        let folder = try TemporaryFolder.withCurve()
        let outcome = try Program.run("train --output run \(Self.options) --robust forward", in: folder.path)
        outcome.expectSuccess()
        #expect(outcome.error.contains("wrong annotations, estimated: "), "\(outcome.error)")
        #expect(try folder.text("run/model/mumic.json").contains("\"false_positive_rate\" : 0."))
        let given = try Program.run(
            "train --output other \(Self.options) --robust forward --robust-rate 0.125", in: folder.path)
        given.expectSuccess()
        #expect(!given.error.contains("estimated"))
        #expect(try folder.text("other/model/mumic.json").contains("\"false_negative_rate\" : 0.125"))
    }

    @Test func aFileWithAnImpossibleValueNamesItsLineAndWhatMayStandThere() throws {
        let folder = try TemporaryFolder.withCurve()
        try folder.put("options.yml", "epochs: 1\nrobust: maybe\n")
        try Program.run("train --output run \(Self.options) --config options.yml", in: folder.path)
            .expectFailure(65, "options.yml:2: key 'robust' cannot be 'maybe'; it takes one of none, reject")
    }

    @Test func aHeadOfItsOwnTakesAnotherLossAndSaysWhatItDoesNotUse() throws {
        let folder = try TemporaryFolder.withCurve()
        let noted = try Program.run(
            "train --output noted \(Self.options) --head linear --loss siglip --temperature 0.2 --freeze text",
            in: folder.path)
        noted.expectSuccess()
        #expect(folder.has("noted/model/head.safetensors"))
        #expect(
            noted.errors.contains("--temperature is not used") && noted.errors.contains("--freeze text are not used"))
    }

    // MARK: Adapters

    /// The probabilities that a model gives to the pictures.
    private static func scores(_ folder: TemporaryFolder, _ model: String) throws -> [[String: Double]] {
        let predicted = try Program.run("predict --model \(model) images", in: folder.path)
        predicted.expectSuccess()
        #expect(predicted.lines.count == 24)
        return try predicted.lines.map { line in
            let list = try #require(try object(line)["predictions"] as? [[String: Any]])
            let pairs = list.compactMap { entry -> (String, Double)? in
                guard let label = entry["label"] as? String, let score = entry["score"] as? Double else { return nil }
                return (label, score)
            }
            return Dictionary(uniqueKeysWithValues: pairs)
        }
    }

    @Test(arguments: ["", "--loss linear-head", "--bias -2 --loss asl --ema 0.9"])
    func adaptersAreWrittenMergedAndByThemselves(_ words: String) throws {
        let folder = try TemporaryFolder.withCurve()
        let trained = try Program.run(
            "train --output run \(Self.options) --validation train.csv --lora-rank 2 --learning-rate 1e-2 \(words)",
            in: folder.path)
        trained.expectSuccess()
        #expect(
            try folder.names("run/model/adapter").filter { $0 != "head.safetensors" }
                == ["adapter_config.json", "adapter_model.safetensors", "mumic.json"])
        #expect(folder.has("run/model/adapter/head.safetensors") == words.contains("linear-head"))
        let merged = try Self.scores(folder, "run/model")
        let adapter = try Self.scores(folder, "run/model/adapter")
        for (index, scores) in merged.enumerated() {
            #expect(scores.count == 6 && scores.keys.sorted() == adapter[index].keys.sorted())
            for (label, score) in scores {
                #expect(abs(score - (adapter[index][label] ?? -1)) <= 1e-5, "\(label)")
            }
        }
        // Beside the frozen parts there is a line of what trains.
        #expect(trained.errors.contains("adapter"), "\(trained.errors)")
        let config = try Self.object(folder.text("run/model/adapter/adapter_config.json"))
        #expect(config["r"] as? Int == 2 && config["peft_type"] as? String == "LORA")
        #expect((config["base_model_name_or_path"] as? String)?.hasPrefix("/") == true)
    }

    @Test func anAdapterIsAFewHundredthsOfTheModel() throws {
        let folder = try TemporaryFolder.withCurve()
        try Program.run("train --output run \(Self.options) --epochs 1 --lora-rank 1", in: folder.path).expectSuccess()
        func size(_ name: String) throws -> Int {
            try Data(contentsOf: URL(fileURLWithPath: folder("run/model/" + name))).count
        }
        // For layers of widths 16 and 24 a rank of 1 is much; in CLIP's ViT-B/32 a rank of 8 is 0.3 % of the weights.
        let (adapter, whole) = (try size("adapter/adapter_model.safetensors"), try size("model.safetensors"))
        #expect(Double(adapter) < 0.06 * Double(whole), "\(adapter) of \(whole) bytes")
    }

    // MARK: Frozen layers

    @Test func aDiskThatIsFullEndsTheRunInWords() throws {
        let folder = try TemporaryFolder.withCurve()
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
        "--ema 0.9 --temperature auto --loss asl",
        "--lora-rank 2 --lora-targets q_proj fc1 --robust reject --robust-rate 0.2",
        "--sampling balanced --temperature auto --ema 0.5", "--head linear --lora-rank 1 --loss two-way",
        "--lock-image-unlocked-groups 2 --lock-text-unlocked-layers 1 --temperature auto",
    ]) func aRunThatIsKilledAnywhereAndResumedEndsTheSame(_ words: String) throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        let folder = try TemporaryFolder.withCurve()
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
