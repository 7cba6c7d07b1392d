// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A stranger's text as it may stand in a page, not yet escaped: on one line unless `keepsLines`, without characters
/// that XML forbids or that turn the direction of what follows, and of at most `limit` scalars and an ellipsis.
func presentable(_ text: String, limit: Int = 120, keepsLines: Bool = false) -> String {
    var result = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
        // In scalars: a single character may have any number of combining marks.
        if count == limit {
            result.append("…")
            break
        }
        count += 1
        switch scalar.value {
        case 0x0A where keepsLines: result.append(scalar)
        case 0x09, 0x0A, 0x0D, 0x2028, 0x2029: result.append(" ")
        case 0x00...0x1F, 0x7F...0x9F, 0xFFFE, 0xFFFF: result.append("\u{FFFD}")
        // Marks, embeddings, overrides and isolates of direction.
        case 0x200E, 0x200F, 0x061C, 0x202A...0x202E, 0x2066...0x2069: continue
        default: result.append(scalar)
        }
    }
    return String(result)
}

/// The text with the five characters escaped that mean something in HTML and XML.
func escaped(_ text: String) -> String {
    let names: [Unicode.Scalar: String] = ["&": "amp", "<": "lt", ">": "gt", "\"": "quot", "'": "#39"]
    return text.unicodeScalars.map { scalar in names[scalar].map { "&\($0);" } ?? String(scalar) }.joined()
}

/// A rate in per cent with one digit: `78.8 %`.
func percent(_ rate: Double?) -> String {
    guard let rate, rate.isFinite else { return "–" }
    return fixed(rate * 100, 1) + "\u{202F}%"
}

/// A difference of rates in percentage points, with its sign: `+3.1`.
func points(_ difference: Double) -> String { signed(difference * 100, 1) }

/// A number with its sign.
func signed(_ value: Double, _ digits: Int) -> String {
    let text = fixed(abs(value), digits)
    if text.allSatisfy({ $0 == "0" || $0 == "." }) { return "±" + text }
    return (value < 0 ? "−" : "+") + text
}

/// A number with so many digits after the point.
func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

/// A whole number with commas.
func grouped(_ value: Int) -> String {
    var digits = Array(String(value.magnitude))
    var place = digits.count - 3
    while place > 0 {
        digits.insert(",", at: place)
        place -= 3
    }
    return (value < 0 ? "−" : "") + String(digits)
}

/// `1 label`, `2 labels`.
func counted(_ count: Int, _ one: String) -> String { "\(grouped(count)) \(one)\(count == 1 ? "" : "s")" }

/// The shortest of a few forms for numbers on an axis, of steps of so much.
func tickText(_ value: Double, step: Double) -> String {
    if value == 0 { return "0" }
    let size = max(abs(value), abs(step))
    if size >= 1e6, size < 1e12 { return tickText(value / 1e6, step: step / 1e6) + "M" }
    if size >= 1e12 || size < 1e-3 {
        return String(format: "%.3g", value).replacingOccurrences(of: "e-0", with: "e-")
            .replacingOccurrences(of: "e+0", with: "e").replacingOccurrences(of: "-", with: "−")
    }
    let digits = max(0, min(6, Int((-log10(step)).rounded(.up) + 1e-9)))
    let text = digits == 0 ? grouped(Int(value.rounded())) : fixed(value, digits)
    return text.replacingOccurrences(of: "-", with: "−")
}

extension String {
    /// The text with a capital at its beginning.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
