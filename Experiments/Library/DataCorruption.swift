// SPDX-License-Identifier: Apache-2.0

public import Datasets
import FileIO
import Foundation

extension DataChange {
    /// Applies the change to a table, deterministically.
    ///
    /// What happens to a cell depends on the seed, the picture's name, the label's name and the kind of change alone:
    /// more noise contains less noise, more known cells contain fewer, and other rows have no influence. Pictures are
    /// chosen first, then cells are turned round, then positives are misplaced, left out, and cells made unknown.
    ///
    /// - Parameters:
    ///   - table: The table; its rows keep their order.
    ///   - seed: The seed.
    /// - Returns: The changed table.
    public func applied(to table: AnnotationTable, seed: UInt64) -> AnnotationTable {
        let width = table.labels.count
        let rows = chosenRows(table, seed: seed)
        var targets: [Float] = []
        targets.reserveCapacity(rows.count * width)
        for row in rows {
            targets += changed(
                Array(table.targets[row * width..<(row + 1) * width]), image: table.images[row].name,
                labels: table.labels, seed: seed)
        }
        return AnnotationTable(
            source: table.source, images: rows.map { table.images[$0] }, labels: table.labels, targets: targets)
    }

    private func changed(_ row: [Float], image: String, labels: [String], seed: UInt64) -> [Float] {
        var row = row
        func happens(_ kind: String, _ column: Int, _ rate: Double?) -> Bool {
            guard let rate else { return false }
            return SeededRandom.unit(SeededRandom.word(seed, kind, image, labels[column])) < rate
        }
        for column in row.indices where !row[column].isNaN && happens("flip", column, flip) {
            row[column] = 1 - row[column]
        }
        // Both ask what the row said before, so that a label put in by mistake is not moved on.
        let before = row
        for column in row.indices where before[column] > 0.5 && happens("wrong", column, wrong) {
            let absent = row.indices.filter { before[$0] <= 0.5 && row[$0] <= 0.5 }
            guard !absent.isEmpty else { continue }
            var random = SeededRandom(seed: SeededRandom.word(seed, "instead", image, labels[column]))
            row[absent[random.index(below: absent.count)]] = 1
            row[column] = 0
        }
        for column in row.indices where before[column] > 0.5 && happens("missing", column, missing) {
            row[column] = 0
        }
        if let known {
            for column in row.indices where !happens("known", column, known) { row[column] = .nan }
        }
        return row
    }

    private func chosenRows(_ table: AnnotationTable, seed: UInt64) -> [Int] {
        guard pictures != nil || perLabel != nil else { return Array(table.images.indices) }
        let order = table.images.indices.map { ($0, SeededRandom.word(seed, "picture", table.images[$0].name)) }
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
        if let pictures { return order.prefix(pictures).sorted() }
        guard let perLabel else { return order.sorted() }
        var counts = [Int](repeating: 0, count: table.labels.count)
        var chosen: [Int] = []
        for row in order {
            let present = table.labels.indices.filter { table.targets[row * table.labels.count + $0] > 0.5 }
            guard present.contains(where: { counts[$0] < perLabel }) else { continue }
            chosen.append(row)
            for column in present { counts[column] += 1 }
        }
        return chosen.sorted()
    }
}

/// A table as wide CSV with absolute picture paths, so that it can lie in any folder.
///
/// - Parameter table: The table.
/// - Returns: The file's text: `image,LABEL,…` with 1, 0, empty for unknown, or a number between.
public func wideCSV(_ table: AnnotationTable) -> String {
    var text = CSVWriter.line(["image"] + table.labels)
    let width = table.labels.count
    for (row, image) in table.images.enumerated() {
        let cells = table.targets[row * width..<(row + 1) * width].map { target -> String in
            target.isNaN ? "" : target == 0 ? "0" : target == 1 ? "1" : "\(target)"
        }
        text += CSVWriter.line([absolutePath(image.path ?? image.name)] + cells)
    }
    return text
}

/// A path that holds in every folder.
func absolutePath(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
}
