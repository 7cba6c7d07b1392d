// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Which file a path leads to, whatever it is called: links to one file have one identity.
package struct FileIdentity: Equatable, Sendable {
    private let device: dev_t
    private let number: ino_t

    /// The file at a path, links followed; nil where there is none.
    package init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = status.st_dev
        number = status.st_ino
    }
}
