// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization

/// Work that was not taken in: the queue is full, and may have a place after some seconds.
struct QueueFull: Error, Equatable {
    let retryAfter: Int
}

/// The queue in front of a model: ``BatchingState`` with its clock, and the tasks that wait for their answers.
final class BatchQueue<Work: Sendable, Answer: Sendable>: Sendable {
    /// Answers a batch, piece by piece in their order, on a worker; `alone` says that nothing else is to be done.
    typealias Run = @Sendable (_ works: [Work], _ worker: Int, _ alone: Bool) async -> [Result<Answer, any Error>]

    private let core: BatchQueueCore<Work, Answer>
    private let signals: AsyncStream<Void>.Continuation

    /// A queue whose batches `run` answers, for each of `workers` one after the other. `onCancel` is told of each piece whose
    /// task was cancelled.
    init(
        batchSize: Int, limit: Int, delay: Duration, workers: Int = 1, onCancel: @escaping @Sendable () -> Void = {},
        run: @escaping Run
    ) {
        let batching = BatchingState(
            batchSize: batchSize, limit: limit, delay: UInt64(max(0, delay / .nanoseconds(1))), workers: workers)
        let (stream, signals) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let core = BatchQueueCore<Work, Answer>(batching, signals, onCancel)
        (self.core, self.signals) = (core, signals)
        // Ends with the stream, which ends with this queue.
        Task { for await _ in stream { core.startAll(run) } }
    }

    deinit { signals.finish() }

    /// The cost of all that waits or is on its way.
    var length: Int { core.state.withLock { $0.batching.length } }

    /// For how long the oldest of the batches that run has been running; nil where none does.
    var runningFor: Duration? {
        core.state.withLock { $0.runningSince.values.min() }.map { .nanoseconds(Int64(monotonicNanoseconds() - $0)) }
    }

    /// Refuses work of a cost if there is no place for it now, without taking it in.
    func check(cost: Int) throws(QueueFull) {
        if let refusal = core.state.withLock({ $0.refusal(of: cost) }) { throw refusal }
    }

    /// Takes in work of a cost, whose pieces are submitted or given up through the admission.
    func admit(cost: Int) throws(QueueFull) -> Admission {
        let refusal = core.state.withLock { state in
            state.batching.admit(cost: cost) ? nil : state.refusal(of: cost) ?? QueueFull(retryAfter: 1)
        }
        if let refusal { throw refusal }
        return Admission(core, cost: cost)
    }

    /// A place in the queue for work that is being prepared. What was not submitted is given up with it.
    final class Admission: Sendable {
        private let core: BatchQueueCore<Work, Answer>
        private let rest: Mutex<Int>

        fileprivate init(_ core: BatchQueueCore<Work, Answer>, cost: Int) {
            self.core = core
            rest = Mutex(cost)
        }

        deinit { abandon(cost: .max) }

        /// Gives up a part that will not arrive.
        func abandon(cost: Int) {
            let given = take(cost)
            if given > 0 { core.abandon(cost: given) }
        }

        /// Enters a piece that is ready, and waits for its answer. Throws what running it threw, and
        /// `CancellationError` as soon as the task is cancelled; a piece that has not begun to run never does then.
        func submit(_ work: Work, _ kind: BatchingState.Kind, cost: Int = 1) async throws -> Answer {
            try await core.submit(work, kind, cost: take(cost))
        }

        private func take(_ cost: Int) -> Int {
            rest.withLock { rest in
                let taken = min(rest, cost)
                rest -= taken
                return taken
            }
        }
    }
}

/// What a queue, its admissions and its driver share.
final class BatchQueueCore<Work: Sendable, Answer: Sendable>: Sendable {
    struct Entry {
        let work: Work
        let continuation: CheckedContinuation<Answer, any Error>
    }

    struct State {
        var batching: BatchingState
        var entries: [UInt64: Entry] = [:]
        /// Pieces whose task was cancelled before they were entered.
        var cancelledEarly: Set<UInt64> = []
        var nextID: UInt64 = 0
        /// The workers that run a batch, and since when.
        var runningSince: [Int: UInt64] = [:]
        var idleWorkers: [Int]
        /// Nanoseconds that a piece takes, a moving mean.
        var nanosecondsPerPiece = 20_000_000.0

        /// Why work of a cost finds no place; nil if it does.
        func refusal(of cost: Int) -> QueueFull? {
            guard batching.isFull(for: cost) else { return nil }
            let seconds = nanosecondsPerPiece * Double(batching.length) / Double(batching.workers) / 1e9
            return QueueFull(retryAfter: max(1, min(60, Int(seconds.rounded(.up)))))
        }
    }

    let state: Mutex<State>
    private let signals: AsyncStream<Void>.Continuation
    private let onCancel: @Sendable () -> Void

    init(
        _ batching: BatchingState, _ signals: AsyncStream<Void>.Continuation, _ onCancel: @escaping @Sendable () -> Void
    ) {
        state = Mutex(State(batching: batching, idleWorkers: Array((0..<batching.workers).reversed())))
        (self.signals, self.onCancel) = (signals, onCancel)
    }

    func abandon(cost: Int) {
        state.withLock { $0.batching.abandon(cost: cost) }
        signals.yield()
    }

    func submit(_ work: Work, _ kind: BatchingState.Kind, cost: Int) async throws -> Answer {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        // A task may be cancelled just as its answer comes.
        defer { state.withLock { _ = $0.cancelledEarly.remove(id) } }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isEntered = state.withLock { state in
                    if state.cancelledEarly.remove(id) != nil {
                        state.batching.abandon(cost: cost)
                        return false
                    }
                    state.batching.arrive(id, kind, cost: cost, at: monotonicNanoseconds())
                    state.entries[id] = Entry(work: work, continuation: continuation)
                    return true
                }
                if !isEntered { continuation.resume(throwing: CancellationError()) }
                signals.yield()
            }
        } onCancel: {
            let entry = state.withLock { state in
                let entry = state.entries.removeValue(forKey: id)
                if entry == nil { state.cancelledEarly.insert(id) } else { _ = state.batching.cancel(id) }
                return entry
            }
            entry?.continuation.resume(throwing: CancellationError())
            onCancel()
            signals.yield()
        }
    }

    /// Starts batches while there are any to run and workers for them; where a piece waits for others, comes back in
    /// time.
    func startAll(_ run: @escaping BatchQueue<Work, Answer>.Run) {
        while true {
            let (action, works, worker) = state.withLock { state in
                let now = monotonicNanoseconds()
                let action = state.batching.next(at: now)
                guard case .run(let ids, _) = action, let worker = state.idleWorkers.popLast() else {
                    return (action, [Work](), 0)
                }
                state.runningSince[worker] = now
                return (action, ids.compactMap { state.entries[$0]?.work }, worker)
            }
            switch action {
            case .idle: return
            case .wait(let until):
                let now = monotonicNanoseconds()
                if until > now {
                    let pause = until - now
                    Task { [signals] in
                        try? await Task.sleep(nanoseconds: pause)
                        signals.yield()
                    }
                    return
                }
            case .run(let ids, let alone):
                Task {
                    finish(ids, await run(works, worker, alone), worker)
                    signals.yield()
                }
            }
        }
    }

    private func finish(_ ids: [UInt64], _ answers: [Result<Answer, any Error>], _ worker: Int) {
        let entries = state.withLock { state in
            let now = monotonicNanoseconds()
            let took = Double(now - (state.runningSince.removeValue(forKey: worker) ?? now)) / Double(max(1, ids.count))
            state.nanosecondsPerPiece += 0.1 * (took - state.nanosecondsPerPiece)
            state.idleWorkers.append(worker)
            state.batching.finished()
            return ids.map { state.entries.removeValue(forKey: $0) }
        }
        for (place, entry) in entries.enumerated() {
            entry?.continuation.resume(with: place < answers.count ? answers[place] : .failure(NoAnswer()))
        }
    }
}

/// A batch gave fewer answers than it had pieces: a fault of this program.
struct NoAnswer: Error {}

/// A clock that does not go back.
func monotonicNanoseconds() -> UInt64 { DispatchTime.now().uptimeNanoseconds }
