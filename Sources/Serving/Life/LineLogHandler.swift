// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
public import Logging
import Synchronization
import Terminal

/// Log lines on stderr, as text or as JSON: a time, a level, a message, and what belongs to it.
public struct LineLogHandler: LogHandler {
    /// What lines look like.
    public enum Format: String, Sendable, CaseIterable {
        /// `2026-11-28T05:10:13.042Z info request id=… route=/v1/predict status=200`.
        case text
        /// An object a line.
        case json
    }

    /// What belongs to every line.
    public var metadata: Logger.Metadata = [:]
    /// What is written at least.
    public var logLevel: Logger.Level
    private let format: Format
    private let write: @Sendable (String) -> Void

    /// A handler whose lines go to `write`, each with its end; to stderr for nil.
    public init(
        format: Format, level: Logger.Level = .info,
        write: (@Sendable (String) -> Void)? = nil
    ) {
        (self.format, logLevel) = (format, level)
        self.write = write ?? { StandardError.line(String($0.dropLast())) }
    }

    /// What belongs to every line, by its name.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes a line.
    public func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let time = Date.now.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true))
        switch format {
        case .text:
            let rest = all.map { " \($0.key)=\(Self.word("\($0.value)"))" }.joined()
            write("\(time) \(event.level.rawValue) \(Self.line("\(event.message)"))\(rest)\n")
        case .json:
            let members =
                [("time", time), ("level", event.level.rawValue), ("message", "\(event.message)")]
                + all.map { ($0.key, "\($0.value)") }
            write("{" + members.map { "\(jsonQuoted($0)):\(jsonQuoted($1))" }.joined(separator: ",") + "}\n")
        }
    }

    /// A value as one word, in quotes where it has blanks.
    private static func word(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
        return isPlain ? text : jsonQuoted(text)
    }

    /// A text without line ends and other control characters.
    private static func line(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }))
    }
}
