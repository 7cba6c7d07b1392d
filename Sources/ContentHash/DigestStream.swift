// SPDX-License-Identifier: Apache-2.0

import CCrypto

/// A hash of a stream of bytes by OpenSSL's libcrypto.
///
/// A value: a copy goes on by itself, and asking for the digest does not end the stream.
///
/// `@unchecked` is safe: a context that two values share is only read; ``update(_:)`` makes one of its own first.
public struct DigestStream: @unchecked Sendable {
    private final class Context {
        let pointer: OpaquePointer

        init() {
            guard let pointer = EVP_MD_CTX_new() else { preconditionFailure("no memory for a hash") }
            self.pointer = pointer
        }

        convenience init(copying other: Context) {
            self.init()
            precondition(EVP_MD_CTX_copy_ex(pointer, other.pointer) == 1, "libcrypto copies its own context")
        }

        deinit { EVP_MD_CTX_free(pointer) }
    }

    private var context = Context()

    /// An empty stream of an algorithm such as `EVP_sha256()`.
    init(_ algorithm: OpaquePointer) {
        precondition(EVP_DigestInit_ex(context.pointer, algorithm, nil) == 1, "libcrypto has SHA-1 and SHA-256")
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        if !isKnownUniquelyReferenced(&context) { context = Context(copying: context) }
        precondition(EVP_DigestUpdate(context.pointer, bytes.baseAddress, bytes.count) == 1, "hashing cannot fail")
    }

    func digest() -> [UInt8] {
        let spent = Context(copying: context)
        var length: UInt32 = 0
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        precondition(EVP_DigestFinal_ex(spent.pointer, &digest, &length) == 1, "hashing cannot fail")
        return Array(digest.prefix(Int(length)))
    }
}

/// A hash of a stream of bytes.
public protocol ContentDigest: Sendable {
    /// Begins an empty stream.
    init()
    /// What was added so far.
    var stream: DigestStream { get set }
}

extension ContentDigest {
    /// Adds bytes to the stream; they are read before the call returns.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) { stream.update(bytes) }

    /// Adds bytes to the stream, of an array or `Data` without a copy.
    public mutating func update(_ bytes: some Collection<UInt8>) {
        let inPlace: Void? = bytes.withContiguousStorageIfAvailable { update(UnsafeRawBufferPointer($0)) }
        if inPlace == nil { Array(bytes).withUnsafeBytes { update($0) } }
    }

    /// The digest of what was added so far; the stream may go on.
    public func digest() -> [UInt8] { stream.digest() }

    /// The digest in lower-case hexadecimal digits, two for each byte.
    public func hexadecimal() -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
