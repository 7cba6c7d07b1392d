// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation

/// The few system calls that the cache needs, with errors in words.
enum FileSystem {
    /// What a failed call on a path means.
    static func failure(_ path: String, code: Int32 = errno, neededBytes: Int? = nil) -> HubError {
        code == ENOSPC || code == EDQUOT
            ? .diskFull(path: path, neededBytes: neededBytes)
            : .unwritable(path: path, reason: String(cString: strerror(code)))
    }

    static func makeDirectory(_ path: String) throws(HubError) {
        do {
            try createDirectory(path: path)
        } catch {
            throw failure(path, code: error.code ?? EACCES)
        }
    }

    /// The size of a regular file, links followed; `nil` where there is none.
    static func size(ofFileAt path: String) -> Int? {
        var information = stat()
        guard stat(path, &information) == 0, (information.st_mode & S_IFMT) == S_IFREG else { return nil }
        return Int(information.st_size)
    }

    /// Replaces a file as one step: readers see the old content or the new one.
    static func write(_ text: String, to path: String) throws(HubError) {
        let aside = "\(path).\(UUID().uuidString.prefix(8).lowercased()).tmp"
        let descriptor = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(path) }
        let bytes = Array(text.utf8)
        let isWritten = Foundation.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        let code = errno
        close(descriptor)
        guard isWritten, rename(aside, path) == 0 else {
            let problem = isWritten ? errno : code
            unlink(aside)
            throw failure(path, code: problem)
        }
    }

    /// The bytes that are free for us where the path lies; `nil` where the file system does not say.
    static func freeBytes(at path: String) -> Int? {
        var information = statvfs()
        guard statvfs(path, &information) == 0, information.f_blocks > 0 else { return nil }
        let (bytes, overflow) = Int(clamping: information.f_bavail).multipliedReportingOverflow(
            by: Int(clamping: information.f_frsize))
        return overflow ? nil : bytes
    }
}

/// An exclusive lock on a file, shared with huggingface_hub: `flock` on `.locks/…/<etag>.lock`, let go with the value.
struct FileLock: ~Copyable {
    private let descriptor: Int32

    /// Waits until the lock is ours; `isWaiting` is called once if that takes longer than 3 s. The lock file is made if
    /// it is missing, and left in place. On a file system without locks there is nothing to wait for: the checksum then
    /// guards the content.
    init(path: String, isWaiting: () -> Void) throws(HubError) {
        let start = ContinuousClock.now
        var hasTold = false
        while true {
            let candidate = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o664)
            guard candidate >= 0 else { throw FileSystem.failure(path) }
            while flock(candidate, LOCK_EX | LOCK_NB) != 0 {
                guard errno == EWOULDBLOCK || errno == EINTR else {
                    descriptor = candidate
                    return
                }
                if !hasTold, ContinuousClock.now - start > .seconds(3) {
                    hasTold = true
                    isWaiting()
                }
                usleep(20_000)
            }
            // Some writers delete the lock file: a lock on a file that has no name any more keeps nobody out.
            var held = stat()
            var named = stat()
            if fstat(candidate, &held) == 0, stat(path, &named) == 0, held.st_ino == named.st_ino {
                descriptor = candidate
                return
            }
            close(candidate)
        }
    }

    deinit {
        close(descriptor)
    }
}
