// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Terminal

extension PictureInputs {
    /// Throws the error that ended the sequence, if one did; says which files of directories were no pictures.
    func finishAndTell() throws {
        try finish()
        let (count, first) = leftOut
        guard count > 0, let first else { return }
        let files =
            count == 1
            ? "1 file is no picture that can be read and was"
            : "\(count) files are no pictures that can be read and were"
        StandardError.line("note: \(files) left out: \(count == 1 ? "" : "such as ")\(printable(first))")
    }
}
