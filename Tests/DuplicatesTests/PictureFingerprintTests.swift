// SPDX-License-Identifier: Apache-2.0

import Imaging
import Testing

@testable import Duplicates

@Suite struct PictureFingerprintTests {
    private static let seeds: [UInt64] = Array(1...12)

    /// Whether a changed picture is a near-duplicate of the picture and nothing more than that.
    private static func isNear(_ seed: UInt64, _ change: (RGBImage) throws -> RGBImage) throws -> Bool {
        let picture = try scene(seed, width: 240, height: 180)
        let (one, other) = (try picture.fingerprint(), try change(picture).fingerprint())
        return one.isNear(other) && other.isNear(one) && !one.hasSamePixels(as: other)
    }

    @Test func `equal pixels have one hash, other pixels and other sizes another`() throws {
        let picture = try scene(1)
        var pixels = picture.pixels
        #expect(try picture.fingerprint() == scene(1).fingerprint())
        #expect(try picture.fingerprint().hasSamePixels(as: scene(1).fingerprint()))
        let turned = try RGBImage(width: picture.height, height: picture.width, pixels: pixels)
        #expect(try !picture.fingerprint().hasSamePixels(as: turned.fingerprint()))
        pixels[pixels.count - 1] ^= 1
        let changed = try RGBImage(width: picture.width, height: picture.height, pixels: pixels)
        #expect(try !picture.fingerprint().hasSamePixels(as: changed.fingerprint()))
        #expect(try picture.fingerprint().isNear(changed.fingerprint()))
    }

    @Test func `files that are decoded to the same pixels are the same picture`() throws {
        let file = try scene(2).jpeg()
        let one = try RGBImage(decoding: file).fingerprint()
        #expect(try one.hasSamePixels(as: RGBImage(decoding: file + [1, 2, 3]).fingerprint()))
    }

    @Test(arguments: seeds) func `resized copies are near duplicates`(_ seed: UInt64) throws {
        for side in [200, 120, 60, 40] {
            #expect(try Self.isNear(seed) { try $0.reduced(toLongSide: side) }, "\(side) pixels")
        }
    }

    @Test(arguments: seeds) func `recompressed copies are near duplicates`(_ seed: UInt64) throws {
        for quality in [95, 50, 20] {
            #expect(try Self.isNear(seed) { try $0.recompressed(quality) }, "quality \(quality)")
        }
        #expect(try Self.isNear(seed) { try $0.reduced(toLongSide: 100).recompressed(40) })
    }

    @Test(arguments: seeds) func `brighter and darker copies are near duplicates`(_ seed: UInt64) throws {
        #expect(try Self.isNear(seed) { try $0.mapped { $0 * 1.2 } })
        #expect(try Self.isNear(seed) { try $0.mapped { $0 * 0.7 } })
        #expect(try Self.isNear(seed) { try $0.mapped { $0 + 20 } })
        #expect(try Self.isNear(seed) { try $0.mapped { ($0 - 128) * 1.15 + 128 } })
    }

    @Test(arguments: seeds) func `copies without a narrow border are near duplicates`(_ seed: UInt64) throws {
        #expect(try Self.isNear(seed) { try $0.without(left: 4, right: 4, top: 3, bottom: 3) })
        #expect(try Self.isNear(seed) { try $0.without(left: 7) })
        #expect(try Self.isNear(seed) { try $0.without(right: 3, bottom: 5).reduced(toLongSide: 120) })
    }

    @Test func `different pictures are no near duplicates`() throws {
        let fingerprints = try (1...60).map { try scene($0).fingerprint() }
        for (place, one) in fingerprints.enumerated() {
            for other in fingerprints[(place + 1)...] { #expect(!one.isNear(other)) }
        }
    }

    @Test(arguments: seeds) func `another part of the same scene is no near duplicate`(_ seed: UInt64) throws {
        #expect(try !Self.isNear(seed) { try $0.without(left: 60) })
        #expect(try !Self.isNear(seed) { $0.oriented(by: 2) })
    }

    @Test(arguments: seeds) func `the same shapes in other colours are no near duplicate`(_ seed: UInt64) throws {
        let picture = try scene(seed)
        // Red and blue change places around the grey level, which stays.
        let pixels = stride(from: 0, to: picture.pixels.count, by: 3).flatMap { at -> [UInt8] in
            let (red, green, blue) = (
                Int(picture.pixels[at]), Int(picture.pixels[at + 1]), Int(picture.pixels[at + 2])
            )
            let grey = (77 * red + 150 * green + 29 * blue) >> 8
            return [2 * grey - red, 2 * grey - green, 2 * grey - blue].map { UInt8(min(max($0, 0), 255)) }
        }
        let other = try RGBImage(width: picture.width, height: picture.height, pixels: pixels)
        #expect(try !picture.fingerprint().isNear(other.fingerprint()))
    }

    @Test func `pictures of one level are near to nothing but themselves`() throws {
        let (white, black) = (
            try scene(1).mapped { _ in 255 }.fingerprint(), try scene(1).mapped { _ in 0 }.fingerprint()
        )
        let small = try RGBImage(width: 1, height: 1, pixels: [255, 255, 255]).fingerprint()
        #expect(!white.isNear(black) && !white.isNear(small))
        #expect(white.isNear(white))
    }

    @Test func `pictures of any shape have a fingerprint`() throws {
        for (width, height) in [(1, 1), (1, 3000), (3000, 1), (31, 33), (2, 5)] {
            let fingerprint = try scene(3, width: width, height: height).fingerprint()
            #expect(fingerprint.width == width && fingerprint.height == height && fingerprint.pixelHash.count == 32)
        }
    }

    /// The bits of one picture, as they were when this was written: another processor has to find the same.
    @Test func `the hash of a picture does not change`() throws {
        let width = 64
        let pixels = (0..<width * width * 3).map { place -> UInt8 in
            let (x, y) = (place / 3 % width, place / 3 / width)
            return UInt8((x * 3 + y * 7 + place % 3 * 40) % 256)
        }
        let hash = try RGBImage(width: width, height: width, pixels: pixels).fingerprint().difference
        #expect(hash == DifferenceHash(rows: 16_142_941_753_526_390_655, columns: 14_055_523_326_376_347_423))
    }
}
