// SPDX-License-Identifier: Apache-2.0

import Dispatch

/// Calls `body` once for every index below `count`, on up to `workers` threads, and waits for all of them.
///
/// Nothing here orders the calls: sums are kept for each index and added up afterwards, in order, so that results do
/// not depend on the number of threads.
func forEachIndex(below count: Int, workers: Int, _ body: (_ index: Int) -> Void) {
    let threads = max(1, min(workers, count))
    guard threads > 1 else {
        for index in 0..<max(0, count) { body(index) }
        return
    }
    withoutActuallyEscaping(body) { body in
        // Safe to share: the calls end before this function does, and callers write apart by index.
        nonisolated(unsafe) let body = body
        DispatchQueue.concurrentPerform(iterations: threads) { worker in
            for index in stride(from: worker, to: count, by: threads) { body(index) }
        }
    }
}
