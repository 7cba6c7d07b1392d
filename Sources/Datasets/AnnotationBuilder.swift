// SPDX-License-Identifier: Apache-2.0

import FileIO

/// What all formats fill: pictures, the label set, targets and findings.
struct AnnotationBuilder {
    /// One target of a table that is filled at the end, when all labels are known.
    private struct Cell {
        var row: Int
        var label: Int
        var value: Float
    }

    /// More cells than this and the table would not fit into the memory of a usual machine (8 GiB of targets).
    static let cellLimit = 1 << 31

    /// More findings than this are not listed: nobody reads them, and a table of `yes` and `no` has one in each cell.
    static let findingLimit = 1_000_000

    let source: String
    let options: AnnotationOptions
    let folder: PictureFolder
    private(set) var images: [Picture] = []
    private(set) var labels: [String] = []
    private(set) var findings: [Finding] = []
    private var labelIndices: [String: Int] = [:]
    /// The line on which the file first has each label, `[L]`; nil for labels of the options that it does not have.
    private var labelLines: [Int?] = []
    private var ignoredLabels: [String: (line: Int, count: Int)] = [:]
    private var foldedLabels: [String: String]?
    private var cells: [Cell] = []
    private var wideTargets: [Float] = []
    /// Rows that were left out because of an error; without any, no pictures at all is an error of its own.
    private var droppedRows = 0
    var isWide = false
    var namesEveryLabel = false

    init(source: String, options: AnnotationOptions) throws(DatasetError) {
        self.source = source
        self.options = options
        folder = PictureFolder(dataFile: source, imagesDirectory: options.imagesDirectory)
        if options.checksPictures { try folder.requireDirectory() }
        for label in options.labels ?? [] { _ = append(label: label.trimmedLabel) }
    }

    /// Reads the whole file in the format it has.
    mutating func read(_ source: ByteSource) throws(DatasetError) {
        switch try DatasetFormat.detect(source) {
        case .csv: try readCSV(source)
        case .jsonLines: try readJSONLines(source)
        case .coco: try readCOCO(source)
        case .createML: try readCreateML(source)
        }
    }

    mutating func find(_ severity: Finding.Severity, _ line: Int?, _ message: String) {
        if findings.count < Self.findingLimit {
            findings.append(Finding(severity: severity, line: line, message: message))
        } else if findings.count == Self.findingLimit {
            let more = "more than \(Self.findingLimit) findings; the rest is not listed"
            findings.append(Finding(severity: .error, line: line, message: more))
        }
    }

    /// Adds a picture and returns its row; nil, with a finding, where its name cannot be one.
    mutating func addImage(_ name: String, line: Int) -> Int? {
        guard !name.isEmpty, !name.utf8.contains(0) else {
            dropRow(line, name.isEmpty ? Problem.noImageName : "the picture's path holds a byte 0")
            return nil
        }
        images.append(Picture(name: name, path: folder.path(of: name), line: line))
        return images.count - 1
    }

    /// Notes a row that cannot be used.
    mutating func dropRow(_ line: Int, _ message: String) {
        noteDroppedRow()
        find(.error, line, message)
    }

    /// Counts a row that cannot be used and whose findings are noted already.
    mutating func noteDroppedRow() {
        droppedRows += 1
    }

    /// The index of a label met on a line; nil, with a finding, where it is empty or not wanted.
    mutating func label(_ name: String, line: Int) -> Int? {
        let name = name.trimmedLabel
        guard !name.isEmpty else {
            find(.error, line, "a label's name is empty; name it or remove it")
            return nil
        }
        if let index = labelIndices[name] {
            if labelLines[index] == nil { labelLines[index] = line }
            return index
        }
        guard options.labels != nil else {
            let index = append(label: name)
            labelLines[index] = line
            return index
        }
        switch options.extraLabels {
        case .error:
            let similar = similarLabel(name)
            let hint = similar.map { "; did you mean \(quoted($0))?" } ?? "; add it to the labels or correct it"
            find(.error, line, "unknown label \(quoted(name))\(hint)")
        case .ignore:
            ignoredLabels[name, default: (line, 0)].count += 1
        }
        return nil
    }

    /// Sets a target of a table that lists what pictures have.
    mutating func set(row: Int, label: Int, to value: Float) {
        cells.append(Cell(row: row, label: label, value: value))
    }

    /// Adds a row of targets to a wide table.
    mutating func appendWideRow(_ row: [Float]) throws(DatasetError) {
        guard wideTargets.count < Self.cellLimit else {
            throw .tooLarge(path: source, images: images.count, labels: labels.count)
        }
        wideTargets.append(contentsOf: row)
    }

    func sortedFindings() -> [Finding] {
        // Swift's sort is stable, so findings of one line stay as they were found.
        findings.sorted { ($0.line ?? .max) < ($1.line ?? .max) }
    }

    /// Fills the targets and checks the whole.
    mutating func finish() throws(DatasetError) -> AnnotationTable {
        if images.isEmpty && droppedRows == 0 { throw .noImages(path: source) }
        if labels.isEmpty && !findings.contains(where: \.isError) { throw .noLabels(path: source) }
        let size = images.count.multipliedReportingOverflow(by: labels.count)
        guard !size.overflow, size.partialValue <= Self.cellLimit else {
            throw .tooLarge(path: source, images: images.count, labels: labels.count)
        }
        var targets = wideTargets
        if !isWide {
            targets = [Float](repeating: options.unlisted == .absent ? 0 : .nan, count: size.partialValue)
            for (label, line) in labelLines.enumerated() where namesEveryLabel && line == nil {
                for row in images.indices { targets[row * labels.count + label] = .nan }
            }
            for cell in cells { targets[cell.row * labels.count + cell.label] = cell.value }
        }
        for (name, met) in ignoredLabels {
            let times = met.count == 1 ? "once" : "\(met.count) times"
            find(.warning, met.line, "label \(quoted(name)) is not among the labels asked for; left out (\(times))")
        }
        var check = AnnotationCheck(images: images, labels: labels, targets: targets)
        if options.checksPictures { check.findMissingPictures() }
        check.findDuplicates()
        check.findUnknownRows()
        check.findLabels(lines: labelLines, namesEveryLabel: namesEveryLabel)
        findings += check.findings
        return AnnotationTable(
            source: source, images: images, labels: labels, targets: targets, findings: sortedFindings(),
            namesEveryLabel: namesEveryLabel)
    }

    private mutating func append(label name: String) -> Int {
        if let index = labelIndices[name] { return index }
        labelIndices[name] = labels.count
        labels.append(name)
        labelLines.append(nil)
        return labels.count - 1
    }

    private mutating func similarLabel(_ name: String) -> String? {
        let folded = foldedLabels ?? Dictionary(labels.map { (AnnotationCheck.folded($0), $0) }) { first, _ in first }
        foldedLabels = folded
        return folded[AnnotationCheck.folded(name)]
    }
}
