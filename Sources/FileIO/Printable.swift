// SPDX-License-Identifier: Apache-2.0

/// Text from outside made fit for one line of a message.
///
/// File and tensor names may hold newlines or terminal escape sequences. Those are written as `\n` or `\u{1b}`, and a
/// very long text loses its middle, so that a message stays one readable line whatever it quotes.
///
/// - Parameters:
///   - text: Any text.
///   - maximumCharacters: The length past which the middle is replaced by `…`.
/// - Returns: The same text without control characters.
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

/// A value from outside in quotes, for messages: as ``printable(_:maximumCharacters:)``, but a long one loses its end.
///
/// - Parameters:
///   - text: Any text.
///   - limit: The characters that are shown.
/// - Returns: `'text'`, on one line.
public func quoted(_ text: some StringProtocol, limit: Int = 120) -> String {
    let shown = String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))
    let isCut = !text.unicodeScalars.dropFirst(limit).isEmpty
    return "'" + printable(shown, maximumCharacters: .max) + (isCut ? "…'" : "'")
}
