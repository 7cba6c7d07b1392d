// SPDX-License-Identifier: Apache-2.0

import FileIO
import JSON

/// One picture with its labels, as JSON lines and Create ML write it.
struct JSONEntry {
    /// Which keys an entry has in a format; the first image key that is there wins.
    struct Keys {
        var image: [String]
        var labels: Set<String>
        /// The one that messages name.
        var usual: String

        static let jsonLines = Keys(image: ["image"], labels: ["labels"], usual: "labels")
        static let createML = Keys(
            image: ["image", "imagefilename", "filename", "file_name"],
            labels: ["annotations", "annotation", "labels", "label"], usual: "annotations")
    }

    var image: String?
    var positives: [String] = []
    var negatives: [String] = []
    /// Labels with a number each, or nil for unknown.
    var soft: [(name: String, target: Float?)] = []
    /// What is wrong with it, in words; syntax errors are thrown instead.
    var problems: [String] = []

    /// Reads the next value of a document, which should be an object.
    init(_ scanner: DatasetScanner, keys: Keys) throws(DatasetError) {
        guard try scanner.kind() == .object else {
            try scanner.skipValue()
            problems.append("an entry should be an object such as {\"image\": \"a.jpg\", \"labels\": [\"pool\"]}")
            return
        }
        var seen: Set<String> = []
        var others: [String] = []
        var rank = Int.max
        try scanner.beginObject()
        while try scanner.nextKey() {
            let key = scanner.text
            let imageRank = keys.image.firstIndex(of: key)
            guard imageRank != nil || keys.labels.contains(key) || key == "negatives" else {
                try scanner.skipValue()
                if others.count < 100 { others.append(key) }
                continue
            }
            if !seen.insert(key).inserted { problems.append(Problem.doubledKey(key)) }
            if let imageRank {
                guard let name = try scanner.stringOrSkip() else {
                    wrongType(key, "a picture's path in quotes")
                    continue
                }
                if imageRank <= rank { (image, rank) = (name, imageRank) }
            } else if key == "negatives" {
                try readNames(scanner, key, into: \.negatives)
            } else if key == "labels", try scanner.kind() == .object {
                try readSoftLabels(scanner)
            } else {
                try readNames(scanner, key, into: \.positives)
            }
        }
        if image == nil && problems.isEmpty { problems.append(Problem.missingKey(keys.image[0])) }
        // A picture without labels says so: else a misspelt key would make it one.
        if image != nil, seen.isDisjoint(with: keys.labels.union(["negatives"])) {
            problems.append(Problem.noLabels(expected: keys.usual, others))
        }
    }

    private mutating func wrongType(_ key: String, _ expected: String) {
        problems.append(Problem.wrongType(key, expected: expected))
    }

    /// Reads names: a string, an object with a `label`, or an array of these.
    private mutating func readNames(
        _ scanner: DatasetScanner, _ key: String, into list: WritableKeyPath<JSONEntry, [String]>
    ) throws(DatasetError) {
        if try scanner.kind() == .array {
            try scanner.beginArray()
            while try scanner.nextElement() { try readName(scanner, key, into: list) }
        } else if key == "label" {
            // It may hold one; a list's key that holds a string is more likely a list that was joined.
            try readName(scanner, key, into: list)
        } else {
            try scanner.skipValue()
            wrongType(key, "an array of label names")
        }
    }

    private mutating func readName(
        _ scanner: DatasetScanner, _ key: String, into list: WritableKeyPath<JSONEntry, [String]>
    ) throws(DatasetError) {
        var name: String?
        if try scanner.kind() == .object {
            try scanner.beginObject()
            while try scanner.nextKey() {
                if ["label", "labels", "identifier"].contains(scanner.text), name == nil {
                    name = try scanner.stringOrSkip()
                } else {
                    try scanner.skipValue()
                }
            }
        } else {
            name = try scanner.stringOrSkip()
        }
        if let name {
            self[keyPath: list].append(name)
        } else {
            wrongType(key, "an array of label names")
        }
    }

    private mutating func readSoftLabels(_ scanner: DatasetScanner) throws(DatasetError) {
        try scanner.beginObject()
        while try scanner.nextKey() {
            let name = scanner.text
            if try scanner.kind() == .number {
                let value = try scanner.numberOrSkip()
                if let value, (0...1).contains(value) {
                    soft.append((name, Float(value)))
                } else {
                    let number = quoted(scanner.text)
                    problems.append("label \(quoted(name)) has the number \(number); write one from 0 to 1")
                }
            } else if try scanner.nullOrSkip() {
                soft.append((name, nil))
            } else {
                problems.append("label \(quoted(name)) needs a number from 0 to 1, or null for unknown")
            }
        }
    }
}

extension AnnotationBuilder {
    /// Reads JSON lines: an object a line, each with its own errors.
    mutating func readJSONLines(_ source: ByteSource) throws(DatasetError) {
        let lines = LineReader(source)
        while try lines.advance() {
            let bytes = lines.bytes.trimmed()
            guard !bytes.isEmpty else { continue }
            let scanner = DatasetScanner(lineOf: lines)
            do {
                let entry = try JSONEntry(scanner, keys: .jsonLines)
                try scanner.expectEnd()
                add(entry, line: lines.line)
            } catch {
                guard let problem = error.finding else { throw error }
                dropRow(lines.line, problem)
            }
        }
    }

    /// Reads Create ML's document: an array of entries.
    mutating func readCreateML(_ source: ByteSource) throws(DatasetError) {
        let scanner = DatasetScanner(source)
        try scanner.beginArray()
        while try scanner.nextElement() {
            _ = try scanner.kind()
            let line = scanner.line
            add(try JSONEntry(scanner, keys: .createML), line: line)
        }
        try scanner.expectEnd()
    }

    private mutating func add(_ entry: JSONEntry, line: Int) {
        for problem in entry.problems { find(.error, line, problem) }
        guard let image = entry.image else {
            noteDroppedRow()
            return
        }
        guard let row = addImage(image, line: line) else { return }
        setLists(row: row, line: line, positives: entry.positives, negatives: entry.negatives)
        let negatives = Set(entry.negatives.map(\.trimmedLabel))
        var seen: Set<Int> = []
        for (name, target) in entry.soft {
            guard let label = label(name, line: line) else { continue }
            if !seen.insert(label).inserted {
                find(.error, line, Problem.doubledKey(labels[label]))
            } else if negatives.contains(labels[label]) {
                find(.error, line, "label \(quoted(labels[label])) is among both labels and negatives; remove one")
            } else {
                set(row: row, label: label, to: target ?? .nan)
            }
        }
    }
}
