// SPDX-License-Identifier: Apache-2.0

public import FileIO
import Foundation

/// Records what long work shows, and stops it where a test wants it. `@unchecked` is safe, as the work tells its monitor
/// everything on the one thread that the test itself waits on.
public final class Watch: @unchecked Sendable {
    /// Titles of stages, each again with its count at every advance, and notes.
    public private(set) var told: [String] = []
    /// Whether the work is to stop at its next look.
    public var isStopped = false
    private let (place, time): (String?, Int)

    /// Stops at what is told for the given time, from 1; without a place, only when ``isStopped`` is set.
    public init(stopAt place: String? = nil, time: Int = 1) { (self.place, self.time) = (place, time) }

    fileprivate func tell(_ words: String) {
        told.append(words)
        if words == place, told.count(where: { $0 == words }) == time { isStopped = true }
    }

    /// What the work is given.
    public var monitor: WorkMonitor {
        WorkMonitor(
            interruption: { if self.isStopped { throw Interrupted(signal: SIGINT) } }, notes: tell,
            stages: { title, _, _ in
                self.tell(title)
                return Stage(title: title, watch: self)
            })
    }

    private final class Stage: WorkProgress, @unchecked Sendable {
        let title: String
        let watch: Watch
        var count = 0

        init(title: String, watch: Watch) { (self.title, self.watch) = (title, watch) }

        func advance(by count: Int) { update(count: self.count + count) }
        func update(count: Int) {
            self.count = count
            watch.tell("\(title) \(count)")
        }
        func finish() {}
    }
}
