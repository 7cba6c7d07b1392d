// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Synchronization
import TestSupport
import Testing
import Torch
import TrainingOptions

@testable import Training

/// Threads of one process that train together, as processes would.
private final class Meeting: Sendable {
    private struct State: ~Copyable {
        var waiting = 0
        var round = 0
        var sums: [Float] = []
        var result: [Float] = []
    }

    private let condition = NSCondition()
    private let state = Mutex(State())
    let size: Int

    init(size: Int) { self.size = size }

    /// Waits for the others and gives the sum of what all of them brought.
    func sum(_ values: [Float]) -> [Float] {
        condition.lock()
        defer { condition.unlock() }
        let (round, isLast) = state.withLock { state in
            state.sums = state.sums.isEmpty ? values : zip(state.sums, values).map(+)
            state.waiting += 1
            if state.waiting == size {
                (state.result, state.sums, state.waiting) = (state.sums, [], 0)
                state.round += 1
                return (state.round, true)
            }
            return (state.round, false)
        }
        if isLast { condition.broadcast() }
        while !isLast, state.withLock({ $0.round == round }) { condition.wait() }
        return state.withLock { $0.result }
    }
}

private struct Rank: Communicator {
    let rank: Int
    let meeting: Meeting
    var size: Int { meeting.size }

    func sum(_ values: [Double]) -> [Double] { meeting.sum(values.map(Float.init)).map(Double.init) }

    func sum(_ tensors: [Tensor]) throws {
        let sums = meeting.sum(try tensors.flatMap { try $0.floats() })
        var start = 0
        for tensor in tensors {
            try tensor.copyInPlace(Tensor(Array(sums[start..<start + tensor.count]), shape: tensor.shape))
            start += tensor.count
        }
    }
}

@Suite struct CommunicatorTests {
    /// 24 pictures in steps of 7: the last has three, fewer than there are processes.
    private static func run(_ changes: String, output: String? = nil) throws -> TestRun {
        var run = try TestRun()
        let object = try JSONSerialization.jsonObject(with: Data(changes.utf8)) as? [String: Any]
        run.options = try run.options.with(#require(object))
        run.options.batchSize = 7
        run.options.shuffle = true
        run.options.gradientClip = 0.5
        run.validation = run.training
        if let output { run.options.output = output }
        return run
    }

    private struct Told: Sendable {
        var losses: [Double] = []
        var scores: [Double] = []
        var problem: String?
    }

    private static func told(_ run: TestRun, _ communicator: any Communicator = SingleProcess()) -> Told {
        var told = Told()
        do {
            try run.trainer(communicator).run { event in
                if case .step(let step, _) = event { told.losses.append(step.loss) }
                if case .validated(let found, _, _) = event { told.scores += found.map { $0.value ?? -1 } }
            }
        } catch {
            told.problem = "\(error)"
        }
        return told
    }

    @Test(arguments: [
        "{}", #"{"loss": "asl", "bias": -2, "ema": 0.9}"#, #"{"robust": "forward", "unknown": "negative"}"#,
        #"{"head": "linear", "sampling": "balanced", "augment": "strong", "accumulate": 2}"#,
    ]) func `several processes train as one does`(_ changes: String) throws {
        let run = try Self.run(changes)
        let alone = Self.told(run)
        #expect(alone.problem == nil)
        let meeting = Meeting(size: 4)
        let output = run.folder("together")
        let results = Mutex([Told](repeating: Told(), count: 4))
        let finished = DispatchSemaphore(value: 0)
        for rank in 0..<4 {
            Thread.detachNewThread {
                let told = (try? Self.run(changes, output: output)).map {
                    Self.told($0, Rank(rank: rank, meeting: meeting))
                }
                results.withLock { $0[rank] = told ?? Told(problem: "no run") }
                finished.signal()
            }
        }
        for _ in 0..<4 { finished.wait() }
        for told in results.withLock({ $0 }) {
            #expect(told.problem == nil)
            #expect(told.losses.count == alone.losses.count)
            for (step, (loss, expected)) in zip(told.losses, alone.losses).enumerated() {
                #expect(abs(loss - expected) <= (step == 0 ? 1e-6 : 1e-4) * expected, "step \(step)")
            }
            for (score, expected) in zip(told.scores, alone.scores) { #expect(abs(score - expected) <= 1e-3) }
        }
        // One of them writes: each step has one line.
        var together = run
        together.options.output = output
        #expect(try together.metrics().count == run.metrics().count)
        #expect(try together.checkpoints() == run.checkpoints())
    }

    @Test(arguments: [1, 2, 3, 7]) func `shares cover everything once`(_ size: Int) {
        for count in 0..<20 {
            let shares = (0..<size).map { Rank(rank: $0, meeting: Meeting(size: size)).share(of: 5..<5 + count) }
            #expect(shares.flatMap { Array($0) } == Array(5..<5 + count))
            let sizes = shares.map(\.count)
            #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
        }
    }
}
