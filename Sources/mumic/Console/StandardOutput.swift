// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Synchronization
import Terminal

/// Thrown when the reader of stdout has gone away, as `head` does: the end of the work, and no error.
struct ClosedOutput: Error {}

/// Results on stdout, buffered, with failures noticed.
final class StandardOutput: Sendable {
    static let shared = StandardOutput()

    private let buffer = Mutex<[UInt8]>([])

    /// Adds text; on a terminal it appears at once.
    func write(_ text: String) throws {
        let isFull = buffer.withLock { buffer in
            buffer += Array(text.utf8)
            return buffer.count > 1 << 16
        }
        if isFull || isatty(STDOUT_FILENO) == 1 { try flush() }
    }

    /// Writes what is waiting.
    func flush() throws {
        try buffer.withLock { buffer in
            defer { buffer.removeAll(keepingCapacity: true) }
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EPIPE {
                    throw ClosedOutput()
                } else if errno != EINTR {
                    throw InputError.badData(
                        "cannot write to stdout: \(String(cString: strerror(errno))); free disk space or write elsewhere"
                    )
                }
            }
        }
    }
}
