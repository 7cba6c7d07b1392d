// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Whole small files, written so that a reader sees the old one or the new one, never a half.
public enum AtomicFile {
    /// Writes a file aside and renames it into place; `durable` waits until content and name have reached the disk.
    /// After an error the old file is untouched and nothing is left beside it.
    public static func write(_ bytes: [UInt8], to path: String, durable: Bool) throws(FileIOError) {
        let writer = try AtomicFileWriter(path: path)
        try writer.append(bytes)
        try writer.commit(durable: durable)
    }

    /// Writes a text as UTF-8.
    public static func write(_ text: String, to path: String, durable: Bool) throws(FileIOError) {
        try write(Array(text.utf8), to: path, durable: durable)
    }
}

/// A file written piece by piece that appears whole, under its name, when it is committed. Until then the pieces are in
/// a hidden file in the same folder (rename works only within a file system), which is removed if the writer is
/// released or fails. A symbolic link at the path is replaced, never written through: it may lead into a shared cache.
/// The result has mode 0644, less the process's umask.
public final class AtomicFileWriter {
    private enum State {
        case open
        case failed(FileIOError)
        case closed
    }

    private static let bufferSize = 1 << 20

    /// The path that the file will have.
    public let path: String

    private let temporary: String
    private let descriptor: Int32
    private var state = State.open
    private var buffer: [UInt8] = []
    private var flushed = 0

    /// Starts a file aside; its folder must be there. Throws if that cannot be written to, or the path is a directory,
    /// pipe or device.
    public init(path: String) throws(FileIOError) {
        try checkPath(path)
        if path.hasSuffix("/") { throw .notRegularFile(operation: .write, path: path, kind: .directory) }
        // Renaming over /dev/null would replace the device itself.
        var status = stat()
        if stat(path, &status) == 0, let kind = irregularKind(status.st_mode) {
            throw .notRegularFile(operation: .write, path: path, kind: kind)
        }
        self.path = path
        while true {
            let name = temporaryPath(beside: path)
            let number = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(0o644))
            let code = errno
            if number >= 0 {
                temporary = name
                descriptor = number
                return
            }
            if code != EINTR, code != EEXIST { throw .system(operation: .write, path: path, code: code) }
        }
    }

    deinit { discard() }

    /// The number of bytes appended so far.
    public var count: Int { flushed + buffer.count }

    /// Appends bytes. After an error the file can no longer be committed.
    public func append(_ bytes: UnsafeRawBufferPointer) throws(FileIOError) {
        try checkOpen()
        if buffer.count + bytes.count <= AtomicFileWriter.bufferSize {
            buffer.append(contentsOf: bytes)
            return
        }
        try flush()
        if bytes.count >= AtomicFileWriter.bufferSize {
            try writeAll(bytes, at: flushed)
            flushed += bytes.count
        } else {
            buffer.append(contentsOf: bytes)
        }
    }

    /// Appends bytes.
    public func append(_ bytes: [UInt8]) throws(FileIOError) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(FileIOError) in try append(UnsafeRawBufferPointer(buffer)) }
    }

    /// Appends a text as UTF-8.
    public func append(_ text: String) throws(FileIOError) {
        try append(Array(text.utf8))
    }

    /// Overwrites bytes that were appended before, such as a header whose numbers are known only at the end.
    public func seekWrite(_ bytes: [UInt8], at offset: Int) throws(FileIOError) {
        precondition(offset >= 0 && bytes.count <= count - offset, "only bytes already appended can be overwritten")
        try checkOpen()
        try flush()
        try bytes.withUnsafeBufferPointer { (buffer) throws(FileIOError) in
            try writeAll(UnsafeRawBufferPointer(buffer), at: offset)
        }
    }

    /// Gives the file its name and closes the writer; `durable` waits until content and name have reached the disk.
    /// After an error, also one of an earlier append, nothing is left aside; only if the folder's own flush fails is
    /// the new file already in place.
    public func commit(durable: Bool) throws(FileIOError) {
        do throws(FileIOError) {
            try checkOpen()
            try flush()
            if durable {
                try retrying(.synchronize, path) { fsync(descriptor) }
            }
            state = .closed
            if close(descriptor) == -1, errno != EINTR {
                throw FileIOError.system(operation: .write, path: path, code: errno)
            }
            try retrying(.rename, path) { rename(temporary, path) }
        } catch {
            discard()
            _ = unlink(temporary)
            throw error
        }
        if durable { try syncDirectory(path: folder(of: path)) }
    }

    /// Removes what was written aside. Without effect after a commit.
    public func cancel() { discard() }

    private func discard() {
        if case .closed = state { return }
        state = .closed
        buffer = []
        _ = close(descriptor)
        _ = unlink(temporary)
    }

    private func checkOpen() throws(FileIOError) {
        switch state {
        case .open: return
        case .failed(let error): throw error
        case .closed: preconditionFailure("the file was committed or cancelled before")
        }
    }

    private func flush() throws(FileIOError) {
        guard !buffer.isEmpty else { return }
        let pending = buffer
        try pending.withUnsafeBufferPointer { (bytes) throws(FileIOError) in
            try writeAll(UnsafeRawBufferPointer(bytes), at: flushed)
        }
        flushed += pending.count
        buffer.removeAll(keepingCapacity: true)
    }

    /// Writes every byte, however little the kernel takes at a time.
    private func writeAll(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileIOError) {
        var done = 0
        do throws(FileIOError) {
            while done < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
                let written = try retrying(.write, path) {
                    pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
                }
                // A regular file never takes zero bytes without an error; guard against looping on one that does.
                if written == 0 { throw FileIOError.system(operation: .write, path: path, code: EIO) }
                done += written
            }
        } catch {
            state = .failed(error)
            throw error
        }
    }
}
