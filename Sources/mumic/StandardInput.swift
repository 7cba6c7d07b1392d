// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The lines of a descriptor without their ends (`\n` or `\r\n`); bytes that are no UTF-8 become U+FFFD.
struct LineIterator: IteratorProtocol {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var position = 0
    private var isAtEnd = false
    private var failure: Int32 = 0

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

    /// Throws if the lines ended because they could not be read on.
    func checkWhole() throws {
        if failure != 0 {
            throw BadDataError(
                message: "cannot read the lines: \(String(cString: strerror(failure))); check where they come from")
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
        } else if count == 0 {
            isAtEnd = true
        } else if errno != EINTR {
            failure = errno
            isAtEnd = true
        }
    }
}
