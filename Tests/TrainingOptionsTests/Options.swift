// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FileIO
import Foundation
import Testing

@testable import TrainingOptions

extension RunConfiguration {
    /// The options of a command line, as the program resolves them.
    static func resolved(_ arguments: [String]) throws -> Self {
        try parse(arguments).completed(arguments: arguments)
    }

    /// The options of a command line whose words have no spaces in them.
    static func resolved(_ words: String) throws -> Self {
        try resolved(words.split(separator: " ").map(String.init))
    }
}

/// Expects an error of a kind that a user sees, with a part of its words.
func expectError(
    _ kind: FailureKind, _ part: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
    let error =
        #expect(throws: (any Error).self, sourceLocation: sourceLocation) { try body() } as? any UserFacingError
    #expect(error?.failureKind == kind, sourceLocation: sourceLocation)
    let words = error?.description ?? ""
    #expect(words.contains(part) && !words.contains("\n"), "\(words)", sourceLocation: sourceLocation)
}
