// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What kind of failure an error is, for whoever reports it: the program's exit status, a server's answer.
public enum FailureKind: Sendable, Equatable {
    /// Options that do not fit together or hold impossible values.
    case wrongUsage
    /// Data that are there and cannot be used.
    case badData
    /// Something that was named and is not there.
    case missingInput
    /// A fault of this software or of a library that it uses.
    case internalError
    /// What may work later: memory or disk ran out, a server hung up.
    case tryAgain
    /// The user stopped the work by a signal.
    case interrupted(signal: Int32)

    /// The program's exit status: 64, 65, 66, 70, 75, or 128 and the signal's number.
    public var exitStatus: Int32 {
        switch self {
        case .wrongUsage: 64
        case .badData: 65
        case .missingInput: 66
        case .internalError: 70
        case .tryAgain: 75
        case .interrupted(let signal): 128 + signal
        }
    }
}

/// An error that says itself what a user is to be told.
///
/// Its `description` is one line: what is wrong, where (file, line or key), and what to do.
public protocol UserFacingError: Error, CustomStringConvertible {
    /// What kind of failure it is.
    var failureKind: FailureKind { get }
    /// Lines that come before the description: `PATH:LINE: …` for each place where data are wrong. Mostly none.
    var findings: [String] { get }
}

extension UserFacingError {
    /// None.
    public var findings: [String] { [] }

    /// Whether something that was named is not there.
    public var isMissingInput: Bool { failureKind == .missingInput }
}

/// A failure that needs no type of its own: its kind and its words.
public struct InputError: UserFacingError, Equatable {
    /// What kind of failure it is.
    public let failureKind: FailureKind
    /// What is wrong, where, and what to do.
    public let description: String
    /// Lines that come before the description.
    public let findings: [String]

    /// Options that do not fit together or hold impossible values.
    public static func usage(_ description: String) -> InputError {
        InputError(failureKind: .wrongUsage, description: description, findings: [])
    }

    /// Data that are there and cannot be used.
    public static func badData(_ description: String, findings: [String] = []) -> InputError {
        InputError(failureKind: .badData, description: description, findings: findings)
    }

    /// What may work later.
    public static func tryAgain(_ description: String) -> InputError {
        InputError(failureKind: .tryAgain, description: description, findings: [])
    }

    /// Something that was named and is not there.
    public static func missing(_ description: String) -> InputError {
        InputError(failureKind: .missingInput, description: description, findings: [])
    }
}

/// The user stopped the work by a signal.
public struct Interrupted: UserFacingError, Equatable {
    /// SIGINT or SIGTERM.
    public let signal: Int32
    /// What was kept, and how to go on.
    public let description: String

    /// An interruption by `signal`, described by what was kept; without a description nothing was.
    public init(signal: Int32, description: String? = nil) {
        self.signal = signal
        self.description = description ?? (signal == SIGINT ? "interrupted" : "terminated") + "; nothing was kept"
    }

    /// By its signal.
    public var failureKind: FailureKind { .interrupted(signal: signal) }

    /// The same interruption, described otherwise.
    public func described(_ description: String) -> Interrupted {
        Interrupted(signal: signal, description: description)
    }
}
