// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import SampleWorld
import TestSupport

extension TemporaryFolder {
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
