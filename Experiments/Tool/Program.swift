// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datasets
import ExperimentTables
import FileIO
import Foundation
import Terminal

@main
enum Program {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        awaitSignals()
        do {
            if arguments.isEmpty {
                print(ExperimentsTool.helpMessage())
                return
            }
            var command = try ExperimentsTool.parseAsRoot(arguments)
            try command.run()
        } catch {
            exit(report(error, arguments))
        }
    }

    /// Passes SIGINT and SIGTERM to the program that runs, which saves what it has; a second one ends this program.
    private static func awaitSignals() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        // Threads inherit what is blocked, so this comes before any other.
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let awaited = signals
        Thread.detachNewThread {
            var awaited = awaited
            var number: Int32 = 0
            var isSecond = false
            while sigwait(&awaited, &number) == 0 {
                if isSecond { _exit(128 + number) }
                isSecond = true
                ChildProcess.stop(by: number)
            }
        }
    }

    /// Prints an error's one line and gives its exit status.
    private static func report(_ error: any Error, _ arguments: [String]) -> Int32 {
        // Requests for help and for the version are errors to the parser.
        if ExperimentsTool.exitCode(for: error).isSuccess {
            print(ExperimentsTool.fullMessage(for: error))
            return 0
        }
        var findings: [String] = []
        let (status, message): (Int32, String)
        switch error {
        case let error as RunsFailed:
            (status, message) = (65, "\(error.count) run\(error.count == 1 ? "" : "s") failed; see above for each")
        case let error as any UserFacingError:
            (status, message, findings) = (error.failureKind.exitStatus, error.description, error.findings)
        default: (status, message) = (64, usage(error, arguments))
        }
        for line in findings + ["error: " + printable(message, maximumCharacters: 1000)] {
            FileHandle.standardError.write(Data((line + "\n").utf8))
        }
        return status
    }

    private static func usage(_ error: any Error, _ arguments: [String]) -> String {
        let line = ExperimentsTool.message(for: error).split(separator: "\n").first.map(String.init) ?? "wrong usage"
        let words = line.hasSuffix(".") ? String(line.dropLast()) : line
        let command = arguments.first.flatMap { name in ["run", "list", "write", "corrupt"].first { $0 == name } }
        return "\(words); see \((["experiments", command].compactMap { $0 } + ["--help"]).joined(separator: " "))"
    }
}
