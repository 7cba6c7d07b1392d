// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Imaging
import Models
import TestSupport
import Testing
import Torch

@testable import MultiLabel

@Suite struct PictureScoringTests {
    private func options(_ batchSize: Int) -> PictureStreamOptions {
        PictureStreamOptions(batchSize: batchSize, workers: 3, device: .cpu)
    }

    @Test(arguments: [1, 2, 5, 7, 100])
    func `pictures come in order with errors in their place`(_ batchSize: Int) throws {
        let folder = try TemporaryFolder()
        try folder.put("broken.png", "not a picture")
        var pictures = (0..<12).map(Curve.picture)
        pictures.insert(Picture(name: "gone", path: folder("gone.png")), at: 0)
        pictures.insert(Picture(name: "broken", path: folder("broken.png")), at: 5)
        pictures.insert(Picture(name: "again", path: folder("broken.png")), at: 6)
        let (checkpoint, model, _) = try Curve.load()
        var names: [String] = []
        var failed: [String] = []
        var rows: [Float] = []
        var batches: [Int] = []
        try forEachPicture(
            pictures, preprocessor: checkpoint.preprocessor, options: options(batchSize),
            compute: { pixels in
                batches.append(pixels.shape[0])
                let features = try model.imageFeatures(pixels)
                #expect(!features.requiresGradient)
                return features
            },
            receive: { picture, result in
                names.append(picture.name)
                switch result {
                case .success(let row): rows += row
                case .failure: failed.append(picture.name)
                }
            })
        #expect(names == pictures.map(\.name))
        #expect(failed == ["gone", "broken", "again"])
        #expect(batches.reduce(0, +) == 12 && batches.allSatisfy { 1...batchSize ~= $0 })
        let whole = try withoutGradient { try model.imageFeatures(Curve.pixels(checkpoint, 12)).floats() }
        #expect(largestDifference(rows, whole) <= 1e-5)
    }

    @Test func `a batch of broken pictures is not computed`() throws {
        let checkpoint = try ModelCheckpoint(directory: Curve.model)
        let pictures = (0..<4).map { Picture(name: "\($0)", path: "/nowhere/\($0).png") }
        var failures = 0
        try forEachPicture(
            pictures, preprocessor: checkpoint.preprocessor, options: options(2),
            compute: { _ in throw TorchError(operation: "test", message: "nothing to compute") },
            receive: { _, result in
                if case .failure(let error) = result, error.isMissingInput { failures += 1 }
            })
        #expect(failures == 4)
    }

    @Test func `what the receiver throws ends the run`() throws {
        struct Stop: Error {}
        let checkpoint = try ModelCheckpoint(directory: Curve.model)
        var seen = 0
        #expect(throws: Stop.self) {
            try forEachPicture(
                (0..<24).map(Curve.picture), preprocessor: checkpoint.preprocessor, options: options(4),
                compute: { try Tensor(repeating: 0, shape: [$0.shape[0], 1]) },
                receive: { _, _ in
                    seen += 1
                    if seen == 6 { throw Stop() }
                })
        }
        #expect(seen == 6)
    }

    @Test func `no pictures are no batch`() throws {
        #expect(throws: TorchError.self) { try pixelBatch([], device: .cpu) }
        let checkpoint = try ModelCheckpoint(directory: Curve.model)
        try forEachPicture(
            [Picture](), preprocessor: checkpoint.preprocessor, options: options(4),
            compute: { $0 }, receive: { _, _ in Issue.record("there is nothing to receive") })
    }
}
