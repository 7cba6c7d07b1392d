// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing

@testable import Serving

@Suite(.timeLimit(.minutes(1))) struct BatchQueueTests {
    @Test func `answers go back to their questions`() async throws {
        let queue = BatchQueue<Int, Int>(batchSize: 4, limit: 100, delay: .milliseconds(1)) { works, _, _ in
            works.map { .success($0 * 2) }
        }
        try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for number in 0..<50 {
                group.addTask { (number, try await queue.admit(cost: 1).submit(number, .pictures)) }
            }
            for try await (question, answer) in group { #expect(answer == question * 2) }
        }
        #expect(queue.length == 0)
    }

    @Test func `a piece that fails fails alone`() async throws {
        struct Bad: Error {}
        let queue = BatchQueue<Int, Int>(batchSize: 8, limit: 100, delay: .seconds(5)) { works, _, _ in
            works.map { $0 == 3 ? .failure(Bad()) : .success($0) }
        }
        let admission = try queue.admit(cost: 5)
        let good = try await withThrowingTaskGroup(of: Int?.self) { group in
            for number in 0..<5 { group.addTask { try? await admission.submit(number, .pictures) } }
            return try await group.reduce(into: 0) { $0 += $1 == nil ? 0 : 1 }
        }
        #expect(good == 4)
    }

    @Test func `a full queue refuses at once and says when to come again`() async throws {
        let gate = Gate()
        let queue = BatchQueue<Int, Int>(batchSize: 1, limit: 2, delay: .zero) { works, _, _ in
            await gate.wait()
            return works.map { .success($0) }
        }
        async let first = queue.admit(cost: 1).submit(1, .pictures)
        while queue.runningFor == nil { await Task.yield() }
        let held = try queue.admit(cost: 2)
        #expect(throws: QueueFull(retryAfter: 1)) { try queue.check(cost: 1) }
        #expect(throws: QueueFull.self) { try queue.admit(cost: 1) }
        held.abandon(cost: 2)
        try queue.check(cost: 2)
        await gate.open()
        #expect(try await first == 1)
    }

    @Test func `a cancelled piece throws at once, does not run, and gives its place back`() async throws {
        let gate = Gate()
        let seen = Mutex<[Int]>([])
        let cancelled = Mutex(0)
        let queue = BatchQueue<Int, Int>(
            batchSize: 1, limit: 10, delay: .zero, onCancel: { cancelled.withLock { $0 += 1 } }
        ) { works, _, _ in
            seen.withLock { $0 += works }
            await gate.wait()
            return works.map { .success($0) }
        }
        async let first = queue.admit(cost: 1).submit(1, .pictures)
        while queue.runningFor == nil { await Task.yield() }
        let second = Task { try await queue.admit(cost: 1).submit(2, .pictures) }
        while queue.length == 0 { await Task.yield() }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        #expect(queue.length == 0)
        await gate.open()
        #expect(try await first == 1)
        #expect(try await queue.admit(cost: 1).submit(3, .pictures) == 3)
        #expect(seen.withLock { $0 } == [1, 3])
        #expect(cancelled.withLock { $0 } == 1)
    }

    @Test func `an admission that is let go gives its place back`() throws {
        let queue = BatchQueue<Int, Int>(batchSize: 1, limit: 1, delay: .zero) { works, _, _ in
            works.map { .success($0) }
        }
        do { _ = try queue.admit(cost: 1) }
        #expect(queue.length == 0)
    }

    @Test func `a batch that gives too few answers leaves nobody waiting`() async throws {
        let queue = BatchQueue<Int, Int>(batchSize: 4, limit: 10, delay: .zero) { _, _, _ in [] }
        await #expect(throws: NoAnswer.self) { try await queue.admit(cost: 1).submit(1, .texts) }
    }
}

/// Something to wait for.
private actor Gate {
    private var isOpen = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    func wait() async {
        if !isOpen { await withCheckedContinuation { waiters.append($0) } }
    }

    func open() {
        isOpen = true
        for waiter in waiters { waiter.resume() }
        waiters = []
    }
}
