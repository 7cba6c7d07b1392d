// SPDX-License-Identifier: Apache-2.0

/// Writes comma-separated values that ``CSVReader`` and every other reader of RFC 4180 take back unchanged.
public enum CSVWriter {
    /// A field, in quotes around commas, quotes and line ends. Text that a spreadsheet would take for a formula stays
    /// as it is.
    public static func field(_ text: String) -> String {
        guard text.utf8.contains(where: { ASCII.endsField($0) || $0 == ASCII.quote }) else { return text }
        let scalars = text.unicodeScalars.flatMap { $0 == "\"" ? [$0, $0] : [$0] }
        return "\"\(String(String.UnicodeScalarView(scalars)))\""
    }

    /// A record with its line feed. A record of one empty field is `""`, since a blank line is no record.
    public static func line(_ fields: some Sequence<String>) -> String {
        let joined = fields.lazy.map(field).joined(separator: ",")
        return (joined.isEmpty ? "\"\"" : joined) + "\n"
    }
}
