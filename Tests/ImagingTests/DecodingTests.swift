// SPDX-License-Identifier: Apache-2.0

import Imaging
import Testing

@Suite("Decoding")
struct DecodingTests {
    @Test func `PNG pixels are Pillow's: palettes, alpha, tRNS, 1 and 16 bits, interlaced, gamma ignored`() throws {
        let names = try Fixtures.pictures("png")
        #expect(names.count == 16)
        for name in names {
            #expect(try RGBImage(decoding: Fixtures.bytes(name)) == Fixtures.pixels(of: name), "\(name)")
        }
    }

    // Pillow brings its own libjpeg-turbo and libwebp. They agreed exactly when this was recorded; the one level is for
    // other versions and vector units, which may round upsampling and colour conversion differently.
    @Test
    func `JPEG and WebP pixels are Pillow's to one level: grey, CMYK, YCCK, progressive, alpha, first frame`() throws {
        let names = try Fixtures.pictures("jpg", "webp")
        #expect(names.count == 20)
        for name in names {
            let image = try RGBImage(decoding: Fixtures.bytes(name))
            let expected = try Fixtures.pixels(of: name)
            #expect(image.width == expected.width && image.height == expected.height, "\(name)")
            let difference = zip(image.pixels, expected.pixels).map { abs(Int($0) - Int($1)) }.max()
            #expect(try #require(difference) <= (name.hasPrefix("lossless") ? 0 : 1), "\(name)")
        }
    }

    @Test func `transparency is composited on white with Pillow's rounding, for every colour and alpha`() throws {
        let image = try RGBImage(decoding: Fixtures.bytes("composite.png"))
        for colour in 0..<256 {
            for alpha in 0..<256 {
                let expected = (2 * (colour * alpha + 255 * (255 - alpha)) + 255) / 510
                #expect(image.pixels[(colour * 256 + alpha) * 3 + 1] == UInt8(expected), "\(colour) \(alpha)")
            }
        }
    }

    @Test func `the orientation is applied unless it is refused`() throws {
        for value in 1...8 {
            let bytes = try Fixtures.bytes("orientation-\(value).jpg")
            let stored = try RGBImage(decoding: bytes, appliesOrientation: false)
            #expect(stored.width == 29 && stored.height == 18)
            #expect(try RGBImage(decoding: bytes) == stored.oriented(by: value))
            #expect((stored == stored.oriented(by: value)) == (value == 1))
        }
        for name in ["orientation.png", "orientation.webp"] {
            #expect(try RGBImage(decoding: Fixtures.bytes(name), appliesOrientation: false).width == 29)
            #expect(try RGBImage(decoding: Fixtures.bytes(name)).width == 18)
        }
    }

    @Test func `a JPEG is decoded at the smallest scale that leaves twice the wanted short side`() throws {
        let bytes = try Fixtures.bytes("subsampled.jpg")  // 37 x 26
        let sizes = [
            (1, 5, 4), (2, 5, 4), (3, 10, 7), (4, 19, 13), (6, 19, 13), (7, 37, 26), (13, 37, 26), (500, 37, 26),
            (0, 37, 26), (-3, 37, 26), (Int.max, 37, 26),
        ]
        for (target, width, height) in sizes {
            let image = try RGBImage(decoding: bytes, shortSideAtLeast: target)
            #expect(image.width == width && image.height == height, "\(target)")
        }
        #expect(try RGBImage(decoding: Fixtures.bytes("cmyk.jpg"), shortSideAtLeast: 3).width == 10)
        #expect(try RGBImage(decoding: Fixtures.bytes("rgb.png"), shortSideAtLeast: 1).width == 37)
    }

    @Test func `a scaled JPEG looks like the reduced picture`() throws {
        let bytes = try Fixtures.bytes("baseline.jpg")
        let full = try RGBImage(decoding: bytes)
        let half = try RGBImage(decoding: bytes, shortSideAtLeast: 6)
        var sum = 0
        for y in 0..<13 {
            for x in 0..<18 {
                for c in 0..<3 {
                    let corner = [(0, 0), (0, 1), (1, 0), (1, 1)].map { (dy, dx) in
                        Int(full.pixels[((2 * y + dy) * 37 + 2 * x + dx) * 3 + c])
                    }
                    sum += abs(corner.reduce(0, +) / 4 - Int(half.pixels[(y * 19 + x) * 3 + c]))
                }
            }
        }
        // The DCT's low-pass is not the box mean; a shifted or channel-swapped picture differs by tens of levels.
        #expect(Double(sum) / (13 * 18 * 3) < 4)
    }

    @Test func `bytes after the picture are ignored`() throws {
        for name in ["baseline.jpg", "progressive.jpg", "rgba.png", "interlaced.png", "lossy.webp", "animated.webp"] {
            let bytes = try Fixtures.bytes(name)
            let garbage: [UInt8] = [0, 0xff, 0xd8, 0xff, 1, 2, 3, 0x89, 0x50]
            #expect(try RGBImage(decoding: bytes + garbage) == RGBImage(decoding: bytes), "\(name)")
        }
    }

    @Test
    func `stray bytes between JPEG markers, as of cameras, do no harm, and a cut after them is found`() throws {
        let bytes = try Fixtures.bytes("baseline.jpg")
        let scan = try #require((0..<bytes.count - 1).first { bytes[$0] == 0xff && bytes[$0 + 1] == 0xda })
        let padded = Array(bytes[..<scan]) + [0, 7, 0] + Array(bytes[scan...])
        #expect(try RGBImage(decoding: padded) == RGBImage(decoding: bytes))
        #expect(throws: ImagingError.self) { try RGBImage(decoding: Array(padded.dropLast(40))) }
    }

    @Test func `what is not JPEG, PNG or WebP is named`() throws {
        let ftyp: (String) -> [UInt8] = {
            [0, 0, 0, 24] + Array("ftyp\($0)".utf8) + [0, 0, 0, 0] + Array("mif1miaf".utf8)
        }
        let pictures: [(String, [UInt8])] = [
            ("GIF", try Fixtures.bytes("picture.gif")), ("BMP", try Fixtures.bytes("picture.bmp")),
            ("TIFF", try Fixtures.bytes("picture.tiff")), ("HEIC", ftyp("heic")), ("AVIF", ftyp("avif")),
            ("text", Array("not a picture\n".utf8)), ("HTML or XML", Array("<!DOCTYPE html><p>404".utf8)),
            ("SVG", Array("<svg xmlns=\"http://www.w3.org/2000/svg\"/>".utf8)),
            ("unknown", [1, 2, 3, 4, 0, 0, 0, 0, 9, 9, 9, 9]), ("RIFF, but not WebP", Array("RIFF____WAVE".utf8)),
        ]
        for (name, bytes) in pictures {
            #expect(throws: ImagingError.unsupportedFormat(recognized: name)) { try RGBImage(decoding: bytes) }
        }
        let words = ImagingError.unsupportedFormat(recognized: "GIF").description
        #expect(words == "unsupported format (GIF): convert it to JPEG, PNG or WebP")
    }
}
