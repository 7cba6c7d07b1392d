// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FileIO
import Testing
import TorchNN

@testable import TrainingOptions

@Suite struct TrainingConfigurationTests {
    private static let given = "--data train.csv --model model --output run --workers 2"

    private static func resolved(_ words: String) throws -> TrainingConfiguration {
        try .resolved(given + " " + words)
    }

    @Test func `every option is saved or may be left out`() throws {
        var options = TrainingConfiguration(data: "d", model: "m", output: "o")
        options.recipe = .plain
        let lines = try options.yaml().split(separator: "\n")
        let saved = lines.map { String($0.prefix { $0 != ":" }) }
        #expect(saved == options.savedOptions.map(\.name).filter { saved.contains($0) })
        for option in options.savedOptions where !option.isOptional && option.name != "allow-shared" {
            #expect(saved.contains(option.name))
        }
        for option in options.savedOptions { #expect(TrainingConfiguration.helpMessage().contains("--" + option.name)) }
        #expect(Set(saved).isDisjoint(with: ["resume", "config", "skip-picture-check", "no-report"]))
        options.lockImageUnlockedGroups = 1
        options.ema = 0.5
        options.labels = "l"
        #expect(try options.yaml().split(separator: "\n").count == lines.count + 3)
    }

    @Test func `the file of a run is what it always was`() throws {
        #expect(
            try Self.resolved("--recipe plain").yaml() == """
                data: "train.csv"
                unlisted: "absent"
                model: "model"
                output: "run"
                epochs: 10
                batch-size: 32
                accumulate: 1
                learning-rate: 1e-05
                weight-decay: 0.1
                warmup-steps: 0
                schedule: "cosine"
                loss: "mumic"
                temperature: 0.07
                fixed-temperature: false
                bias: "auto"
                fixed-bias: false
                template: []
                freeze: []
                augment: "light"
                shuffle: true
                precision: "float32"
                gradient-clip: 1
                seed: 0
                device: "cpu"
                workers: 2
                label-smoothing: 0
                positive-weight: "none"
                asl-gamma-positive: 0
                asl-gamma-negative: 4
                asl-clip: 0.05
                focal-gamma: 2
                focal-alpha: 0.25
                robust: "none"
                unknown: "ignore"
                head: "text"
                freeze-embeddings: false
                train-token-table: false
                image-layer-decay: 1
                text-layer-decay: 1
                lora-alpha: 16
                lora-targets: ["q_proj","v_proj"]
                sampling: "natural"
                hold-out: []
                cache: true
                recipe: "plain"

                """)
    }

    @Test func `every value comes back from the file`() throws {
        let words =
            "--loss siglip --temperature auto --label-smoothing 0.30000000000000004 --positive-weight sqrt --robust "
            + "reject --robust-rate 0.1 --unknown negative --lora-rank 2 --lora-alpha 4 --lora-targets q_proj fc1 "
            + "--ema 0.9999 --sampling balanced --image-layer-decay 0.8 --lock-text-unlocked-layers 0 --no-cache "
            + "--seed 18446744073709551615 --no-shuffle --fixed-temperature --freeze image --checkpoint-every 3"
        var options = try Self.resolved(words)
        options.holdOut = ["a: b", "no", "1", "", "~"]
        options.template = ["a {}: \"x\"", "#{}", "-{}"]
        options.validation = "ein Pfad/mit: Zeichen.csv"
        let text = try options.yaml()
        let read = try TrainingConfiguration(yaml: text, path: "config.yml")
        #expect(try read.yaml() == text)
        #expect(read.holdOut == options.holdOut && read.template == options.template && read.seed == .max)
        #expect(
            read.loraTargets == [.query, .first] && !read.cache && !read.shuffle && read.labelSmoothing == 0.1 + 0.2)
        #expect(read.temperature == .auto && read.bias == .auto && read.lockTextUnlockedLayers == 0)
    }

    // MARK: Where τ and b start

    /// Without a word about it b is fitted to a first batch; a temperature that is given is taken as it is, without b.
    @Test(
        arguments: [
            ("", 0.07, .auto), ("--loss asl", 0.07, .auto), ("--temperature 0.07", 0.07, nil),
            ("--bias none", 0.07, nil), ("--fixed-temperature", 0.07, nil), ("--bias 0", 0.07, 0),
            ("--temperature 0.1 --bias auto", 0.1, .auto), ("--temperature auto", .auto, .auto),
            ("--temperature auto --bias -2", .auto, -2), ("--loss siglip", 0.1, -10),
            ("--loss siglip --bias none", 0.1, nil), ("--loss siglip --temperature 0.2", 0.2, -10),
            ("--loss siglip --temperature auto", .auto, .auto), ("--loss siglip --head linear", 0.07, nil),
            ("--loss softmax", 0.07, nil), ("--loss linear-head", 0.07, nil), ("--loss bce", 0.07, nil),
            ("--head linear", 0.07, nil), ("--head linear --temperature auto", .auto, .auto),
        ] as [(String, StartingValue, StartingValue?)])
    func `the start is what is given or what the data want`(
        _ words: String, _ temperature: StartingValue, _ bias: StartingValue?
    ) throws {
        let options = try Self.resolved(words)
        #expect(options.temperature == temperature && options.bias == bias)
        let read = try TrainingConfiguration(yaml: options.yaml(), path: "config.yml")
        #expect(read.temperature == temperature && read.bias == bias)
        #expect(try read.yaml() == options.yaml())
        // A run's own configuration is never a contradiction.
        try read.check()
    }

    @Test func `library callers get the start of their loss`() throws {
        var options = TrainingConfiguration(data: "d", model: "m", output: "o")
        #expect(options.temperature == 0.07 && options.bias == .auto)
        options.loss = .siglip
        #expect(options.temperature == 0.1 && options.bias == -10)
        options.bias = nil
        #expect(options.bias == nil && options.temperature == 0.1)
        (options.loss, options.bias) = (.softmax, 3)
        #expect(options.bias == 3 && options.temperature == 0.07)
    }

    @Test func `that there is no bias is saved only where it is not taken for granted`() throws {
        #expect(try Self.resolved("--loss siglip --bias none").yaml().contains("\nbias: \"none\"\n"))
        for words in ["--bias none", "--loss asl --bias none", "--loss softmax", "--head linear --loss siglip"] {
            #expect(try !Self.resolved(words).yaml().contains("\nbias:"), "\(words)")
        }
        // Where older versions left it out of a run's file there was none.
        let old = try Self.resolved("--loss siglip").yaml().replacing("bias: -10\n", with: "")
        #expect(try TrainingConfiguration(yaml: old, path: "config.yml").bias == nil)
        let linear = try Self.resolved("--loss siglip --head linear")
        #expect(try TrainingConfiguration(yaml: linear.yaml(), path: "config.yml").yaml() == linear.yaml())
    }

    // MARK: What does not go

    @Test(arguments: [
        ("--temperature 0.1 --fixed-bias", "--fixed-bias goes with --bias"),
        ("--bias none --fixed-bias", "--fixed-bias goes with --bias"),
        ("--temperature auto --bias none", "--bias none"),
        ("--loss two-way --robust forward", "two-way"),
        ("--loss softmax --robust forward", "softmax"),
        ("--robust forward --robust-rate 0.5", "below 0.5"),
        ("--head linear --bias -2", "linear head"),
        ("--loss linear-head --bias -2", "linear head"),
        ("--loss bce --bias -2", "--loss bce"),
        ("--robust-rate 0.1", "--robust-rate goes with --robust"),
        ("--loss asl --label-smoothing 0.1", "--loss asl"),
        ("--loss softmax --positive-weight balanced", "--loss softmax"),
        ("--lora-alpha 8", "--lora-rank"),
        ("--lora-targets q_proj", "--lora-rank"),
        ("--freeze image --lock-image-unlocked-groups 1", "--freeze image"),
        ("--freeze text --lock-text-unlocked-layers 0", "--freeze text"),
        ("--temperature 2", "--temperature must lie in 0.001...1, or be the word auto"),
        ("--bias nan", "--bias must be"),
        ("--lora-rank 0", "--lora-rank must"),
        ("--lora-rank 2 --lora-alpha 0", "--lora-alpha must"),
        ("--ema 1", "--ema must"),
        ("--ema -0.1", "--ema must"),
        ("--label-smoothing 1", "--label-smoothing must"),
        ("--asl-clip 1", "--asl-clip must"),
        ("--asl-gamma-negative -1", "--asl-gamma-negative must"),
        ("--focal-alpha 1.5", "--focal-alpha must"),
        ("--robust reject --robust-rate 2", "--robust-rate must"),
        ("--image-layer-decay 0", "--image-layer-decay must"),
        ("--text-layer-decay -1", "--text-layer-decay must"),
        ("--lock-image-unlocked-groups -1", "--lock-image-unlocked-groups must"),
        ("--epochs 0", "--epochs must be at least 1"),
        ("--workers 1025", "--workers must be at most 1024"),
        ("--template hotel", "--template \"hotel\" has no {}"),
    ])
    func `options that contradict each other or themselves are a usage error`(_ words: String, _ part: String) {
        expectError(.wrongUsage, part) { _ = try Self.resolved(words) }
    }

    @Test(arguments: [
        ("--loss nonsense", "mumic"), ("--bias some", "a number"), ("--temperature warm", "auto"),
        ("--lora-rank 2 --lora-targets q_proj everything", "out_proj"), ("--robust maybe", "bootstrap"),
        ("--sampling often", "balanced"), ("--unknown positive", "ignore"), ("--positive-weight heavy", "sqrt"),
        ("--unlisted nothing", "absent"), ("--precision float64", "bfloat16"),
    ]) func `the parser lists what an option may be`(_ words: String, _ part: String) throws {
        let error = try #require(throws: (any Error).self) { try Self.resolved(words) }
        let message = TrainingConfiguration.message(for: error)
        #expect(message.contains(words.split(separator: " ").last ?? "") && message.contains(part), "\(message)")
    }

    @Test func `what is missing is said`() {
        expectError(.wrongUsage, "--output is missing") { _ = try TrainingConfiguration.resolved("--data d --model m") }
        expectError(.wrongUsage, "--data is missing") {
            _ = try TrainingConfiguration.resolved("--output o --model m")
        }
        expectError(.wrongUsage, "--model is missing") { _ = try TrainingConfiguration.resolved("--output o --data d") }
    }

    @Test func `a head of its own takes the options of every loss`() throws {
        for loss in TrainingLoss.allCases {
            let options = try Self.resolved("--head linear --loss \(loss.rawValue)")
            #expect(options.usesLinearHead && options.notes.isEmpty)
        }
        #expect(
            try Self.resolved("--head linear --temperature 0.2 --freeze text").notes == [
                "a linear head has no temperature to set; --temperature is not used",
                "a linear head reads no texts; --template and --freeze text are not used",
            ])
        #expect(
            try Self.resolved("--loss bce --fixed-temperature").notes
                == ["--loss bce has no temperature to set; --temperature is not used"])
    }
}
