// SPDX-License-Identifier: Apache-2.0

import ContentHash
import FileIO
import Foundation

/// A blob on its way: `<etag>.incomplete`, which a later run goes on with. To be used under the blob's lock.
struct PartialBlob: ~Copyable {
    let path: String
    private let etag: String
    private let expectedSize: Int?
    private let descriptor: Int32
    private var hash = SHA256()
    /// How many bytes the file holds.
    private(set) var count = 0

    /// Opens what an earlier run has left. It is dropped if it is too long, or if the length to reach is not known.
    init(path: String, metadata: BlobMetadata) throws(HubError) {
        self.path = path
        etag = metadata.etag
        expectedSize = metadata.size
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileSystem.failure(path) }
        let left = FileSystem.size(ofFileAt: path) ?? 0
        if let expected = expectedSize, left <= expected {
            var beginning = SHA256()
            try readBack { bytes in beginning.update(bytes) }
            hash = beginning
            count = left
        } else {
            try restart()
        }
    }

    deinit {
        close(descriptor)
    }

    /// Drops everything.
    mutating func restart() throws(HubError) {
        guard ftruncate(descriptor, 0) == 0 else { throw FileSystem.failure(path) }
        count = 0
        hash = SHA256()
    }

    mutating func append(_ data: Data) throws(HubError) {
        var problem: Int32 = 0
        let path = path
        data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = UnsafeRawBufferPointer(rebasing: rest)
                let written = write(descriptor, piece.baseAddress, piece.count)
                if written < 0 {
                    if errno == EINTR { continue }
                    problem = errno
                    return
                }
                rest = rest.dropFirst(written)
            }
            hash.update(bytes)
        }
        guard problem == 0 else {
            throw FileSystem.failure(path, code: problem, neededBytes: expectedSize.map { $0 - count })
        }
        count += data.count
    }

    /// The content's checksum: SHA-256 for LFS files, git's blob name for others; `nil` if the etag is of another kind.
    func checksum() throws(HubError) -> String? {
        if isHexadecimal(etag, digits: 64) { return hash.hexadecimal() }
        guard isHexadecimal(etag, digits: 40) else { return nil }
        var name = SHA1(gitBlobOfLength: count)
        try readBack { bytes in name.update(bytes) }
        return name.hexadecimal()
    }

    /// Makes the blob appear under its own name, whole and on the disk.
    func publish(at destination: String) throws(HubError) {
        guard fsync(descriptor) == 0, rename(path, destination) == 0 else { throw FileSystem.failure(destination) }
        // A file system that cannot make the rename survive a power cut has its reasons.
        try? syncDirectory(path: (destination as NSString).deletingLastPathComponent)
    }

    /// Gives the content from the first byte.
    private func readBack(_ body: (UnsafeRawBufferPointer) -> Void) throws(HubError) {
        do {
            try readPieces(path: path, body)
        } catch {
            throw .unreadable(path: path, reason: error.code.map { String(cString: strerror($0)) } ?? "\(error)")
        }
    }
}
