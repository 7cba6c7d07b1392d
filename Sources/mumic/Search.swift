// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CLIP
import Datasets
import FileIO
import Foundation
import Imaging
import MultiLabel
import Terminal
import Tokenization
import Torch

/// Finds the embedded pictures that are nearest to pictures or words.
struct Search: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find the embedded pictures that are nearest to a picture or to words.",
        usage: "mumic search --model <model> --embeddings <out.npy> [<options>] (<input> ... | --text <words> ...)",
        discussion: """
            OUT.npy and the OUT.jsonl beside it are what mumic embed wrote with the same model. Prints a line a query \
            with the rows of the highest cosine, best first. Works for embedded texts too.

              mumic embed --model run/model --output photos.npy photos/
              mumic search --model run/model --embeddings photos.npy --text "a pool at night"
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

    @Option(help: ArgumentHelp("What mumic embed wrote.", valueName: "out.npy"))
    var embeddings: String

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Words to search with, as they are; may be repeated.", valueName: "words"))
    var text: [String] = []

    @Option(parsing: .unconditional, help: ArgumentHelp("How many rows to print for a query.", valueName: "k"))
    var topK = 10

    @Flag(help: "Leave a query out of its own results: rows of its name or file.")
    var excludeSelf = false

    @Option(help: ArgumentHelp("jsonl or table.", valueName: "format"))
    var format = Format.jsonl

    @Option(help: ArgumentHelp("The folder that names in a dataset file are relative to.", valueName: "folder"))
    var images: String?

    @Argument(help: ArgumentHelp("Pictures, directories, dataset files, or - for paths on stdin.", valueName: "input"))
    var inputs: [String] = []

    mutating func validate() throws {
        if !embeddings.hasSuffix(".npy") { throw ValidationError("--embeddings must end in .npy") }
        if topK < 1 { throw ValidationError("--top-k must be at least 1") }
        if text.isEmpty && inputs.isEmpty { throw ValidationError("name pictures, or give words with --text") }
        if !text.isEmpty && !inputs.isEmpty { throw ValidationError("give either pictures or --text, not both") }
    }

    func run() throws {
        let options = try model.streamOptions()
        let checkpoint = try CLIPCheckpoint(directory: try model.directory(), resolvingBase: modelDirectory)
        let index = try EmbeddingIndex(path: embeddings, columns: checkpoint.config.projectionDim)
        let (clip, _) = try checkpoint.load(on: options.device, dtype: model.precision.dtype)
        let search = SearchQueue(index: index, topK: topK, excludesSelf: excludeSelf, format: format)
        if text.isEmpty {
            try searchPictures(search, clip, checkpoint.preprocessor, options)
        } else {
            let length = checkpoint.config.text.maxPositionEmbeddings
            for words in text {
                let prompt = checkpoint.tokenizer.encode(words, contextLength: length)
                let feature = try withoutGradient { try clip.textFeatures([prompt]).floats() }
                guard feature.allSatisfy(\.isFinite) else { throw MultiLabelError.notFinite(input: printable(words)) }
                try search.add(.init(name: words, path: nil), .success(feature))
            }
            try search.finish()
        }
    }

    private func searchPictures(
        _ search: SearchQueue, _ clip: CLIPModel, _ preprocessor: ImagePreprocessor, _ options: PictureStreamOptions
    ) throws {
        let pictures = PictureInputs(inputs, imagesDirectory: images)
        let progress = WorkMonitor.besideResults.begin("searching", total: nil)
        let tally = try forEachPicture(
            pictures, preprocessor: preprocessor, options: options, progress: progress, monitor: .besideResults,
            compute: { try clip.imageFeatures($0) },
            receive: { picture, result in
                try search.add(.init(name: picture.name, path: picture.path), result)
            })
        try search.finish()
        progress.finish()
        try pictures.finish()
        try tally.check(pictures)
    }
}
