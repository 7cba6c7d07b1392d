// SPDX-License-Identifier: Apache-2.0

import Dispatch
public import FileIO
import Foundation
import Synchronization
public import Terminal

/// SIGINT, SIGTERM and SIGHUP as a flag that long work looks at between its steps.
///
/// Work that does not look in time is ended from outside after a while, training and serving excepted: there a third signal
/// ends it, or a second one that comes a while after the first. Wrappers and `timeout` send two within milliseconds.
enum Interruption {
    /// A second signal within this many seconds is taken for the same one.
    private static let patience = 5.0
    /// After how many seconds work that does not look is ended.
    private static let grace = 3.0

    private static let signal = Atomic<Int32>(0)
    private static let waitsForStep = Atomic<Bool>(false)
    private static let receiver = Mutex<(@Sendable (Int32) -> Void)?>(nil)
    /// How many signals there were, and when the first one came.
    private static let received = Mutex<(count: Int, first: DispatchTime)>((0, .now()))

    /// Takes over the signals; to be called once, before any thread is started, since threads inherit what is
    /// blocked. SIGHUP is left alone where it is ignored, as `nohup` does, unless the work is a server, which reloads.
    static func install(forServer isServer: Bool = false) {
        Foundation.signal(SIGPIPE, SIG_IGN)
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        if isServer || !isIgnored(SIGHUP) { sigaddset(&signals, SIGHUP) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let awaited = signals
        Thread.detachNewThread {
            var awaited = awaited
            var number: Int32 = 0
            while sigwait(&awaited, &number) == 0 { take(number) }
        }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// From now on work is only ended by itself or by somebody who insists, since it saves what it has.
    static func waitForStep() { waitsForStep.store(true, ordering: .relaxed) }

    /// From now on signals are given to `receiver`, which ends the work or, for SIGHUP, does not.
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

    private static func take(_ number: Int32) {
        let receiver = receiver.withLock { $0 }
        if let receiver, number == SIGHUP { return receiver(number) }
        let (count, first) = received.withLock { received in
            if received.count == 0 { received.first = .now() }
            received.count += 1
            return received
        }
        if count == 1 { signal.store(number, ordering: .relaxed) }
        let isInsistent = count > 2 || (count == 2 && DispatchTime.now() > first + patience)
        if let receiver {
            if isInsistent { end(number, "ended at once; what was not answered is lost") }
            if count == 1 { receiver(number) }
        } else if waitsForStep.load(ordering: .relaxed) {
            if isInsistent {
                end(
                    number,
                    "ended at once; --resume goes on from the last checkpoint, or from the start where there is none")
            }
        } else if count > 1 {
            end(number, nil)
        } else {
            DispatchQueue.global().asyncAfter(deadline: .now() + grace) {
                // Training may have begun meanwhile, and saves before it ends.
                if !waitsForStep.load(ordering: .relaxed) { end(number, nil) }
            }
        }
    }

    private static func end(_ number: Int32, _ words: String?) {
        let error = Interrupted(signal: number, description: words)
        FileHandle.standardError.write(Data("error: \(error)\n".utf8))
        _exit(error.failureKind.exitStatus)
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
