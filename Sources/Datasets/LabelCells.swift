// SPDX-License-Identifier: Apache-2.0

import FileIO
import JSON

/// What parts labels in a cell, as somebody wrote it: `\t` and `\n` mean a tab and a line's end.
public struct LabelSeparator: Sendable, Equatable {
    /// As it was written.
    public let written: String

    /// Takes any text but an empty one.
    public init?(_ written: String) {
        if written.isEmpty { return nil }
        self.written = written
    }

    /// What it means.
    var text: String { ["\\t": "\t", "\\n": "\n"][written] ?? written }
}

/// Cells of a narrow table, each of which lists labels: how their labels are told apart, and what in them looks as if it
/// were written for another program.
struct LabelCells {
    /// What parts labels, as somebody said it; nil for `|`, and for lists as JSON and Python write them.
    let separator: String?
    /// The labels that are known from elsewhere.
    let labels: [String]

    /// What is in no label but by mistake.
    private static let strong: [Character] = [";", "\t", "；", "、", "，", "\n"]
    /// What may also be in a label: it counts only where its parts are labels themselves.
    private static let weak: [Character] = [",", "/", "+", "&"]

    private var cellCount = 0
    /// By separator, the cells that may have been parted by it: how many, and the first with its line.
    private var met: [Character: (count: Int, cell: String, line: Int)] = [:]
    /// Distinct cells without a `|`, and those of them that hold a weak separator, with how many there are.
    private var whole: Set<String> = []
    private var doubtful: [String: (count: Int, line: Int)] = [:]
    private(set) var findings: [Finding] = []

    init(separator: LabelSeparator?, labels: [String]) {
        (self.separator, self.labels) = (separator?.text, labels)
    }

    /// The labels of a cell, none empty.
    mutating func pieces(_ cell: String, line: Int) -> [String] {
        let text = cell.trimmedLabel
        if text.isEmpty { return [] }
        if let separator { return Self.split(text, separator) }
        cellCount += 1
        if let list = Self.list(text) { return list.map(\.trimmedLabel).filter { !$0.isEmpty } }
        if text.hasPrefix("["), text.hasSuffix("]") {
            find(
                .error, line,
                "\(quoted(text)) looks like a list that cannot be read; write pool|bed, or give --separator '|' if it is a label"
            )
            return []
        }
        let parts = Self.split(text, "|")
        if text.utf8.contains(UInt8(ascii: "|")) { return parts }
        if let mark = Self.first(of: Self.strong, in: text) {
            meet(mark, text, line: line, count: 1)
        } else if Self.first(of: Self.weak, in: text) != nil {
            doubtful[text, default: (0, line)].count += 1
        }
        whole.insert(text)
        return parts
    }

    /// Says what parts labels in this file, where that seems to be another thing than `|`.
    mutating func finish() {
        let known = whole.union(labels)
        for (cell, found) in doubtful {
            for mark in Self.weak where cell.contains(mark) {
                let parts = Self.split(cell, String(mark))
                guard parts.count > 1, parts.allSatisfy(known.contains) else { continue }
                meet(mark, cell, line: found.line, count: found.count)
                break
            }
        }
        for (mark, found) in met.sorted(by: { ($0.value.line, $0.key) < ($1.value.line, $1.key) }) {
            let name = ["\t": "a tab", "\n": "a line's end"][mark] ?? quoted(String(mark))
            let option = mark == "\t" ? "'\\t'" : mark == "\n" ? "'\\n'" : "'\(mark)'"
            let cells =
                found.count == 1
                ? "1 cell, \(quoted(found.cell))," : "\(found.count) cells, such as \(quoted(found.cell)),"
            let advice = "give --separator \(option) if it parts labels, or --separator '|' if each cell is one label"
            let isMost = 2 * found.count > cellCount
            find(
                isMost ? .error : .warning, found.line,
                "\(cells) hold\(found.count == 1 ? "s" : "") \(name) and no |; \(advice)")
        }
    }

    /// Counts cells that may have been parted by a mark; the first is kept.
    private mutating func meet(_ mark: Character, _ cell: String, line: Int, count: Int) {
        var found = met[mark] ?? (0, cell, line)
        if line < found.line { (found.cell, found.line) = (cell, line) }
        found.count += count
        met[mark] = found
    }

    /// The first of some marks that a text holds, in one pass over it.
    private static func first(of marks: [Character], in text: String) -> Character? {
        text.compactMap(marks.firstIndex(of:)).min().map { marks[$0] }
    }

    private mutating func find(_ severity: Finding.Severity, _ line: Int, _ message: String) {
        findings.append(Finding(severity: severity, line: line, message: message))
    }

    private static func split(_ text: String, _ separator: String) -> [String] {
        let parts =
            separator.count == 1 ? text.split(separator: Character(separator)) : text.split(separator: separator)
        return parts.map { String($0).trimmedLabel }.filter { !$0.isEmpty }
    }

    /// The texts of a list as JSON or Python write it, such as `["pool"]` or `['sea view', "king's bed"]`, or as NumPy
    /// does, without commas; nil for any other text.
    static func list(_ text: String) -> [String]? {
        let pairs: [Character: Character] = ["[": "]", "(": ")", "{": "}"]
        guard let first = text.first, let close = pairs[first], text.last == close, text.count > 1 else { return nil }
        if first == "[",
            let value = try? JSONValue(
                parsing: [UInt8](text.utf8), depthLimit: 8, failure: { DatasetError($0, path: "") })
        {
            let texts = value.array?.compactMap(\.string)
            return texts?.count == value.array?.count ? texts : nil
        }
        var rest = text.dropFirst().dropLast()[...]
        var texts: [String] = []
        func skipSpace() { rest = rest.drop { $0.isWhitespace } }
        skipSpace()
        while let quote = rest.popFirst() {
            guard quote == "'" || quote == "\"" else { return nil }
            var element = ""
            while true {
                guard let character = rest.popFirst() else { return nil }
                if character == quote { break }
                if character == "\\", let next = rest.popFirst() {
                    element.append(next == "n" ? "\n" : next == "t" ? "\t" : next)
                } else {
                    element.append(character)
                }
            }
            texts.append(element)
            skipSpace()
            if rest.first == "," {
                rest.removeFirst()
                skipSpace()
            }
        }
        return first == "[" || !texts.isEmpty ? texts : nil
    }
}
