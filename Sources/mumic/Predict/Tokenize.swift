// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FileIO
import Foundation
import Models
import Tokenization

/// Turns lines into token ids.
struct Tokenize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the token ids of the lines on stdin, one JSON array a line.",
        discussion: """
            As transformers' tokenizer of the model: with the tokens that it puts around a text (CLIP's \
            <|startoftext|> and <|endoftext|>), cut to the context length with the end last, and not padded, but \
            for SigLIP, whose texts are padded to the context length.

              echo "a photo of a pool" | mumic tokenize --model MODEL
            """)

    @Option(help: .init("A model directory or a Hub name.", valueName: "model")) var model: String

    func run() throws {
        let (tokenizer, contextLength) = try ModelCheckpoint.tokenizer(
            directory: try modelDirectory(model), resolvingBase: modelDirectory)
        let lines = try LineReader(textsFrom: STDIN_FILENO)
        while let line = try lines.nextText() {
            try Interruption.check()
            let ids = tokenizer.encode(line, contextLength: contextLength)
            try StandardOutput.shared.write("[" + ids.map(String.init).joined(separator: ", ") + "]\n")
        }
    }
}
