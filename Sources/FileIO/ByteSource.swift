// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A growing window over the bytes of a file, a pipe or memory. The reader looks at ``window``, asks for more with
/// ``fill()`` and gives bytes back with ``consume(_:)``. Offsets count from the window's start and stay valid across
/// ``fill()``; the pointers do not.
public final class ByteSource {
    /// The longest run of bytes that a reader may hold on to: one CSV record or one line.
    public static let windowLimit = 256 << 20

    /// What messages call it.
    public let path: String
    private let descriptor: Int32
    private let ownsDescriptor: Bool
    private var storage: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var start = 0
    private var end = 0
    private var isExhausted = false
    private let observer: ((UnsafeRawBufferPointer) -> Void)?
    /// Bytes that were consumed so far.
    public private(set) var offset = 0

    /// Opens a file; a pipe or device will do. The observer sees all bytes as they are read, as for a hash.
    public init(path: String, observer: ((UnsafeRawBufferPointer) -> Void)? = nil) throws(FileIOError) {
        try checkPath(path)
        self.observer = observer
        self.path = path
        descriptor = try retrying(.read, path) { open(path, O_RDONLY | O_CLOEXEC) }
        ownsDescriptor = true
        capacity = 1 << 18
        storage = .allocate(capacity: capacity)
    }

    /// Reads from an open descriptor, which stays open; `path` is its name in messages.
    public init(descriptor: Int32, path: String) {
        self.path = path
        self.descriptor = descriptor
        observer = nil
        ownsDescriptor = false
        capacity = 1 << 16
        storage = .allocate(capacity: capacity)
    }

    /// Reads from a copy of bytes in memory; `path` is their name in messages.
    public init(bytes: UnsafeBufferPointer<UInt8>, path: String) {
        self.path = path
        descriptor = -1
        observer = nil
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

    /// The first of the window's ``count`` bytes; valid until the next ``fill()``.
    public var bytes: UnsafeMutablePointer<UInt8> { storage + start }

    /// How many bytes the window holds.
    public var count: Int { end - start }

    /// The window's bytes; valid until the next ``fill()``.
    public var window: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: bytes, count: count) }

    /// Moves the window's start forward.
    public func consume(_ amount: Int) {
        start += amount
        offset += amount
    }

    /// Adds at least one byte to the window; false at the end of the data. One `read` at most returns what a pipe has,
    /// so lines are seen as they arrive.
    public func fill() throws(FileIOError) -> Bool {
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
        let received = try retrying(.read, path) { read(descriptor, storage + end, capacity - end) }
        observer?(UnsafeRawBufferPointer(start: storage + end, count: received))
        end += received
        isExhausted = received == 0
        return !isExhausted
    }

    /// Whether the window holds a byte at `position`, after reading more if need be.
    public func has(_ position: Int) throws(FileIOError) -> Bool {
        while position >= count {
            guard try fill() else { return false }
        }
        return true
    }
}
