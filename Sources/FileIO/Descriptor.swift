// SPDX-License-Identifier: Apache-2.0

import Glibc

/// An open file that closes itself when it goes out of scope.
struct Descriptor: ~Copyable {
    let number: Int32
    /// The size when it was opened, in bytes; 0 for what is no regular file.
    var size = 0

    deinit { _ = Glibc.close(number) }
}

/// Calls the kernel until it is not interrupted, and turns its refusal into an error.
@discardableResult
func retrying<Result: SignedInteger>(
    _ operation: FileOperation, _ path: String, _ body: () -> Result
) throws(FileIOError) -> Result {
    while true {
        let result = body()
        if result != -1 { return result }
        let code = errno
        if code != EINTR { throw .system(operation: operation, path: path, code: code) }
    }
}

/// Refuses paths that C would cut short at a NUL byte and so mistake for another file.
func checkPath(_ path: String) throws(FileIOError) {
    if path.isEmpty || path.utf8.contains(0) { throw .invalidPath(path: path) }
}

/// What `mode` says a file is, or `nil` for a regular file.
func irregularKind(_ mode: mode_t) -> FileKind? {
    switch mode & mode_t(S_IFMT) {
    case mode_t(S_IFREG): nil
    case mode_t(S_IFDIR): .directory
    case mode_t(S_IFIFO): .pipe
    case mode_t(S_IFCHR), mode_t(S_IFBLK): .device
    case mode_t(S_IFSOCK): .socket
    default: .unknown
    }
}

/// Opens a regular file for reading; anything else is refused without waiting for it, unless pipes and devices are accepted.
func openFile(_ path: String, acceptsPipes: Bool = false) throws(FileIOError) -> Descriptor {
    try checkPath(path)
    // Opening a pipe that nobody writes to would wait for ever.
    let waiting = acceptsPipes ? 0 : O_NONBLOCK
    let number: Int32
    do {
        number = try retrying(.read, path) { open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | waiting) }
    } catch {
        guard !acceptsPipes, error.code == ENXIO else { throw error }
        throw .notRegularFile(operation: .read, path: path, kind: .socket)
    }
    var descriptor = Descriptor(number: number)
    var status = stat()
    try retrying(.read, path) { fstat(number, &status) }
    guard let kind = irregularKind(status.st_mode) else {
        descriptor.size = Int(status.st_size)
        return descriptor
    }
    if kind == .directory || !acceptsPipes { throw .notRegularFile(operation: .read, path: path, kind: kind) }
    return descriptor
}

/// The folder of a path, `.` where none is written.
package func folder(of path: String) -> String {
    let trimmed = withoutTrailingSeparators(path)
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    let folder = String(trimmed[..<slash])
    return folder.isEmpty ? "/" : withoutTrailingSeparators(folder)
}

/// A path without the separators at its end; `/` stays.
package func withoutTrailingSeparators(_ path: String) -> String {
    var bytes = path.utf8[...]
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    return String(Substring(bytes))
}

/// A hidden name in the folder of `path` that no other process or thread uses.
package func temporaryPath(beside path: String) -> String {
    let random = String(UInt64.random(in: .min ... .max), radix: 16)
    let name = ".mumic-\(getpid())-\(random).partial"
    let folder = folder(of: path)
    return folder == "/" ? "/" + name : folder + "/" + name
}
