// SPDX-License-Identifier: Apache-2.0

public import FileIO
import Foundation
public import Imaging
import Synchronization

/// The pictures that a training run has seen, by their pixels: `RUN/pictures.sha256`, a line a picture with the hash of
/// ``PictureFingerprint/pixelHash`` in hexadecimal digits and the part that the picture was in.
///
///     if let seen = try SeenPictures(run: "run") {
///         let leaked = hashes.indices.filter { seen.training.contains(hashes[$0]) }
///     }
public struct SeenPictures: Sendable, Equatable {
    /// The file's name in a run.
    public static let fileName = "pictures.sha256"

    /// The pictures that were trained on.
    public let training: Set<String>
    /// The pictures that the model was chosen by.
    public let validation: Set<String>

    /// Pictures by the hashes of their pixels, 64 hexadecimal digits each.
    public init(training: some Sequence<String>, validation: some Sequence<String>) {
        (self.training, self.validation) = (Set(training), Set(validation))
    }

    /// Reads what a run has left; nil where there is nothing.
    ///
    /// - Parameter run: The run's directory.
    /// - Throws: `InputError` for a line that is none of its own, `FileIOError`.
    public init?(run: String) throws {
        let path = run + "/" + Self.fileName
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        var parts: [Substring: Set<String>] = [:]
        for (index, line) in try readText(path: path, maximumBytes: 4 << 30).split(separator: "\n").enumerated() {
            let words = line.split(separator: " ")
            guard words.count == 2, words[0].utf8.count == 64, ["training", "validation"].contains(words[1]) else {
                throw InputError.badData("\(printable(path)):\(index + 1): is no picture's hash; remove the file")
            }
            parts[words[1], default: []].insert(String(words[0]))
        }
        self.init(training: parts["training"] ?? [], validation: parts["validation"] ?? [])
    }

    /// Reads what the run of a model has left; nil where the model is not called `model` or there is nothing beside it.
    public init?(runOfModel model: String) throws {
        let url = URL(fileURLWithPath: model).standardizedFileURL
        guard url.lastPathComponent == "model" else { return nil }
        try self.init(run: url.deletingLastPathComponent().path)
    }

    /// Writes the file into a run's directory; each picture once, in the order of the hashes.
    public func write(run: String) throws(FileIOError) {
        let lines = [(training, "training"), (validation, "validation")].flatMap { hashes, part in
            hashes.sorted().map { "\($0) \(part)\n" }
        }
        try AtomicFile.write(lines.joined(), to: run + "/" + Self.fileName, durable: false)
    }
}

/// Takes the pixel hashes of pictures from the threads that decode them.
public final class PixelHashes: Sendable {
    private let found: Mutex<[String?]>

    /// Places for as many pictures.
    public init(count: Int) { found = Mutex(Array(repeating: nil, count: count)) }

    /// Takes a decoded picture, upright and at its full size, by its place.
    public func take(_ index: Int, _ image: RGBImage) {
        let hash = PictureFingerprint.pixelHash(of: image).hexadecimal
        found.withLock { $0[index] = hash }
    }

    /// The hash of each picture; nil where none was taken.
    public var all: [String?] { found.withLock { $0 } }
}

extension PictureFingerprint {
    /// ``pixelHash`` in hexadecimal digits.
    public var pixelDigits: String { pixelHash.hexadecimal }
}

extension [UInt8] {
    fileprivate var hexadecimal: String {
        let digits = Array<UInt8>("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
