// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A duration in seconds as a clock shows it: `0:05`, `12:34`, `1:02:03`, `3d 04:05:06`; `-:--` for what is negative,
/// infinite or not a number.
public func formatDuration(_ seconds: Double) -> String {
    // Beyond a thousand years the number means nothing and could overflow an integer.
    guard seconds >= 0, seconds < 3.2e10 else { return "-:--" }
    let total = Int(seconds.rounded())
    let (days, hours, minutes, rest) = (total / 86400, total / 3600 % 24, total / 60 % 60, total % 60)
    if days > 0 { return "\(days)d \(twoDigits(hours)):\(twoDigits(minutes)):\(twoDigits(rest))" }
    if hours > 0 { return "\(hours):\(twoDigits(minutes)):\(twoDigits(rest))" }
    return "\(minutes):\(twoDigits(rest))"
}

/// An integer with its thousands parted by commas: `1,234,567`.
public func formatCount(_ count: Int) -> String {
    var result = ""
    let digits = String(count.magnitude)
    for (position, digit) in digits.enumerated() {
        if position > 0, (digits.count - position) % 3 == 0 { result += "," }
        result.append(digit)
    }
    return count < 0 ? "-" + result : result
}

/// A rate with about three significant digits: `0.0312`, `1.25`, `12.3`, `1,234`; `-` for what is negative, infinite or
/// not a number.
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

private func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

/// `String(format:)` without a locale always writes a point.
private func fixed(_ value: Double, _ places: Int) -> String { String(format: "%.\(places)f", value) }
