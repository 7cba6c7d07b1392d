// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Serving

@Suite struct BatchingStateTests {
    @Test func `a lone piece runs at once`() {
        let state = Subject(batchSize: 4, limit: 10, delay: 1000)
        #expect(state.admit(cost: 1))
        #expect(state.next(at: 0) == .idle)
        state.arrive(1, .pictures, cost: 1, at: 5)
        #expect(state.next(at: 5) == .run([1], alone: true))
        #expect(state.length == 0)
        #expect(state.next(at: 6) == .idle)
    }

    @Test func `a piece waits for others on their way, but not beyond the delay`() {
        let state = Subject(batchSize: 4, limit: 10, delay: 1000)
        _ = state.admit(cost: 2)
        state.arrive(1, .pictures, cost: 1, at: 5)
        #expect(state.next(at: 5) == .wait(until: 1005))
        #expect(state.next(at: 1004) == .wait(until: 1005))
        #expect(state.next(at: 1005) == .run([1], alone: false))
    }

    @Test func `a piece stops waiting when nothing is on its way any more`() {
        let state = Subject(batchSize: 4, limit: 10, delay: 1000)
        _ = state.admit(cost: 2)
        state.arrive(1, .pictures, cost: 1, at: 5)
        state.abandon(cost: 1)
        #expect(state.next(at: 6) == .run([1], alone: true))
    }

    @Test func `a full batch runs at once, in the order of arrival`() {
        let state = Subject(batchSize: 2, limit: 10, delay: 1000)
        _ = state.admit(cost: 4)
        for id in 1...3 { state.arrive(UInt64(id), .pictures, cost: 1, at: UInt64(id)) }
        #expect(state.next(at: 3) == .run([1, 2], alone: false))
        #expect(state.next(at: 3) == .idle)
        state.finished()
        #expect(state.next(at: 4) == .wait(until: 1003))
    }

    @Test func `idle workers share what waits`() {
        let state = Subject(batchSize: 8, limit: 20, delay: 0, workers: 2)
        _ = state.admit(cost: 6)
        for id in 1...6 { state.arrive(UInt64(id), .pictures, cost: 1, at: 0) }
        #expect(state.next(at: 0) == .run([1, 2, 3], alone: false))
        #expect(state.next(at: 0) == .run([4, 5, 6], alone: false))
        _ = state.admit(cost: 1)
        state.arrive(7, .pictures, cost: 1, at: 0)
        #expect(state.next(at: 0) == .idle)
        state.finished()
        #expect(state.next(at: 0) == .run([7], alone: false))
    }

    @Test func `texts fill a batch by their cost`() {
        let state = Subject(batchSize: 4, limit: 100, delay: 0)
        _ = state.admit(cost: 30)
        for id in 1...3 { state.arrive(UInt64(id), .texts, cost: 10, at: 0) }
        #expect(state.next(at: 0) == .run([1], alone: false))
    }

    @Test func `pictures and texts run apart, the oldest first`() {
        let state = Subject(batchSize: 8, limit: 10, delay: 0)
        _ = state.admit(cost: 4)
        state.arrive(1, .pictures, cost: 1, at: 1)
        state.arrive(2, .texts, cost: 1, at: 2)
        state.arrive(3, .pictures, cost: 1, at: 3)
        state.arrive(4, .texts, cost: 1, at: 4)
        #expect(state.next(at: 4) == .run([1, 3], alone: false))
        state.finished()
        #expect(state.next(at: 4) == .run([2, 4], alone: true))
    }

    @Test func `the queue is bounded by cost, and takes what is larger than itself only when it is empty`() {
        let state = Subject(batchSize: 2, limit: 3, delay: 0)
        #expect(state.admit(cost: 5))
        #expect(!state.admit(cost: 1))
        state.arrive(1, .texts, cost: 5, at: 0)
        #expect(!state.admit(cost: 1))
        #expect(state.next(at: 0) == .run([1], alone: true))
        // What runs has left the queue.
        #expect(state.admit(cost: 3))
        #expect(!state.admit(cost: 1))
        state.abandon(cost: 3)
        #expect(state.length == 0)
    }

    @Test func `a cancelled piece never runs and frees its place`() {
        let state = Subject(batchSize: 2, limit: 2, delay: 1000)
        _ = state.admit(cost: 2)
        state.arrive(1, .pictures, cost: 1, at: 0)
        #expect(state.cancel(1))
        #expect(!state.cancel(1))
        #expect(state.length == 1)
        #expect(state.admit(cost: 1))
        state.arrive(2, .pictures, cost: 1, at: 1)
        state.arrive(3, .pictures, cost: 1, at: 1)
        #expect(state.next(at: 1) == .run([2, 3], alone: true))
        #expect(!state.cancel(2))
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `whatever happens, costs add up and each piece runs once or not at all`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let limit = Int.random(in: 1...12, using: &random)
        let workers = Int.random(in: 1...3, using: &random)
        let state = Subject(
            batchSize: Int.random(in: 1...4, using: &random), limit: limit,
            delay: UInt64.random(in: 0...5, using: &random), workers: workers)
        var (onTheWay, waiting, gone): (Int, Set<UInt64>, Set<UInt64>) = (0, [], [])
        var (running, id): (Int, UInt64) = (0, 0)
        for now in 0..<300 as Range<UInt64> {
            switch Int.random(in: 0..<6, using: &random) {
            case 0: if state.admit(cost: 1) { onTheWay += 1 }
            case 1 where onTheWay > 0:
                id += 1
                state.arrive(id, Bool.random(using: &random) ? .pictures : .texts, cost: 1, at: now)
                waiting.insert(id)
                onTheWay -= 1
            case 2 where onTheWay > 0:
                state.abandon(cost: 1)
                onTheWay -= 1
            case 3:
                if let victim = waiting.randomElement(using: &random) {
                    #expect(state.cancel(victim))
                    waiting.remove(victim)
                    gone.insert(victim)
                }
            case 4 where running > 0:
                state.finished()
                running -= 1
            default: break
            }
            if case .run(let ids, let alone) = state.next(at: now) {
                #expect(running < workers && !ids.isEmpty && ids.count <= state.batchSize)
                #expect(waiting.isSuperset(of: ids) && gone.isDisjoint(with: ids))
                waiting.subtract(ids)
                gone.formUnion(ids)
                running += 1
                #expect(alone == (running == 1 && onTheWay + waiting.count == 0))
            }
            #expect(state.length == onTheWay + waiting.count && state.length <= limit)
        }
    }
}

/// The state behind a reference, so that what changes it can stand in an expectation.
private final class Subject {
    private var state: BatchingState

    init(batchSize: Int, limit: Int, delay: UInt64, workers: Int = 1) {
        state = BatchingState(batchSize: batchSize, limit: limit, delay: delay, workers: workers)
    }

    var batchSize: Int { state.batchSize }
    var length: Int { state.length }
    func admit(cost: Int) -> Bool { state.admit(cost: cost) }
    func abandon(cost: Int) { state.abandon(cost: cost) }
    func arrive(_ id: UInt64, _ kind: BatchingState.Kind, cost: Int, at now: UInt64) {
        state.arrive(id, kind, cost: cost, at: now)
    }
    func cancel(_ id: UInt64) -> Bool { state.cancel(id) }
    func next(at now: UInt64) -> BatchingState.Action { state.next(at: now) }
    func finished() { state.finished() }
}
