// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation

/// Calls `body` once for every index below `count`, on up to `workers` threads, and waits for all of them.
///
/// Worker w takes the indices w, w + workers, …, so that `body` can use scratch memory that belongs to its worker.
/// Nothing here orders the calls: floating-point sums have to be kept per index and added up afterwards, in order,
/// for results not to depend on the number of threads.
package func forEachIndex(below count: Int, workers: Int, _ body: (_ index: Int, _ worker: Int) -> Void) {
    let threads = max(1, min(workers, count))
    guard threads > 1 else {
        for index in 0..<max(0, count) { body(index, 0) }
        return
    }
    withoutActuallyEscaping(body) { body in
        // Safe to share: the calls end before this function does, and callers write apart by index or worker.
        nonisolated(unsafe) let body = body
        DispatchQueue.concurrentPerform(iterations: threads) { worker in
            for index in stride(from: worker, to: count, by: threads) { body(index, worker) }
        }
    }
}

/// The results of `body` for every index below `count`, in order, computed on up to `workers` threads.
package func mapIndices<Result>(below count: Int, workers: Int, _ body: (Int) -> Result) -> [Result] {
    [Result](unsafeUninitializedCapacity: count) { results, initializedCount in
        // Each call writes a place of its own.
        nonisolated(unsafe) let places = results
        forEachIndex(below: count, workers: workers) { index, _ in
            places.initializeElement(at: index, to: body(index))
        }
        initializedCount = count
    }
}

/// Uninitialised memory for a fixed number of values, freed with its owner.
///
/// The rankings hold gigabytes; an `Array` would write zeros over them first and check every access. Whoever keeps
/// the pointer keeps the owner alive with `withExtendedLifetime`.
final class Scratch<Element: BitwiseCopyable> {
    let pointer: UnsafeMutablePointer<Element>
    let count: Int

    /// Allocates on cache-line borders, so that a row of 64 bytes is one line; large memory on huge pages where the
    /// system has them, since it is read and written all over.
    init(count: Int) {
        let bytes = max(1, count) * MemoryLayout<Element>.stride
        let hugePage = 2 << 20
        let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: bytes >= 2 * hugePage ? hugePage : 64)
        #if os(Linux)
            // Only a hint: without it everything works, more slowly.
            if bytes >= 2 * hugePage { _ = madvise(raw, bytes, MADV_HUGEPAGE) }
        #endif
        pointer = raw.bindMemory(to: Element.self, capacity: max(1, count))
        self.count = count
    }

    convenience init(repeating value: Element, count: Int) {
        self.init(count: count)
        pointer.update(repeating: value, count: count)
    }

    var buffer: UnsafeMutableBufferPointer<Element> { UnsafeMutableBufferPointer(start: pointer, count: count) }

    deinit { UnsafeMutableRawPointer(pointer).deallocate() }
}
