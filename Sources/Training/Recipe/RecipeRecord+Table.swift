// SPDX-License-Identifier: Apache-2.0

import Foundation
import Terminal

extension RecipeRecord {
    /// The stages as a table in plain text.
    var table: String {
        func percent(_ value: Double?) -> String { value.map { String(format: "%.1f %%", 100 * $0) } ?? "" }
        return formatTable(
            columns: [
                TableColumn("stage"), TableColumn("GAP", .right), TableColumn("mAP", .right), TableColumn("what it is"),
                TableColumn("chosen"),
            ],
            rows: stages.map {
                [
                    ($0.isKept ? "* " : "  ") + $0.name, percent($0.gap), percent($0.mapMacro), $0.what,
                    $0.chosen ?? "",
                ]
            })
    }
}
