// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A duration as a clock shows it: `0:05`, `12:34`, `1:02:03`, `3d 04:05:06`.
///
/// - Parameter seconds: The duration, rounded to whole seconds.
/// - Returns: The text; `-:--` for what is negative, infinite or not a number.
public func formatDuration(_ seconds: Double) -> String {
    // Beyond a thousand years the number means nothing and could overflow an integer.
    guard seconds >= 0, seconds < 3.2e10 else { return "-:--" }
    let total = Int(seconds.rounded())
    let (days, hours, minutes, rest) = (total / 86400, total / 3600 % 24, total / 60 % 60, total % 60)
    if days > 0 { return "\(days)d \(twoDigits(hours)):\(twoDigits(minutes)):\(twoDigits(rest))" }
    if hours > 0 { return "\(hours):\(twoDigits(minutes)):\(twoDigits(rest))" }
    return "\(minutes):\(twoDigits(rest))"
}

/// A number of bytes in decimal units: `999 B`, `1.5 kB`, `12 MB`, `3.4 GB`. One kilobyte is 1000 bytes.
///
/// - Parameter bytes: The number of bytes.
/// - Returns: The text, with two significant digits at least.
public func formatBytes(_ bytes: Int) -> String {
    let sign = bytes < 0 ? "-" : ""
    let magnitude = bytes.magnitude
    if magnitude < 1000 { return "\(sign)\(magnitude) B" }
    var value = Double(magnitude)
    var unit = ""
    for next in ["kB", "MB", "GB", "TB", "PB", "EB"] {
        value /= 1000
        unit = next
        // What rounds to 1000 of this unit is better said in the next.
        if value < 999.5 { break }
    }
    let digits = value < 9.95 ? fixed(value, 1) : fixed(value, 0)
    return "\(sign)\(digits) \(unit)"
}

/// An integer with its thousands parted by commas: `1,234,567`.
///
/// - Parameter count: The integer.
/// - Returns: The text.
public func formatCount(_ count: Int) -> String {
    var result = ""
    let digits = String(count.magnitude)
    for (position, digit) in digits.enumerated() {
        if position > 0, (digits.count - position) % 3 == 0 { result += "," }
        result.append(digit)
    }
    return count < 0 ? "-" + result : result
}

/// A rate with about three significant digits: `0.0312`, `1.25`, `12.3`, `1,234`.
///
/// - Parameter rate: A number ≥ 0.
/// - Returns: The text; `-` for what is negative, infinite or not a number.
public func formatRate(_ rate: Double) -> String {
    guard rate >= 0, rate < 1e15 else { return "-" }
    switch rate {
    case 0: return "0"
    case 99.95...: return formatCount(Int(rate.rounded()))
    case 9.995...: return fixed(rate, 1)
    case 0.9995...: return fixed(rate, 2)
    case 0.09995...: return fixed(rate, 3)
    case 0.00005...: return fixed(rate, 4)
    default: return "<0.0001"
    }
}

private func twoDigits(_ value: Int) -> String {
    value < 10 ? "0\(value)" : "\(value)"
}

private func fixed(_ value: Double, _ places: Int) -> String {
    // `String(format:)` without a locale always writes a point.
    String(format: "%.\(places)f", value)
}
