// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Numbers read from bytes without making a string of each.
enum DecimalNumber {
    /// Powers of ten that a double holds exactly.
    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// The correctly rounded value of a decimal number, infinite where it is too large; nil for anything else, `nan`,
    /// `inf` and hexadecimal forms included. With at most 2^53 as digits and 22 as power of ten, one operation on exact
    /// values rounds once and is exact (Clinger, 1990); anything longer goes to the C library.
    static func parse(_ bytes: Bytes) -> Double? {
        let count = bytes.count
        var index = 0
        /// Steps over a sign, and tells whether it is a minus.
        func takeMinus() -> Bool {
            guard index < count, bytes[index] == 0x2D || bytes[index] == 0x2B else { return false }
            defer { index += 1 }
            return bytes[index] == 0x2D
        }
        var mantissa: UInt64 = 0
        var isExact = true
        /// Steps over digits and returns their number.
        func takeDigits() -> Int {
            let start = index
            while index < count, ASCII.isDigit(bytes[index]) {
                isExact = append(bytes[index], to: &mantissa) && isExact
                index += 1
            }
            return index - start
        }
        let isNegative = takeMinus()
        var digits = takeDigits()
        var scale = 0
        if index < count, bytes[index] == 0x2E {
            index += 1
            scale = -takeDigits()
            digits -= scale
        }
        guard digits > 0 else { return nil }
        if index < count, bytes[index] | 0x20 == 0x65 {
            index += 1
            let isNegativeExponent = takeMinus()
            let start = index
            var exponent = 0
            while index < count, ASCII.isDigit(bytes[index]) {
                exponent = min(exponent * 10 + Int(bytes[index] - ASCII.zero), 1_000_000)
                index += 1
            }
            guard index > start else { return nil }
            scale += isNegativeExponent ? -exponent : exponent
        }
        guard index == count else { return nil }
        guard isExact, mantissa <= 1 << 53, -22...22 ~= scale else { return roundedByLibrary(bytes) }
        let value = scale < 0 ? Double(mantissa) / powers[-scale] : Double(mantissa) * powers[scale]
        return isNegative ? -value : value
    }

    private static func append(_ digit: UInt8, to mantissa: inout UInt64) -> Bool {
        guard mantissa < 1_000_000_000_000_000_000 else { return false }
        mantissa = mantissa * 10 + UInt64(digit - ASCII.zero)
        return true
    }

    private static func roundedByLibrary(_ bytes: Bytes) -> Double? {
        let count = bytes.count
        let (value, isWhole) = withUnsafeTemporaryAllocation(of: CChar.self, capacity: count + 1) { copy in
            for index in 0..<count { copy[index] = CChar(truncatingIfNeeded: bytes[index]) }
            copy[count] = 0
            guard let base = copy.baseAddress else { return (0.0, false) }
            var end: UnsafeMutablePointer<CChar>?
            let value = strtod(base, &end)
            return (value, end == base + count)
        }
        // A locale with a decimal comma stops strtod at the point; Swift's own conversion knows no locale.
        return isWhole ? value : Double(bytes.text)
    }
}
