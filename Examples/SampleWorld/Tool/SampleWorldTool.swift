// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FileIO
import Foundation
import SampleWorld
import Terminal

/// The program.
struct SampleWorldTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample-world",
        abstract: "Draw data sets of hotel and holiday pictures, to try mumic without any photographs.",
        discussion: """
            The same options and seed give the same files, byte for byte, on any number of cores.

              sample-world captions --output pretraining --pictures 30000 --seed 1
              sample-world labels --output rooms --pictures 1000 --validation 200 --test 300 --seed 2

            Progress goes to stderr. Exit status: 0 done, 64 wrong usage, 65 bad data, 70 internal error.
            """,
        version: "0.1.0",
        subcommands: [Captions.self, Labels.self])
}

/// Where and how much.
struct OutputOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder to write to; new or empty.", valueName: "folder"))
    var output: String

    @Option(help: ArgumentHelp("How many pictures to draw (for labels: to train on).", valueName: "n"))
    var pictures: Int

    @Option(help: ArgumentHelp("Another seed gives other pictures.", valueName: "number"))
    var seed: UInt64 = 0

    @Option(help: ArgumentHelp("Threads; all cores by default. The result does not depend on it.", valueName: "n"))
    var workers: Int?

    /// More would not fit the six digits of the files' names.
    static let most = 999_999

    func validate() throws {
        guard (1...Self.most).contains(pictures) else {
            throw ValidationError("--pictures must lie in 1...\(Self.most)")
        }
        if let workers, !(1...1024).contains(workers) { throw ValidationError("--workers must lie in 1...1024") }
        if output.isEmpty { throw ValidationError("--output must name a folder") }
    }

    /// Runs the body with a writer whose pictures advance a progress bar.
    func write(_ total: Int, _ body: (DataSetWriter) throws -> Void) throws {
        let bar = ProgressBar(title: "drawing", total: total, unit: "pictures")
        try body(DataSetWriter(directory: output, seed: seed, workers: workers) { bar.advance() })
        bar.finish()
    }
}

/// Pictures with captions, for pretraining.
struct Captions: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write pictures with captions: images/ and captions.csv (image,caption).")

    @OptionGroup var output: OutputOptions

    @Flag(help: "Show rare things almost as often as common ones, as collections for pretraining do.")
    var balanced = false

    func run() throws {
        try output.write(output.pictures) {
            try $0.writeCaptions(count: output.pictures, frequencies: balanced ? .balanced : .longTail)
        }
    }
}

/// Pictures with labels, for fine-tuning.
struct Labels: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write pictures with labels: images/, train.csv, validation.csv, test.csv, labels.txt.",
        discussion: """
            The tables have a column a label with 1, 0 or nothing. Labels that are --unseen have a column in test.csv \
            only and are listed in new-labels.txt. Mistakes are made in train.csv only; the truth is then in \
            train-clean.csv.
            """)

    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("How many pictures to validate on.", valueName: "n"))
    var validation = 200

    @Option(help: ArgumentHelp("How many pictures to test on.", valueName: "n"))
    var test = 300

    @Option(
        help: ArgumentHelp(
            "A label that only test.csv has; repeatable. Default: "
                + WorldLabel.unseenByDefault.map(\.name).joined(separator: ", ") + ".", valueName: "label"))
    var unseen: [String] = []

    @Flag(help: "Give every table all labels.")
    var allSeen = false

    @Option(help: ArgumentHelp("Share of positives replaced by a wrong label in train.csv.", valueName: "rate"))
    var flipPositives = 0.0

    @Option(help: ArgumentHelp("Share of positives left out in train.csv.", valueName: "rate"))
    var missingPositives = 0.0

    @Option(help: ArgumentHelp("Share of empty cells, unknown labels, in train.csv.", valueName: "rate"))
    var unknown = 0.0

    func validate() throws {
        guard validation >= 0, test >= 0, validation <= OutputOptions.most, test <= OutputOptions.most,
            output.pictures + validation + test <= OutputOptions.most
        else { throw ValidationError("there can be at most \(OutputOptions.most) pictures in all, and none below 0") }
        if allSeen, !unseen.isEmpty { throw ValidationError("--all-seen and --unseen exclude each other") }
        for (name, rate) in [
            ("--flip-positives", flipPositives), ("--missing-positives", missingPositives), ("--unknown", unknown),
        ] where !(0...1).contains(rate) {
            throw ValidationError("\(name) must lie in 0...1")
        }
    }

    func run() throws {
        let labels = try unseen.map { name in
            guard let label = WorldLabel(rawValue: name) else { throw SampleWorldError.unknownLabel(name: name) }
            return label
        }
        let set = LabelledSet(
            train: output.pictures, validation: validation, test: test,
            unseen: allSeen ? [] : labels.isEmpty ? WorldLabel.unseenByDefault : labels,
            noise: try AnnotationNoise(
                flippedPositives: flipPositives, missingPositives: missingPositives, unknown: unknown))
        try output.write(set.train + set.validation + set.test) { try $0.writeLabels(set) }
    }
}

@main
enum Program {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            if arguments.isEmpty {
                print(SampleWorldTool.helpMessage())
                return
            }
            var command = try SampleWorldTool.parseAsRoot(arguments)
            try command.run()
        } catch {
            exit(report(error, arguments))
        }
    }

    /// Prints an error's one line and gives its exit status.
    private static func report(_ error: any Error, _ arguments: [String]) -> Int32 {
        StatusStream.standardError.clearStatus()
        // Requests for help and for the version are errors to the parser.
        if SampleWorldTool.exitCode(for: error).isSuccess {
            print(SampleWorldTool.fullMessage(for: error))
            return 0
        }
        let (status, message): (Int32, String) =
            switch error {
            case let error as any UserFacingError: (error.failureKind.exitStatus, error.description)
            default: (64, usage(error, arguments))
            }
        FileHandle.standardError.write(Data(("error: " + printable(message, maximumCharacters: 1000) + "\n").utf8))
        return status
    }

    private static func usage(_ error: any Error, _ arguments: [String]) -> String {
        let line = SampleWorldTool.message(for: error).split(separator: "\n").first.map(String.init) ?? "wrong usage"
        let words = line.hasSuffix(".") ? String(line.dropLast()) : line
        let command = arguments.first.flatMap { name in ["captions", "labels"].first { $0 == name } }
        return "\(words); see \((["sample-world", command].compactMap { $0 } + ["--help"]).joined(separator: " "))"
    }
}
