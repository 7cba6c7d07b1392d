// SPDX-License-Identifier: Apache-2.0
// https://github.com/mlfoundations/open_clip/blob/main/src/open_clip/tokenizer.py

import Foundation

/// What open_clip does to a text before a tokenizer sees it, as its configuration names it.
///
/// open_clip also mends text by the library ftfy, and resolves HTML's entities. Of that, what concerns sound text is done
/// here: Unicode's form C, straight quotes, Latin ligatures and full-width letters as plain ones, no control characters. A
/// label with `&amp;` or in a broken encoding has to be written as it is meant.
public enum TextCleaner: String, Sendable {
    /// Runs of white space become blanks, at the ends nothing.
    case whitespace
    /// The same, in lower case.
    case lower
    /// The same, without ASCII's punctuation; underscores are blanks.
    case canonicalize

    /// The text as the tokenizer is to get it.
    func callAsFunction(_ text: String) -> String {
        var scalars = Self.fixed(text)
        switch self {
        case .whitespace: break
        case .lower: scalars = PythonText.lowercased(PythonText.collapsed(scalars))
        case .canonicalize:
            scalars = scalars.map { $0 == "_" ? " " : $0 }.filter { !PythonText.isPunctuation($0) }
            scalars = PythonText.lowercased(scalars)
        }
        return String(String.UnicodeScalarView(PythonText.collapsed(scalars)))
    }

    /// What ftfy's `fix_text` makes of sound text.
    private static func fixed(_ text: String) -> [Unicode.Scalar] {
        var view = String.UnicodeScalarView()
        func append(_ scalar: Unicode.Scalar) {
            switch scalar.value {
            case 0x2018...0x201B, 0x02BC: view.append("'")
            case 0x201C...0x201F: view.append("\"")
            case 0x2028, 0x2029, 0x85: view.append("\n")
            case 0x00...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFC: break
            default: view.append(scalar)
            }
        }
        for scalar in text.unicodeScalars {
            switch scalar.value {
            // Ligatures, and forms of full and half width.
            case 0xFB00...0xFB06, 0x0132, 0x0133, 0x0149, 0x01C4...0x01CC, 0x01F1...0x01F3, 0xFF01...0xFFEF, 0x3000:
                String(scalar).precomposedStringWithCompatibilityMapping.unicodeScalars.forEach(append)
            default: append(scalar)
            }
        }
        return CanonicalComposition.shared(view.map(\.value)).compactMap { Unicode.Scalar($0) }
    }
}

/// What Python's strings do, where tokenizers are written in Python.
enum PythonText {
    /// `str.isspace`, of one character.
    static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
    }

    /// Whether `string.punctuation` has it.
    static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
        default: false
        }
    }

    /// `str.lower`: a sigma at the end of a word gets its own form.
    static func lowercased(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(scalars.count)
        for (place, scalar) in scalars.enumerated() {
            if scalar.value == 0x3A3 {
                result.append(endsWord(scalars, at: place) ? "\u{3C2}" : "\u{3C3}")
            } else if scalar.isASCII {
                result.append(
                    (0x41...0x5A).contains(scalar.value) ? Unicode.Scalar(UInt8(scalar.value + 32)) : scalar)
            } else {
                result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return result
    }

    /// Unicode's condition Final_Sigma: a letter with case comes before, and none after.
    private static func endsWord(_ scalars: [Unicode.Scalar], at place: Int) -> Bool {
        func hasCase(_ scalar: Unicode.Scalar?) -> Bool { scalar?.properties.isCased ?? false }
        let before = scalars[..<place].last { !$0.properties.isCaseIgnorable }
        let after = scalars[(place + 1)...].first { !$0.properties.isCaseIgnorable }
        return hasCase(before) && !hasCase(after)
    }

    /// Runs of white space as one blank each, none at the ends.
    static func collapsed(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        Array(scalars.split(whereSeparator: isSpace).joined(separator: [" "]))
    }
}
