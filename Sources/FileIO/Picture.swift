// SPDX-License-Identifier: Apache-2.0

/// A picture that has not been decoded yet: what answers call it, and where its bytes are.
public struct Picture: Sendable, Hashable {
    /// Where a picture's bytes are.
    public enum Source: Sendable, Hashable {
        /// In a file: its path, absolute or relative to the working directory.
        case path(String)
        /// In memory: the encoded file's bytes, JPEG, PNG or WebP.
        case bytes([UInt8])
    }

    /// The picture as it was given: by an argument, on a line, or as a data file names it.
    public let name: String
    /// Where its bytes are.
    public let source: Source
    /// The line on which its row or entry begins in the file that lists it, from 1; nil where no file does.
    public let line: Int?

    /// A picture in a file.
    public init(name: String, path: String, line: Int? = nil) {
        self.name = name
        self.source = .path(path)
        self.line = line
    }

    /// A picture in memory.
    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.source = .bytes(bytes)
        self.line = nil
    }

    /// The file's path; nil for a picture in memory.
    public var path: String? { if case .path(let path) = source { path } else { nil } }
}
