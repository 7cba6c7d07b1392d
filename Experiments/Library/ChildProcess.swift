// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Synchronization

/// Programs that are run one at a time, with files for their streams.
public enum ChildProcess {
    private static let running = Atomic<Int32>(0)
    private static let signal = Atomic<Int32>(0)

    /// Passes a signal on to the program that runs, and starts no further one.
    ///
    /// - Parameter number: The signal.
    public static func stop(by number: Int32) {
        signal.store(number, ordering: .sequentiallyConsistent)
        let process = running.load(ordering: .sequentiallyConsistent)
        if process > 0 { kill(process, number) }
    }

    /// Throws if the user asked to stop.
    static func checkInterruption() throws {
        let number = signal.load(ordering: .sequentiallyConsistent)
        if number != 0 { throw ExperimentError.interrupted(signal: number) }
    }

    /// Runs a program to its end.
    ///
    /// - Parameters:
    ///   - command: The program's path and its arguments.
    ///   - output: The file that gets its stdout.
    ///   - log: The file to which its stderr is added.
    /// - Throws: ``ExperimentError`` if it cannot be started or fails, with the last line that it said.
    static func run(_ command: [String], output: String, log: String) throws {
        try checkInterruption()
        guard let program = command.first, access(program, X_OK) == 0 else {
            throw ExperimentError.programMissing(path: command.first ?? "")
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        posix_spawn_file_actions_addopen(&actions, 2, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // This program awaits its signals blocked; a child has to see them.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        // In a group of its own, so that Ctrl-C reaches it once, through us.
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var process: pid_t = 0
        let result = posix_spawn(&process, program, &actions, &attributes, &words, environ)
        guard result == 0 else {
            throw ExperimentError.file(
                description: "cannot start \(program): \(String(cString: strerror(result)))", isMissing: false)
        }
        running.store(process, ordering: .sequentiallyConsistent)
        // A signal that came while it was being started found nobody to pass it on to.
        let early = signal.load(ordering: .sequentiallyConsistent)
        if early != 0 { kill(process, early) }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        running.store(0, ordering: .sequentiallyConsistent)
        try checkInterruption()
        let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
        guard code == 0 else {
            throw ExperimentError.commandFailed(
                command: command.prefix(2).map(lastComponent).joined(separator: " "), status: code,
                words: lastLine(log), log: log)
        }
    }

    private static func lastComponent(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? ""
    }

    private static func lastLine(_ path: String) -> String {
        guard let data = FileManager.default.contents(atPath: path) else { return "" }
        let text = String(decoding: data.suffix(4096), as: UTF8.self)
        let line = text.split(separator: "\n").last { !$0.allSatisfy(\.isWhitespace) } ?? ""
        return printable(line.hasPrefix("error: ") ? String(line.dropFirst(7)) : String(line), maximumCharacters: 400)
    }
}
