// SPDX-License-Identifier: Apache-2.0

import Foundation
import Imaging
import Models
import TestSupport
import Testing
import Torch
import TorchNN
import Training
import TrainingOptions

@testable import Pretraining

@Suite struct PatchDropoutTests {
    /// 2 random pictures for the fixture model: 32 pixels, patches of 8, 16 of them.
    private static func pictures() -> [Float] {
        var random = SeededRandom(seed: 1)
        return random.floats(2 * 3 * 32 * 32)
    }

    private static func pooled(_ clip: any ImageTextModel, _ pixels: [Float], _ patches: [Int64]?) throws -> [Float] {
        try clip.pooledImages(Tensor(pixels, shape: [pixels.count / 3072, 3, 32, 32]), patches: patches).floats()
    }

    @Test func `keeping all patches in their order is keeping the image`() throws {
        let (clip, _) = try ModelCheckpoint(directory: Fixtures.model).load()
        let all = Array(0..<Int64(16))
        let whole = try Self.pooled(clip, Self.pictures(), nil)
        #expect(try Self.pooled(clip, Self.pictures(), all + all) == whole)
        // Positions are added before patches are chosen: their order says nothing.
        var random = SeededRandom(seed: 2)
        let mixed = try Self.pooled(clip, Self.pictures(), all.shuffled(using: &random) + all.reversed())
        #expect(relativeDifference(mixed, whole.map(Double.init)) < 1e-6)
        #expect(relativeDifference(try Self.pooled(clip, Self.pictures(), [0, 1]), whole.map(Double.init)) > 1e-2)
    }

    @Test func `every picture has patches of its own`() throws {
        let (clip, _) = try ModelCheckpoint(directory: Fixtures.model).load()
        let pixels = Self.pictures()
        let (first, second): ([Int64], [Int64]) = ([3, 9, 15], [0, 9, 4])
        let both = try Self.pooled(clip, pixels, first + second)
        let alone =
            try Self.pooled(clip, Array(pixels[..<3072]), first) + Self.pooled(clip, Array(pixels[3072...]), second)
        #expect(relativeDifference(both, alone.map(Double.init)) < 1e-6)
    }

    /// Four patches of a picture are a picture of 2 × 2 patches, for a model with these patches' positions.
    @Test func `chosen patches are a smaller picture with their positions`() throws {
        let checkpoint = try ModelCheckpoint(directory: Fixtures.model)
        let (clip, store) = try checkpoint.load()
        let kept = [14, 3, 8, 5]
        var values: [String: [Float]] = [:]
        for parameter in store.parameters { values[parameter.name] = try parameter.tensor.floats() }
        let positions = "vision_model.embeddings.position_embedding.weight"
        let table = try #require(values[positions])
        values[positions] = ([0] + kept.map { $0 + 1 }).flatMap { table[$0 * 24..<($0 + 1) * 24] }
        var config = try #require(checkpoint.architecture as? CLIPConfig)
        config.vision.imageSize = 16
        let known = values
        let smallStore = ParameterStore(
            source: WeightSource { name, _ in known[name] ?? [] }, dtype: .float32, device: .cpu)
        let small = try CLIPModel(smallStore.root, config: config)

        let pixels = Array(Self.pictures()[..<3072])
        var pieces = [Float](repeating: 0, count: 3 * 16 * 16)
        for (place, patch) in kept.enumerated() {
            for channel in 0..<3 {
                for y in 0..<8 {
                    for x in 0..<8 {
                        pieces[channel * 256 + (place / 2 * 8 + y) * 16 + place % 2 * 8 + x] =
                            pixels[channel * 1024 + (patch / 4 * 8 + y) * 32 + patch % 4 * 8 + x]
                    }
                }
            }
        }
        let expected = try small.pooledImages(Tensor(pieces, shape: [1, 3, 16, 16])).floats()
        let found = try Self.pooled(clip, pixels, kept.map(Int64.init))
        #expect(relativeDifference(found, expected.map(Double.init)) < 1e-6)
    }

    @Test func `the seed and nothing else draws the patches`() throws {
        func losses(_ seed: UInt64, _ dropout: Double, workers: Int = 2) throws -> [Double] {
            var run = try TestRun()
            run.options.seed = seed
            run.options.patchDropout = dropout
            run.options.workers = workers
            return try run.run().map(\.loss)
        }
        let first = try losses(1, 0.5)
        #expect(try losses(1, 0.5, workers: 1) == first)
        // No shuffling and no augmentation: nothing but the patches hangs on the seed.
        for (a, b) in zip(first, try losses(2, 0.5)) { #expect(a != b) }
        #expect(try losses(1, 0) == losses(2, 0))
        #expect(try losses(1, 0)[0] != first[0])
        // At least one patch is always left.
        #expect(try losses(1, 0.999).allSatisfy(\.isFinite))
    }

    @Test func `every step draws its own patches`() throws {
        func losses(_ dropout: Double) throws -> [Double] {
            var run = try TestRun()
            run.options.patchDropout = dropout
            // Nothing is learned: what differs between two epochs is what is seen.
            run.options.learningRate = 1e-30
            return try run.run().map(\.loss)
        }
        let (all, half) = (try losses(0), try losses(0.5))
        #expect(all.count == 8 && half.count == 8)
        for step in 0..<4 {
            #expect(abs(all[step] - all[step + 4]) <= 1e-6)
            #expect(abs(half[step] - half[step + 4]) >= 1e-4, "step \(step)")
        }
    }
}
