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

/// Keeps an index of pictures up to date, and copies it for other programs.
struct IndexCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "index",
        abstract: "Keep an index of pictures in one file, to search in.",
        usage: """
            mumic index --model <model> --output <file.sqlite> [--remove-missing] <input> ...
            mumic index --output <file.sqlite> --embeddings <out.npy>
            mumic index --output <file.sqlite> --remove <name> ...
            mumic index --export (<out.npy> | <out.sql>) <file.sqlite>
            """,
        discussion: """
            FILE.sqlite holds each picture's features, content hash, size and time. Run it again after pictures were \
            added or changed: only those are embedded. The file can be searched meanwhile, and whatever ends the \
            work, it holds what was done so far. A picture that cannot be read is in it with the reason; the exit \
            status is then 65. Prints how many pictures were added, updated, unchanged, removed.

              mumic index --model run/model --output photos.sqlite photos/
              mumic search --model run/model --index photos.sqlite --text "a pool at night"
              mumic index --output photos.sqlite --remove photos/a.jpg
              mumic index --export photos.sql photos.sqlite
            """)

    /// Pictures that cannot be read which are named when all is done; the index knows all of them.
    private static let failuresShown = 10

    @Option(help: .init("The index: made, or brought up to date; ends in .sqlite.", valueName: "file.sqlite"))
    var output: String?

    @Option(
        help: .init(
            "For pictures: a directory in Hugging Face's layout, or a Hub name org/name[@revision].",
            valueName: "model"))
    var model: String?

    @OptionGroup var compute: ComputeOptions
    @Flag(help: "Also take out pictures whose files are gone.") var removeMissing = false

    @Option(parsing: .upToNextOption, help: .init("Take out the pictures of these names.", valueName: "name"))
    var remove: [String] = []

    @Option(help: .init("Take in what mumic embed wrote, without a model.", valueName: "out.npy"))
    var embeddings: String?

    @Option(
        help: .init("Copy the index: .npy as mumic embed writes it, .sql or .copy for pgvector.", valueName: "file"))
    var export: String?

    @Option(help: .init("The folder that names in a dataset file are relative to.", valueName: "folder"))
    var images: String?

    @Argument(
        help: .init("Pictures, directories, dataset files, - for stdin; the index with --export.", valueName: "input"))
    var inputs: [String] = []

    mutating func validate() throws {
        if let export {
            guard output == nil, model == nil, embeddings == nil, remove.isEmpty, !removeMissing else {
                throw ValidationError("--export goes with nothing but the index that is copied")
            }
            if ![".npy", ".sql", ".copy"].contains(where: export.hasSuffix) {
                throw ValidationError("--export must end in .npy, .sql or .copy")
            }
            if inputs.count != 1 { throw ValidationError("name the one index that --export copies") }
            return
        }
        guard let output else { throw ValidationError("name the index with --output FILE.sqlite") }
        if !output.hasSuffix(".sqlite") { throw ValidationError("--output must end in .sqlite") }
        if let embeddings, !embeddings.hasSuffix(".npy") { throw ValidationError("--embeddings must end in .npy") }
        let given = [!inputs.isEmpty, embeddings != nil, !remove.isEmpty].count { $0 }
        if given > 1 { throw ValidationError("give one of pictures, --embeddings and --remove") }
        if given == 0, !removeMissing {
            throw ValidationError("name pictures, or give --embeddings, --remove or --remove-missing")
        }
        if inputs.isEmpty != (model == nil) {
            throw ValidationError(
                model == nil ? "pictures need a --model" : "--model is for pictures, and none is named")
        }
    }

    func run() throws {
        if let export { return try write(export) }
        guard let output else { return }
        if let model { return try update(output, model) }
        if let embeddings {
            let rows = try EmbeddingIndex(path: embeddings)
            let database = try PictureDatabase(path: output, holding: rows)
            try change(database) { try database.add(rows, monitor: .console) }
            return
        }
        let database = try PictureDatabase(changing: output)
        try change(database) {
            var changes = IndexChanges()
            changes.removed = try database.remove(names: remove)
            let missing = remove.count - changes.removed
            if missing > 0 {
                StandardError.line("note: \(missing) of \(remove.count) names are not in \(printable(output))")
            }
            return changes
        }
    }

    private func update(_ output: String, _ model: String) throws {
        let options = try compute.streamOptions()
        let checkpoint = try modelCheckpoint(modelDirectory(model))
        let database = try PictureDatabase(
            path: output, model: checkpoint.fingerprint(), dimension: checkpoint.featureWidth)
        let pictures = PictureInputs(inputs, imagesDirectory: images)
        var failures: [String] = []
        let changes = try change(database) {
            let embedder = try Embedder(checkpoint, options: options, dtype: compute.precision.dtype)
            return try database.update(
                with: pictures, embedder: embedder, monitor: .console, finish: pictures.finishAndTell
            ) { name, reason in
                if failures.count < Self.failuresShown { failures.append("\(name): \(reason)") }
            }
        }
        try changes.check(inputs, failures: failures)
    }

    /// Changes an index, prints what was changed, and puts everything into the one file.
    @discardableResult
    private func change(_ database: PictureDatabase, _ work: () throws -> IndexChanges) throws -> IndexChanges {
        defer { try? database.close() }
        var changes = try work()
        if removeMissing { changes.removed += try database.removeMissing(monitor: .console) }
        changes.pictures = try database.count()
        try StandardOutput.shared.write(try jsonLine(changes))
        return changes
    }

    private func write(_ path: String) throws {
        let database = try PictureDatabase(reading: inputs[0])
        defer { try? database.close() }
        if path.hasSuffix(".npy") { return try database.exportEmbeddings(to: path, monitor: .console) }
        try database.exportForPostgreSQL(to: path, monitor: .console)
    }
}
