// SPDX-License-Identifier: Apache-2.0

import FileIO

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
    public func formatted(path: String) -> String {
        let place =
            line.map { "\(printable(path, maximumCharacters: 4096)):\($0)" } ?? printable(path, maximumCharacters: 4096)
        return "\(place): \(severity == .warning ? "warning: " : "")\(message)"
    }
}
