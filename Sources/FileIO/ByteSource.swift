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
    /// What turns UTF-16 into UTF-8, once a byte order mark has asked for it.
    private var transcoder: UTF16Transcoder?
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
        if transcoder != nil { return try fillTranscoded() }
        let received = try retrying(.read, path) { read(descriptor, storage + end, capacity - end) }
        observer?(UnsafeRawBufferPointer(start: storage + end, count: received))
        end += received
        isExhausted = received == 0
        return !isExhausted
    }

    /// Steps over UTF-8's byte order mark at the beginning, and reads text in UTF-16 by its mark from here on as UTF-8.
    /// No more is read than the mark needs, so that a pipe is followed live.
    ///
    /// - Throws: ``FileIOError/text(path:line:problem:)`` for UTF-32, and for UTF-16 without a mark.
    public func beginText() throws(FileIOError) {
        guard try has(1) else { return }
        let (first, second) = (bytes[0], bytes[1])
        if first == 0xEF, second == 0xBB, try has(2), bytes[2] == 0xBF { return consume(3) }
        let isMarked = (first == 0xFF && second == 0xFE) || (first == 0xFE && second == 0xFF)
        let isWide = isMarked && first == 0xFF ? try has(3) && bytes[2] == 0 && bytes[3] == 0 : false
        // UTF-16 without a mark has a zero in one of its first two bytes; UTF-32 has more.
        if isWide || (first == 0) != (second == 0) || (first == 0 && second == 0) {
            throw .text(path: path, line: 1, problem: "the file is UTF-32, or UTF-16 without a byte order mark")
        }
        guard isMarked else { return }
        consume(2)
        let raw = Array(window)
        end = start
        transcoder = UTF16Transcoder(isBigEndian: first == 0xFE)
        try append(transcoding: raw, isLast: isExhausted)
    }

    private func fillTranscoded() throws(FileIOError) -> Bool {
        let before = end
        var raw = [UInt8](repeating: 0, count: 1 << 16)
        while end == before, !isExhausted {
            let received = try retrying(.read, path) { read(descriptor, &raw, raw.count) }
            raw.withUnsafeBytes { observer?(UnsafeRawBufferPointer(rebasing: $0[..<received])) }
            isExhausted = received == 0
            try append(transcoding: raw[..<received], isLast: isExhausted)
        }
        return end > before
    }

    /// Adds bytes of UTF-16 to the window as UTF-8.
    private func append(transcoding raw: some Collection<UInt8>, isLast: Bool) throws(FileIOError) {
        guard let text = transcoder?.next(raw, isLast: isLast) else {
            throw .text(
                path: path, line: transcoder?.line ?? 1, problem: "half a character of UTF-16; is the file whole?")
        }
        if end + text.count > capacity {
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * (end + text.count))
            larger.update(from: storage, count: end)
            storage.deallocate()
            storage = larger
            capacity = 2 * (end + text.count)
        }
        text.withUnsafeBufferPointer { text in
            if let base = text.baseAddress { (storage + end).update(from: base, count: text.count) }
        }
        end += text.count
    }

    /// Whether the window holds a byte at `position`, after reading more if need be.
    public func has(_ position: Int) throws(FileIOError) -> Bool {
        while position >= count {
            guard try fill() else { return false }
        }
        return true
    }
}
