// SPDX-License-Identifier: Apache-2.0

/// Gives the body a collection's bytes, without a copy where they lie together in memory.
func withBytes(of bytes: some Collection<UInt8>, _ body: (UnsafeRawBufferPointer) -> Void) {
    let inPlace: Void? = bytes.withContiguousStorageIfAvailable { body(UnsafeRawBufferPointer($0)) }
    if inPlace == nil {
        Array(bytes).withUnsafeBytes(body)
    }
}

/// Two lower-case hexadecimal digits for each byte.
func hexadecimalDigits(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
