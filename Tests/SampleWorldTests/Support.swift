// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import SampleWorld

/// A folder that is removed with its object.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("sample-world-\(UUID().uuidString)").path
        try createDirectory(path: path)
    }

    deinit { try? removeTree(path: path) }

    func callAsFunction(_ name: String) -> String { path + "/" + name }

    /// Every file below a folder, by its path from there.
    static func files(below folder: String) throws -> [String: [UInt8]] {
        var result: [String: [UInt8]] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            var isFolder: ObjCBool = false
            let path = folder + "/" + name
            if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue {
                result[name] = try readFile(path: path, maximumBytes: 1 << 26)
            }
        }
        return result
    }
}
