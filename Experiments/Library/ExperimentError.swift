// SPDX-License-Identifier: Apache-2.0

public import FileIO

/// What can go wrong with experiments.
public enum ExperimentError: UserFacingError, Equatable {
    /// A definition that cannot be used: the file, the line from 1 where there is one, and what is wrong with it.
    case definition(path: String, line: Int?, problem: String)
    /// A name that no definition has.
    case unknownName(kind: String, name: String, known: [String])
    /// A file that cannot be read or written, in words that say what to do.
    case file(description: String, isMissing: Bool)
    /// A program that cannot be started.
    case programMissing(path: String)
    /// A program that failed, with its last words and where the rest of them are.
    case commandFailed(command: String, status: Int32, words: String, log: String)
    /// A result of a program that is not as expected.
    case badOutput(path: String, problem: String)
    /// A choice that stands at the edge of its grid, in a table that is to be printed.
    case openGrid(table: String, run: String, option: String, value: String)
    /// A number outside its range.
    case invalidOption(name: String, value: String, allowed: String)
    /// The user stopped the run with this signal.
    case interrupted(signal: Int32)

    /// Wrong usage for names and options, missing input for what is not there; else bad data.
    public var failureKind: FailureKind {
        switch self {
        case .unknownName, .invalidOption: .wrongUsage
        case .interrupted(let signal): .interrupted(signal: signal)
        case .file(_, let isMissing): isMissing ? .missingInput : .badData
        case .programMissing: .missingInput
        default: .badData
        }
    }

    /// What, where and what to do, in one line.
    public var description: String {
        switch self {
        case .definition(let path, let line, let problem):
            "\(path)\(line.map { ":\($0)" } ?? ""): \(problem)"
        case .unknownName(let kind, let name, let known):
            "there is no \(kind) '\(name)'; there are \(known.isEmpty ? "none" : known.joined(separator: ", "))"
        case .file(let description, _): description
        case .programMissing(let path):
            "there is no program \(path); build it with make build, or name its folder with --programs"
        case .commandFailed(let command, let status, let words, let log):
            "\(command) ended with status \(status): \(words.isEmpty ? "it said nothing" : words); see \(log)"
        case .badOutput(let path, let problem): "\(path) \(problem); remove it and run again"
        case .openGrid(let table, let run, let option, let value):
            "table \(table): in \(run) the best \(option), \(value), is the last that was tried; widen the grid in its definition and run it again"
        case .invalidOption(let name, let value, let allowed): "\(name) is \(value); give \(allowed)"
        case .interrupted: "stopped; finished cells are kept, and the same command goes on"
        }
    }
}

/// Runs a body that works on files, whose errors become this library's.
func reading<Result>(_ body: () throws(FileIOError) -> Result) throws -> Result {
    do throws(FileIOError) {
        return try body()
    } catch {
        throw ExperimentError.file(description: "\(error)", isMissing: error.isMissingInput)
    }
}
