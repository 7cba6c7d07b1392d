// SPDX-License-Identifier: Apache-2.0

import Hub
import Synchronization
import Terminal

/// The progress of the files of a download, one bar after the other.
final class DownloadProgress: Sendable {
    private struct Current {
        var file = ""
        var bar: ProgressBar?
    }

    private let current = Mutex(Current())

    func update(_ progress: HubProgress) {
        current.withLock { current in
            if current.file != progress.file {
                current.bar?.finish()
                current.file = progress.file
                // Configuration and tokenizer are there before a bar could be read.
                let isLarge = progress.totalBytes.map { $0 >= 4 << 20 } ?? true
                current.bar =
                    isLarge
                    ? ProgressBar(title: progress.file, total: progress.totalBytes.map { $0 >> 10 }, unit: "KiB") : nil
            }
            current.bar?.update(count: progress.receivedBytes >> 10)
        }
    }

    func finish() {
        current.withLock { current in
            current.bar?.finish()
            current = Current()
        }
    }
}
