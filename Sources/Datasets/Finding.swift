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
        let file = printable(path, maximumCharacters: 4096)
        let place = line.map { "\(file):\($0)" } ?? file
        return "\(place): \(severity == .warning ? "warning: " : "")\(message)"
    }

    var isError: Bool { severity == .error }
}

extension [Finding] {
    func requireNoError(in path: String) throws(DatasetError) {
        if contains(where: \.isError) { throw .unusable(path: path, findings: self) }
    }
}
