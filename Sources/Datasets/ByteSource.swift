// SPDX-License-Identifier: Apache-2.0

import ContentHash
import Foundation

/// A growing window over the bytes of a file, a pipe or memory.
///
/// The reader looks at `bytes[0 ..< count]`, asks for more with ``fill()`` and gives bytes back with ``consume(_:)``.
/// Offsets are counted from the window's start and stay valid across ``fill()``; the pointer does not.
final class ByteSource {
    /// The longest run of bytes that a reader may hold on to: one CSV record or one line.
    static let windowLimit = 256 << 20

    let path: String
    private let descriptor: Int32
    private let ownsDescriptor: Bool
    private var storage: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var start = 0
    private var end = 0
    private var isExhausted = false
    /// Of all bytes that were read so far; nil where nobody wants it.
    private var hash: SHA256?
    /// Bytes that were consumed so far.
    private(set) var offset = 0

    /// Opens a file, or a pipe by its path.
    ///
    /// - Parameters:
    ///   - path: The path.
    ///   - hashes: Whether ``contentHash()`` will be asked for.
    init(path: String, hashes: Bool = false) throws(DatasetError) {
        guard !path.utf8.contains(0) else { throw .missing(path: path) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code = errno
            throw code == ENOENT || code == ENOTDIR
                ? .missing(path: path) : .unreadable(path: path, reason: String(cString: strerror(code)))
        }
        self.path = path
        self.descriptor = descriptor
        ownsDescriptor = true
        hash = hashes ? SHA256() : nil
        capacity = 1 << 18
        storage = .allocate(capacity: capacity)
    }

    /// Reads from an open descriptor, which stays open.
    init(descriptor: Int32, path: String) {
        self.path = path
        self.descriptor = descriptor
        ownsDescriptor = false
        capacity = 1 << 16
        storage = .allocate(capacity: capacity)
    }

    /// Reads from a copy of bytes in memory.
    init(bytes: UnsafeBufferPointer<UInt8>, path: String) {
        self.path = path
        descriptor = -1
        ownsDescriptor = false
        capacity = max(bytes.count, 1)
        storage = .allocate(capacity: capacity)
        if let base = bytes.baseAddress { storage.update(from: base, count: bytes.count) }
        end = bytes.count
        isExhausted = true
    }

    deinit {
        storage.deallocate()
        if ownsDescriptor { close(descriptor) }
    }

    /// The window's bytes, `count` of them; valid until the next ``fill()``.
    var bytes: UnsafeMutablePointer<UInt8> { storage + start }

    /// How many bytes the window holds.
    var count: Int { end - start }

    /// Moves the window's start forward.
    func consume(_ amount: Int) {
        start += amount
        offset += amount
    }

    /// Adds at least one byte to the window; false at the end of the data.
    ///
    /// One `read` at most returns what a pipe has, so lines are seen as they arrive.
    func fill() throws(DatasetError) -> Bool {
        guard !isExhausted else { return false }
        if start > 0 && (start == end || end == capacity) {
            storage.update(from: storage + start, count: end - start)
            end -= start
            start = 0
        }
        if end == capacity {
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * 2)
            larger.update(from: storage, count: end)
            storage.deallocate()
            storage = larger
            capacity *= 2
        }
        while true {
            let received = read(descriptor, storage + end, capacity - end)
            if received > 0 {
                hash?.update(UnsafeRawBufferPointer(start: storage + end, count: received))
                end += received
                return true
            }
            if received == 0 {
                isExhausted = true
                return false
            }
            guard errno == EINTR else {
                throw .unreadable(path: path, reason: String(cString: strerror(errno)))
            }
        }
    }

    /// The SHA-256 of everything that the file or pipe held, as hexadecimal digits, without opening it again; nil where it
    /// was opened without. What is left is read and given back.
    func contentHash() throws(DatasetError) -> String? {
        repeat { consume(count) } while try fill()
        return hash?.hexadecimal()
    }

    /// Whether the window holds a byte at `position`, after reading more if need be.
    func has(_ position: Int) throws(DatasetError) -> Bool {
        while position >= count {
            guard try fill() else { return false }
        }
        return true
    }

    /// Steps over UTF-8's byte order mark, and refuses files in UTF-16 and UTF-32.
    func skipByteOrderMark() throws(DatasetError) {
        guard try has(1) else { return }
        let first = bytes[0]
        let second = bytes[1]
        // UTF-16 text without a mark has a zero in one of its first two bytes.
        if (first == 0xFE && second == 0xFF) || (first == 0xFF && second == 0xFE) || (first == 0) != (second == 0) {
            throw .malformed(path: path, line: 1, problem: .wideEncoding)
        }
        if first == 0xEF, second == 0xBB, try has(2), bytes[2] == 0xBF { consume(3) }
    }
}
