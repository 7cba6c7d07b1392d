// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

@testable import Datasets

/// The error that `body` ends with; nil where it does not.
func failure(_ body: () throws(DatasetError) -> Void) -> DatasetError? {
    do {
        try body()
        return nil
    } catch {
        return error
    }
}

extension AnnotationTable {
    /// Findings as `line: message`, warnings with their mark.
    var lines: [String] { findings.map { $0.formatted(path: "F") } }

    /// One row of targets with -1 for unknown, so that rows can be compared.
    func row(_ index: Int) -> [Float] {
        targets[(index * labels.count)..<((index + 1) * labels.count)].map { $0.isNaN ? -1 : $0 }
    }
}

extension AnnotationOptions {
    /// Options for tables whose pictures are not there.
    static func unchecked(
        unlisted: Unlisted = .absent, labels: [String]? = nil, extraLabels: ExtraLabels = .error
    ) -> AnnotationOptions {
        AnnotationOptions(unlisted: unlisted, labels: labels, extraLabels: extraLabels, checksPictures: false)
    }
}

extension TemporaryFolder {
    /// Writes empty files of these names.
    func touch(_ names: String...) throws {
        for name in names { try write(name, "") }
    }

    /// Writes a file, and the folders it lies in; gives its path.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        try write(name, bytes: Array(text.utf8))
    }

    @discardableResult
    func write(_ name: String, bytes: [UInt8]) throws -> String {
        let url = URL(fileURLWithPath: path).appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
        return path + "/" + name
    }
}
