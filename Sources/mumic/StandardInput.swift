// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation

extension LineReader {
    /// A reader of texts: lines end with LF or CRLF. Text in UTF-16 is read by its byte order mark.
    convenience init(textsFrom descriptor: Int32, path: String = "standard input") throws {
        let source = ByteSource(descriptor: descriptor, path: path)
        try source.beginText()
        self.init(source, endsAtReturn: false)
    }
}
