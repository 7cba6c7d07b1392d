// SPDX-License-Identifier: Apache-2.0

public import FileIO
import JSON

/// Pictures with captions, as contrastive pretraining takes them. Formats: CSV with the columns `image` and `caption`
/// (or open_clip's `filepath` and `title`), other columns being ignored; JSON lines with `image` and `caption`, or
/// `captions` for several. A picture may have any number of rows.
public struct CaptionTable: Sendable {
    /// A caption and its picture.
    public struct Row: Sendable, Equatable {
        /// Index into ``CaptionTable/images``.
        public let image: Int
        /// The caption, without white space at its ends; not empty.
        public let caption: String
        /// The line on which it begins, from 1.
        public let line: Int
    }

    /// The file.
    public let source: String
    /// The distinct pictures, each with the line that names it first.
    public let images: [Picture]
    /// The captions in the file's order.
    public let rows: [Row]
    /// What the check found, in line order.
    public let findings: [Finding]
    /// The SHA-256 of the file's bytes, as hexadecimal digits.
    public private(set) var contentHash: String?

    /// Reads a file of captions, JSON lines if its name ends so, else CSV, and checks it. Names are relative to
    /// `imagesDirectory`, or else to the file's own directory. What is wrong with single rows is in ``findings``: print
    /// them, then call ``requireUsable()``. Throws where the file cannot be read on, or the directory is not there.
    public static func read(path: String, imagesDirectory: String? = nil) throws(DatasetError) -> CaptionTable {
        let folder = PictureFolder(dataFile: path, imagesDirectory: imagesDirectory)
        try folder.requireDirectory()
        let file = try HashedSource(path: path)
        var builder = CaptionBuilder(source: path, folder: folder)
        switch fileExtension(path) {
        case "jsonl", "ndjson": try builder.readJSONLines(file.source)
        default: try builder.readCSV(CSVReader(source: file.source))
        }
        var table = try builder.finish()
        table.contentHash = try file.contentHash()
        return table
    }

    /// Throws an error with all findings if one of them is an error.
    public func requireUsable() throws(DatasetError) {
        try findings.requireNoError(in: source)
    }
}

private struct CaptionBuilder {
    let source: String
    let folder: PictureFolder
    var images: [Picture] = []
    var imageIndices: [ExactName: Int] = [:]
    var rows: [CaptionTable.Row] = []
    var findings: [Finding] = []

    mutating func readCSV(_ reader: CSVReader) throws(DatasetError) {
        guard try reader.next() else { throw .at(source, 1, Problem.empty) }
        let header = (0..<reader.fieldCount).map { reader.field($0).trimmedLabel }
        func column(_ names: [String]) throws(DatasetError) -> Int {
            if let place = header.firstIndex(where: names.contains) { return place }
            let words = "there is no column \(quoted(names[0])); name it in the header"
            throw .at(source, max(reader.line, 1), words)
        }
        let image = try column(["image", "filepath"])
        let caption = try column(["caption", "title"])
        while try reader.next() {
            if reader.fieldCount != header.count {
                find(reader.line, Problem.fieldCount(expected: header.count, found: reader.fieldCount))
            } else {
                add(reader.field(image), [reader.field(caption)], line: reader.line)
            }
        }
    }

    mutating func readJSONLines(_ source: ByteSource) throws(DatasetError) {
        try source.skipByteOrderMark()
        let lines = LineReader(source)
        while try lines.advance() {
            guard !lines.bytes.trimmed().isEmpty else { continue }
            let scanner = DatasetScanner(lineOf: lines)
            do {
                try readEntry(scanner, line: lines.line)
                try scanner.expectEnd()
            } catch {
                guard let problem = error.finding else { throw error }
                find(lines.line, problem)
            }
        }
    }

    private mutating func readEntry(_ scanner: DatasetScanner, line: Int) throws(DatasetError) {
        var image: String?
        var captions: [String]?
        try scanner.beginObject()
        while try scanner.nextKey() {
            switch scanner.text {
            case "image": image = try scanner.stringOrSkip()
            case "caption": captions = try scanner.stringOrSkip().map { [$0] }
            case "captions" where try scanner.kind() == .array:
                var list: [String?] = []
                try scanner.beginArray()
                while try scanner.nextElement() { list.append(try scanner.stringOrSkip()) }
                captions = list.contains(nil) ? nil : list.compactMap { $0 }
            default: try scanner.skipValue()
            }
        }
        guard let image, let captions else {
            return find(line, "an entry should look like {\"image\": \"a.jpg\", \"caption\": \"a quiet room\"}")
        }
        add(image, captions, line: line)
    }

    private mutating func add(_ name: String, _ captions: [String], line: Int) {
        if name.isEmpty || name.utf8.contains(0) { return find(line, Problem.noImageName) }
        if captions.isEmpty { return find(line, "the picture has no caption; give it one or remove the row") }
        let index: Int
        if let known = imageIndices[ExactName(text: name)] {
            index = known
        } else {
            index = images.count
            imageIndices[ExactName(text: name)] = index
            let image = Picture(name: name, path: folder.path(of: name), line: line)
            images.append(image)
            if let problem = image.pathProblem() { find(line, problem) }
        }
        for caption in captions {
            let caption = caption.trimmedLabel
            if caption.isEmpty {
                find(line, "the caption is empty; write one or remove the row")
            } else {
                rows.append(.init(image: index, caption: caption, line: line))
            }
        }
    }

    private mutating func find(_ line: Int, _ message: String) {
        if findings.count < AnnotationBuilder.findingLimit {
            findings.append(Finding(severity: .error, line: line, message: message))
        }
    }

    func finish() throws(DatasetError) -> CaptionTable {
        if rows.isEmpty, findings.isEmpty { throw .noImages(path: source) }
        return CaptionTable(source: source, images: images, rows: rows, findings: findings)
    }
}
