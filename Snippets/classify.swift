// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation
import MultiLabel

guard CommandLine.arguments.count > 2 else {
    print("usage: classify MODEL PICTURE [LABEL…]")
    exit(64)
}
let names = CommandLine.arguments.dropFirst(3)
// Without labels on the command line, those that the model was trained on. Their features are computed here, once.
let predictor = try Predictor(
    ModelBundle(directory: CommandLine.arguments[1]), labels: names.isEmpty ? nil : names.map { Label(name: $0) })

// From a file or from bytes: predictions come in the pictures' order, best label first.
let bytes = try readFile(path: CommandLine.arguments[2], maximumBytes: 1 << 28)
try predictor.predict([Picture(name: "picture", bytes: bytes)]) { prediction in
    for label in prediction.predictions ?? [] { print(label.label, "probability", label.score) }
    if let error = prediction.error { print(error) }
}
