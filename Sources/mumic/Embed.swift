// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CLIP
import Datasets
import FileIO
import Foundation
import JSON
import MultiLabel
import Terminal
import Tokenization
import Torch

/// Writes features of pictures or texts.
struct Embed: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the unit-norm features of pictures or texts as a NumPy file.",
        usage: "mumic embed --model <model> --output <out.npy> [<options>] (<input> ... | --text <file>)",
        discussion: """
            OUT.npy holds float32 [N, D] in input order; OUT.jsonl says which row is what. A picture that cannot be \
            read gives a row of NaN at its place and an error in OUT.jsonl; the exit status is then 65.

              mumic embed --model run/model --output photos.npy photos/
              mumic embed --model run/model --output labels.npy --text labels.txt
            """)

    @OptionGroup var model: ModelOptions

    @Option(help: ArgumentHelp("The file to write; its name ends in .npy.", valueName: "out.npy"))
    var output: String

    @Option(
        help: ArgumentHelp(
            "Embed the lines of this file, as they are, instead of pictures; - for stdin.", valueName: "file"))
    var text: String?

    @Option(help: ArgumentHelp("The folder that names in a dataset file are relative to.", valueName: "folder"))
    var images: String?

    @Argument(help: ArgumentHelp("Pictures, directories, dataset files, or - for paths on stdin.", valueName: "input"))
    var inputs: [String] = []

    mutating func validate() throws {
        if !output.hasSuffix(".npy") || output == ".npy" { throw ValidationError("--output must end in .npy") }
        if text == nil && inputs.isEmpty { throw ValidationError("name pictures, or texts with --text FILE") }
        if text != nil && !inputs.isEmpty { throw ValidationError("give either pictures or --text, not both") }
    }

    private struct Row: Encodable {
        let row: Int
        var image: String?
        var text: String?
        var error: String?
    }

    func run() throws {
        let options = try model.streamOptions()
        let checkpoint = try CLIPCheckpoint(directory: try model.directory(), resolvingBase: modelDirectory)
        let lines = try text.map { $0 == "-" ? STDIN_FILENO : try openText($0) }
        let (clip, _) = try checkpoint.load(on: options.device, dtype: model.precision.dtype)
        let matrix = try NPYWriter(path: output, columns: checkpoint.config.projectionDim)
        let index = try AtomicFileWriter(path: String(output.dropLast(4)) + ".jsonl")
        let failures =
            try lines.map { try embedLines(of: $0, clip, checkpoint, matrix, index) }
            ?? embedPictures(clip, checkpoint, options, matrix, index)
        let rows = matrix.rows
        try matrix.commit(durable: false)
        try index.commit(durable: false)
        if rows == 0, text == nil {
            throw BadDataError(
                message: "there are no pictures in \(inputs.joined(separator: " ")); name JPEG, PNG or WebP files")
        }
        if failures > 0 {
            throw BadDataError(
                message:
                    "\(failures) of \(rows) pictures could not be read; \(output.dropLast(4)).jsonl says which and why")
        }
    }

    private func embedPictures(
        _ clip: CLIPModel, _ checkpoint: CLIPCheckpoint, _ options: PictureStreamOptions, _ matrix: NPYWriter,
        _ index: AtomicFileWriter
    ) throws -> Int {
        let missing = [Float](repeating: .nan, count: checkpoint.config.projectionDim)
        let pictures = PictureInputs(inputs, imagesDirectory: images)
        let bar = ProgressBar(title: "embedding", total: nil)
        let tally = try forEachPicture(
            pictures, preprocessor: checkpoint.preprocessor, options: options, progress: bar, monitor: .console,
            compute: { try clip.imageFeatures($0) },
            receive: { picture, result in
                switch result {
                case .success(let feature):
                    try index.append(try jsonLine(Row(row: matrix.rows, image: picture.name)))
                    try matrix.append(row: feature)
                case .failure(let error):
                    try index.append(try jsonLine(Row(row: matrix.rows, image: picture.name, error: "\(error)")))
                    try matrix.append(row: missing)
                }
            })
        try pictures.finish()
        bar.finish()
        return tally.failures
    }

    private func embedLines(
        of descriptor: Int32, _ clip: CLIPModel, _ checkpoint: CLIPCheckpoint, _ matrix: NPYWriter,
        _ index: AtomicFileWriter
    ) throws -> Int {
        var lines = LineIterator(descriptor: descriptor)
        let bar = ProgressBar(title: "embedding", total: nil, unit: "texts")
        let width = checkpoint.config.projectionDim
        while true {
            var texts: [String] = []
            while texts.count < 8192, let line = lines.next() { texts.append(line) }
            try lines.checkWhole()
            if texts.isEmpty { break }
            try Interruption.check()
            let prompts = texts.map {
                checkpoint.tokenizer.encode($0, contextLength: checkpoint.config.text.maxPositionEmbeddings)
            }
            let features = try withoutGradient { try clip.textFeatures(prompts).floats() }
            for (number, text) in texts.enumerated() {
                guard features[number * width].isFinite else { throw MultiLabelError.notFinite(input: printable(text)) }
                try index.append(try jsonLine(Row(row: matrix.rows, text: text)))
                try matrix.append(row: Array(features[number * width..<(number + 1) * width]))
            }
            bar.advance(by: texts.count)
        }
        bar.finish()
        return 0
    }

    /// A descriptor for reading a text file.
    private func openText(_ path: String) throws -> Int32 {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw MissingInputError(
                message: "there is no file \(printable(path)); give --text a file with a text a line")
        }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw BadDataError(message: "\(printable(path)) is a directory; give --text a file with a text a line")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw BadDataError(
                message: "cannot read \(printable(path)): \(String(cString: strerror(errno))); check its permissions")
        }
        return descriptor
    }
}
