// SPDX-License-Identifier: Apache-2.0

import Foundation
import Imaging
import Randomness

/// The files that Scripts/goldens/record-imaging-goldens.py wrote.
enum Fixtures {
    static func url(_ name: String) throws -> URL {
        guard let folder = Bundle.module.url(forResource: "Fixtures", withExtension: nil) else {
            throw CocoaError(.fileNoSuchFile)
        }
        return folder.appendingPathComponent(name)
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: url(name)))
    }

    static func floats(_ name: String) throws -> [Float] {
        let bytes = try bytes(name)
        return stride(from: 0, to: bytes.count, by: 4).map { at in
            Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) })
        }
    }

    static func decode<T: Decodable>(_ type: T.Type, _ name: String) throws -> T {
        try JSONDecoder().decode(type, from: Data(contentsOf: url(name)))
    }

    /// The pixels that Pillow found in a picture.
    static func pixels(of name: String) throws -> RGBImage {
        let bytes = try bytes(name.replacing(".", with: "-") + ".rgb")
        let sides = [0, 4].map { at in (0..<4).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) } }
        return try RGBImage(width: sides[0], height: sides[1], pixels: Array(bytes[8...]))
    }

    /// All pictures with recorded pixels.
    static func pictures(_ extensions: String...) throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: url("").path)
        return names.filter { name in
            extensions.contains { name.hasSuffix("." + $0) }
                && names.contains(name.replacing(".", with: "-") + ".rgb")
        }.sorted()
    }
}

/// A picture without structure, the same on every run.
func noise(width: Int, height: Int, seed: UInt64 = 1) throws -> RGBImage {
    var random = CountedRandom(seed: seed, stream: 99)
    let pixels = (0..<width * height * 3).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    return try RGBImage(width: width, height: height, pixels: pixels)
}
