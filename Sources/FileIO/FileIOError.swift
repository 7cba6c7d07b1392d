// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What was being done to a path when it failed, as it reads after "cannot".
public enum FileOperation: String, Sendable {
    /// Opening or reading a file that somebody named.
    case read
    /// Creating or writing a file.
    case write
    /// Forcing a file or directory to the disk.
    case synchronize = "flush to disk"
    /// Giving a file or directory its final name.
    case rename = "move into place"
    /// Removing a file or directory.
    case remove
    /// Listing a directory.
    case list
}

/// What a path turned out to be when a regular file was needed.
public enum FileKind: String, Sendable {
    /// A directory.
    case directory = "a directory"
    /// A named pipe.
    case pipe = "a pipe"
    /// A character or block device.
    case device = "a device"
    /// A socket.
    case socket = "a socket"
    /// None of the above.
    case unknown = "not a regular file"
}

/// A failure to read, write, move or remove a file.
public enum FileIOError: UserFacingError, Equatable {
    /// The kernel refused; `code` is its `errno`.
    case system(operation: FileOperation, path: String, code: Int32)
    /// The path is there but is no regular file.
    case notRegularFile(operation: FileOperation, path: String, kind: FileKind)
    /// The file holds more than the caller accepts.
    case tooLarge(path: String, maximumBytes: Int)
    /// The file should be text, and is not as it should be; `line` counts from 1.
    case text(path: String, line: Int, problem: String)
    /// A line is longer than a reader of lines takes (``ByteSource/windowLimit``); `line` counts from 1.
    case lineTooLong(path: String, line: Int)
    /// The path is empty or holds a NUL byte, so that no file can have it.
    case invalidPath(path: String)
    /// The file should be a NumPy array of float32 rows.
    case npy(path: String, problem: NPYProblem)

    /// The file should be text in UTF-8; `line` counts from 1.
    static func notUTF8(path: String, line: Int) -> FileIOError {
        .text(path: path, line: line, problem: "not UTF-8 text")
    }

    /// The `errno` with which the kernel refused; nil for other errors.
    package var code: Int32? { if case .system(_, _, let code) = self { code } else { nil } }

    /// Missing input where a path that was to be read is not there, else bad data.
    public var failureKind: FailureKind {
        guard case .system(let operation, _, let code) = self else { return .badData }
        let isRead = operation == .read || operation == .list
        return isRead && (code == ENOENT || code == ENOTDIR) ? .missingInput : .badData
    }

    /// One line: what failed, where, and what to do.
    public var description: String {
        switch self {
        case .system(let operation, let path, let code):
            let remedy = FileIOError.remedy(operation, code).map { "; \($0)" } ?? ""
            return "cannot \(operation.rawValue) \(printable(path)): \(FileIOError.words(errno: code))\(remedy)"
        case .notRegularFile(let operation, let path, let kind):
            return "cannot \(operation.rawValue) \(printable(path)): it is \(kind.rawValue); name a regular file"
        case .tooLarge(let path, let maximumBytes):
            return "\(printable(path)) is larger than \(maximumBytes) bytes; check that it is the right file"
        case .text(let path, let line, let problem):
            return "\(printable(path)):\(line): \(problem); save the file as UTF-8"
        case .lineTooLong(let path, let line):
            let limit = "\(ByteSource.windowLimit >> 20) MiB"
            return "\(printable(path)):\(line): more than \(limit) without a line's end; check that it is text"
        case .invalidPath(let path):
            return path.isEmpty
                ? "an empty path names no file; give a path"
                : "the path \(printable(path)) holds a NUL character; check where it comes from"
        case .npy(let path, let problem): return "\(printable(path)) \(problem.words)"
        }
    }

    /// The C library's words for an error number, fitted into the middle of a sentence.
    static func words(errno code: Int32) -> String {
        guard let text = strerror(code) else { return "error \(code)" }
        let words = String(cString: text)
        return words.prefix(1).lowercased() + words.dropFirst()
    }

    private static func remedy(_ operation: FileOperation, _ code: Int32) -> String? {
        switch code {
        case ENOENT, ENOTDIR:
            operation == .write ? "make its folder first" : "check the path"
        case EACCES, EPERM: "check its permissions"
        case EROFS: "choose a folder that can be written to"
        case ENOSPC, EDQUOT: "free some disk space"
        case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
        case ENOTEMPTY, EEXIST: "move the old one away first"
        case EXDEV: "use a folder on the same file system"
        case ELOOP: "check its symbolic links"
        case ENAMETOOLONG: "use a shorter name"
        case EIO: "check the disk"
        case ENOMEM: "free some memory"
        default: nil
        }
    }
}
