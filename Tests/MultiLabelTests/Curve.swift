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

/// A folder that is removed with all it holds when the test is over.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/mumic-test-" + UUID().uuidString
        try createDirectory(path: path)
    }

    deinit { try? removeTree(path: path) }

    func callAsFunction(_ name: String) -> String { path + "/" + name }

    func put(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: self(name)))
    }

    /// A copy of the small CLIP, to put other files beside it.
    func copyModel() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: Curve.model) {
            try FileManager.default.copyItem(atPath: Curve.model + "/" + name, toPath: self(name))
        }
    }
}

/// Random numbers that a seed repeats (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// The largest difference between two lists of one length; NaN if the lengths differ or there is nothing.
func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    if a.count != b.count || a.isEmpty { return .nan }
    return zip(a, b).reduce(0) { largest, pair in
        let difference = abs(pair.0 - pair.1)
        return difference.isNaN ? .nan : max(largest, difference)
    }
}
