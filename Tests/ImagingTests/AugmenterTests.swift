// SPDX-License-Identifier: Apache-2.0

import Randomness
import Testing

@testable import Imaging

@Suite("Augmentation")
struct AugmenterTests {
    private func preprocessor() throws -> ImagePreprocessor {
        try ImagePreprocessor(resizing: .shortestEdge(16), crop: .init(height: 16, width: 16))
    }

    @Test func `the level none is the preprocessor, bit for bit`() throws {
        let preprocessor = try preprocessor()
        var random = CountedRandom(seed: 1, stream: 2)
        let untouched = random
        for (width, height) in [(40, 31), (16, 16), (9, 70)] {
            let image = try noise(width: width, height: height)
            #expect(try ImageAugmenter(.none)(image, preprocessor: preprocessor, using: &random) == preprocessor(image))
        }
        #expect(random == untouched)
        #expect(ImageAugmenter(.none).shortSide(for: preprocessor) == 16)
    }

    @Test func `a picture's variation is a function of seed, epoch and index, and differs between them`() throws {
        let image = try noise(width: 50, height: 37)
        let preprocessor = try preprocessor()
        for level in [ImageAugmenter.Level.light, .strong] {
            func vary(_ seed: UInt64, _ epoch: UInt64, _ index: UInt64) throws -> [Float] {
                var random = CountedRandom(seed: seed, epoch: epoch, index: index)
                return try ImageAugmenter(level)(image, preprocessor: preprocessor, using: &random).values
            }
            let first = try vary(1, 2, 3)
            #expect(first.count == 3 * 16 * 16)
            #expect(try vary(1, 2, 3) == first)
            let others = try [vary(2, 2, 3), vary(1, 3, 3), vary(1, 2, 4), vary(1, 3, 2), vary(2, 1, 3)]
            #expect(Set(others + [first]).count == 6)
        }
    }

    @Test func `crops lie inside the picture and cover areas and proportions as asked, evenly`() throws {
        for (level, lowest) in [(ImageAugmenter.Level.light, 0.7), (.strong, 0.35)] {
            var areas: [Double] = []
            var wide = 0
            for index in 0..<2000 {
                var random = CountedRandom(seed: 5, epoch: 0, index: UInt64(index))
                let crop = ImageAugmenter(level).crop(height: 300, width: 300, using: &random)
                #expect(crop.top >= 0 && crop.left >= 0 && crop.height > 0 && crop.width > 0)
                #expect(crop.top + crop.height <= 300 && crop.left + crop.width <= 300)
                let proportion = Double(crop.width) / Double(crop.height)
                #expect(proportion > 0.74 && proportion < 1.35)
                areas.append(Double(crop.width * crop.height) / 90000)
                wide += crop.width > crop.height ? 1 : 0
            }
            let (low, high) = (try #require(areas.min()), try #require(areas.max()))
            #expect(low > lowest - 0.01 && low < lowest + 0.02 && high > 0.95 && high <= 1)
            #expect(wide > 850 && wide < 1150)  // 1000 ± 22: seven deviations
        }
    }

    @Test func `pictures that no crop fits give the largest centred one`() throws {
        var random = CountedRandom(seed: 5, stream: 0)
        let augmenter = ImageAugmenter(.light)
        #expect(
            augmenter.crop(height: 30, width: 900, using: &random) == .init(top: 0, left: 430, height: 30, width: 40))
        #expect(
            augmenter.crop(height: 900, width: 30, using: &random) == .init(top: 430, left: 0, height: 40, width: 30))
        let tiny = augmenter.crop(height: 1, width: 1, using: &random)
        #expect(tiny == .init(top: 0, left: 0, height: 1, width: 1))
        for (width, height) in [(1, 1), (1, 700), (700, 1)] {
            let image = try noise(width: width, height: height)
            #expect(try ImageAugmenter(.strong)(image, preprocessor: preprocessor(), using: &random).width == 16)
        }
    }

    @Test func `about half of the pictures are mirrored`() throws {
        // Columns darken to the right, so that the direction of the result tells.
        var pixels: [UInt8] = []
        for pixel in 0..<1600 { pixels += Array(repeating: UInt8(200 - 4 * (pixel % 40)), count: 3) }
        let image = try RGBImage(width: 40, height: 40, pixels: pixels)
        var turned = 0
        for index in 0..<400 {
            var random = CountedRandom(seed: 8, epoch: 1, index: UInt64(index))
            let result = try ImageAugmenter(.light)(image, preprocessor: preprocessor(), using: &random)
            turned += result.values[0] < result.values[15] ? 1 : 0
        }
        #expect(turned > 130 && turned < 270)  // 200 ± 10: seven deviations
    }

    struct Jitter: Decodable {
        struct Case: Decodable {
            let change: String
            let factor: Double
            let offset: Int
        }
        let width: Int
        let height: Int
        let cases: [Case]
    }

    @Test func `brightness, contrast and saturation change as in torchvision`() throws {
        let golden = try Fixtures.decode(Jitter.self, "jitter.json")
        let bytes = try Fixtures.bytes("jitter.rgb")
        let count = golden.width * golden.height * 3
        #expect(golden.cases.count == 9)
        for item in golden.cases {
            let change = try #require(ColorJitter.Change.allCases.first { "\($0)" == item.change })
            var pixels = Array(bytes[..<count])
            ColorJitter.apply(change, factor: item.factor, to: &pixels)
            let expected = bytes[(count + item.offset)..<(2 * count + item.offset)]
            let differences = zip(pixels, expected).map { abs(Int($0) - Int($1)) }
            // Results are rounded down, so that the last bit of single precision may cost a level here and there.
            #expect(differences.allSatisfy { $0 <= 1 }, "\(item.change) \(item.factor)")
            #expect(differences.reduce(0, +) * 100 <= count, "\(item.change) \(item.factor)")
        }
    }

    @Test func `decoding for a crop leaves enough pixels for the smallest one`() throws {
        let preprocessor = try preprocessor()
        #expect(ImageAugmenter(.light).shortSide(for: preprocessor) == 23)  // 16 / sqrt(0.7 * 0.75), rounded up
        #expect(ImageAugmenter(.strong).shortSide(for: preprocessor) == 32)
        let still = try ImagePreprocessor(resizing: .none, crop: .init(height: 16, width: 16))
        #expect(ImageAugmenter(.strong).shortSide(for: still) == nil)
    }
}
