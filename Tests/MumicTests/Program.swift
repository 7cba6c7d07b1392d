// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import TestSupport
import Testing

/// The built program as a process of its own, with files for its streams, so that no pipe can fill up.
struct Program {
    /// How a process ended.
    struct Outcome {
        /// The exit status; 128 and the signal's number more than 1000 for a process that a signal ended.
        let status: Int32
        let output: String
        let errors: String

        /// The lines of stdout.
        var lines: [String] { output.split(separator: "\n").map(String.init) }
        /// The one line that says why it failed.
        var error: String { errors.split(separator: "\n").last.map(String.init) ?? "" }
    }

    /// A process that was started and not yet waited for.
    struct Running {
        let process: pid_t
        let files: TemporaryFolder

        func signal(_ number: Int32) { kill(process, number) }

        /// What it has written to stderr so far.
        var errors: String { (try? String(contentsOfFile: files("stderr"), encoding: .utf8)) ?? "" }

        func wait() throws -> Outcome {
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0 { try #require(errno == EINTR) }
            let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 1000 + (status & 0x7F)
            func text(_ name: String) throws -> String {
                String(decoding: try Data(contentsOf: URL(fileURLWithPath: files(name))), as: UTF8.self)
            }
            return Outcome(status: code, output: try text("stdout"), errors: try text("stderr"))
        }
    }

    /// The program lies where the tests' own executable does.
    static let path = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appendingPathComponent("mumic").path

    /// Starts the program with `input` on its stdin, in `folder`, and with the descriptors `pipe` and `output` instead
    /// of files as its stdin and stdout.
    static func start(
        _ arguments: [String], input: String = "", in folder: String? = nil, pipe: Int32? = nil, output: Int32? = nil,
        environment: [String: String] = [:]
    ) throws -> Running {
        let files = try TemporaryFolder()
        try files.put("stdin", input)
        try files.put("stdout", "")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let pipe {
            posix_spawn_file_actions_adddup2(&actions, pipe, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, files("stdin"), O_RDONLY, 0)
        }
        if let output {
            posix_spawn_file_actions_adddup2(&actions, output, 1)
        } else {
            posix_spawn_file_actions_addopen(&actions, 1, files("stdout"), O_WRONLY, 0)
        }
        posix_spawn_file_actions_addopen(&actions, 2, files("stderr"), O_WRONLY | O_CREAT, 0o644)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The test process may block signals in its threads.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        // And whoever started the tests may ignore SIGHUP.
        var hangup = sigset_t()
        sigemptyset(&hangup)
        sigaddset(&hangup, SIGHUP)
        posix_spawnattr_setsigdefault(&attributes, &hangup)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var process: pid_t = 0
        // The shell goes to the folder and becomes the program.
        let settings = environment.map { "\($0.key)=\($0.value)" }.sorted()
        let command =
            ["/bin/sh", "-c", "cd \"$1\" && shift && exec env \"$@\"", "sh", folder ?? "."] + settings + [path]
            + arguments
        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        let result = posix_spawn(&process, "/bin/sh", &actions, &attributes, &words, environ)
        try #require(result == 0, "\(path): \(String(cString: strerror(result)))")
        return Running(process: process, files: files)
    }

    /// Runs the program to its end.
    static func run(
        _ arguments: [String], input: String = "", in folder: String? = nil, environment: [String: String] = [:]
    ) throws -> Outcome {
        try start(arguments, input: input, in: folder, environment: environment).wait()
    }

    /// The same for words parted by spaces.
    static func run(
        _ line: String, input: String = "", in folder: String? = nil, environment: [String: String] = [:]
    ) throws -> Outcome {
        try run(line.split(separator: " ").map(String.init), input: input, in: folder, environment: environment)
    }
}

extension Program.Outcome {
    /// Type names, stack traces and nested enum cases begin like these.
    static let innerWords = [
        "Error(", "Optional(", "DecodingError", "NSError", "Domain=", "ModelError", "Fatal", ".swift",
    ]

    /// Expects success, with stderr as the explanation of a failure.
    func expectSuccess(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(status == 0, "\(errors)", sourceLocation: sourceLocation)
        #expect(!errors.contains("error: "), "\(errors)", sourceLocation: sourceLocation)
    }

    /// Expects a failure: its status, and exactly one `error: ` line, at the end, in plain words.
    func expectFailure(_ expected: Int32, _ part: String = "", sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(status == expected, "\(errors)", sourceLocation: sourceLocation)
        let lines = errors.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(errors.hasSuffix("\n") && lines.count >= 2, "\(errors)", sourceLocation: sourceLocation)
        #expect(lines.count { $0.hasPrefix("error: ") } == 1, "\(errors)", sourceLocation: sourceLocation)
        #expect(lines.dropLast().last?.hasPrefix("error: ") == true, "\(errors)", sourceLocation: sourceLocation)
        #expect(part.isEmpty || error.contains(part), "\(error)", sourceLocation: sourceLocation)
        #expect(error.count > 20, "\(error)", sourceLocation: sourceLocation)
        for word in Self.innerWords {
            #expect(!errors.contains(word), "\(errors)", sourceLocation: sourceLocation)
        }
    }
}
