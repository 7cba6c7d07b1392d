// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FileIO
import Testing

@testable import TrainingOptions

@Suite struct RecipeOptionTests {
    private func parsed(_ words: String) throws -> TrainingConfiguration {
        let arguments = "--data d --model m --output o \(words)".split(separator: " ").map(String.init)
        return try TrainingConfiguration.parse(arguments).completed(arguments: arguments)
    }

    @Test func `options that say how to train mean plain training`() throws {
        for words in ["", "--seed 3", "--device cpu --workers 2", "--minutes 5 --effort fast", "--hold-out a"] {
            #expect(try parsed(words).recipe == .auto, "\(words)")
        }
        // Even where they say what is usual.
        for words in ["--epochs 10", "--augment=light", "--no-shuffle", "--loss mumic", "--recipe plain"] {
            #expect(try parsed(words).recipe == .plain, "\(words)")
        }
        #expect(TrainingConfiguration(data: "d", model: "m", output: "o").isAutomatic)
        var options = TrainingConfiguration(data: "d", model: "m", output: "o")
        options.epochs = 3
        #expect(!options.isAutomatic)
    }

    @Test func `what does not go together is refused`() {
        for (words, message) in [
            ("--recipe auto --epochs 3", "--recipe auto decides itself what --epochs says; leave one of them out"),
            ("--minutes 3 --epochs 3", "--minutes belongs to the automatic recipe"),
            ("--minutes 0", "--minutes must be above 0 and at most 100000"),
            ("--explain --loss asl", "--explain belongs to the automatic recipe"),
        ] {
            let error = #expect(throws: InputError.self) { try parsed(words) }
            #expect(error.map { "\($0)".hasPrefix(message) } == true, "\(words): \(String(describing: error))")
        }
    }

    @Test func `a saved automatic run says nothing of plain training`() throws {
        var options = TrainingConfiguration(data: "d", model: "m", output: "o", workers: 2)
        options.recipe = .auto
        options.minutes = 5
        let text = try options.yaml()
        #expect(!text.contains("learning-rate") && text.contains("recipe: \"auto\""))
        let read = try TrainingConfiguration(yaml: text, path: "config.yml")
        #expect(read.isAutomatic && read.minutes == 5)
        #expect(try options.firstChange(from: read) == nil)
    }
}
