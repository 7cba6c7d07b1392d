// SPDX-License-Identifier: Apache-2.0

public import FileIO
import Foundation

/// What a path leads to.
enum PathStatus {
    case missing, file, directory, unreadable
    /// A pipe, socket or device: opening it as a picture might wait for ever.
    case special

    init(_ path: String) {
        var status = stat()
        guard !path.utf8.contains(0), stat(path, &status) == 0 else {
            // A loop of links or a directory that may not be entered is there all the same.
            self = errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG ? .missing : .unreadable
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: self = .directory
        case S_IFREG: self = access(path, R_OK) == 0 ? .file : .unreadable
        default: self = .special
        }
    }

    /// What keeps it from being a picture and what to do, or nil for a file.
    var problemAsPicture: String? {
        switch self {
        case .file: nil
        case .missing: "does not exist; correct the path or name its directory with --images"
        case .directory: "is a directory; name a picture"
        case .special: "is a pipe or device; name a picture"
        case .unreadable: "cannot be read; check its permissions"
        }
    }
}

extension Picture {
    /// Where `file` lists it: `FILE:LINE`.
    public func place(in file: String) -> String { line.map { "\(file):\($0)" } ?? file }

    /// What is wrong with where it is, or nil.
    func pathProblem() -> String? {
        guard let path, let problem = PathStatus(path).problemAsPicture else { return nil }
        let place = path == name ? "" : " (\(printable(path, maximumCharacters: 4096)))"
        return "picture \(quoted(name))\(place) \(problem)"
    }
}

/// The questions that can be asked once a whole file is read.
struct AnnotationCheck {
    let images: [Picture]
    let labels: [String]
    let targets: [Float]  // [N, L]
    private(set) var findings: [Finding] = []

    /// Finds pictures that are not there, are directories or cannot be read.
    mutating func findMissingPictures() {
        for image in images {
            if let problem = image.pathProblem() { find(.error, image.line, problem) }
        }
    }

    /// Finds pictures that are listed again, with the same labels or others.
    mutating func findDuplicates() {
        var firstRows: [ExactName: Int] = [:]
        for row in images.indices {
            let image = images[row]
            let path = ExactName(text: image.path ?? image.name)
            guard let first = firstRows[path] else {
                firstRows[path] = row
                continue
            }
            let place = "picture \(quoted(image.name)) is here again, first on line \(images[first].line ?? 0)"
            if rowsAreEqual(first, row) {
                find(.warning, image.line, place)
            } else {
                find(.warning, image.line, "\(place), with other labels there; one of the two is probably wrong")
            }
        }
    }

    /// Finds pictures of which no label is known.
    mutating func findUnknownRows() {
        for row in images.indices where !labels.isEmpty {
            let range = (row * labels.count)..<((row + 1) * labels.count)
            if targets[range].allSatisfy(\.isNaN) {
                find(.warning, images[row].line, "picture \(quoted(images[row].name)) has no known label")
            }
        }
    }

    /// Finds labels that the file does not have (`lines`, `[L]`: where each is first met), labels without positives,
    /// and names that look alike. `namesEveryLabel` tells whether labels are columns or categories.
    mutating func findLabels(lines: [Int?], namesEveryLabel: Bool) {
        var hasPositive = [Bool](repeating: false, count: labels.count)
        for row in images.indices {
            for column in labels.indices where targets[row * labels.count + column] > 0.5 { hasPositive[column] = true }
        }
        var firstNames: [String: String] = [:]
        for (index, label) in labels.enumerated() {
            let line = lines[index] ?? 1
            if lines[index] == nil {
                let effect =
                    namesEveryLabel
                    ? "no column or category; all its targets are unknown" : "no positives; it is not in the data"
                find(.warning, line, "label \(quoted(label)) has \(effect)")
            } else if !hasPositive[index] {
                find(.warning, line, "label \(quoted(label)) has no positives")
            }
            if let first = firstNames[Self.folded(label)] {
                let names = "labels \(quoted(first)) and \(quoted(label))"
                find(.warning, line, "\(names) differ only in case or spaces; are they one?")
            } else {
                firstNames[Self.folded(label)] = label
            }
        }
    }

    /// A name in small letters and without white space, for telling names that people confuse.
    static func folded(_ name: String) -> String {
        String(String.UnicodeScalarView(name.lowercased().unicodeScalars.filter { !$0.properties.isWhitespace }))
    }

    private func rowsAreEqual(_ first: Int, _ second: Int) -> Bool {
        labels.indices.allSatisfy { column in
            let left = targets[first * labels.count + column]
            let right = targets[second * labels.count + column]
            return left == right || (left.isNaN && right.isNaN)
        }
    }

    private mutating func find(_ severity: Finding.Severity, _ line: Int?, _ message: String) {
        findings.append(Finding(severity: severity, line: line, message: message))
    }
}
