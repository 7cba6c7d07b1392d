// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FileIO
import Foundation
import Terminal

/// The program.
struct Mumic: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mumic",
        abstract: "Multi-label image classification with label texts: train, evaluate, predict and embed with CLIP.",
        discussion: """
            A picture's score for a label is the tempered sigmoid of the cosine between the picture's and the label \
            text's CLIP features (MuMIC, arXiv 2211.05232). Labels are text, so that new ones work without training.

            A first run, from a CSV with the columns image,labels (labels parted by |):

              mumic train --data train.csv --validation val.csv --output run \\
                --model openai/clip-vit-base-patch32
              mumic evaluate --model run/model --data test.csv
              mumic predict --model run/model --top-k 5 photo.jpg

            MODEL is a directory in Hugging Face's layout (CLIP, SigLIP) or a Hub name, org/name[@revision].
            Results go to stdout, everything else to stderr.
            Exit status: 0 done, 64 wrong usage, 65 bad data, 66 missing input, 70 internal error,
            130 interrupted, 143 terminated.
            """,
        version: "0.1.0",
        subcommands: [
            Train.self, Pretrain.self, Evaluate.self, Predict.self, Thresholds.self, Calibrate.self, Embed.self,
            SearchCommand.self, IndexCommand.self, DatasetCommand.self, Metrics.self, Tokenize.self, Export.self,
            Interpolate.self, AuditCommand.self, Serve.self, Info.self, ModelsCommand.self,
        ])
}

@main
enum Program {
    /// The arguments after the subcommand's name.
    static var arguments: [String] { Array(CommandLine.arguments.dropFirst(2)) }

    static func main() {
        var arguments = Array(CommandLine.arguments.dropFirst())
        let isServer = arguments.first == Serve._commandName
        Interruption.install(forServer: isServer)
        do {
            if arguments.isEmpty {
                try StandardOutput.shared.write(Mumic.helpMessage() + "\n")
            } else {
                if isServer { arguments = try ServeEnvironment.arguments(arguments) }
                var command = try parse(arguments)
                try command.run()
            }
            try StandardOutput.shared.flush()
            // Without the destructors of libraries: decoding threads may still be inside them.
            _exit(0)
        } catch {
            _exit(report(error))
        }
    }

    static func parse(_ arguments: [String]) throws -> any ParsableCommand {
        do {
            return try Mumic.parseAsRoot(arguments)
        } catch {
            if Mumic.exitCode(for: error).isSuccess { throw error }
            let lines = Mumic.message(for: error).split(separator: "\n").map(String.init)
            // Long lists of what an option may be stand on lines of their own.
            let choices = lines.dropFirst().prefix { $0.hasPrefix("  - ") }.map { String($0.dropFirst(4)) }
            let words = ([lines.first ?? "wrong usage"] + [choices.joined(separator: ", ")]).filter { !$0.isEmpty }
                .joined(separator: " ")
            let command = arguments.first { argument in
                Mumic.configuration.subcommands.contains { $0._commandName == argument }
            }
            let help = (["mumic", command].compactMap { $0 } + ["--help"]).joined(separator: " ")
            throw InputError.usage("\(words.hasSuffix(".") ? String(words.dropLast()) : words); see \(help)")
        }
    }

    /// Prints an error's one line and gives its exit status.
    private static func report(_ error: any Error) -> Int32 {
        StatusStream.standardError.clearStatus()
        if error is ClosedOutput { return 0 }
        // Requests for help and for the version are errors to the parser.
        if Mumic.exitCode(for: error).isSuccess {
            try? StandardOutput.shared.write(Mumic.fullMessage(for: error) + "\n")
            try? StandardOutput.shared.flush()
            return 0
        }
        // What has been printed so far is a result too.
        try? StandardOutput.shared.flush()
        let failure = failure(error)
        for line in failure.lines { StandardError.line(line) }
        return failure.status
    }

    /// What is printed of an error, findings first, and the exit status.
    static func failure(_ error: any Error) -> (lines: [String], status: Int32) {
        let failure = error as? any UserFacingError
        let message =
            failure?.description
            ?? "internal error: \(error.localizedDescription); please report it with the command"
        let lines = (failure?.findings ?? []) + ["error: " + message]
        return (
            lines.map { printable($0, maximumCharacters: 1000) }, (failure?.failureKind ?? .internalError).exitStatus
        )
    }
}
