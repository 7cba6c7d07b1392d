// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation

/// A folder that is removed with all it holds when the test is over.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/mumic-test-" + UUID().uuidString
        try createDirectory(path: path)
    }

    deinit {
        try? removeTree(path: path)
    }

    func callAsFunction(_ name: String) -> String { path + "/" + name }

    func put(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: self(name)))
        return self(name)
    }
}
