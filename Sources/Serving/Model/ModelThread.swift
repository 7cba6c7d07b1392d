// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A thread of its own for one actor, as its executor.
///
/// libtorch keeps a team of workers for each thread that computes, and a computation must not hold up a thread of
/// the pool on which all other tasks run. The thread ends with its executor.
final class ModelThread: SerialExecutor {
    private let jobs = JobList()

    /// Starts the thread.
    init(name: String) {
        let jobs = jobs
        jobs.executor = self
        let thread = Thread { jobs.runAll() }
        thread.name = name
        thread.stackSize = 8 << 20
        thread.start()
    }

    deinit { jobs.stop() }

    func enqueue(_ job: consuming ExecutorJob) { jobs.append(UnownedJob(job)) }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}

/// What the executor and its thread share. Proof for `@unchecked Sendable`: `jobs` and `isStopped` are read and written
/// only while `condition` is locked; `executor` is set once, before the thread is started, and weak references may be
/// read on any thread.
private final class JobList: @unchecked Sendable {
    weak var executor: ModelThread?
    private let condition = NSCondition()
    private var jobs: [UnownedJob] = []
    private var isStopped = false

    func append(_ job: UnownedJob) {
        condition.withLock {
            jobs.append(job)
            condition.signal()
        }
    }

    func stop() {
        condition.withLock {
            isStopped = true
            condition.signal()
        }
    }

    func runAll() {
        while let job = next() {
            // A job belongs to an actor, which keeps its executor.
            guard let executor else { return }
            job.runSynchronously(on: executor.asUnownedSerialExecutor())
        }
    }

    private func next() -> UnownedJob? {
        condition.withLock {
            while jobs.isEmpty, !isStopped { condition.wait() }
            return jobs.isEmpty ? nil : jobs.removeFirst()
        }
    }
}
