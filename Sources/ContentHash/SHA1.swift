// SPDX-License-Identifier: Apache-2.0

import CHash

/// SHA-1 (FIPS 180-4) of a stream of bytes: what git calls its objects.
///
/// It is here to compare names that git gave. It is no protection against somebody who wants two files to collide.
public struct SHA1: Sendable {
    private var context: chash_sha1

    /// Begins an empty stream.
    public init() {
        context = chash_sha1()
        chash_sha1_init(&context)
    }

    /// Begins the stream of a git blob: `blob`, the length in decimal digits and a zero byte precede the content.
    ///
    /// - Parameter length: The content's length in bytes, which the header needs ahead of the content.
    public init(gitBlobOfLength length: Int) {
        self.init()
        update("blob \(length)\0".utf8)
    }

    /// Adds bytes to the stream.
    ///
    /// - Parameter bytes: Any number of bytes; they are read before the call returns.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        chash_sha1_update(&context, bytes.baseAddress, bytes.count)
    }

    /// Adds bytes to the stream.
    ///
    /// - Parameter bytes: Any number of bytes, an array or `Data` without a copy.
    public mutating func update(_ bytes: some Collection<UInt8>) {
        withBytes(of: bytes) { update($0) }
    }

    /// The digest of what was added so far.
    ///
    /// - Returns: 20 bytes.
    public func digest() -> [UInt8] {
        var spent = context
        return [UInt8](unsafeUninitializedCapacity: 20) { buffer, count in
            guard let base = buffer.baseAddress else { return }
            chash_sha1_final(&spent, base)
            count = 20
        }
    }

    /// The digest of what was added so far, as people write it.
    ///
    /// - Returns: 40 lower-case hexadecimal digits.
    public func hexadecimal() -> String {
        hexadecimalDigits(digest())
    }
}
