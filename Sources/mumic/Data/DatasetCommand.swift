// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datasets
import Duplicates
import FileIO
import Terminal

/// Looks after data files.
struct DatasetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dataset",
        abstract: "Check data files and their pictures, or part one for training and testing.",
        subcommands: [Check.self, Split.self])
}

extension DatasetCommand {
    /// Lists what is wrong with data files.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the problems of data files, and pictures that are there twice.",
            discussion: """
                Reads the files and every picture. Errors in lines, pictures that cannot be read, pictures that are \
                there again in the same file (equal pixels, or nearly: resized, compressed again, brightened, cropped \
                a little) and labels without positives are listed on stderr, numbers printed.

                Errors, and pictures that two files share, end in status 65: scores on pictures that were trained on \
                are too good. mumic dataset split parts pictures without that.

                  mumic dataset check train.csv val.csv test.csv
                """)

        @Argument(help: ArgumentHelp("Annotations: CSV, JSON lines, COCO or Create ML.", valueName: "data"))
        var data: [String]

        @OptionGroup var annotations: DatasetFileOptions

        func run() throws {
            let check = try DatasetCheck(data, options: annotations.options(), monitor: .console)
            for finding in check.findings { StandardError.line(finding) }
            try StandardOutput.shared.write(check.summary)
            try check.requireSound()
        }
    }

    /// Parts a data file.
    struct Split: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Part a data file so that no picture is, or nearly is, in two parts.",
            discussion: """
                Reads DATA and every picture, puts pictures together that are the same or nearly the same, and deals \
                them out so that each part has its share of the pictures and of every label (iterative \
                stratification, Sechidis et al. 2011). A label on as many pictures as there are parts is in each \
                part, as far as the shares allow.

                The folder gets train.csv, val.csv and, with three shares, test.csv: wide CSV, whose picture paths \
                lead from there to where the pictures are.

                  mumic dataset split all.csv --output parts --parts 0.8,0.1,0.1
                """)

        @Argument(help: ArgumentHelp("Annotations: CSV, JSON lines, COCO or Create ML.", valueName: "data"))
        var data: String

        @Option(help: ArgumentHelp("The new folder for the parts.", valueName: "folder"))
        var output: String

        @Option(
            parsing: .unconditional,
            help: ArgumentHelp(
                "The shares of train and val, or of train, val and test; they add up to 1.", valueName: "shares"))
        var parts = "0.8,0.1,0.1"

        @Option(parsing: .unconditional, help: ArgumentHelp("Another seed parts otherwise.", valueName: "n"))
        var seed: UInt64 = 0

        @OptionGroup var annotations: DatasetFileOptions

        /// The numbers of `--parts`.
        private var shares: [Double] {
            parts.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
        }

        func validate() throws {
            let sum = shares.reduce(0, +)
            guard (2...3).contains(shares.count), shares.allSatisfy({ $0 > 0 }), abs(sum - 1) < 1e-6 else {
                throw ValidationError(
                    "--parts must be two or three numbers above 0 that add up to 1, such as 0.8,0.1,0.1")
            }
        }

        func run() throws {
            try DatasetSplit.requireNew(output)
            let split = try DatasetSplit.read(
                data, options: annotations.options(), shares: shares, seed: seed, monitor: .console)
            try split.write(to: output)
            try StandardOutput.shared.write(split.summary)
            StandardError.line("the parts are in \(printable(output))")
        }
    }
}

/// How data files are read.
struct DatasetFileOptions: ParsableArguments {
    @OptionGroup var annotations: AnnotationFileOptions

    @Option(help: ArgumentHelp("The labels that there may be, one a line (default: the data's).", valueName: "file"))
    var labels: String?

    /// The options; a label that is not among those of the file is an error.
    func options() throws -> AnnotationOptions {
        AnnotationOptions(
            imagesDirectory: annotations.images, unlisted: annotations.lists.unlisted,
            labels: try labels.map { path in try LabelFile(path: path).labels.map(\.name) },
            separator: annotations.lists.separator)
    }
}
