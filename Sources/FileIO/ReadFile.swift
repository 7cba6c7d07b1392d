// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads a whole file into memory; one of more than `maximumBytes` is refused. `acceptsPipes` allows pipes and devices
/// (`/dev/stdin`, a shell's `<(…)`), whose end is waited for: say so only for paths that the user typed, as a pipe
/// named by a data set would stop the program.
public func readFile(
    path: String, maximumBytes: Int, acceptsPipes: Bool = false
) throws(FileIOError) -> [UInt8] {
    let descriptor = try openFile(path, acceptsPipes: acceptsPipes)
    let (number, expected) = (descriptor.number, descriptor.size)
    if expected > maximumBytes { throw .tooLarge(path: path, maximumBytes: maximumBytes) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(expected)
    var chunk = [UInt8](repeating: 0, count: min(max(expected + 1, 4096), 1 << 20))
    // The end need not be where the file's size said: it may grow, and some files report no size.
    while true {
        let count = try chunk.withUnsafeMutableBufferPointer { (buffer) throws(FileIOError) -> Int in
            try retrying(.read, path) { read(number, buffer.baseAddress, buffer.count) }
        }
        if count == 0 { return bytes }
        if count > maximumBytes - bytes.count { throw .tooLarge(path: path, maximumBytes: maximumBytes) }
        bytes += chunk[..<count]
    }
}

/// Reads a regular file of any size in pieces, in order, each of at most 1 MiB and valid during the call.
public func readPieces(path: String, _ body: (UnsafeRawBufferPointer) -> Void) throws(FileIOError) {
    let descriptor = try openFile(path)
    let number = descriptor.number
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { buffer.deallocate() }
    while true {
        let count = try retrying(.read, path) { read(number, buffer.baseAddress, buffer.count) }
        if count == 0 { return }
        body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
}

/// Reads a whole UTF-8 text file, as ``readFile(path:maximumBytes:acceptsPipes:)`` does; a byte order mark at its
/// beginning is removed, and one of UTF-16 makes it text in UTF-16. Bytes that are no such text are an error with their line.
public func readText(
    path: String, maximumBytes: Int, acceptsPipes: Bool = false
) throws(FileIOError) -> String {
    let bytes = try readFile(path: path, maximumBytes: maximumBytes, acceptsPipes: acceptsPipes)
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
        let source = bytes.withUnsafeBufferPointer { ByteSource(bytes: $0, path: path) }
        try source.beginText()
        return String(decoding: source.window, as: UTF8.self)
    }
    let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    if let text = String(validating: content, as: UTF8.self) { return text }
    let lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let bad = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
    throw .notUTF8(path: path, line: bad + 1)
}
