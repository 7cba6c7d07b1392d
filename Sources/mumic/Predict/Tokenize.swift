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
            As transformers' fast tokenizer: <|startoftext|> and <|endoftext|> included, no padding, cut to the \
            context length with <|endoftext|> last.

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
