// SPDX-License-Identifier: Apache-2.0

public import FileIO
import Foundation

/// A TensorBoard event file that grows as a run goes on. Each event is handed to the system as it is appended, so that it
/// outlives the process.
public final class EventFileWriter {
    /// The file.
    public let path: String

    private let descriptor: Int32

    private static let prefix = "events.out.tfevents."

    /// Starts a file that takes the place of all event files in a directory for this run's alone, which is made if it
    /// is not there.
    ///
    /// The file begins with `history`, at `wallTime` in seconds since 1970. It has its whole beginning before it has
    /// its name, and only then are the old ones emptied: whenever the process is killed, the directory shows the run.
    /// For a moment it may show it twice; a TensorBoard that is running forgets what it read before when it comes to
    /// the new file, which sorts after the old ones. It may be reading one of these, and one of its two readers never
    /// gets over a file that is gone: hence an old file is emptied first, and removed when the next takes its place.
    public init(directory: String, history: some Sequence<ScalarEvent>, wallTime: Double) throws(FileIOError) {
        try createDirectory(path: directory)
        let old = try listDirectory(path: directory).filter { $0.hasPrefix(Self.prefix) }
        path = directory + "/" + Self.name(wallTime: wallTime, after: old)
        let file = try AtomicFileWriter(path: path)
        try file.append(EventRecord.fileVersion(wallTime: wallTime))
        try file.append(EventRecord.sessionStart(step: 0, wallTime: wallTime))
        for event in history {
            if let record = EventRecord.scalars(event, wallTime: wallTime) { try file.append(record) }
        }
        try file.commit(durable: false)
        descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        if descriptor < 0 { throw .system(operation: .write, path: path, code: errno) }
        for name in old { try Self.retire(directory + "/" + name) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Appends the values of a step. Those that are not finite as 32-bit numbers, TensorBoard's kind, are left out.
    public func append(_ event: ScalarEvent, wallTime: Double) throws(FileIOError) {
        guard var rest = EventRecord.scalars(event, wallTime: wallTime)?[...] else { return }
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw .system(operation: .write, path: path, code: errno)
            }
        }
    }

    /// Waits until what was appended has reached the disk.
    public func synchronize() throws(FileIOError) {
        if fsync(descriptor) != 0 { throw .system(operation: .synchronize, path: path, code: errno) }
    }

    /// Empties a file, or removes it if it is empty already or if emptying it would reach beyond this name: a link.
    private static func retire(_ path: String) throws(FileIOError) {
        var status = stat()
        let isOwn =
            lstat(path, &status) == 0 && status.st_mode & mode_t(S_IFMT) == mode_t(S_IFREG) && status.st_nlink == 1
        let isEmptied = isOwn && status.st_size > 0
        if (isEmptied ? truncate(path, 0) : unlink(path)) != 0, errno != ENOENT {
            throw .system(operation: isEmptied ? .write : .remove, path: path, code: errno)
        }
    }

    /// A file name as TensorFlow's writers make it: prefix, seconds, host, process, number.
    ///
    /// TensorBoard reads a directory's files in the order of their names and never goes back, so the seconds are later
    /// than those of the files that are there, whatever the clock says.
    private static func name(wallTime: Double, after old: [String]) -> String {
        let latest = old.compactMap { Int($0.dropFirst(prefix.count).prefix { $0 != "." }) }.max() ?? -1
        let now = Int(exactly: wallTime.rounded(.down)) ?? 0
        let seconds = String(max(now, latest == .max ? latest : latest + 1, 0))
        let padding = String(repeating: "0", count: max(0, 10 - seconds.count))
        var buffer = [CChar](repeating: 0, count: 256)
        let found = gethostname(&buffer, buffer.count - 1) == 0
        let host = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let name = found && !host.isEmpty ? host.replacing("/", with: "_") : "localhost"
        return "\(prefix)\(padding)\(seconds).\(name).\(getpid()).0"
    }
}
