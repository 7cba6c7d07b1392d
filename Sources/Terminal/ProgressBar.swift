// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Synchronization

/// The progress of a long piece of work.
///
/// On a terminal it is one line, redrawn at most ten times a second as the work advances; elsewhere a plain line every
/// ten seconds at most. Either way a last line says what was done. A bar that is released unfinished, as when an error
/// passes, takes its line away. All calls may come from any thread.
public final class ProgressBar: Sendable {
    /// The shortest time between two redraws on a terminal, in seconds.
    static let redrawInterval = 0.1
    /// The shortest time between two lines elsewhere, in seconds.
    static let lineInterval = 10.0
    /// The time over which the rate is averaged, in seconds.
    static let rateWindow = 5.0

    private struct Progress {
        var state: ProgressState
        let start: Double
        let startCount: Int
        var lastDrawn: Double
        var rate: RateEstimate
        var isOver = false
    }

    private static let lastIdentifier = Atomic<UInt64>(0)

    private let stream: StatusStream
    private let clock: @Sendable () -> Double
    private let identifier: UInt64
    private let progress: Mutex<Progress>

    /// Starts the clock and, on a terminal, draws the line.
    ///
    /// A run that is resumed starts at the units that it had done before, which do not count for the rate; `total` is
    /// nil if unknown. The clock gives seconds since any fixed moment and never goes back.
    public init(
        title: String, total: Int?, startingAt: Int = 0, unit: String = "images", stream: StatusStream = .standardError,
        clock: @escaping @Sendable () -> Double = monotonicSeconds
    ) {
        let now = clock()
        self.stream = stream
        self.clock = clock
        identifier = ProgressBar.lastIdentifier.wrappingAdd(1, ordering: .relaxed).newValue
        let state = ProgressState(title: title, count: startingAt, total: total, unit: unit)
        progress = Mutex(
            Progress(
                state: state, start: now, startCount: startingAt, lastDrawn: now,
                rate: RateEstimate(time: now, count: startingAt)))
        if stream.isTerminal { draw(state) }
    }

    deinit {
        let isOver = progress.withLock { $0.isOver }
        if !isOver, stream.isTerminal { stream.finish(nil, owner: identifier) }
    }

    /// Counts more units as done.
    public func advance(by count: Int = 1) { update { $0.count += count } }

    /// Sets how many units are done, from the beginning.
    public func update(count: Int) { update { $0.count = count } }

    /// Sets the text at the end of the line, such as `loss 0.0312`.
    public func update(extra: String) { update { $0.extra = extra } }

    /// Ends the line with what was done; further calls do nothing. Fewer units than the total count as stopped.
    public func finish() {
        progress.withLock { progress in
            if progress.isOver { return }
            progress.isOver = true
            let elapsed = clock() - progress.start
            progress.state.elapsed = elapsed
            let done = progress.state.count - progress.startCount
            progress.state.rate = elapsed > 0 && done > 0 ? Double(done) / elapsed : nil
            let isWhole = progress.state.total.map { progress.state.count >= $0 } ?? true
            progress.state.phase = isWhole ? .finished : .stopped
            let width = stream.isTerminal ? stream.width - 1 : nil
            stream.finish(render(progress.state, width: width), owner: identifier)
        }
    }

    // The line is drawn under the lock: two threads can otherwise draw in the wrong order.
    private func update(_ change: (inout ProgressState) -> Void) {
        progress.withLock { progress in
            if progress.isOver { return }
            change(&progress.state)
            let now = clock()
            let interval = stream.isTerminal ? ProgressBar.redrawInterval : ProgressBar.lineInterval
            guard now - progress.lastDrawn >= interval else { return }
            progress.lastDrawn = now
            progress.rate.add(time: now, count: progress.state.count)
            progress.state.rate = progress.rate.value
            progress.state.elapsed = now - progress.start
            if stream.isTerminal { draw(progress.state) } else { stream.line(render(progress.state, width: nil)) }
        }
    }

    private func draw(_ state: ProgressState) {
        // The last column stays free: some terminals wrap as soon as it is filled.
        stream.draw(render(state, width: stream.width - 1), owner: identifier)
    }
}

/// An exponentially weighted average of a rate, corrected for its short past at the beginning.
struct RateEstimate {
    private var time: Double
    private var count: Int
    private var weightedSum = 0.0
    private var weight = 0.0

    init(time: Double, count: Int) {
        self.time = time
        self.count = count
    }

    /// Units per second; `nil` before the first interval.
    var value: Double? { weight > 0 ? weightedSum / weight : nil }

    mutating func add(time now: Double, count newCount: Int) {
        let interval = now - time
        guard interval > 0 else { return }
        let share = 1 - exp(-interval / ProgressBar.rateWindow)
        let rate = max(Double(newCount) - Double(count), 0) / interval
        weightedSum += share * (rate - weightedSum)
        weight += share * (1 - weight)
        time = now
        count = newCount
    }
}

/// Seconds since the machine started, never going back: the clock of a ``ProgressBar``.
@Sendable public func monotonicSeconds() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
