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

/// A folder that is removed with all it holds when the test is over.
final class TemporaryFolder: Sendable {
    let path = FileManager.default.temporaryDirectory.path + "/mumic-test-" + UUID().uuidString

    init() throws { try createDirectory(path: path + "/run") }

    deinit { try? removeTree(path: path) }

    func callAsFunction(_ name: String) -> String { path + "/" + name }

    /// Writes a file and gives its path.
    @discardableResult func put(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: self(name)))
        return self(name)
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
