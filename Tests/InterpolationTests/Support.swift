// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation
import Models
import MultiLabel
import TestSupport
import Torch
import TorchNN

/// The small CLIP and the pictures that the training tests have as fixtures.
enum Curve {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("TrainingTests/Fixtures/curve").path
    static let model = folder + "/model"
    static let labels = ["red sun", "sun", "pool", "double bed", "balcony", "sea view"]
    static let streams = PictureStreamOptions(batchSize: 5, workers: 2, device: .cpu)

    /// All pictures with the first `count` labels; each label has positives and negatives.
    static func table(labels count: Int = 6) -> AnnotationTable {
        let images = (0..<24).map { number in
            Picture(
                name: "p\(number)", path: "\(folder)/images/p\(number < 10 ? "0" : "")\(number).png", line: number + 2)
        }
        let targets = (0..<24).flatMap { row in
            (0..<count).map { column -> Float in (row * (column + 1) / 3).isMultiple(of: column + 1) ? 1 : 0 }
        }
        return AnnotationTable(source: "all.csv", images: images, labels: Array(labels.prefix(count)), targets: targets)
    }

    /// Writes a model that differs from the small CLIP a little in every weight, and knows the first four labels.
    static func writeFineTuned(to directory: String) throws {
        let checkpoint = try ModelCheckpoint(directory: model)
        var random = SeededRandom(seed: 7)
        let weights = try checkpoint.load().1.parameters.map { parameter in
            let values = try parameter.tensor.floats().map { $0 + Float.random(in: -0.03...0.03, using: &random) }
            return ParameterStore.Parameter(
                name: parameter.name, tensor: try Tensor(values, shape: parameter.tensor.shape))
        }
        try createDirectory(path: directory)
        try checkpoint.export(to: directory, parameters: weights)
        var description = ClassifierDescription(
            labels: labels.prefix(4).map { Label(name: $0) }, templates: [.standard], temperature: 0.01, bias: -1)
        description.thresholds = ["sun": 0.25]
        try description.write(to: directory)
    }
}
