// SPDX-License-Identifier: Apache-2.0

import FileIO
import Testing

@testable import TrainingOptions

@Suite struct PretrainingConfigurationTests {
    @Test func `the file of a run is what it always was`() throws {
        let options = try PretrainingConfiguration.resolved("--data d.csv --output run --model model --workers 2")
        let text = """
            data: "d.csv"
            model: "model"
            output: "run"
            epochs: 30
            batch-size: 256
            accumulate: 1
            learning-rate: 0.0005
            weight-decay: 0.2
            beta1: 0.9
            beta2: 0.98
            epsilon: 1e-06
            warmup-steps: 100
            schedule: "cosine"
            loss: "clip"
            patch-dropout: 0
            augment: "light"
            shuffle: true
            precision: "float32"
            gradient-clip: 1
            seed: 0
            device: "cpu"
            workers: 2

            """
        #expect(try options.yaml() == text)
        #expect(try PretrainingConfiguration(yaml: text, path: "config.yml").yaml() == text)
        for option in options.savedOptions where !option.isOptional { #expect(text.contains(option.name + ": ")) }
    }

    @Test(arguments: [
        ("--output x", "--data is missing"), ("--data d --model m", "--output is missing"),
        ("--data d --output x", "give --model"),
        ("--data d --output x --model m --architecture a", "leave out"),
        ("--data d --output x --model m --tokenizer t", "leave out"),
        ("--data d --output x --model m --patch-dropout 1", "--patch-dropout must be"),
        ("--data d --output x --model m --beta2 1", "--beta2 must be"),
        ("--data d --output x --model m --epsilon 0", "--epsilon must be"),
        ("--data d --output x --model m --temperature 2", "--temperature must lie"),
        ("--data d --output x --model m --warmup-steps -1", "--warmup-steps must be"),
        ("--resume --output none", "none has no config.yml yet"),
    ]) func `what cannot begin says why`(_ words: String, _ part: String) {
        expectError(.wrongUsage, part) { _ = try PretrainingConfiguration.resolved(words) }
    }
}
