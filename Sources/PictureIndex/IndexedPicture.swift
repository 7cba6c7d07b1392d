// SPDX-License-Identifier: Apache-2.0

import ContentHash
import FileIO
import Foundation

/// A picture as an index holds it.
public struct IndexedPicture: Sendable, Equatable {
    /// The picture as it was given, by which it is known: an index holds each name once.
    public let name: String
    /// Its file, as an absolute path; nil for one that was not in a file.
    public var path: String?
    /// The content, by which changes are seen.
    public var stamp = ContentStamp()
    /// Its feature, of length 1; nil where there is an ``error``.
    public var vector: [Float]?
    /// Why it could not be read; nil where there is a ``vector``.
    public var error: String?
    /// What else is to be known of it, as JSON; nil leaves what the index has.
    public var metadata: String?

    /// A picture with its feature.
    public init(name: String, vector: [Float], metadata: String? = nil) {
        self.name = name
        self.vector = vector
        self.metadata = metadata
    }

    /// A picture that could not be read, and why.
    public init(name: String, error: String) {
        self.name = name
        self.error = error
    }
}

/// The content of a picture's file, as short as can be.
public struct ContentStamp: Sendable, Equatable {
    /// The SHA-256 of its bytes, 64 hexadecimal digits; nil where they could not be read.
    public var sha256: String?
    /// How many bytes there are.
    public var size: Int?
    /// When the file was changed last, in nanoseconds since 1970.
    public var modified: Int?

    /// Nothing is known.
    public init() {}

    /// Size and time of a picture, and the number of bytes of one in memory, without a look at them.
    init(lookingAt picture: Picture) {
        switch picture.source {
        case .bytes(let bytes): size = bytes.count
        case .path(let path):
            var status = stat()
            guard stat(path, &status) == 0 else { return }
            size = Int(status.st_size)
            modified = Int(status.st_mtim.tv_sec) * 1_000_000_000 + Int(status.st_mtim.tv_nsec)
        }
    }

    /// Reads all bytes of a picture for their hash; where they cannot be read, there is none.
    mutating func hash(_ picture: Picture) {
        switch picture.source {
        case .bytes(let bytes):
            var hash = SHA256()
            hash.update(bytes)
            sha256 = hash.hexadecimal()
        case .path(let path): sha256 = try? SHA256.hexadecimal(ofFileAt: path)
        }
    }

    /// Whether a file with this size and time is taken for the one that another stamp is of, without reading it.
    func looksLike(_ other: ContentStamp) -> Bool {
        size != nil && modified != nil && size == other.size && modified == other.modified
    }
}

/// What became of the pictures that an index was given.
public struct IndexChanges: Sendable, Equatable, Codable {
    /// Pictures that are new in the index, those that cannot be read included.
    public var added = 0
    /// Pictures whose content was another one before, or could not be read.
    public var updated = 0
    /// Pictures that were there already; they were not embedded again.
    public var unchanged = 0
    /// Pictures that were taken out.
    public var removed = 0
    /// Pictures among those added and updated that cannot be read.
    public var failed = 0
    /// How many pictures the index now holds.
    public var pictures = 0

    /// Nothing yet.
    public init() {}
}
