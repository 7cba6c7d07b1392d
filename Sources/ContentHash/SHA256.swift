// SPDX-License-Identifier: Apache-2.0

import CHash

/// SHA-256 (FIPS 180-4) of a stream of bytes.
///
/// A value: a copy goes on by itself, and asking for the digest does not end the stream. The processor's own SHA
/// instructions do the work where it has them (x86-64, asked at run time), portable C elsewhere.
///
/// ```swift
/// var hash = SHA256()
/// hash.update("abc".utf8)
/// hash.hexadecimal()   // "ba7816bf…f20015ad"
/// ```
public struct SHA256: Sendable {
    private var context: chash_sha256

    /// Begins an empty stream.
    public init() {
        self.init(hardware: true)
    }

    /// Begins an empty stream; `hardware: false` forces the portable code, so that tests reach it on every machine.
    init(hardware: Bool) {
        context = chash_sha256()
        chash_sha256_init(&context, hardware ? 1 : 0)
    }

    /// Adds bytes to the stream.
    ///
    /// - Parameter bytes: Any number of bytes; they are read before the call returns.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        chash_sha256_update(&context, bytes.baseAddress, bytes.count)
    }

    /// Adds bytes to the stream.
    ///
    /// - Parameter bytes: Any number of bytes, an array or `Data` without a copy.
    public mutating func update(_ bytes: some Collection<UInt8>) {
        withBytes(of: bytes) { update($0) }
    }

    /// The digest of what was added so far.
    ///
    /// - Returns: 32 bytes.
    public func digest() -> [UInt8] {
        var spent = context
        return [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            guard let base = buffer.baseAddress else { return }
            chash_sha256_final(&spent, base)
            count = 32
        }
    }

    /// The digest of what was added so far, as people write it.
    ///
    /// - Returns: 64 lower-case hexadecimal digits.
    public func hexadecimal() -> String {
        hexadecimalDigits(digest())
    }
}
