// SPDX-License-Identifier: Apache-2.0

import CCrypto
public import FileIO

/// SHA-256 (FIPS 180-4) of a stream of bytes: 32 bytes, 64 hexadecimal digits.
///
/// ```swift
/// var hash = SHA256()
/// hash.update("abc".utf8)
/// hash.hexadecimal()   // "ba7816bf…f20015ad"
/// ```
public struct SHA256: ContentDigest {
    private var stream = DigestStream(EVP_sha256())

    /// Begins an empty stream.
    public init() {}

    /// Adds bytes to the stream.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) { stream.update(bytes) }

    /// The digest of what was added so far.
    public func digest() -> [UInt8] { stream.digest() }

    /// The SHA-256 of a file's content, read once in pieces.
    ///
    /// - Parameter path: A path to a regular file.
    /// - Returns: 64 lower-case hexadecimal digits.
    /// - Throws: `FileIOError` if the file is missing or cannot be read.
    public static func hexadecimal(ofFileAt path: String) throws(FileIOError) -> String {
        var hash = SHA256()
        try readPieces(path: path) { hash.update($0) }
        return hash.hexadecimal()
    }
}

/// SHA-1 (FIPS 180-4) of a stream of bytes: 20 bytes, what git calls its objects.
///
/// It is here to compare names that git gave. It is no protection against somebody who wants two files to collide.
public struct SHA1: ContentDigest {
    private var stream = DigestStream(EVP_sha1())

    /// Begins an empty stream.
    public init() {}

    /// Begins the stream of a git blob: `blob`, the length in decimal digits and a zero byte precede the content.
    ///
    /// - Parameter length: The content's length in bytes, which the header needs ahead of the content.
    public init(gitBlobOfLength length: Int) { update("blob \(length)\0".utf8) }

    /// Adds bytes to the stream.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) { stream.update(bytes) }

    /// The digest of what was added so far.
    public func digest() -> [UInt8] { stream.digest() }
}
