// SPDX-License-Identifier: Apache-2.0

/// Where bytes stop being UTF-8.
///
/// - Parameter bytes: Any bytes.
/// - Returns: The place of the first byte that belongs to no character; nil where the bytes are UTF-8.
public func firstInvalidUTF8(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    do {
        _ = try UTF8Span(validating: bytes.span)
        return nil
    } catch {
        return error.byteOffsets.lowerBound
    }
}
