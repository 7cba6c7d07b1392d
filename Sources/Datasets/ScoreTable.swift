// SPDX-License-Identifier: Apache-2.0

import FileIO

/// Anybody's scores: a wide CSV `image,LABEL,…` with a finite number in every cell.
public struct ScoreTable: Sendable {
    /// The file.
    public let source: String
    /// The pictures as the file names them, `N` of them, each once.
    public let images: [String]
    /// The line of each picture's row, `[N]`, from 1.
    public let lines: [Int]
    /// The labels, `L` of them, each once.
    public let labels: [String]
    /// The scores, `[N, L]`, row major.
    public let scores: [Double]

    /// Reads a table of scores in the file's order. Throws at the first row that is doubled or of another length, and
    /// at the first score that is no finite number.
    public static func read(path: String) throws(DatasetError) -> ScoreTable {
        let reader = try CSVReader(path: path)
        let labels = try reader.annotationHeader()
        if labels.isEmpty { throw .at(path, reader.line, Problem.noLabelColumn) }
        var images: [String] = []
        var lines: [Int] = []
        var scores: [Double] = []
        var rows: [ExactName: Int] = [:]
        while try reader.next() {
            try reader.requireFieldCount(labels.count + 1)
            let image = reader.field(0)
            if image.isEmpty { throw .at(path, reader.line, Problem.noImageName) }
            if let first = rows.updateValue(images.count, forKey: ExactName(text: image)) {
                throw .doubledRow(path: path, line: reader.line, image: image, firstLine: lines[first])
            }
            guard images.count < AnnotationBuilder.cellLimit / labels.count else {
                throw .tooLarge(path: path, images: images.count, labels: labels.count)
            }
            images.append(image)
            lines.append(reader.line)
            for column in 1...labels.count {
                let cell = reader.bytes(column).trimmed()
                guard let score = DecimalNumber.parse(cell), score.isFinite else {
                    let isEmpty = "is empty; every picture needs a score for every label"
                    let fault = cell.isEmpty ? isEmpty : "holds \(quoted(cell.text)); write a finite number"
                    throw .at(path, reader.line, "column \(quoted(labels[column - 1])) \(fault)")
                }
                scores.append(score)
            }
        }
        if images.isEmpty { throw .noImages(path: path) }
        return ScoreTable(source: path, images: images, lines: lines, labels: labels, scores: scores)
    }
}

/// Scores beside the targets of the same pictures and labels.
public struct ScoredTargets: Sendable {
    /// The pictures, `N` of them, in the order of the targets.
    public let images: [String]
    /// The labels, `L` of them, in the order of the targets' columns, or the scores' where targets have no columns.
    public let labels: [String]
    /// The scores, `[N, L]`, row major, finite.
    public let scores: [Double]
    /// The targets, `[N, L]`, row major: 1, 0, between, NaN unknown.
    public let targets: [Float]
    /// Warnings about the targets' file, in line order.
    public let findings: [Finding]

    /// Reads scores (a wide CSV) and targets (a data file of any format, whose pictures need not be there), and matches
    /// rows and columns by the names as written. A file that lists what a picture has may leave out labels that no
    /// picture has. Throws at the first row or column that is missing or doubled, or with all errors of the targets.
    public static func read(
        scores: String, targets: String, unlisted: AnnotationOptions.Unlisted = .absent,
        separator: LabelSeparator? = nil
    ) throws(DatasetError) -> ScoredTargets {
        let scores = try ScoreTable.read(path: scores)
        let options = AnnotationOptions(unlisted: unlisted, checksPictures: false, separator: separator)
        let truth = try AnnotationTable.read(path: targets, options: options)
        try truth.requireUsable()
        let columns = Dictionary(uniqueKeysWithValues: zip(scores.labels, scores.labels.indices))
        let truthColumns = Dictionary(uniqueKeysWithValues: zip(truth.labels, truth.labels.indices))
        for label in truth.labels where columns[label] == nil {
            throw .missingColumn(label: label, presentIn: truth.source, missingIn: scores.source)
        }
        if truth.namesEveryLabel {
            for label in scores.labels where truthColumns[label] == nil {
                throw .missingColumn(label: label, presentIn: scores.source, missingIn: truth.source)
            }
        }
        let labels = truth.namesEveryLabel ? truth.labels : scores.labels
        let rows = try matchRows(scores, truth)
        let unlistedTarget: Float = unlisted == .absent ? 0 : .nan
        var result: [Double] = []
        var resultTargets: [Float] = []
        result.reserveCapacity(rows.count * labels.count)
        resultTargets.reserveCapacity(rows.count * labels.count)
        let scoreColumns = labels.map { columns[$0] ?? 0 }
        let targetColumns = labels.map { truthColumns[$0] }
        for (row, scoreRow) in rows.enumerated() {
            for column in scoreColumns { result.append(scores.scores[scoreRow * scores.labels.count + column]) }
            for column in targetColumns {
                resultTargets.append(column.map { truth.targets[row * truth.labels.count + $0] } ?? unlistedTarget)
            }
        }
        return ScoredTargets(
            images: truth.images.map(\.name), labels: labels, scores: result, targets: resultTargets,
            findings: truth.findings)
    }

    /// The row of the scores for each row of the targets.
    private static func matchRows(_ scores: ScoreTable, _ truth: AnnotationTable) throws(DatasetError) -> [Int] {
        let scoreRows = Dictionary(
            uniqueKeysWithValues: scores.images.enumerated().map { (ExactName(text: $0.element), $0.offset) })
        var firstLines: [ExactName: Int] = [:]
        var rows: [Int] = []
        for image in truth.images {
            let (name, line) = (ExactName(text: image.name), image.line ?? 0)
            if let first = firstLines.updateValue(line, forKey: name) {
                throw .doubledRow(path: truth.source, line: line, image: image.name, firstLine: first)
            }
            guard let row = scoreRows[name] else {
                throw .missingRow(image: image.name, presentIn: truth.source, line: line, missingIn: scores.source)
            }
            rows.append(row)
        }
        for (row, image) in scores.images.enumerated() where firstLines[ExactName(text: image)] == nil {
            let line = scores.lines[row]
            throw .missingRow(image: image, presentIn: scores.source, line: line, missingIn: truth.source)
        }
        return rows
    }
}
