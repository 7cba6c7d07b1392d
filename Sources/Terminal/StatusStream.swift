// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Lines and one status line below them, on a terminal or in a file.
///
/// A line that is printed while a status line stands takes its place, and the status line is drawn again below. All
/// calls may come from any thread.
public final class StatusStream: Sendable {
    private struct State {
        var status: String?
        var owner: UInt64 = 0
    }

    /// Whether the stream is a terminal that can redraw a line.
    public let isTerminal: Bool
    /// Whether colours are wanted.
    public let usesColour: Bool

    private let columns: @Sendable () -> Int
    private let output: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// A stream.
    ///
    /// - Parameters:
    ///   - isTerminal: Whether a line can be redrawn.
    ///   - usesColour: Whether colours are wanted; never without a terminal.
    ///   - columns: The present width of the terminal.
    ///   - output: Takes what is written. It is called under a lock and must not call back.
    public init(
        isTerminal: Bool, usesColour: Bool = false, columns: @escaping @Sendable () -> Int,
        output: @escaping @Sendable (String) -> Void
    ) {
        self.isTerminal = isTerminal
        self.usesColour = usesColour && isTerminal
        self.columns = columns
        self.output = output
    }

    /// The process's standard error.
    public static let standardError: StatusStream = {
        let terminal = environment("TERM") ?? ""
        let isTerminal = isatty(STDERR_FILENO) == 1 && !terminal.isEmpty && terminal != "dumb"
        // https://no-color.org: any value that is not empty.
        let refusesColour = !(environment("NO_COLOR") ?? "").isEmpty
        return StatusStream(
            isTerminal: isTerminal, usesColour: !refusesColour, columns: terminalColumns, output: writeToStandardError)
    }()

    /// The present width in columns, at least 1.
    public var width: Int { max(columns(), 1) }

    /// Prints a line, above the status line if there is one.
    ///
    /// - Parameter text: The line without its newline.
    public func line(_ text: String) {
        state.withLock { state in
            output(clearing(state) + text + "\n" + (state.status ?? ""))
        }
    }

    /// Hides the status line while something else writes to the same terminal.
    ///
    /// - Parameter body: What writes; it must not print through this stream.
    /// - Returns: What the closure returned.
    /// - Throws: What the closure threw.
    public func hidingStatus<Result, Failure: Error>(
        _ body: () throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        try state.withLock { (state) throws(Failure) -> sending Result in
            if state.status != nil { output(clearing(state)) }
            defer {
                if let status = state.status { output(status) }
            }
            return try body()
        }
    }

    /// Removes the status line, whoever drew it; the next redraw brings it back. For the moment before the process ends.
    public func clearStatus() {
        state.withLock { state in
            if state.status != nil { output(clearing(state)) }
            state.status = nil
        }
    }

    func draw(_ status: String, owner: UInt64) {
        state.withLock { state in
            output(clearing(state) + status)
            state.status = status
            state.owner = owner
        }
    }

    /// Removes the owner's status line and prints a last line in its place.
    func finish(_ text: String?, owner: UInt64) {
        state.withLock { state in
            let clear = state.owner == owner ? clearing(state) : text == nil ? "" : clearing(state)
            if state.owner == owner { state.status = nil }
            let rest = text.map { $0 + "\n" + (state.status ?? "") } ?? ""
            if !(clear + rest).isEmpty { output(clear + rest) }
        }
    }

    private func clearing(_ state: State) -> String {
        // Back to the beginning, then erase to the end of the line.
        state.status == nil ? "" : "\r\u{1B}[K"
    }
}

/// The standard error stream, shared by all that write to it.
public enum StandardError {
    /// Prints a line, above a progress line if there is one.
    ///
    /// - Parameter text: The line without its newline.
    public static func line(_ text: String) {
        StatusStream.standardError.line(text)
    }

    /// Whether it is a terminal that can redraw a line.
    public static var isTerminal: Bool { StatusStream.standardError.isTerminal }

    /// The width of the terminal in columns; `COLUMNS` or 80 where it cannot be asked.
    public static var width: Int { StatusStream.standardError.width }
}

/// How a piece of text may be set off on a terminal.
public enum TextStyle: Int, Sendable {
    /// Heavier.
    case bold = 1
    /// Lighter.
    case faint = 2
    /// For errors.
    case red = 31
    /// For success.
    case green = 32
    /// For warnings.
    case yellow = 33
}

/// A text set off, or the text alone where the stream takes no colour.
///
/// - Parameters:
///   - text: The text.
///   - style: How to set it off.
///   - stream: Where it will be printed.
/// - Returns: The text with or without escape sequences.
public func styled(_ text: String, _ style: TextStyle, for stream: StatusStream = .standardError) -> String {
    stream.usesColour ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
}

private func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
}

@Sendable private func terminalColumns() -> Int {
    var size = winsize()
    if ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    if let columns = environment("COLUMNS").flatMap({ Int($0) }), columns > 0 { return columns }
    return 80
}

/// Writes all of it; a standard error that takes nothing more is nobody's to be told of.
@Sendable private func writeToStandardError(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
        var done = 0
        while done < bytes.count {
            let written = write(STDERR_FILENO, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            if written > 0 {
                done += written
            } else if written == -1, errno == EAGAIN {
                var descriptor = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
                _ = poll(&descriptor, 1, 1000)
            } else if written == 0 || errno != EINTR {
                return
            }
        }
    }
}
