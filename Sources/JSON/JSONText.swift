// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A value as readable JSON with a line end: keys sorted, numbers in shortest round-trip form. Throws where a number is
/// not finite.
public func jsonText(_ value: some Encodable) throws -> String {
    try json(value, .prettyPrinted)
}

/// A value as one line of JSON with its end; keys sorted. Throws where a number is not finite.
public func jsonLine(_ value: some Encodable) throws -> String {
    try json(value, [])
}

private func json(_ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting.union([.sortedKeys, .withoutEscapingSlashes])
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
}

/// A text as a string of JSON, in its quotes; what need not be escaped stays.
public func jsonQuoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        case "\u{8}": result += "\\b"
        case "\u{C}": result += "\\f"
        case "\0"..<" ": result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
