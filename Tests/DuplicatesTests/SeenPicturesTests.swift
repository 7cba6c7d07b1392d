// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Imaging
import TestSupport
import Testing

@testable import Duplicates

struct SeenPicturesTests {
    private let one = String(repeating: "0a", count: 32), two = String(repeating: "f1", count: 32)

    @Test func `what a run has seen is found again, also by its model`() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder("run/model"), withIntermediateDirectories: true)
        #expect(try SeenPictures(run: folder("run")) == nil)
        let seen = SeenPictures(training: [two, one, one], validation: [two])
        try seen.write(run: folder("run"))
        #expect(try SeenPictures(run: folder("run")) == seen)
        #expect(try SeenPictures(runOfModel: folder("run/model")) == seen)
        #expect(try SeenPictures(runOfModel: folder("run/model/")) == seen)
        #expect(try SeenPictures(runOfModel: folder("run")) == nil)
        let text = try String(contentsOfFile: folder("run/pictures.sha256"), encoding: .utf8)
        #expect(text == "\(one) training\n\(two) training\n\(two) validation\n")
    }

    @Test(arguments: ["0a training", "x", "\(String(repeating: "0a", count: 32)) test"])
    func `a line that is none of its own is refused with its number`(_ line: String) throws {
        let folder = try TemporaryFolder()
        try "\(one) training\n\(line)\n".write(toFile: folder("pictures.sha256"), atomically: true, encoding: .utf8)
        let error = try #require(throws: InputError.self) { try SeenPictures(run: folder("")) }
        #expect("\(error)".contains("pictures.sha256:2: is no picture's hash"))
    }

    @Test func `hashes are those of fingerprints, by the picture's place`() throws {
        let image = try RGBImage(width: 2, height: 1, pixels: [1, 2, 3, 4, 5, 6])
        let hashes = PixelHashes(count: 2)
        hashes.take(1, image)
        let digits = try PictureFingerprint(image).pixelDigits
        #expect(hashes.all == [nil, digits])
        #expect(digits.utf8.count == 64 && digits == digits.lowercased())
    }
}
