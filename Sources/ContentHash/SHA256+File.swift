// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Why a file could not be hashed.
public enum ContentHashError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no file at the path.
    case missing(path: String)
    /// The file is there and cannot be read; the reason is the system's.
    case unreadable(path: String, reason: String)

    /// Whether a path that was named is not there, rather than unusable.
    public var isMissingInput: Bool {
        if case .missing = self { true } else { false }
    }

    /// One line: what, where, what to do.
    public var description: String {
        switch self {
        case .missing(let path): "\(path): there is no such file; check the path"
        case .unreadable(let path, let reason):
            "\(path): cannot be read (\(reason)); check the file and its permissions"
        }
    }
}

extension SHA256 {
    /// The SHA-256 of a file's content, read once in pieces of 1 MiB.
    ///
    /// - Parameter path: A path to a file.
    /// - Returns: 64 lower-case hexadecimal digits.
    /// - Throws: ``ContentHashError`` if the file is missing or cannot be read.
    public static func hexadecimal(ofFileAt path: String) throws(ContentHashError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let isMissing = errno == ENOENT || errno == ENOTDIR
            throw isMissing ? .missing(path: path) : .unreadable(path: path, reason: reason())
        }
        defer { close(descriptor) }
        var hash = SHA256()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw .unreadable(path: path, reason: reason())
            }
            if count == 0 { return hash.hexadecimal() }
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    private static func reason() -> String {
        String(cString: strerror(errno))
    }
}
