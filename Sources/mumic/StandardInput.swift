// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Text of a file or of stdin, line by line in constant memory.
enum StandardInput {
    /// The lines of stdin.
    static func lines() -> AnySequence<String> { AnySequence { LineIterator(descriptor: STDIN_FILENO) } }
}

/// The lines of a descriptor without their ends (`\n` or `\r\n`); bytes that are no UTF-8 become U+FFFD.
struct LineIterator: IteratorProtocol {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var position = 0
    private var isAtEnd = false

    init(descriptor: Int32) { self.descriptor = descriptor }

    mutating func next() -> String? {
        var searched = position
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { position = end + 1 }
                return text(buffer[position..<end])
            }
            searched = buffer.count
            if isAtEnd {
                if position == buffer.count { return nil }
                defer { position = buffer.count }
                return text(buffer[position...])
            }
            searched -= position
            fill()
        }
    }

    private func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes, as: UTF8.self)
    }

    private mutating func fill() {
        buffer.removeFirst(position)
        position = 0
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(descriptor, &piece, piece.count)
        if count > 0 {
            buffer += piece[..<count]
        } else if count == 0 || errno != EINTR {
            isAtEnd = true
        }
    }
}
