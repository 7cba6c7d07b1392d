// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How many bytes may be taken at a time for bodies or for decoded pictures.
///
/// Proof for `@unchecked Sendable`: `taken` is read and written only while `condition` is locked.
final class ByteBudget: @unchecked Sendable {
    private let limit: Int
    private let condition = NSCondition()
    private var taken = 0

    /// A budget of so many bytes.
    init(limit: Int) { self.limit = limit }

    /// The bytes that are taken.
    var used: Int { condition.withLock { taken } }

    /// Takes bytes if they are there; false if not.
    func tryTake(_ count: Int) -> Bool {
        condition.withLock {
            guard taken + count <= limit else { return false }
            taken += count
            return true
        }
    }

    /// Takes bytes, waiting for them on this thread. More than the whole budget is given to one at a time.
    func take(_ count: Int) {
        condition.withLock {
            while taken > 0, taken + count > limit { condition.wait() }
            taken += count
        }
    }

    /// Gives bytes back.
    func give(_ count: Int) {
        condition.withLock {
            taken -= count
            condition.broadcast()
        }
    }
}
