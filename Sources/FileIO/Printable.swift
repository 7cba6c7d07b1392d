// SPDX-License-Identifier: Apache-2.0

/// Text from outside made fit for one line of a message: control characters, which may move a terminal's cursor, are
/// written as `\n` or `\u{1b}`, and a text of more than `maximumCharacters` loses its middle.
public func printable(_ text: String, maximumCharacters: Int = 400) -> String {
    // Mostly plain ASCII, which needs no second look.
    if text.utf8.count <= maximumCharacters, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        default:
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .format:
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default:
                result.unicodeScalars.append(scalar)
            }
        }
    }
    // Counted in scalars: one character may carry any number of combining marks.
    let scalars = result.unicodeScalars
    guard scalars.count > maximumCharacters else { return result }
    let half = max(maximumCharacters / 2, 1)
    return String(scalars.prefix(half)) + "…" + String(scalars.suffix(half))
}

/// A value from outside in quotes, `'text'`, for one line of a message; of a longer text only the first `limit`
/// characters are shown.
public func quoted(_ text: some StringProtocol, limit: Int = 120) -> String {
    let shown = String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))
    let isCut = !text.unicodeScalars.dropFirst(limit).isEmpty
    return "'" + printable(shown, maximumCharacters: .max) + (isCut ? "…'" : "'")
}
