// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How a mapped file is about to be used.
public enum MappedFileAdvice: Sendable {
    /// From the beginning to the end: read ahead, keep little.
    case sequential
    /// Not again soon: its memory may be used for something else.
    case dontNeed

    var flag: Int32 {
        switch self {
        case .sequential: Int32(MADV_SEQUENTIAL)
        case .dontNeed: Int32(MADV_DONTNEED)
        }
    }
}

/// A whole regular file as read-only memory: pages are read as they are touched, so that a large model costs address
/// space, not memory. Replacing the file by renaming another over it leaves the mapping as it was. Nobody may
/// *truncate* the file meanwhile: the kernel then ends the process at the next access. `mumic` itself writes aside and
/// renames.
public final class MappedFile: Sendable {
    /// The path that was opened.
    public let path: String

    // Safe, as it is never written after init, and the memory that it points to is read-only for its whole life.
    /// The file's bytes, valid while this object lives. Swift may release an object after its last use, before the last
    /// use of these bytes: keep the object in a property, or use ``withBytes(_:)``.
    nonisolated(unsafe) public let bytes: UnsafeRawBufferPointer

    /// Maps a regular file; a directory, pipe, socket or device is refused at once.
    public init(path: String) throws(FileIOError) {
        let descriptor = try openFile(path)
        let size = descriptor.size
        self.path = path
        guard size > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        // MAP_FAILED is a cast macro that Swift does not import: it is the address -1.
        guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor.number, 0),
            Int(bitPattern: address) != -1
        else {
            throw .system(operation: .read, path: path, code: errno)
        }
        bytes = UnsafeRawBufferPointer(start: address, count: size)
    }

    deinit {
        if let address = bytes.baseAddress {
            _ = munmap(UnsafeMutableRawPointer(mutating: address), bytes.count)
        }
    }

    /// The size in bytes.
    public var count: Int { bytes.count }

    /// Calls a closure with the file's bytes, which are valid until it returns and must not escape.
    public func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(self) {} }
        return try body(bytes)
    }

    /// Tells the kernel how a part of the file, by default all of it, is about to be used. This changes speed and
    /// memory use only. With `.dontNeed` only pages that lie wholly inside are dropped, since their neighbours' bytes
    /// may still be wanted.
    public func advise(_ advice: MappedFileAdvice, range: Range<Int>? = nil) {
        guard let base = bytes.baseAddress else { return }
        let range = (range ?? 0..<bytes.count).clamped(to: 0..<bytes.count)
        let page = Int(getpagesize())
        var low = range.lowerBound / page * page
        var high = range.upperBound
        if case .dontNeed = advice {
            low = (range.lowerBound + page - 1) / page * page
            if high < bytes.count { high = high / page * page }
        }
        guard low < high else { return }
        _ = madvise(UnsafeMutableRawPointer(mutating: base + low), high - low, advice.flag)
    }
}
