// SPDX-License-Identifier: Apache-2.0

import FileIO

/// A labels file: one label a line, or CSV if its first line is the header `label,prompt[,prompt…]`. Plain names may
/// hold commas, quotes and `#`. CSV rows may have more or fewer prompts than the header; empty ones are none. Blank
/// lines at the end are no labels.
public struct LabelFile: Sendable {
    /// The labels in the file's order, without white space at their ends; at least one.
    public let labels: [Label]
    /// The SHA-256 of the file's bytes, as hexadecimal digits.
    public let contentHash: String?

    /// Reads a labels file. Doubled and empty names are all found before one error is thrown, see
    /// ``DatasetError/findings``.
    public init(path: String) throws(DatasetError) {
        let file = try HashedSource(path: path)
        let source = file.source
        try source.skipByteOrderMark()
        var lines = LabelLines(path: path)
        if try LabelLines.beginsWithHeader(source) {
            try lines.readCSV(CSVReader(source: source))
        } else {
            try lines.readLines(LineReader(source))
        }
        if !lines.findings.isEmpty { throw .unusable(path: path, findings: lines.findings) }
        if lines.labels.isEmpty { throw .noLabels(path: path) }
        labels = lines.labels
        contentHash = try file.contentHash()
    }
}

private struct LabelLines {
    let path: String
    private(set) var labels: [Label] = []
    private(set) var findings: [Finding] = []
    var firstLines: [String: Int] = [:]

    /// Whether the first line is `label,prompt…`.
    static func beginsWithHeader(_ source: ByteSource) throws(DatasetError) -> Bool {
        var end = 0
        while try source.holds(end), end < 4096 {
            let byte = source.bytes[end]
            if byte == ASCII.lineFeed || byte == ASCII.carriageReturn { break }
            end += 1
        }
        let line = [UInt8](Bytes(start: source.bytes, count: end))
        // A first line that is not CSV by itself is a plain label.
        guard let reader = try? CSVReader(bytes: line, path: source.path), (try? reader.next()) == true,
            reader.fieldCount >= 2
        else { return false }
        return reader.field(0).trimmedLabel == "label" && reader.field(1).trimmedLabel.hasPrefix("prompt")
    }

    mutating func readCSV(_ reader: CSVReader) throws(DatasetError) {
        _ = try reader.next()
        while try reader.next() {
            let prompts = (1..<max(reader.fieldCount, 1)).map { reader.field($0) }.filter { !$0.trimmedLabel.isEmpty }
            add(reader.field(0), prompts: prompts, line: reader.line)
        }
    }

    mutating func readLines(_ reader: LineReader) throws(DatasetError) {
        var blankLines: [Int] = []
        while try reader.advance() {
            let bytes = reader.bytes
            if bytes.contains(0) { throw .at(path, reader.line, Problem.nulByte) }
            guard bytes.isUTF8 else { throw .at(path, reader.line, Problem.invalidUTF8) }
            if bytes.trimmed().isEmpty {
                blankLines.append(reader.line)
                continue
            }
            for line in blankLines { add("", prompts: [], line: line) }
            blankLines.removeAll()
            add(bytes.text, prompts: [], line: reader.line)
        }
    }

    private mutating func add(_ name: String, prompts: [String], line: Int) {
        let name = name.trimmedLabel
        if name.isEmpty {
            find(line, "the label's name is empty; name it or remove the line")
        } else if let first = firstLines[name] {
            find(line, "label \(quoted(name)) is here again, first on line \(first); keep one")
        } else {
            firstLines[name] = line
            labels.append(Label(name: name, prompts: prompts))
        }
    }

    private mutating func find(_ line: Int, _ message: String) {
        findings.append(Finding(severity: .error, line: line, message: message))
    }
}
