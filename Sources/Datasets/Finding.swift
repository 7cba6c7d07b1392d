// SPDX-License-Identifier: Apache-2.0

/// One thing that a check of a data file found.
public struct Finding: Sendable, Equatable {
    /// Whether a finding keeps the file from being used.
    public enum Severity: String, Sendable {
        /// The file cannot be used until this is corrected.
        case error
        /// The file can be used; this is probably not what was meant.
        case warning
    }

    /// Whether the file can be used in spite of it.
    public let severity: Severity
    /// The line, from 1; nil where the finding belongs to the whole file.
    public let line: Int?
    /// What was found and what to do, in one line without the place.
    public let message: String

    /// Creates a finding.
    public init(severity: Severity, line: Int?, message: String) {
        self.severity = severity
        self.line = line
        self.message = message
    }

    /// The finding as it is printed: `PATH:LINE: message`, with `warning: ` before a warning's message.
    ///
    /// - Parameter path: The file that was checked.
    /// - Returns: One line without its end.
    public func formatted(path: String) -> String {
        let place = line.map { "\(oneLine(path)):\($0)" } ?? oneLine(path)
        return "\(place): \(severity == .warning ? "warning: " : "")\(message)"
    }
}

/// Text in quotes, on one line and of bounded length, for messages: data may hold anything.
func quoted(_ text: String) -> String {
    "'\(oneLine(text, limit: 120))'"
}

/// Text with control characters escaped and, past `limit` characters, its end cut off.
func oneLine(_ text: String, limit: Int = 4096) -> String {
    // Mostly plain ASCII, which needs no second look.
    if text.utf8.count <= limit, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
    var result = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
        guard count < limit else { return String(result) + "…" }
        count += 1
        switch scalar.value {
        case 0x0A: result.append(contentsOf: "\\n".unicodeScalars)
        case 0x0D: result.append(contentsOf: "\\r".unicodeScalars)
        case 0x09: result.append(contentsOf: "\\t".unicodeScalars)
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029:
            result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
        default: result.append(scalar)
        }
    }
    return String(result)
}
