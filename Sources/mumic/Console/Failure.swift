// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation

/// Options that do not fit together or hold impossible values: exit status 64.
struct UsageError: UserFacingError {
    let description: String
    var failureKind: FailureKind { .wrongUsage }

    init(_ message: String) { self.description = message }
}

/// Data of which some could not be used, after the rest was done: exit status 65.
struct BadDataError: UserFacingError {
    let message: String
    var findings: [String] = []
    var failureKind: FailureKind { .badData }
    var description: String { message }
}

/// A path named by an option that is not there: exit status 66.
struct MissingInputError: UserFacingError {
    let message: String
    var failureKind: FailureKind { .missingInput }
    var description: String { message }
}

/// An error as the user sees it: findings, one line and an exit status.
struct Failure {
    let status: Int32
    let message: String
    let findings: [String]

    init(_ error: any Error) {
        if let error = error as? any UserFacingError {
            (status, message) = (error.failureKind.exitStatus, error.description)
            findings = error.findings.map { printable($0, maximumCharacters: 1000) }
        } else {
            (status, message) = (70, "internal error: \(error.localizedDescription); please report it with the command")
            findings = []
        }
    }
}
