// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO

extension DatasetCheck {
    /// What was found, a line each, `PATH:LINE: …`; warnings say so.
    ///
    /// Of pictures that two files share the first ``namedCount`` are named.
    public var findings: [String] {
        let own = files.flatMap { file in file.findings.map { $0.formatted(path: file.source) } }
        let shared = overlaps.flatMap { overlap -> [String] in
            let (first, second) = (files[overlap.first], files[overlap.second])
            var lines = overlap.pictures.prefix(Self.namedCount).compactMap { pair -> String? in
                guard let old = first.table?.images[pair.first], let new = second.table?.images[pair.second] else {
                    return nil
                }
                let place = "(\(old.place(in: first.source)))"
                let message = "picture \(quoted(new.name)) \(pair.kind.words) \(quoted(old.name)) \(place)"
                return Finding(severity: .error, line: new.line, message: message).formatted(path: second.source)
            }
            if overlap.pictures.count > Self.namedCount {
                let more = counted(overlap.pictures.count - Self.namedCount, "more picture")
                lines.append("\(second.source): \(more) of \(first.source)")
            }
            return lines
        }
        return own + shared
    }

    /// How much there is and how much of it is wrong: some lines for each file and one for each two that share pictures.
    public var summary: String {
        var lines: [String] = []
        for file in files {
            guard let table = file.table else {
                lines.append("\(printable(file.source)): cannot be read to its end")
                continue
            }
            let (pictures, labels) = (counted(table.images.count, "picture"), counted(table.labels.count, "label"))
            lines.append("\(printable(file.source)): \(pictures), \(labels)")
            let empty = table.labelCounts().count { $0.positives == 0 }
            if empty > 0 { lines.append("  \(counted(empty, "label")) without positives") }
            if file.unreadableCount > 0 {
                lines.append("  \(counted(file.unreadableCount, "picture")) cannot be read")
            }
            for (kind, count) in [
                (DuplicateGroups.Kind.samePixels, file.samePixelsCount), (.near, file.nearCount),
            ] where count > 0 {
                let words = count == 1 ? kind.words : kind.pluralWords
                lines.append("  \(counted(count, "picture")) \(words) an earlier one")
            }
        }
        for overlap in overlaps {
            let same = overlap.pictures.count { $0.kind == .samePixels }
            let (first, second) = (printable(files[overlap.first].source), printable(files[overlap.second].source))
            let kinds = "\(same) with the same pixels, \(overlap.pictures.count - same) nearly the same"
            lines.append("\(second) has \(counted(overlap.pictures.count, "picture")) of \(first): \(kinds)")
        }
        if overlaps.isEmpty, files.count > 1 { lines.append("no picture is in two files") }
        return lines.map { $0 + "\n" }.joined()
    }
}

extension DuplicateGroups.Kind {
    /// What a picture does to another one that it repeats.
    var words: String { self == .samePixels ? "has the pixels of" : "is nearly the same as" }
    /// What several pictures do.
    var pluralWords: String { self == .samePixels ? "have the pixels of" : "are nearly the same as" }
}

/// A number with what it counts, in the plural where it should be.
func counted(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }

/// Files as they are named in a sentence.
func names(_ paths: [String]) -> String { paths.map { printable($0) }.joined(separator: ", ") }
