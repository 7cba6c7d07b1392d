// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Imaging
import Models
import Torch
import TorchNN

@testable import MultiLabel

/// The small CLIP and the pictures that the training tests have as fixtures.
enum Curve {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("TrainingTests/Fixtures/curve").path
    static let model = folder + "/model"

    static func picture(_ index: Int) -> Picture {
        let name = "p\(index < 10 ? "0" : "")\(index).png"
        return Picture(name: name, path: folder + "/images/" + name)
    }

    static func load() throws -> (ModelCheckpoint, any ImageTextModel, ParameterStore) {
        let checkpoint = try ModelCheckpoint(directory: model)
        let (model, store) = try checkpoint.load()
        return (checkpoint, model, store)
    }

    static func pixels(_ checkpoint: ModelCheckpoint, _ count: Int) throws -> Tensor {
        let pictures = try (0..<count).map {
            try checkpoint.preprocessor(RGBImage(picture($0)))
        }
        return try pixelBatch(pictures, device: .cpu)
    }
}
