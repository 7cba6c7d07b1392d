// SPDX-License-Identifier: Apache-2.0

/// The place of the first byte that belongs to no UTF-8 character; nil where the bytes are UTF-8.
public func firstInvalidUTF8(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    do {
        _ = try UTF8Span(validating: bytes.span)
        return nil
    } catch {
        return error.byteOffsets.lowerBound
    }
}
