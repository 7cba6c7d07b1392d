// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datasets
import FileIO
import Foundation
import JSON
import Models
import MultiLabel
import PictureIndex
import Search
import Terminal
import TrainingOptions

/// Finds the embedded pictures that are nearest to pictures or words.
struct SearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find the embedded pictures that are nearest to a picture or to words.",
        usage: "mumic search --model <model> --embeddings <file> [<options>] (<input> ... | --text <words> ...)",
        discussion: """
            FILE is what mumic index wrote with the same model, FILE.sqlite, or mumic embed: OUT.npy, with OUT.jsonl \
            and OUT.json beside it. Prints a line a query with the rows of the highest cosine, best first. Works for \
            embedded texts too.

              mumic embed --model run/model --output photos.npy photos/
              mumic search --model run/model --embeddings photos.npy --text "a pool at night"
              mumic search --model run/model --index photos.sqlite --text "a pool at night"
              mumic search --model run/model --embeddings photos.npy --exclude-self photos/a.jpg
            """)

    /// What results are printed as.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        /// An object a query.
        case jsonl
        /// For people.
        case table
    }

    @OptionGroup var model: ModelOptions
    @Option(
        name: [.customLong("embeddings"), .customLong("index")],
        help: .init("What mumic embed or mumic index wrote.", valueName: "file"))
    var embeddings: String

    @Option(
        parsing: .upToNextOption,
        help: .init("Words to search with, as they are; may be repeated.", valueName: "words"))
    var text: [String] = []

    @Option(number: "How many rows to print for a query.", "k") var topK = 10
    @Flag(help: "Leave a query out of its own results: rows of its name or file.") var excludeSelf = false
    @Option(help: .init("jsonl or table.", valueName: "format")) var format = Format.jsonl

    @Option(help: .init("The folder that names in a dataset file are relative to.", valueName: "folder"))
    var images: String?

    @Argument(help: .init("Pictures, directories, dataset files, or - for paths on stdin.", valueName: "input"))
    var inputs: [String] = []

    mutating func validate() throws {
        if ![".npy", ".sqlite"].contains(where: embeddings.hasSuffix) {
            throw ValidationError("--embeddings must end in .npy, or --index in .sqlite")
        }
        if topK < 1 { throw ValidationError("--top-k must be at least 1") }
        if text.isEmpty && inputs.isEmpty { throw ValidationError("name pictures, or give words with --text") }
        if !text.isEmpty && !inputs.isEmpty { throw ValidationError("give either pictures or --text, not both") }
    }

    func run() throws {
        let options = try model.streamOptions()
        let checkpoint = try modelCheckpoint(model.directory())
        let index = try openVectorIndex(path: embeddings, columns: checkpoint.featureWidth)
        if let warning = try index.check(checkpoint.fingerprint()) { StandardError.line("warning: " + warning) }
        let embedder = try Embedder(checkpoint, options: options, dtype: model.precision.dtype)
        let queue = SearchQueue(index, topK: topK, excludesSelf: excludeSelf, monitor: .console) { answers in
            for answer in answers { try StandardOutput.shared.write(try printed(answer)) }
            try StandardOutput.shared.flush()
        }
        if !text.isEmpty { return try embedder.search(text, through: queue) }
        let pictures = PictureInputs(inputs, imagesDirectory: images)
        let tally = try embedder.search(pictures, through: queue, monitor: .besideResults)
        try pictures.finishAndTell()
        try tally.check(pictures)
    }

    private func printed(_ answer: SearchAnswer) throws -> String {
        if format == .jsonl { return try jsonLine(answer) }
        var text = printable(answer.query, maximumCharacters: 4096) + "\n"
        if let error = answer.error { text += "  error: \(error)\n" }
        for result in answer.results ?? [] {
            let name = printable(result.image ?? result.text ?? "", maximumCharacters: 4096)
            text += "  " + String(format: "%7.4f", result.score) + "  \(name)\n"
        }
        return text
    }
}
