// SPDX-License-Identifier: Apache-2.0

import Dispatch
public import FileIO
import Foundation
import Synchronization
public import Terminal

/// SIGINT and SIGTERM as a flag that long work looks at between its steps.
///
/// Work that does not look in time is ended from outside after a while, training excepted: a second signal ends it.
enum Interruption {
    private static let signal = Atomic<Int32>(0)
    private static let waitsForStep = Atomic<Bool>(false)
    private static let receiver = Mutex<(@Sendable (Int32) -> Void)?>(nil)

    /// Takes over the signals; to be called once, before any thread is started, since threads inherit what is
    /// blocked. `takesHangup` takes SIGHUP too, as a server does.
    static func install(takesHangup: Bool = false) {
        Foundation.signal(SIGPIPE, SIG_IGN)
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        if takesHangup { sigaddset(&signals, SIGHUP) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let awaited = signals
        Thread.detachNewThread {
            var awaited = awaited
            var number: Int32 = 0
            while sigwait(&awaited, &number) == 0 { received(number) }
        }
    }

    /// From now on work is only ended by itself or by a second signal, since it saves what it has.
    static func waitForStep() { waitsForStep.store(true, ordering: .relaxed) }

    /// From now on signals are given to `receiver`; a second one to end, ends at once.
    static func give(to receiver: @escaping @Sendable (Int32) -> Void) { self.receiver.withLock { $0 = receiver } }

    /// Whether the user has asked to stop.
    static var isRequested: Bool { signal.load(ordering: .relaxed) != 0 }

    /// Throws if the user has asked to stop.
    static func check() throws(Interrupted) {
        if isRequested { throw Interrupted(signal: signal.load(ordering: .relaxed)) }
    }

    /// The error for what was asked, described by what was kept.
    static func error(_ description: String) -> Interrupted {
        Interrupted(signal: signal.load(ordering: .relaxed), description: description)
    }

    private static func received(_ number: Int32) {
        if let receiver = receiver.withLock({ $0 }) {
            receiver(number)
            if number == SIGHUP { return }
            let (isFirst, _) = signal.compareExchange(expected: 0, desired: number, ordering: .relaxed)
            if !isFirst { _exit(Interrupted(signal: number).failureKind.exitStatus) }
            return
        }
        if number == SIGHUP { _exit(128 + SIGHUP) }
        let (isFirst, _) = signal.compareExchange(expected: 0, desired: number, ordering: .relaxed)
        let seconds = !isFirst ? 0 : waitsForStep.load(ordering: .relaxed) ? nil : 3.0
        guard let seconds else { return }
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds) {
            // Training may have begun meanwhile, and saves before it ends.
            if isFirst, waitsForStep.load(ordering: .relaxed) { return }
            let error = Interrupted(signal: number)
            FileHandle.standardError.write(Data("error: \(error)\n".utf8))
            _exit(error.failureKind.exitStatus)
        }
    }
}

extension ProgressBar: WorkProgress {}

extension WorkMonitor {
    /// What commands pass down: signals stop the work, notes are lines on stderr, and stages are bars there.
    static let console = WorkMonitor(
        interruption: { try Interruption.check() }, notes: { StandardError.line($0) },
        stages: { ProgressBar(title: $0, total: $1, unit: $2) })

    /// The same without bars where results appear on the terminal meanwhile.
    static let besideResults =
        isatty(STDOUT_FILENO) == 1
        ? WorkMonitor(interruption: { try Interruption.check() }, notes: { StandardError.line($0) }) : console
}
