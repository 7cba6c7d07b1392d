// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A part of the page with a heading and a sentence that tells how to read it.
struct Section {
    /// The name that links point to.
    var id: String
    var title: String
    /// For somebody who sees such a thing for the first time.
    var lead: String
    var blocks: [Block]
}

/// What sections are made of.
enum Block {
    case metrics([Metric])
    case figures([Figure], isSmall: Bool = false)
    case wide(Figure, minimumWidth: Int)
    case table(DataTable)
    case gallery(Gallery)
    case heading(String)
    case text(String)
    case facts([ReportFact])
    case code(title: String, text: String)
}

/// A number with what it means.
struct Metric {
    var name: String
    var value: String
    /// Where it lies between 0 and 1, for a drawing of that.
    var rate: Double?
    /// The 95 % interval.
    var interval: ClosedRange<Double>?
    /// The value before.
    var before: Double?
    /// The change since.
    var change: String?
    var meaning: String
}

/// A drawing with its heading and what stands below.
struct Figure {
    var title: String
    var svg: (_ id: String) -> String
    var caption: String
    /// What colours stand for; a style is a class of the style sheet.
    var keys: [(style: String, text: String)] = []
}

/// Rows and columns.
struct DataTable {
    struct Cell {
        var text: String
        /// What it is sorted by; nil for its text.
        var key: Double?
        /// Whether it is a number that is not there, which is sorted last.
        var isMissing = false
        /// A bar of this share of the cell.
        var bar: Double?
        /// A line between two rates, from the first to the second.
        var change: (from: Double, to: Double, isGain: Bool)?
        /// A word after the text.
        var tag: String?
        /// The label by which the reader can choose the row.
        var choice: Int?

        init(_ text: String, key: Double? = nil, tag: String? = nil) {
            self.text = text
            self.key = key
            self.tag = tag
        }

        /// A rate in per cent, with a bar if asked for.
        init(rate: Double?, hasBar: Bool = false) {
            text = percent(rate)
            key = rate
            isMissing = rate == nil
            bar = hasBar ? rate : nil
        }

        /// A line between two rates.
        init(from: Double, to: Double, lowerIsBetter: Bool = false) {
            text = ""
            key = to - from
            change = (from, to, lowerIsBetter ? to <= from : to >= from)
        }

        /// A number of things.
        init(count: Int) {
            text = grouped(count)
            key = Double(count)
        }
    }

    var caption: String
    /// The titles of columns of texts, which come first.
    var texts: [String]
    /// The titles of columns of numbers, which stand to the right.
    var numbers: [String]
    /// The first cell of a row is its heading.
    var rows: [[Cell]]
    /// Whether the reader can sort and filter it.
    var isInteractive = false
}

/// Thumbnails with a heading.
struct Gallery {
    struct Item {
        var uri: String
        var name: String
        /// The label and its probability.
        var verdict: String
        /// What was annotated.
        var annotated: String
        /// The picture's line in the annotations.
        var line: Int?
        /// The label by which the reader can choose it.
        var choice: Int?
    }

    var title: String?
    var note: String?
    var items: [Item]
}
