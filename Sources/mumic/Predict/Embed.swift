// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datasets
import FileIO
import Foundation
import Models
import MultiLabel
import Search
import TrainingOptions

/// Writes features of pictures or texts.
struct Embed: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the unit-norm features of pictures or texts as a NumPy file.",
        usage: "mumic embed --model <model> --output <out.npy> [<options>] (<input> ... | --text <file>)",
        discussion: """
            OUT.npy holds float32 [N, D] in input order; OUT.jsonl says which row is what, \
            OUT.json by what model they are. A picture that cannot be \
            read gives a row of NaN at its place and an error in OUT.jsonl; the exit status is then 65.

              mumic embed --model run/model --output photos.npy photos/
              mumic embed --model run/model --output labels.npy --text labels.txt
            """)

    @OptionGroup var model: ModelOptions
    @Option(help: .init("The file to write; its name ends in .npy.", valueName: "out.npy")) var output: String

    @Option(
        help: .init("Embed the lines of this file, as they are, instead of pictures; - for stdin.", valueName: "file"))
    var text: String?

    @Option(help: .init("The folder that names in a dataset file are relative to.", valueName: "folder"))
    var images: String?

    @Argument(help: .init("Pictures, directories, dataset files, or - for paths on stdin.", valueName: "input"))
    var inputs: [String] = []

    mutating func validate() throws {
        if !output.hasSuffix(".npy") || output == ".npy" { throw ValidationError("--output must end in .npy") }
        if text == nil && inputs.isEmpty { throw ValidationError("name pictures, or texts with --text FILE") }
        if text != nil && !inputs.isEmpty { throw ValidationError("give either pictures or --text, not both") }
    }

    func run() throws {
        let options = try model.streamOptions()
        let checkpoint = try modelCheckpoint(model.directory())
        let lines = try text.map {
            $0 == "-" ? try LineReader(textsFrom: STDIN_FILENO) : try LineReader(textsFrom: openText($0), path: $0)
        }
        let embedder = try Embedder(checkpoint, options: options, dtype: model.precision.dtype)
        if let lines { return try embedder.embedTexts(to: output, monitor: .console) { try lines.nextText() } }
        let pictures = PictureInputs(inputs, imagesDirectory: images)
        let tally = try embedder.embed(pictures, to: output, monitor: .console, finish: pictures.finishAndTell)
        try tally.check(pictures, place: "\(output.dropLast(4)).jsonl")
    }

    /// A descriptor for reading a text file.
    private func openText(_ path: String) throws -> Int32 {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw InputError.missing("there is no file \(printable(path)); give --text a file with a text a line")
        }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw InputError.badData("\(printable(path)) is a directory; give --text a file with a text a line")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw InputError.badData(
                "cannot read \(printable(path)): \(String(cString: strerror(errno))); check its permissions")
        }
        return descriptor
    }
}
