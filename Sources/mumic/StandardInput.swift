// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation

extension LineReader {
    /// A reader of texts: lines end with LF or CRLF.
    convenience init(textsFrom descriptor: Int32) {
        self.init(ByteSource(descriptor: descriptor, path: "standard input"), endsAtReturn: false)
    }

    /// The next line; nil after the last. What is no UTF-8 in it becomes U+FFFD.
    func nextText() throws -> String? {
        do {
            return try next() ? text : nil
        } catch {
            guard case .system(_, _, let code) = error else { throw error }
            throw InputError.badData(
                "cannot read the lines: \(String(cString: strerror(code))); check where they come from")
        }
    }
}
