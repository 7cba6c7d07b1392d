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
        if let directory = imagesDirectory {
            switch PathStatus(directory.isEmpty ? "." : directory) {
            case .directory: break
            case .missing: throw .missing(path: directory)
            default: throw .unreadable(path: directory, reason: "it is not a directory; name the pictures' directory")
            }
        }
        let file = try HashedSource(path: path)
        var builder = CaptionBuilder(source: path, folder: .init(dataFile: path, imagesDirectory: imagesDirectory))
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
        if findings.contains(where: { $0.severity == .error }) { throw .unusable(path: source, findings: findings) }
    }
}

private struct CaptionBuilder {
    let source: String
    let folder: PictureFolder
    private var images: [Picture] = []
    private var imageIndices: [ExactName: Int] = [:]
    private var rows: [CaptionTable.Row] = []
    private var findings: [Finding] = []

    init(source: String, folder: PictureFolder) {
        self.source = source
        self.folder = folder
    }

    mutating func readCSV(_ reader: CSVReader) throws(DatasetError) {
        guard try reader.next() else { throw .wrongStructure(path: source, line: 1, problem: .empty) }
        let header = (0..<reader.fieldCount).map { reader.field($0).trimmedLabel }
        func column(_ names: [String]) throws(DatasetError) -> Int {
            if let place = header.firstIndex(where: names.contains) { return place }
            throw .wrongStructure(path: source, line: max(reader.line, 1), problem: .missingColumn(names[0]))
        }
        let image = try column(["image", "filepath"])
        let caption = try column(["caption", "title"])
        while try reader.next() {
            if reader.fieldCount != header.count {
                let problem = SyntaxProblem.fieldCount(expected: header.count, found: reader.fieldCount)
                find(reader.line, problem.description)
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
                guard case .malformed(_, _, let problem) = error else { throw error }
                find(lines.line, problem.description)
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
        if name.isEmpty || name.utf8.contains(0) { return find(line, StructureProblem.noImageName.description) }
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
