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
    /// What was added so far.
    public var stream = DigestStream(EVP_sha256())

    /// Begins an empty stream.
    public init() {}

    /// The SHA-256 of a regular file's content, which is read once in pieces: 64 lower-case hexadecimal digits.
    ///
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
    /// What was added so far.
    public var stream = DigestStream(EVP_sha1())

    /// Begins an empty stream.
    public init() {}

    /// Begins the stream of a git blob: `blob`, the content's length in bytes as decimal digits and a zero byte precede
    /// the content.
    public init(gitBlobOfLength length: Int) { update("blob \(length)\0".utf8) }
}
