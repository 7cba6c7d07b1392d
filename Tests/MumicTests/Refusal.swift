// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FileIO
import Foundation
import Pretraining
import TestSupport
import Testing
import Training
import TrainingOptions

@testable import mumic

/// Why a command line cannot work, as the program finds it, but found in the tests' own process: a process of its own
/// takes a quarter of a second to load its libraries. How the program prints it is a matter of ``FailureTests``.
struct Refusal {
    let status: Int32
    let message: String
    var findings: [String] = []

    /// Parses and runs a command line; nil where it works. An `@` before a name stands for the folder.
    static func of(_ line: String, in folder: TemporaryFolder) -> Refusal? {
        let words = line.split(separator: " ").map { String($0).replacing("@", with: folder.path + "/") }
        do {
            try run(mumic.Program.parse(words), Array(words.dropFirst()))
            return nil
        } catch {
            let (lines, status) = mumic.Program.failure(error)
            return Refusal(status: status, message: lines.last ?? "", findings: lines.dropLast())
        }
    }

    /// `train` and `pretrain` look at the process' own arguments to see what was given.
    private static func run(_ command: any ParsableCommand, _ arguments: [String]) throws {
        switch command {
        case let train as Train:
            try FineTuningRun(train.options.completed(arguments: arguments), findModel: modelDirectory).run()
        case let pretrain as Pretrain:
            try PretrainingRun(pretrain.options.completed(arguments: arguments), findModel: modelDirectory).run()
        default:
            var command = command
            try command.run()
        }
    }

    /// Expects that a command line cannot work: its status, and one line in plain words with a part that may have an
    /// `@` too.
    static func expect(
        _ line: String, _ status: Int32, _ part: String = "", in folder: TemporaryFolder,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let refusal = try #require(of(line, in: folder), "\(line) works", sourceLocation: sourceLocation)
        let (message, part) = (refusal.message, part.replacing("@", with: folder.path + "/"))
        #expect(refusal.status == status, "\(message)", sourceLocation: sourceLocation)
        #expect(part.isEmpty || message.contains(part), "\(message)", sourceLocation: sourceLocation)
        #expect(message.count > 13 && !message.contains("\n"), "\(message)", sourceLocation: sourceLocation)
        for text in [message] + refusal.findings {
            for word in Program.Outcome.innerWords {
                #expect(!text.contains(word), "\(text)", sourceLocation: sourceLocation)
            }
        }
    }
}

/// What the program prints for a command line that asks for help.
func printedHelp(_ words: [String]) throws -> String {
    let error = try #require(throws: (any Error).self) {
        var command = try Mumic.parseAsRoot(words)
        try command.run()
    }
    #expect(Mumic.exitCode(for: error).isSuccess)
    return Mumic.fullMessage(for: error, columns: 80) + "\n"
}
