// SPDX-License-Identifier: Apache-2.0

public import FileIO

/// Why a file of annotations, labels or scores cannot be used.
public struct DatasetError: UserFacingError, Equatable {
    /// Missing input where a path is not there, else bad data.
    public let failureKind: FailureKind
    /// One line: what is wrong, where, and what to do.
    public let description: String
    /// The findings that the error carries, to be printed before it; mostly none.
    public let findings: [String]
    /// The line in question, from 1, where there is one.
    public let line: Int?
    /// What is wrong with the file's content, without its place; nil where nothing is known of the content.
    let finding: String?

    private init(
        _ description: String, kind: FailureKind = .badData, findings: [String] = [], line: Int? = nil,
        finding: String? = nil
    ) {
        failureKind = kind
        self.description = description
        self.findings = findings
        self.line = line
        self.finding = finding
    }

    /// A path that the user named is not there.
    static func missing(path: String) -> DatasetError {
        DatasetError("\(quoted(path)) does not exist; check the path", kind: .missingInput)
    }

    /// A path is there and cannot be read.
    static func unreadable(path: String, reason: String) -> DatasetError {
        DatasetError("\(quoted(path)) cannot be read: \(reason)")
    }

    /// Something is wrong on a line of a file; the words say what, and what to do.
    static func at(_ path: String, _ line: Int, _ words: String) -> DatasetError {
        DatasetError("\(printable(path, maximumCharacters: 4096)):\(line): \(words)", line: line, finding: words)
    }

    /// A picture has two rows in one table.
    static func doubledRow(path: String, line: Int, image: String, firstLine: Int) -> DatasetError {
        at(path, line, "\(quoted(image)) is here again, first on line \(firstLine); keep one row")
    }

    /// A picture of one table is not in the other.
    static func missingRow(image: String, presentIn path: String, line: Int, missingIn other: String) -> DatasetError {
        at(path, line, "\(quoted(image)) has no row in \(quoted(other)); both files need the same pictures")
    }

    /// A label of one table is not in the other.
    static func missingColumn(label: String, presentIn path: String, missingIn other: String) -> DatasetError {
        let words = "label \(quoted(label)) of \(quoted(path)) is not in \(quoted(other))"
        return DatasetError("\(words); both files need the same columns")
    }

    /// The content of a whole file cannot be used.
    private static func content(_ words: String) -> DatasetError { DatasetError(words, finding: words) }

    /// A file is well formed and lists no picture.
    static func noImages(path: String) -> DatasetError {
        content("\(quoted(path)) lists no pictures; add a row for each picture")
    }

    /// A file is well formed and names no label.
    static func noLabels(path: String) -> DatasetError {
        content("\(quoted(path)) names no labels; add at least one")
    }

    /// Images times labels is more than a table may hold.
    static func tooLarge(path: String, images: Int, labels: Int) -> DatasetError {
        let advice = "split the file, or name fewer labels with --labels"
        let size = "\(images) pictures and \(labels) labels"
        return content("\(quoted(path)) has \(size), more than one table holds; \(advice)")
    }

    /// A file has errors that were all found; they are carried along, in line order.
    static func unusable(path: String, findings: [Finding]) -> DatasetError {
        let errors = findings.filter(\.isError)
        var words = "\(quoted(path)) cannot be used; correct it and run again"
        if let first = errors.first {
            let count = errors.count == 1 ? "1 error (" : "\(errors.count) errors (the first: "
            let place = first.line.map { "line \($0): " } ?? ""
            words = "\(quoted(path)) has \(count)\(place)\(first.message)); correct the file and run again"
        }
        return DatasetError(words, findings: findings.map { $0.formatted(path: path) })
    }
}

/// What is wrong on a line of a data file and what to do, for what several readers find.
enum Problem {
    static let invalidUTF8 = "the text is not UTF-8; save the file as UTF-8"
    static let nulByte = "a byte 0 in the text; is this a text file?"
    static let tooLong =
        "more than \(ByteSource.windowLimit >> 20) MiB without a line's end; is a quote or a line unclosed?"
    static let empty = "the file is empty; it needs a header or entries"
    static let noLabelColumn = "the header has no label column; write image,labels or image,LABEL,LABEL"
    static let noImageName = "no picture is named here; give its path"

    static func fieldCount(expected: Int, found: Int) -> String {
        let fields = found == 1 ? "1 field" : "\(found) fields"
        let advice = "quote fields that contain commas, or complete the row"
        return "\(fields) where the header has \(expected); \(advice)"
    }

    static func missingKey(_ key: String) -> String { "key \(quoted(key)) is missing; add it" }

    /// Keys under which others keep what is `labels` here.
    private static let synonyms: Set<String> = [
        "label", "labels", "tag", "tags", "class", "classes", "category", "categories", "target", "targets",
        "annotation",
        "annotations", "positives", "names", "keywords", "attributes", "text",
    ]

    /// The words for an entry that says nothing of labels: which of its keys may have been meant, if any.
    static func noLabels(expected: String, _ keys: [String]) -> String {
        let meant = keys.first { key in
            synonyms.contains(key.lowercased()) || isNearly(Array(key.lowercased().utf8), Array(expected.utf8))
        }
        if let meant {
            return "there is a key \(quoted(meant)) and none \(quoted(expected)); call it \(quoted(expected))"
        }
        return "key \(quoted(expected)) is missing; a picture without labels needs \(quoted(expected)): []"
    }

    /// Whether two words differ by two letters at most, put in, left out or replaced.
    private static func isNearly(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        if abs(one.count - other.count) > 2 { return false }
        var row = Array(0...other.count)
        for (index, letter) in one.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for place in other.indices {
                let changed = diagonal + (letter == other[place] ? 0 : 1)
                diagonal = row[place + 1]
                row[place + 1] = min(changed, diagonal + 1, row[place] + 1)
            }
        }
        return row[other.count] <= 2
    }

    static func doubledKey(_ key: String) -> String { "key \(quoted(key)) is given twice in one object; keep one" }

    static func wrongType(_ key: String, expected: String) -> String { "key \(quoted(key)) should be \(expected)" }
}
