// SPDX-License-Identifier: Apache-2.0

/// A column of a plain text table.
public struct TableColumn: Sendable {
    /// On which side of its column a cell stands.
    public enum Alignment: Sendable {
        /// Texts.
        case left
        /// Numbers.
        case right
    }

    /// Its heading.
    public let title: String
    /// Where its cells stand.
    public let alignment: Alignment

    /// A column.
    public init(_ title: String, _ alignment: Alignment = .left) { (self.title, self.alignment) = (title, alignment) }
}

/// A table in aligned plain text: headings, then a line for each row, columns parted by two spaces. No line has
/// trailing spaces, each ends with a newline, and where all titles are empty there is no line of headings.
///
/// Missing cells are empty, and those past the last column are left out. Where the table is wider than `maximumWidth`,
/// the widest columns of texts are shortened with `…`, but to no fewer than eight; whole lines are then cut.
public func formatTable(columns: [TableColumn], rows: [[String]], maximumWidth: Int? = nil) -> String {
    let hasTitles = columns.contains { !$0.title.isEmpty }
    let lines = ((hasTitles ? [columns.map(\.title)] : []) + rows).map { row in
        columns.indices.map { $0 < row.count ? singleLine(row[$0]) : "" }
    }
    var widths = columns.indices.map { column in lines.map { displayWidth($0[column]) }.max() ?? 0 }
    if let maximumWidth { shrink(&widths, columns, to: maximumWidth) }
    var result = ""
    for line in lines {
        var text = ""
        for (column, cell) in line.enumerated() {
            let shown = truncated(cell, width: widths[column])
            let padding = String(repeating: " ", count: widths[column] - displayWidth(shown))
            if column > 0 { text += "  " }
            text += columns[column].alignment == .left ? shown + padding : padding + shown
        }
        while text.last == " " { text.removeLast() }
        result += (maximumWidth.map { truncated(text, width: $0) } ?? text) + "\n"
    }
    return result
}

private func shrink(_ widths: inout [Int], _ columns: [TableColumn], to maximumWidth: Int) {
    let smallest = 8
    var excess = widths.reduce(2 * (columns.count - 1), +) - maximumWidth
    while excess > 0 {
        let candidates = columns.indices.filter { columns[$0].alignment == .left && widths[$0] > smallest }
        guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { return }
        // Down to the next widest, so that columns of like width are cut alike.
        let next = candidates.filter { $0 != widest }.map { widths[$0] }.max() ?? smallest
        let cut = max(min(widths[widest] - next, excess), 1)
        widths[widest] -= cut
        excess -= cut
    }
}
