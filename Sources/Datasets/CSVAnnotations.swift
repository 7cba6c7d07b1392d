// SPDX-License-Identifier: Apache-2.0

import FileIO

extension CSVReader {
    /// Reads the header: `image`, mostly first, and named columns without repetition. From then on field 0 is the image.
    ///
    /// - Returns: The names besides `image`, without white space at their ends.
    func annotationHeader() throws(DatasetError) -> [String] {
        guard try next() else { throw wrong(Problem.empty) }
        guard let place = (0..<fieldCount).first(where: { field($0).trimmedLabel == "image" }) else {
            let examples = "as in image,labels or image,LABEL,LABEL"
            throw wrong("the first column is \(quoted(field(0))); a header begins with \"image\", \(examples)")
        }
        imageColumn = place
        var names: [String] = []
        var seen: Set<String> = ["image"]
        for column in 1..<max(fieldCount, 1) {
            let name = field(column).trimmedLabel
            // As people count: fields before the image's stand one place further left.
            let place = column <= imageColumn ? column : column + 1
            guard !name.isEmpty else {
                let index = place == 1 ? "; pandas writes its index so, leave it out with to_csv(index=False)" : ""
                throw wrong("column \(place) has no name; name it or remove it\(index)")
            }
            guard seen.insert(name).inserted else { throw wrong("column \(quoted(name)) is there twice; keep one") }
            names.append(name)
        }
        return names
    }

    private func wrong(_ problem: String) -> DatasetError { .at(path, max(line, 1), problem) }
}

extension AnnotationBuilder {
    /// Reads a narrow or a wide table, as the header says.
    mutating func readCSV(_ source: ByteSource) throws(DatasetError) {
        let reader = try CSVReader(source: source)
        let columns = try reader.annotationHeader()
        if columns.isEmpty { throw .at(reader.path, reader.line, Problem.noLabelColumn) }
        if columns == ["labels"] || columns == ["labels", "negatives"] || columns == ["negatives", "labels"] {
            try readNarrow(reader, columns)
        } else {
            try readWide(reader, columns)
        }
    }

    private mutating func readNarrow(_ reader: CSVReader, _ columns: [String]) throws(DatasetError) {
        let positives = (columns.firstIndex(of: "labels") ?? 0) + 1
        let negatives = columns.firstIndex(of: "negatives").map { $0 + 1 }
        // What parts labels shows in the cells together, so that they are looked at before their labels count.
        var cells = LabelCells(separator: options.separator, labels: options.labels ?? [])
        var rows: [(row: Int, line: Int, present: [String], absent: [String])] = []
        while try reader.next() {
            guard rowIsWhole(reader, columns.count + 1) else { continue }
            let line = reader.line
            guard let row = addImage(reader.field(0), line: line) else { continue }
            let present = cells.pieces(reader.field(positives), line: line)
            let absent = negatives.map { cells.pieces(reader.field($0), line: line) } ?? []
            rows.append((row, line, present, absent))
        }
        cells.finish()
        for finding in cells.findings { find(finding.severity, finding.line, finding.message) }
        // Names that were cut wrongly would only add errors of their own.
        if cells.findings.contains(where: \.isError) { return }
        for (row, line, present, absent) in rows {
            setLists(row: row, line: line, positives: present, negatives: absent)
        }
    }

    /// Sets the targets of one picture from what it has and what it has not.
    mutating func setLists(row: Int, line: Int, positives: [String], negatives: [String]) {
        var present: Set<Int> = []
        for name in positives {
            guard let label = label(name, line: line), present.insert(label).inserted else { continue }
            set(row: row, label: label, to: 1)
        }
        for name in negatives {
            guard let label = label(name, line: line) else { continue }
            if present.contains(label) {
                find(.error, line, "label \(quoted(labels[label])) is among both labels and negatives; remove one")
            } else {
                set(row: row, label: label, to: 0)
            }
        }
    }

    private mutating func readWide(_ reader: CSVReader, _ columns: [String]) throws(DatasetError) {
        isWide = true
        namesEveryLabel = true
        let indices = columns.map { label($0, line: reader.line) }
        var targets = [Float](repeating: .nan, count: labels.count)
        while try reader.next() {
            guard rowIsWhole(reader, columns.count + 1) else { continue }
            guard addImage(reader.field(0), line: reader.line) != nil else { continue }
            for (column, index) in indices.enumerated() {
                guard let index else { continue }
                targets[index] = target(reader.bytes(column + 1), line: reader.line, column: columns[column])
            }
            try appendWideRow(targets)
        }
    }

    private mutating func target(_ cell: Bytes, line: Int, column: String) -> Float {
        if cell.isEmpty { return .nan }
        let cell = cell.trimmed()
        if cell.isEmpty { return .nan }
        if let value = DecimalNumber.parse(cell), (0...1).contains(value) { return Float(value) }
        find(.error, line, Self.badTarget(cell.text, label: column))
        return .nan
    }

    /// The words for a target that is none.
    static func badTarget(_ value: String, label: String) -> String {
        "column \(quoted(label)) holds \(quoted(value)); write 1, 0, nothing for unknown, or a number between 0 and 1"
    }

    private mutating func rowIsWhole(_ reader: CSVReader, _ count: Int) -> Bool {
        guard reader.fieldCount != count else { return true }
        dropRow(reader.line, Problem.fieldCount(expected: count, found: reader.fieldCount))
        return false
    }
}
