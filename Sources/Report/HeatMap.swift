// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Shares of labels within labels as a square of coloured cells.
struct HeatMap {
    /// A label to the left and at the top.
    var labels: [String]
    /// The share in row and column, in [0, 1]; nil leaves a cell empty.
    var value: (_ row: Int, _ column: Int) -> Double?
    /// What a cell says when it is pointed at.
    var tip: (_ row: Int, _ column: Int) -> String
    var title: String
    var description: String

    func svg(id: String) -> String {
        let cell = 22.0
        let texts = labels.map { presentable($0, limit: 22) }
        let longest = Double(texts.map(\.count).max() ?? 0)
        let reach = min(longest * 6.9, 150)
        let left = reach + 10
        // The names at the top stand at an angle of 45 degrees.
        let top = reach * 0.71 + 18
        let side = cell * Double(labels.count)
        let width = left + side + reach * 0.71 + 6
        var text = svgHead(id: id, title: title, description: description, width: width, height: top + side + 2)
        for (index, name) in texts.enumerated() {
            let place = (Double(index) + 0.5) * cell
            text += "<text x=\"\(short(left - 6))\" y=\"\(short(top + place + 4))\" text-anchor=\"end\">"
            text += "\(escaped(name))</text>"
            let (x, y) = (short(left + place + 2), short(top - 6))
            text += "<text x=\"\(x)\" y=\"\(y)\" transform=\"rotate(-45 \(x) \(y))\">\(escaped(name))</text>"
        }
        for row in labels.indices {
            for column in labels.indices {
                let (x, y) = (left + Double(column) * cell, top + Double(row) * cell)
                guard let share = value(row, column) else {
                    text += "<rect class=\"empty\" x=\"\(short(x))\" y=\"\(short(y))\" width=\"21\" height=\"21\"/>"
                    continue
                }
                let level = Int((share * 10).rounded())
                text += "<rect class=\"h\(level)\" x=\"\(short(x))\" y=\"\(short(y))\" width=\"21\" height=\"21\">"
                text += "<title>\(escaped(tip(row, column)))</title></rect>"
                if share >= 0.05 {
                    text += "<text class=\"\(level > 5 ? "over" : "in")\" x=\"\(short(x + 10.5))\" "
                    text += "y=\"\(short(y + 14))\" text-anchor=\"middle\">\(Int((share * 100).rounded()))</text>"
                }
            }
        }
        return text + "</svg>"
    }
}
