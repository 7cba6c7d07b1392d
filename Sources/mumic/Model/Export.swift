// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import FileIO
public import Models
import MultiLabel
import Terminal

extension ModelCheckpoint.ExportType: ExpressibleByArgument {}

/// Writes a model in another type, in Hugging Face's layout.
struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a model in another type, for instance in half the size to ship it.",
        discussion: """
            Whatever MODEL's layout is, the result is Hugging Face's: one model.safetensors with config.json, \
            tokenizer and preprocessing, and mumic.json and head.safetensors where MODEL has them. MODEL is left as it is.

              mumic export --model run/model --precision float16 --output small
            """)

    @Option(help: .init("A model directory or a Hub name.", valueName: "model")) var model: String
    @Option(name: [.long, .customLong("dtype")], help: .init("float32, float16 or bfloat16.", valueName: "type"))
    var precision = ModelCheckpoint.ExportType.float32
    @Option(help: .init("The folder that the result becomes.", valueName: "folder")) var output: String

    func run() throws {
        let copy = try ModelCopy(of: try modelDirectory(model), to: output)
        try copy.export(as: precision, resolvingBase: modelDirectory, monitor: .console)
        StandardError.line("the model is in \(output)")
    }
}
