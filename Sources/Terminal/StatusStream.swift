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

    private let columns: @Sendable () -> Int
    private let output: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// A stream on a terminal that can redraw a line, or not, of the present width `columns`. `output` takes what is
    /// written; it is called under a lock and must not call back.
    public init(
        isTerminal: Bool, columns: @escaping @Sendable () -> Int, output: @escaping @Sendable (String) -> Void
    ) {
        self.isTerminal = isTerminal
        self.columns = columns
        self.output = output
    }

    /// The process's standard error.
    public static let standardError: StatusStream = {
        let terminal = environment("TERM") ?? ""
        let isTerminal = isatty(STDERR_FILENO) == 1 && !terminal.isEmpty && terminal != "dumb"
        return StatusStream(isTerminal: isTerminal, columns: terminalColumns, output: writeToStandardError)
    }()

    /// The present width in columns, at least 1.
    public var width: Int { max(columns(), 1) }

    /// Prints a line, given without its newline, above the status line if there is one.
    public func line(_ text: String) { state.withLock { output(clearing($0) + text + "\n" + ($0.status ?? "")) } }

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
    /// Prints a line, given without its newline, above a progress line if there is one.
    public static func line(_ text: String) { StatusStream.standardError.line(text) }

    /// Whether it is a terminal that can redraw a line.
    public static var isTerminal: Bool { StatusStream.standardError.isTerminal }

    /// The width of the terminal in columns; `COLUMNS` or 80 where it cannot be asked.
    public static var width: Int { StatusStream.standardError.width }
}

private func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

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
