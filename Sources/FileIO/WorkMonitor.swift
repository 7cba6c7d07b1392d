// SPDX-License-Identifier: Apache-2.0

/// How long work tells what it is doing, and asks whether to go on. Libraries take one and never look at a global.
///
///     let progress = monitor.begin("scoring", total: pictures.count)
///     for picture in pictures {
///         score(picture)
///         progress.advance()
///         try monitor.check()
///     }
///     progress.finish()
public struct WorkMonitor: Sendable {
    private let interruption: @Sendable () throws -> Void
    private let notes: @Sendable (String) -> Void
    private let stages: @Sendable (_ title: String, _ total: Int?, _ unit: String) -> any WorkProgress

    /// A monitor of given parts, each of which may be left out: `interruption` throws ``Interrupted`` where somebody
    /// has asked to stop, `notes` takes lines that users should see, `stages` begins to show a stage of the work.
    public init(
        interruption: @escaping @Sendable () throws -> Void = {},
        notes: @escaping @Sendable (String) -> Void = { _ in },
        stages: @escaping @Sendable (_ title: String, _ total: Int?, _ unit: String) -> any WorkProgress = { _, _, _ in
            SilentProgress()
        }
    ) {
        self.interruption = interruption
        self.notes = notes
        self.stages = stages
    }

    /// Shows nothing and never interrupts.
    public static let silent = WorkMonitor()

    /// Throws ``Interrupted`` where somebody has asked to stop; to be called between steps.
    public func check() throws { try interruption() }

    /// Tells users a line.
    public func note(_ line: String) { notes(line) }

    /// Begins a stage: what is done, in a word or two, how many units there are if that is known, and their name in the
    /// plural. The result is told how far it is; released unfinished, as when an error passes, it takes its line away.
    public func begin(_ title: String, total: Int?, unit: String = "images") -> any WorkProgress {
        stages(title, total, unit)
    }
}

/// How far a stage of long work is.
public protocol WorkProgress: Sendable {
    /// Counts units as done.
    func advance(by count: Int)
    /// Sets how many units are done, from the beginning.
    func update(count: Int)
    /// Says that the stage is done.
    func finish()
}

extension WorkProgress {
    /// Counts one unit as done.
    public func advance() { advance(by: 1) }
}

/// Shows nothing.
public struct SilentProgress: WorkProgress {
    /// Shows nothing.
    public init() {}
    /// Does nothing.
    public func advance(by count: Int) {}
    /// Does nothing.
    public func update(count: Int) {}
    /// Does nothing.
    public func finish() {}
}
