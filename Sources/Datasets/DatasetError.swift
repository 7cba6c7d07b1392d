// SPDX-License-Identifier: Apache-2.0

public import FileIO

/// Why a file of annotations, labels or scores cannot be used.
///
/// The cases hold facts; ``description`` puts them into one line that says what, where and what to do.
public enum DatasetError: UserFacingError, Equatable {
    /// A path that the user named is not there.
    case missing(path: String)
    /// A path is there and cannot be read.
    case unreadable(path: String, reason: String)
    /// A file is not the text, CSV or JSON that it should be.
    case malformed(path: String, line: Int, problem: SyntaxProblem)
    /// The header of a CSV or the outline of a JSON document is not one of the known formats.
    case wrongStructure(path: String, line: Int, problem: StructureProblem)
    /// A file is well formed and lists no picture.
    case noImages(path: String)
    /// A file is well formed and names no label.
    case noLabels(path: String)
    /// Images times labels is more than a table may hold.
    case tooLarge(path: String, images: Int, labels: Int)
    /// A file has errors that were all found and listed; they are carried along, in line order.
    case unusable(path: String, findings: [Finding])
    /// A cell of a score table is not a finite number.
    case badScore(path: String, line: Int, column: String, value: String)
    /// A score table or its targets hold one picture twice.
    case doubledRow(path: String, line: Int, image: String, firstLine: Int)
    /// A picture of one table is not in the other table.
    case missingRow(image: String, presentIn: String, line: Int, missingIn: String)
    /// A label of one table is not in the other table.
    case missingColumn(label: String, presentIn: String, missingIn: String)

    /// Missing input where a path is not there, else bad data.
    public var failureKind: FailureKind { if case .missing = self { .missingInput } else { .badData } }

    /// The findings that the error carries, to be printed before it; empty for most cases.
    public var findings: [String] {
        if case .unusable(let path, let findings) = self { findings.map { $0.formatted(path: path) } } else { [] }
    }

    /// The line in question, from 1, where there is one.
    public var line: Int? {
        switch self {
        case .malformed(_, let line, _), .wrongStructure(_, let line, _), .badScore(_, let line, _, _),
            .doubledRow(_, let line, _, _), .missingRow(_, _, let line, _):
            line
        default: nil
        }
    }
}

/// What keeps bytes from being text, CSV or JSON.
public enum SyntaxProblem: Sendable, Equatable {
    /// The bytes are not UTF-8.
    case invalidUTF8
    /// The file begins as UTF-16 or UTF-32 does.
    case wideEncoding
    /// A byte 0 inside text.
    case nulByte
    /// A quote was opened on this line and the file ended.
    case unclosedQuote
    /// A quote in a field that does not begin with one.
    case quoteInField
    /// Something other than a comma or a line's end after a closing quote.
    case textAfterQuote
    /// A record or line longer than the limit, in bytes.
    case tooLong(limit: Int)
    /// A record with another number of fields than the header.
    case fieldCount(expected: Int, found: Int)
    /// JSON that breaks off or has something else than expected at a byte of the line, from 1.
    case json(column: Int, expected: String)
    /// JSON nested deeper than the limit.
    case jsonTooDeep(limit: Int)
}

/// What is wrong with a header, or with the outline of a JSON document.
public enum StructureProblem: Sendable, Equatable {
    /// The file has no content.
    case empty
    /// The first column is not `image`.
    case noImageColumn(found: String)
    /// A CSV lacks a column that it needs.
    case missingColumn(String)
    /// A CSV has the column `image` only.
    case noLabelColumn
    /// A column without a name, counted from 1.
    case emptyColumnName(column: Int)
    /// Two columns of one name.
    case doubledColumn(name: String)
    /// A key that a JSON document needs.
    case missingKey(String)
    /// A key that is given twice in one object.
    case doubledKey(String)
    /// A value of the wrong kind under a key.
    case wrongType(key: String, expected: String)
    /// A row or entry without a picture's path.
    case noImageName
}

extension DatasetError: CustomStringConvertible {
    /// One line: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .missing(let path):
            "\(quoted(path)) does not exist; check the path"
        case .unreadable(let path, let reason):
            "\(quoted(path)) cannot be read: \(reason)"
        case .malformed(let path, let line, let problem):
            "\(printable(path, maximumCharacters: 4096)):\(line): \(problem)"
        case .wrongStructure(let path, let line, let problem):
            "\(printable(path, maximumCharacters: 4096)):\(line): \(problem)"
        case .noImages(let path):
            "\(quoted(path)) lists no pictures; add a row for each picture"
        case .noLabels(let path):
            "\(quoted(path)) names no labels; add at least one"
        case .tooLarge(let path, let images, let labels):
            "\(quoted(path)) has \(images) pictures and \(labels) labels, more than one table holds; "
                + "split the file, or name fewer labels with --labels"
        case .unusable(let path, let findings):
            Self.describe(findings.filter { $0.severity == .error }, path: path)
        case .badScore(let path, let line, let column, let value):
            if value.isEmpty {
                "\(printable(path, maximumCharacters: 4096)):\(line): column \(quoted(column)) is empty; "
                    + "every picture needs a score for every label"
            } else {
                "\(printable(path, maximumCharacters: 4096)):\(line): column \(quoted(column)) holds \(quoted(value)); write a finite number"
            }
        case .doubledRow(let path, let line, let image, let firstLine):
            "\(printable(path, maximumCharacters: 4096)):\(line): \(quoted(image)) is here again, first on line \(firstLine); keep one row"
        case .missingRow(let image, let presentIn, let line, let missingIn):
            "\(printable(presentIn, maximumCharacters: 4096)):\(line): \(quoted(image)) has no row in \(quoted(missingIn)); "
                + "both files need the same pictures"
        case .missingColumn(let label, let presentIn, let missingIn):
            "label \(quoted(label)) of \(quoted(presentIn)) is not in \(quoted(missingIn)); "
                + "both files need the same columns"
        }
    }

    private static func describe(_ errors: [Finding], path: String) -> String {
        let count = errors.count == 1 ? "1 error" : "\(errors.count) errors"
        guard let first = errors.first else { return "\(quoted(path)) cannot be used; correct it and run again" }
        let place = first.line.map { "line \($0): " } ?? ""
        let which = errors.count == 1 ? "" : "the first: "
        return "\(quoted(path)) has \(count) (\(which)\(place)\(first.message)); correct the file and run again"
    }
}

extension SyntaxProblem: CustomStringConvertible {
    /// What is wrong and what to do, without the place.
    public var description: String {
        switch self {
        case .invalidUTF8: "the text is not UTF-8; save the file as UTF-8"
        case .wideEncoding: "the file is UTF-16 or UTF-32; save it as UTF-8"
        case .nulByte: "a byte 0 in the text; is this a text file?"
        case .unclosedQuote: "the quote opened here is never closed; close it"
        case .quoteInField:
            "a quote inside a field that does not begin with one; put the field in quotes and double the inner quotes"
        case .textAfterQuote: "text after a closing quote; put a comma there, or double the quotes inside the field"
        case .tooLong(let limit): "more than \(limit >> 20) MiB without a line's end; is a quote or a line unclosed?"
        case .fieldCount(let expected, let found):
            "\(found) \(found == 1 ? "field" : "fields") where the header has \(expected); "
                + "quote fields that contain commas, or complete the row"
        case .json(let column, let expected): "not JSON: expected \(expected) at byte \(column) of the line"
        case .jsonTooDeep(let limit): "JSON nested deeper than \(limit) levels; flatten it"
        }
    }
}

extension StructureProblem: CustomStringConvertible {
    /// What is wrong and what to do, without the place.
    public var description: String {
        switch self {
        case .empty: "the file is empty; it needs a header or entries"
        case .noImageColumn(let found):
            "the first column is \(quoted(found)); a header begins with \"image\", "
                + "as in image,labels or image,LABEL,LABEL"
        case .missingColumn(let name): "there is no column \(quoted(name)); name it in the header"
        case .noLabelColumn: "the header has no label column; write image,labels or image,LABEL,LABEL"
        case .emptyColumnName(let column): "column \(column) has no name; name it or remove it"
        case .doubledColumn(let name): "column \(quoted(name)) is there twice; keep one"
        case .missingKey(let key): "key \(quoted(key)) is missing; add it"
        case .doubledKey(let key): "key \(quoted(key)) is given twice in one object; keep one"
        case .wrongType(let key, let expected): "key \(quoted(key)) should be \(expected)"
        case .noImageName: "no picture is named here; give its path"
        }
    }
}
