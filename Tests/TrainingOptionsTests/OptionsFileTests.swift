// SPDX-License-Identifier: Apache-2.0

import FileIO
import Models
import TestSupport
import Testing
import TorchNN

@testable import TrainingOptions

@Suite struct OptionsFileTests {
    private static let given = "--data train.csv --model model --output run --workers 2 "

    @Test func `a file of options is as good as the command line`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.put(
            "options.yml",
            """
            # Comments are fine.
            data: train.csv
            model: "model"
            output: run
            validation: ~
            workers: 2
            epochs: 1_2
            batch-size: 6
            learning-rate: 1e-3
            augment: none
            no-shuffle: true
            loss: siglip
            temperature: auto
            fixed-temperature: yes
            fixed-bias: false
            bias: -2
            robust: reject
            robust-rate: 0.1
            lora-rank: 2
            lora-targets: [q_proj, fc1]
            hold-out:
              - pool
              - "no"
            template: a {}
            cache: false
            seed: 18446744073709551615
            """)
        let flags =
            Self.given + "--epochs 12 --batch-size 6 --learning-rate 0.001 --augment none --no-shuffle --loss siglip "
            + "--temperature auto --fixed-temperature --bias -2 --robust reject --robust-rate 0.1 --lora-rank 2 "
            + "--lora-targets q_proj fc1 --hold-out pool --hold-out no --no-cache --seed 18446744073709551615"
        let expected = try TrainingConfiguration.resolved(
            flags.split(separator: " ").map(String.init) + ["--template", "a {}"])
        let read = try TrainingConfiguration.resolved("--config \(path)")
        #expect(try read.yaml() == expected.yaml())
        // What was resolved is a file of options itself.
        let again = try folder.put("again.yml", expected.yaml())
        #expect(try TrainingConfiguration.resolved("--config \(again)").yaml() == expected.yaml())
        #expect(
            try TrainingConfiguration.resolved("--config \(folder.put("empty.yml", "")) \(Self.given)").epochs == 10)
    }

    @Test func `the command line wins`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.put(
            "options.yml",
            "hold-out: pool\nlora-targets: fc2\nlora-rank: 1\nfreeze: text\nshuffle: false\nno-cache: true\nepochs: 3\n"
        )
        func read(_ words: String) throws -> TrainingConfiguration {
            try .resolved(Self.given + "--config \(path) " + words)
        }
        // A single value is a list of one.
        let options = try read("")
        #expect(options.holdOut == ["pool"] && options.loraTargets == [.second] && options.freeze == [.text])
        #expect(!options.shuffle && !options.cache && options.epochs == 3)
        // The command line's list replaces the file's.
        let said = try read("--hold-out sun --lora-targets q_proj k_proj --shuffle --cache --epochs=4")
        #expect(said.holdOut == ["sun"] && said.loraTargets == [.query, .key])
        #expect(said.shuffle && said.cache && said.epochs == 4 && said.freeze == [.text])
        // A temperature of the file is one that is given.
        let own = try folder.put("own.yml", "temperature: 0.2\n")
        let start = try TrainingConfiguration.resolved(Self.given + "--loss focal --config \(own)")
        #expect(start.temperature == 0.2 && start.bias == nil)
        #expect(try TrainingConfiguration.resolved(Self.given + "--config \(own) --bias auto").bias == .auto)
    }

    @Test(arguments: [
        ("temperature: warm", "cannot be 'warm'; it takes one of a number, auto"),
        ("temperature: [0.1]", "cannot be a list; it takes one of a number, auto"),
        ("bias: some", "one of a number, auto, none"),
        ("lora-targets: [q_proj, nothing]", "'nothing'; it takes one of q_proj, k_proj, v_proj, out_proj, fc1, fc2"),
        ("lora-targets: []", "an empty list"),
        ("robust: maybe", "it takes one of none, reject, correct, bootstrap, forward"),
        ("loss: nonsense", "mumic, bce, siglip, asl, focal, two-way, softmax, linear-head"),
        ("unlisted: some", "absent, unknown"),
        ("ema: much", "it takes a number"),
        ("batch-size: 1.5", "it takes a whole number"),
        ("seed: -1", "it takes a whole number"),
        ("hold-out: {a: b}", "a list of keys; it takes text"),
        ("hold-out: [[a]]", "a list of lists"),
        ("head: text tower", "'text tower'; it takes one of text, linear"),
        ("cache: 3", "it takes true or false"),
        ("no-cache: 3", "it takes true or false"),
    ])
    func `a file with an impossible value names its line and what may stand there`(_ line: String, _ part: String)
        throws
    {
        let written = try TemporaryFolder.write("epochs: 1\n" + line + "\n")
        let key = line.prefix { $0 != ":" }
        expectError(.badData, "\(written.path):2: key '\(key)' cannot be ") {
            _ = try TrainingConfiguration.resolved(Self.given + "--config \(written.path)")
        }
        expectError(.badData, part) {
            _ = try TrainingConfiguration.resolved(Self.given + "--config \(written.path)")
        }
    }

    @Test(arguments: [
        ("epochs: 1\nepoch: 2\n", ":2: unknown key 'epoch'; see mumic train --help"),
        ("beta1: 0.5\n", ":1: unknown key 'beta1'"), ("resume: true\n", ":1: unknown key 'resume'"),
        ("no-epochs: 3\n", ":1: unknown key 'no-epochs'"), ("no-fixed-bias: true\n", ":1: unknown key 'no-fixed-bias'"),
        ("- a\n", " is not a list of KEY: VALUE lines"), ("a: [\n", "line 2 is not YAML; correct it"),
        ("seed: 1\nepochs: 2\nseed: 3\n", ":3: key 'seed' is given twice, first on line 1; keep one"),
        ("batch-size: 1:30\n", ":1: key 'batch-size' cannot be '1:30'"), ("epochs: 0x10\n", "'epochs' cannot be"),
        ("learning-rate: 1:30\n", "'learning-rate' cannot be"),
    ]) func `a file that is no list of options is bad data`(_ text: String, _ part: String) throws {
        let written = try TemporaryFolder.write(text)
        expectError(.badData, part) {
            _ = try TrainingConfiguration.resolved(Self.given + "--config \(written.path)")
        }
    }

    @Test func `a missing file is missing input`() {
        #expect(throws: FileIOError.self) { try TrainingConfiguration.resolved(Self.given + "--config none.yml") }
    }

    // MARK: Resumed runs

    @Test func `a resumed run has its options and what is said now`() throws {
        let folder = try TemporaryFolder()
        let run = "--output \(folder("run")) "
        let began = try TrainingConfiguration.resolved(
            Self.given + run + "--loss siglip --bias none --no-shuffle --fixed-temperature --hold-out pool --epochs 7")
        try folder.put("run/config.yml", began.yaml())
        let resumed = try TrainingConfiguration.resolved(run + "--resume")
        #expect(try resumed.yaml() == began.yaml() && resumed.resume)
        #expect(try resumed.firstChange(from: began) == nil)
        let faster = try TrainingConfiguration.resolved(run + "--resume --workers 7 --checkpoint-every 2")
        #expect(try faster.workers == 7 && faster.firstChange(from: began) == nil)
        func change(_ words: String) throws -> String {
            let change = try TrainingConfiguration.resolved(run + "--resume " + words).firstChange(from: began)
            return try #require(change.map { "\($0.key): \($0.before), \($0.now)" })
        }
        #expect(try change("--hold-out sun --hold-out bed") == "hold-out: pool, sun, bed")
        #expect(try change("--shuffle --seed 4") == "shuffle: false, true")
        #expect(try change("--bias -4") == "bias: none, -4")
        #expect(try change("--validation v.csv") == "validation: not given, v.csv")
        let file = try folder.put("options.yml", "fixed-temperature: false\noutput: \(folder("run"))\n")
        #expect(try change("--config \(file)") == "fixed-temperature: true, false")
        #expect(try TrainingConfiguration.resolved("--resume --config \(file)").output == folder("run"))
    }

    @Test func `a run without its file or with another file is refused`() throws {
        let folder = try TemporaryFolder()
        let run = folder("run")
        expectError(.wrongUsage, "\(run) has no config.yml yet") {
            _ = try TrainingConfiguration.resolved("--output \(run) --resume")
        }
        #expect(try TrainingConfiguration.resolved(Self.given + "--output \(run) --resume").output == run)
        let other = PretrainingConfiguration(data: "captions.csv", output: run)
        for text in [try other.yaml(), "seed: 1\n", "seed: [1", ""] {
            try folder.put("run/config.yml", text)
            expectError(.badData, "\(run)/config.yml is not a configuration of this kind of run") {
                _ = try TrainingConfiguration.resolved("--output \(run) --resume")
            }
        }
    }
}

extension TemporaryFolder {
    /// A folder with a file of options in it, and the file's path.
    static func write(_ text: String) throws -> (folder: TemporaryFolder, path: String) {
        let folder = try TemporaryFolder()
        return (folder, try folder.put("options.yml", text))
    }
}
