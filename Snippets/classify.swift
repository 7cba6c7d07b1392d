// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation
import MultiLabel
import Torch

guard CommandLine.arguments.count > 2 else {
    print("usage: classify MODEL PICTURE [LABEL…]")
    exit(64)
}
let names = CommandLine.arguments.dropFirst(3)
let bundle = try ModelBundle(directory: CommandLine.arguments[1])
// Without labels on the command line, those that the model was trained on.
let labels = try bundle.resolve(names.isEmpty ? nil : names.map { Label(name: $0) })
let classifier = try bundle.classifier(labels: labels, templates: nil, device: .cpu, dtype: .float32)
// The labels' features are the same for every picture; a linear head has none.
let features = classifier.head == nil ? try withoutGradient { try classifier.labelFeatures() } : nil  // [L, D]

try forEachPicture(
    [Picture(name: "picture", path: CommandLine.arguments[2])],
    preprocessor: bundle.checkpoint.preprocessor,
    options: PictureStreamOptions(batchSize: 32, workers: 2, device: .cpu),
    compute: { pixels in
        try classifier.logits(pooled: classifier.model.pooledImages(pixels), labelFeatures: features)  // [B, L]
    },
    receive: { picture, result in
        for (label, logit) in zip(labels, try result.get()) {
            print(label.name, "logit", logit, "probability", 1 / (1 + exp(-logit)))
        }
    })
