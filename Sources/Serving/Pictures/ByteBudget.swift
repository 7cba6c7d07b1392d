// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How many bytes may be taken at a time for bodies or for decoded pictures.
///
/// Proof for `@unchecked Sendable`: `taken` is read and written only while `condition` is locked.
final class ByteBudget: @unchecked Sendable {
    private let limit: Int
    private let condition = NSCondition()
    private var taken = 0
    /// Whose turn it is of those who wait, and the number of the next one to come.
    private var (turn, comers) = (0, 0)

    /// The bytes of all of it.
    var total: Int { limit }

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

    /// Takes bytes, waiting for them on this thread, first come, first served; false where there are fewer in all.
    func take(_ count: Int) -> Bool {
        if count > limit { return false }
        condition.withLock {
            let mine = comers
            comers += 1
            while turn != mine || taken + count > limit { condition.wait() }
            turn += 1
            taken += count
            condition.broadcast()
        }
        return true
    }

    /// Gives bytes back.
    func give(_ count: Int) {
        condition.withLock {
            taken -= count
            condition.broadcast()
        }
    }
}
