// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Turns inputs into outputs on worker threads, ahead of the consumer and in the order of the inputs.
///
/// At most `ahead` inputs are pulled beyond what the consumer took, one at a time, so memory stays constant and an
/// endless sequence is pulled no further than needed. A failure takes its input's place in the order; the rest goes on.
/// The workers are threads of their own, as decoding blocks. They end when the inputs are used up, after ``cancel()``,
/// or when the loader is released, each after what it is in the middle of.
public final class PictureLoader<Input: Sendable, Output: Sendable>: Sendable {
    /// One input with what became of it.
    public struct Element: Sendable {
        /// The input's place in the sequence, from 0.
        public let index: Int
        /// The input.
        public let input: Input
        /// The output, or why there is none.
        public let result: Result<Output, ImagingError>
    }

    private let state: LoaderState<Input, Output>

    /// Starts the workers: at least one, and no more than `ahead`, which is at least 1. `process` makes the output of
    /// one input, given with its index, and is called on several threads at once.
    public init(
        _ inputs: some Sequence<Input> & Sendable, workers: Int, ahead: Int,
        process: @escaping @Sendable (_ index: Int, _ input: Input) throws(ImagingError) -> Output
    ) {
        var iterator = inputs.makeIterator()
        state = LoaderState(pull: { iterator.next() }, ahead: max(1, ahead), process: process)
        for _ in 0..<max(1, min(workers, ahead)) {
            guard state.startWorker() else { break }
        }
    }

    deinit { state.cancel() }

    /// The next element in order, waiting for it if need be; nil after the last one and after ``cancel()``.
    public func next() -> Element? {
        if case .element(let element) = next(patience: nil) { element } else { nil }
    }

    /// What there is to be had of a loader.
    public enum Next: Sendable {
        /// The next element in order.
        case element(Element)
        /// The inputs have none to give for now, and all that they gave has been had.
        case nothingYet
        /// There are no more, or the loader was cancelled.
        case end
    }

    /// The next element as ``next()`` gives it; or, where all inputs that were given have been had, and the next one
    /// does not come within `patience` seconds, that there is nothing yet. Nil waits for ever.
    public func next(patience: Double?) -> Next {
        switch state.next(patience: patience) {
        case .success(let entry?):
            .element(Element(index: entry.index, input: entry.input, result: entry.result))
        case .success(nil): .end
        case .failure: .nothingYet
        }
    }

    /// Stops the workers and wakes a waiting consumer; what was made ahead is dropped.
    public func cancel() { state.cancel() }
}

/// What workers and consumer share. Proof for `@unchecked Sendable`: `ahead` and `process` are immutable and Sendable.
/// Every stored `var` is read and written only while `condition` is locked. `pull`, which hides the iterator and is not
/// Sendable, is called only by the worker that set `isPulling` under the lock, and nobody else sets it before that
/// worker has cleared it under the lock again; so calls never overlap, and the lock orders them.
private final class LoaderState<Input: Sendable, Output: Sendable>: @unchecked Sendable {
    typealias Entry = (index: Int, input: Input, result: Result<Output, ImagingError>)

    private let pull: () -> Input?
    private let ahead: Int
    private let process: @Sendable (Int, Input) throws(ImagingError) -> Output
    private let condition = NSCondition()
    private var finished: [Int: Entry] = [:]
    private var pulled = 0
    private var delivered = 0
    private var workers = 0
    private var isPulling = false
    private var isExhausted = false
    private var isCancelled = false

    init(
        pull: @escaping () -> Input?, ahead: Int,
        process: @escaping @Sendable (Int, Input) throws(ImagingError) -> Output
    ) {
        self.pull = pull
        self.ahead = ahead
        self.process = process
    }

    /// Starts one more thread; false if the system has none.
    func startWorker() -> Bool {
        condition.withLock { workers += 1 }
        if startDetachedThread({ self.work() }) { return true }
        condition.withLock { workers -= 1 }
        return false
    }

    /// The source has nothing to give for now.
    struct NothingYet: Error {}

    func next(patience: Double?) -> Result<Entry?, NothingYet> {
        condition.lock()
        defer { condition.unlock() }
        let deadline = patience.map { Date(timeIntervalSinceNow: $0) }
        while true {
            if isCancelled { return .success(nil) }
            if let entry = finished.removeValue(forKey: delivered) {
                delivered += 1
                condition.broadcast()
                return .success(entry)
            }
            if isExhausted && delivered == pulled { return .success(nil) }
            if workers == 0 {
                // The system gave no thread at all: the consumer does the work itself.
                step()
            } else if let deadline, delivered == pulled {
                if !condition.wait(until: deadline), delivered == pulled, !isExhausted, !isCancelled {
                    return .failure(NothingYet())
                }
            } else {
                condition.wait()
            }
        }
    }

    func cancel() {
        condition.withLock {
            isCancelled = true
            finished = [:]
            condition.broadcast()
        }
    }

    private func work() {
        condition.lock()
        while true {
            while !isCancelled && !isExhausted && (isPulling || pulled - delivered >= ahead) { condition.wait() }
            if isCancelled || isExhausted { break }
            step()
        }
        condition.unlock()
    }

    /// Pulls and processes one input. Called and left with the lock held, which is open in between.
    private func step() {
        isPulling = true
        let index = pulled
        condition.unlock()
        let input = pull()
        condition.lock()
        isPulling = false
        guard let input else {
            isExhausted = true
            condition.broadcast()
            return
        }
        pulled += 1
        condition.broadcast()  // the next worker may pull
        condition.unlock()
        let result: Result<Output, ImagingError>
        do {
            result = .success(try process(index, input))
        } catch {
            result = .failure(error)
        }
        condition.lock()
        if !isCancelled { finished[index] = (index, input, result) }
        condition.broadcast()
    }
}

/// Carries a closure through a thread's C argument.
private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Runs a closure on a thread of its own; false if the system has none.
private func startDetachedThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    let box = Unmanaged.passRetained(ThreadBody(body))
    var thread = pthread_t()
    let status = pthread_create(
        &thread, nil,
        { argument in
            if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
            return nil
        }, box.toOpaque())
    if status != 0 {
        box.release()
        return false
    }
    pthread_detach(thread)
    return true
}
