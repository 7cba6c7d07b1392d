// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import CLIP
import FileIO
import Foundation
import Terminal
import Torch
import TorchNN

extension CLIPCheckpoint.ExportType: ExpressibleByArgument {}

/// Writes a model in another type, in Hugging Face's layout.
struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a model in another type, for instance in half the size to ship it.",
        discussion: """
            Whatever MODEL's layout is, the result is Hugging Face's: one model.safetensors with config.json, \
            tokenizer and preprocessing, and mumic.json and head.safetensors where MODEL has them. MODEL is left as it is.

              mumic export --model run/model --dtype float16 --output small
            """)

    @Option(help: ArgumentHelp("A model directory or a Hub name.", valueName: "model"))
    var model: String
    @Option(help: ArgumentHelp("float32, float16 or bfloat16.", valueName: "type"))
    var dtype = CLIPCheckpoint.ExportType.float32
    @Option(help: ArgumentHelp("The folder that the result becomes.", valueName: "folder"))
    var output: String

    func run() throws {
        let directory = try modelDirectory(model)
        let copy = try ModelCopy(of: directory, to: output)
        let checkpoint = try CLIPCheckpoint(directory: directory, resolvingBase: modelDirectory)
        let (_, store) = try checkpoint.load()
        if dtype == .float16 {
            for parameter in store.parameters where try parameter.tensor.to(dtype: .float16).isFinite() == false {
                throw BadDataError(
                    message:
                        "\(printable(directory)): parameter '\(parameter.name)' has values that float16 cannot hold; use --dtype bfloat16"
                )
            }
        }
        try copy.place { aside in
            try checkpoint.export(to: aside, parameters: store.parameters, as: dtype)
            for name in ["mumic.json", "head.safetensors"] {
                let path = directory + "/" + name
                guard FileManager.default.fileExists(atPath: path) else { continue }
                try AtomicFile.write(
                    try readFile(path: path, maximumBytes: 4 << 30), to: aside + "/" + name, durable: true)
            }
        }
        StandardError.line("the model is in \(output)")
    }
}
