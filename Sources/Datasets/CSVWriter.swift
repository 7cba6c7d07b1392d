// SPDX-License-Identifier: Apache-2.0

/// Writes comma-separated values that ``CSVReader`` and every other reader of RFC 4180 take back unchanged.
public enum CSVWriter {
    /// A field, in quotes around commas, quotes and line ends. Text that a spreadsheet would take for a formula stays
    /// as it is.
    public static func field(_ text: String) -> String {
        let needsQuotes = text.utf8.contains {
            $0 == ASCII.comma || $0 == ASCII.quote || $0 == ASCII.lineFeed || $0 == ASCII.carriageReturn
        }
        guard needsQuotes else { return text }
        var result = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { result.unicodeScalars.append("\"") }
            result.unicodeScalars.append(scalar)
        }
        return result + "\""
    }

    /// A record with its line feed. A record of one empty field is `""`, since a blank line is no record.
    public static func line(_ fields: some Sequence<String>) -> String {
        let joined = fields.lazy.map(field).joined(separator: ",")
        return (joined.isEmpty ? "\"\"" : joined) + "\n"
    }
}
