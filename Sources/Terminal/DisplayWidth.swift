// SPDX-License-Identifier: Apache-2.0

/// The number of terminal columns that a line of text takes.
///
/// East Asian wide characters and emoji take two, combining marks none, as in the C library's `wcwidth`. Terminals
/// differ on rare sequences, so that the answer is close, not certain. Control characters count as one: whatever is
/// shown passes through a filter that replaces them.
public func displayWidth(_ text: String) -> Int {
    // Plain ASCII is by far the most frequent, and its width is its length. "\r\n" would be one Character.
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
    return text.reduce(0) { $0 + displayWidth($1) }
}

func displayWidth(_ character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars {
        // Variation selector 16 asks for the emoji form of the character before it.
        width = max(width, scalar.value == 0xFE0F ? 2 : scalarWidth(scalar))
    }
    return width
}

private func scalarWidth(_ scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x300 { return value == 0xAD ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    // Vowels and final consonants of Korean join the leading consonant before them.
    if (0x1160...0x11FF).contains(value) { return 0 }
    if scalar.properties.isEmojiPresentation { return 2 }
    return wideRanges.contains { $0.contains(value) } ? 2 : 1
}

/// The blocks of East_Asian_Width W and F in Unicode's EastAsianWidth.txt, merged where unassigned gaps part them.
private let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
    0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,
    0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x2FFFD,
    0x30000...0x3FFFD,
]

/// The beginning of a line that fits into `width` columns, with `…` in the last one if something is left out.
public func truncated(_ text: String, width: Int) -> String {
    if displayWidth(text) <= width { return text }
    guard width > 0 else { return "" }
    var result = ""
    var used = 0
    for character in text {
        let next = displayWidth(character)
        if used + next > width - 1 { break }
        result.append(character)
        used += next
    }
    return result + "…"
}

/// A text in one line without control characters, so that a file's name cannot steer the terminal.
func singleLine(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: result += "?"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
