// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Imaging
import Randomness
import Testing

@Suite("Hostile pictures")
struct HostilePictureTests {
    @Test func `a picture that is cut anywhere is an error, never a crash or a half picture`() throws {
        let names = try Fixtures.pictures("jpg", "png", "webp")
        #expect(names.count == 36)
        for name in names {
            let bytes = try Fixtures.bytes(name)
            let step = max(1, bytes.count / 150)
            for count in Array(stride(from: 0, to: bytes.count, by: step)) + [bytes.count - 1] {
                #expect(throws: ImagingError.self, "\(name) cut to \(count)") {
                    try RGBImage(decoding: Array(bytes[..<count]))
                }
            }
        }
    }

    @Test func `a cut inside the picture data is called truncated`() throws {
        for name in ["baseline.jpg", "progressive.jpg", "rgb.png", "interlaced.png", "lossy.webp", "alpha.webp"] {
            let bytes = try Fixtures.bytes(name)
            let error = #expect(throws: ImagingError.self) {
                try RGBImage(decoding: Array(bytes[..<(bytes.count / 2)]))
            }
            #expect(try #require(error).description.hasPrefix("truncated "), "\(name)")
        }
    }

    @Test func `damaged bytes never crash and leave a picture of the right size or one line of error`() throws {
        for (number, name) in try Fixtures.pictures("jpg", "png", "webp").enumerated() {
            let original = try Fixtures.bytes(name)
            for round in 0..<120 {
                var random = CountedRandom(seed: 11, epoch: UInt64(number), index: UInt64(round))
                var bytes = original
                for _ in 0...random.below(6) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
                do {
                    let limits = DecodingLimits(maximumPixels: 1 << 20)
                    let image = try RGBImage(decoding: bytes, limits: limits, shortSideAtLeast: 1 + random.below(9))
                    #expect(image.pixels.count == image.width * image.height * 3)
                } catch {
                    #expect(!error.description.contains("\n") && !error.description.isEmpty)
                }
            }
        }
    }

    @Test func `a progressive JPEG of very many scans is refused`() throws {
        let bytes = try Fixtures.bytes("progressive.jpg")
        let markers = (0..<bytes.count - 1).filter { bytes[$0] == 0xff && bytes[$0 + 1] != 0 }
        let first = try #require(markers.first { bytes[$0 + 1] == 0xda })
        let next = try #require(markers.first { $0 > first })
        let scan = Array(bytes[first..<next])
        let many = Array(bytes[..<next]) + (0..<600).flatMap { _ in scan } + Array(bytes[next...])
        let error = #expect(throws: ImagingError.self) { try RGBImage(decoding: many) }
        #expect(try #require(error).description.contains("scans"))
    }

    @Test func `broken EXIF blocks are ignored`() throws {
        let plain = try Fixtures.bytes("baseline.jpg")
        let expected = try RGBImage(decoding: plain)
        let tiff: [[UInt8]] = [
            [], [0x49, 0x49, 0x2a, 0], Array("II*\0".utf8) + [0xff, 0xff, 0xff, 0xff],
            Array("MM\0*".utf8) + [0, 0, 0, 8, 0xff, 0xff, 1, 0x12], Array("XX*\0".utf8) + [8, 0, 0, 0, 1, 0],
            Array("II*\0".utf8) + [8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 9, 0, 0, 0],
            Array("II*\0".utf8) + [8, 0, 0, 0, 1, 0, 0x12, 1, 2, 0, 1, 0, 0, 0, 6, 0, 0, 0],
        ]
        for block in tiff {
            let body = Array("Exif\0\0".utf8) + block
            let segment = [0xff, 0xe1, 0, UInt8(body.count + 2)] + body
            #expect(try RGBImage(decoding: Array(plain[..<2]) + segment + Array(plain[2...])) == expected)
        }
    }

    /// A PNG header that promises a size, with no pixels to keep the promise.
    private func header(width: UInt32, height: UInt32) throws -> [UInt8] {
        var bytes = try Fixtures.bytes("rgb.png")
        for (at, value) in [(16, width), (20, height)] {
            for i in 0..<4 { bytes[at + i] = UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32(i))) }
        }
        return bytes
    }

    @Test func `decompression bombs are refused before memory is taken for them`() throws {
        let before = peakMemory()
        #expect(throws: ImagingError.tooManyPixels(width: 60000, height: 60000, limit: DecodingLimits.pillowPixels)) {
            try RGBImage(decoding: header(width: 60000, height: 60000))
        }
        for side in [UInt32.max, 0x7fff_ffff, 0x8000_0000, 0] {
            #expect(throws: ImagingError.self) { try RGBImage(decoding: header(width: side, height: side)) }
            let unlimited = DecodingLimits(maximumBytes: .max, maximumPixels: .max)
            #expect(throws: ImagingError.self) {
                try RGBImage(decoding: header(width: side, height: side), limits: unlimited)
            }
        }
        // Within the limit of pixels, and still more than the bytes can hold.
        let error = #expect(throws: ImagingError.self) { try RGBImage(decoding: header(width: 9999, height: 9999)) }
        #expect(try #require(error).description.contains("cannot hold"))
        var jpeg = try Fixtures.bytes("baseline.jpg")
        let frame = try #require((0..<jpeg.count - 1).first { jpeg[$0] == 0xff && jpeg[$0 + 1] == 0xc0 })
        jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xff, 0xff, 0xff, 0xff])
        #expect(throws: ImagingError.tooManyPixels(width: 65535, height: 65535, limit: DecodingLimits.pillowPixels)) {
            try RGBImage(decoding: jpeg)
        }
        #expect(peakMemory() - before < 200_000)  // kilobytes; one of these pictures has 300,000 at the least
    }

    @Test func `limits of bytes and pixels hold exactly`() throws {
        let bytes = try Fixtures.bytes("rgb.png")
        #expect(try RGBImage(decoding: bytes, limits: .init(maximumBytes: bytes.count, maximumPixels: 962)).width == 37)
        #expect(throws: ImagingError.tooManyBytes(count: bytes.count, limit: bytes.count - 1)) {
            try RGBImage(decoding: bytes, limits: .init(maximumBytes: bytes.count - 1))
        }
        #expect(throws: ImagingError.tooManyPixels(width: 37, height: 26, limit: 961)) {
            try RGBImage(decoding: bytes, limits: .init(maximumPixels: 961))
        }
    }

    @Test func `what is decoded counts, not what is stored`() throws {
        let jpeg = try Fixtures.bytes("baseline.jpg")
        let whole = try RGBImage(decoding: jpeg)
        let limits = DecodingLimits(maximumPixels: whole.width * whole.height - 1)
        #expect(throws: ImagingError.self) { try RGBImage(decoding: jpeg, limits: limits) }
        let reduced = try RGBImage(decoding: jpeg, limits: limits, shortSideAtLeast: 4)
        #expect(reduced.width < whole.width)
    }

    /// A scan's header and nothing in it, again and again.
    @Test func `pictures of many scans are refused by their header`() throws {
        var jpeg = try Fixtures.bytes("progressive.jpg")
        let end = try #require((0..<jpeg.count - 1).last { jpeg[$0] == 0xff && jpeg[$0 + 1] == 0xd9 })
        let scan = try #require((0..<jpeg.count - 1).last { jpeg[$0] == 0xff && jpeg[$0 + 1] == 0xda })
        let repeated = Array(jpeg[scan..<end])
        for _ in 0..<200 { jpeg.insert(contentsOf: repeated, at: end) }
        let error = #expect(throws: ImagingError.self) { try RGBImage(decoding: jpeg) }
        #expect(try #require(error).description.contains("too many scans"))
    }

    @Test func `only whole regular files are read`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("imaging-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = { (name: String) in folder.appendingPathComponent(name).path }
        #expect(try RGBImage(contentsOf: Fixtures.url("rgb.png").path) == Fixtures.pixels(of: "rgb.png"))
        #expect(throws: ImagingError.fileMissing) { try RGBImage(contentsOf: path("absent.jpg")) }
        #expect(throws: ImagingError.fileMissing) { try RGBImage(contentsOf: "") }
        #expect(throws: ImagingError.fileMissing) { try RGBImage(contentsOf: Fixtures.url("rgb.png").path + "\0.jpg") }
        #expect(throws: ImagingError.notAFile(kind: "a directory")) { try RGBImage(contentsOf: folder.path) }
        #expect(throws: ImagingError.notAFile(kind: "a device")) { try RGBImage(contentsOf: "/dev/zero") }
        #expect(mkfifo(path("pipe"), 0o600) == 0)
        #expect(throws: ImagingError.notAFile(kind: "a pipe")) { try RGBImage(contentsOf: path("pipe")) }
        #expect(FileManager.default.createFile(atPath: path("empty.png"), contents: Data()))
        #expect(throws: ImagingError.emptyFile) { try RGBImage(contentsOf: path("empty.png")) }
        #expect(throws: ImagingError.tooManyBytes(count: 5, limit: 4)) {
            #expect(FileManager.default.createFile(atPath: path("five"), contents: Data([1, 2, 3, 4, 5])))
            return try RGBImage(contentsOf: path("five"), limits: .init(maximumBytes: 4))
        }
        for name in ["rgb.png", "baseline.jpg"] {
            let file = Picture(name: name, path: try Fixtures.url(name).path)
            let memory = Picture(name: name, bytes: try Fixtures.bytes(name))
            #expect(try RGBImage(file, shortSideAtLeast: 3) == RGBImage(memory, shortSideAtLeast: 3))
        }
        #expect(throws: ImagingError.tooManyBytes(count: 5, limit: 4)) {
            try RGBImage(Picture(name: "five", bytes: [1, 2, 3, 4, 5]), limits: .init(maximumBytes: 4))
        }
        #expect(throws: ImagingError.emptyFile) { try RGBImage(Picture(name: "empty", bytes: [])) }
        #expect(ImagingError.fileMissing.isMissingInput && !ImagingError.emptyFile.isMissingInput)
    }

    @Test func `a picture is made only of as many samples as its sides ask for`() throws {
        for (width, height, count) in [(0, 0, 0), (-1, -1, 3), (2, 2, 11), (Int.max, Int.max, 3), (1, 1, 4)] {
            #expect(throws: ImagingError.self) {
                try RGBImage(width: width, height: height, pixels: Array(repeating: 0, count: count))
            }
        }
    }

    /// The most memory that this process ever held, in kilobytes.
    private func peakMemory() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss
    }
}
