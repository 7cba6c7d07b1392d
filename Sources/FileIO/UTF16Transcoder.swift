// SPDX-License-Identifier: Apache-2.0

/// Turns UTF-16 into UTF-8, part after part.
struct UTF16Transcoder {
    private let isBigEndian: Bool
    private var pendingByte: UInt8?
    private var pendingSurrogate: UInt16?
    /// The line that was reached, from 1.
    private(set) var line = 1

    init(isBigEndian: Bool) { self.isBigEndian = isBigEndian }

    /// The next part as UTF-8; nil where it is no UTF-16.
    mutating func next(_ bytes: some Collection<UInt8>, isLast: Bool) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for byte in bytes {
            guard let first = pendingByte else {
                pendingByte = byte
                continue
            }
            pendingByte = nil
            let unit = isBigEndian ? UInt16(first) << 8 | UInt16(byte) : UInt16(byte) << 8 | UInt16(first)
            if let high = pendingSurrogate {
                guard UTF16.isTrailSurrogate(unit) else { return nil }
                pendingSurrogate = nil
                let code = 0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(unit) - 0xDC00)
                guard let encoded = Unicode.Scalar(code).flatMap(UTF8.encode) else { return nil }
                result += encoded
            } else if UTF16.isLeadSurrogate(unit) {
                pendingSurrogate = unit
            } else {
                guard let scalar = Unicode.Scalar(unit), let encoded = UTF8.encode(scalar) else { return nil }
                if unit == 0x0A { line += 1 }
                result += encoded
            }
        }
        return isLast && (pendingByte != nil || pendingSurrogate != nil) ? nil : result
    }
}
