// SPDX-License-Identifier: Apache-2.0

import Foundation
import Imaging
import Models
import Torch

guard CommandLine.arguments.count > 3 else {
    print("usage: embed MODEL PICTURE TEXT…")
    exit(64)
}
let texts = Array(CommandLine.arguments.dropFirst(3))
let checkpoint = try ModelCheckpoint(directory: CommandLine.arguments[1])
let (model, _) = try checkpoint.load()

let picture = try checkpoint.preprocessor(RGBImage(contentsOf: CommandLine.arguments[2]))
let pixels = try Tensor(picture.values, shape: [1, picture.channels, picture.height, picture.width])
let prompts = texts.map(checkpoint.tokens)
let cosines = try withoutGradient {
    let image = try model.imageFeatures(pixels)  // [1, D], unit norm
    let text = try model.textFeatures(prompts)  // [P, D], unit norm
    return try image.matmul(text.transposed(0, 1)).floats()
}
for (text, cosine) in zip(texts, cosines) { print(cosine, text) }
