// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON

/// What a table's part of the document says of its making.
struct TableRecord: Codable {
    var command: String
    var isQuick: Bool

    func write(_ table: String, in workspace: Workspace) throws {
        try makeFolder(workspace.work + "/\(table)")
        try writeText(jsonText(self), to: Self.path(table, in: workspace))
    }

    static func path(_ table: String, in workspace: Workspace) -> String { workspace.work + "/\(table)/table.json" }
}

/// How far tables are.
public enum Progress {
    /// The number of runs of a table that have a stored result, out of date or not.
    ///
    /// - Parameters:
    ///   - table: The table.
    ///   - workspace: Where results are.
    /// - Returns: The number.
    public static func finished(_ table: TableDefinition, in workspace: Workspace) -> Int {
        let folder = workspace.work + "/" + table.name
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
        return names.count { $0.hasSuffix("/cell.json") }
    }
}
