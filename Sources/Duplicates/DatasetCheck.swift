// SPDX-License-Identifier: Apache-2.0

public import Datasets
public import FileIO
import Imaging

/// All that is wrong with data files: in their lines, with their pictures, and between them.
///
///     let check = try DatasetCheck(["train.csv", "val.csv", "test.csv"])
///     for line in check.findings { print(line) }
///     print(check.summary)
///     try check.requireSound()
public struct DatasetCheck: Sendable {
    /// One data file.
    public struct File: Sendable {
        /// Its path.
        public let source: String
        /// Its pictures and targets; nil where it cannot be read to its end.
        public let table: AnnotationTable?
        /// What was found in it: of its lines, pictures that cannot be read, and the first of those that are there again.
        public internal(set) var findings: [Finding]
        /// How many pictures cannot be decoded.
        public internal(set) var unreadableCount = 0
        /// How many pictures have the pixels of an earlier one.
        public internal(set) var samePixelsCount = 0
        /// How many pictures are nearly the same as an earlier one.
        public internal(set) var nearCount = 0
    }

    /// What a file has of an earlier file.
    public struct Overlap: Sendable {
        /// The earlier file's place in ``DatasetCheck/files``.
        public let first: Int
        /// The later file's.
        public let second: Int
        /// The pictures, with rows of both tables; none is left out.
        public let pictures: [SharedPicture]
    }

    /// How many pictures of one kind are named; the rest is counted.
    public static let namedCount = 10

    /// The files, in the order given.
    public private(set) var files: [File]
    /// Pictures of one file that are in another, for each two files that share any.
    public private(set) var overlaps: [Overlap] = []

    /// Reads and compares data files with all their pictures.
    ///
    /// - Parameters:
    ///   - paths: The data files, training first.
    ///   - options: How they are read.
    ///   - workers: The number of threads that decode; nil for as many as there are processors.
    ///   - monitor: Shown how far it is, and asked after every picture whether to go on.
    /// - Throws: `DatasetError` for a path that is not there or cannot be opened, and what `monitor` throws.
    public init(
        _ paths: [String], options: AnnotationOptions = .init(), workers: Int? = nil, monitor: WorkMonitor = .silent
    ) throws {
        files = try paths.map { try Self.read($0, options: options) }
        let results = try pictureFingerprints(
            of: files.flatMap { $0.table?.images ?? [] }, workers: workers, monitor: monitor)
        let groups = DuplicateGroups(results.map { try? $0.get() }).groups
        var lists: [GroupedPictures] = []
        var start = 0
        for file in files.indices {
            let rows = start..<start + (files[file].table?.images.count ?? 0)
            start = rows.upperBound
            let fingerprints = results[rows].map { try? $0.get() }
            lists.append(GroupedPictures(fingerprints: fingerprints, groups: Array(groups[rows])))
            files[file].noteUnreadable(Array(results[rows]))
            files[file].noteRepeated(lists[file].repeated())
        }
        for second in files.indices {
            for first in 0..<second {
                let shared = lists[first].shared(with: lists[second])
                if !shared.isEmpty { overlaps.append(Overlap(first: first, second: second, pictures: shared)) }
            }
        }
    }

    /// Demands that the files can be used and share no picture; duplicates within a file and other warnings pass.
    ///
    /// - Throws: `InputError` that counts what is wrong and says what to do.
    public func requireSound() throws(InputError) {
        var problems: [String] = []
        let bad = files.filter { $0.findings.contains { $0.severity == .error } }
        if !bad.isEmpty {
            let errors = bad.flatMap(\.findings).count { $0.severity == .error }
            let (places, them) = (names(bad.map(\.source)), errors == 1 ? "it" : "them")
            problems.append("\(counted(errors, "error")) in \(places): correct \(them) and check again")
        }
        let shared = Set(overlaps.flatMap { overlap in overlap.pictures.map { [overlap.second, $0.second] } })
        if !shared.isEmpty {
            let later = Set(overlaps.map(\.second)).sorted().map { files[$0].source }
            let (are, them) = shared.count == 1 ? ("is", "it") : ("are", "them")
            problems.append(
                "\(counted(shared.count, "picture")) of \(names(later)) \(are) in an earlier file too, and scores on "
                    + "\(them) would be too good: remove \(shared.count == 1 ? "its line" : "their lines"), or put all rows "
                    + "into one file and part it with mumic dataset split")
        }
        if !problems.isEmpty { throw .badData(problems.joined(separator: "; ")) }
    }

    private static func read(_ path: String, options: AnnotationOptions) throws(DatasetError) -> File {
        do throws(DatasetError) {
            let table = try AnnotationTable.read(path: path, options: options)
            return File(source: path, table: table, findings: table.findings)
        } catch {
            if error.failureKind == .missingInput { throw error }
            // A pipe cannot be read again.
            if path.hasPrefix("/dev/fd/") { throw error }
            let report = try AnnotationTable.check(path: path, options: options)
            return File(source: path, table: nil, findings: report.findings)
        }
    }
}

extension DatasetCheck.File {
    /// Adds a finding for each picture that cannot be decoded, but for those whose path is bad, which are found already.
    mutating func noteUnreadable(_ results: [Result<PictureFingerprint, ImagingError>]) {
        guard let table else { return }
        for (image, result) in zip(table.images, results) {
            guard case .failure(let error) = result else { continue }
            unreadableCount += 1
            switch error {
            case .fileMissing, .notAFile, .unreadableFile: continue
            default:
                let message = "picture \(quoted(image.name)) cannot be read: \(error)"
                findings.append(Finding(severity: .error, line: image.line, message: message))
            }
        }
    }

    /// Counts the pictures that are here again, and names the first of them.
    mutating func noteRepeated(_ repeated: [SharedPicture]) {
        guard let table else { return }
        samePixelsCount = repeated.count { $0.kind == .samePixels }
        nearCount = repeated.count - samePixelsCount
        // A picture that is listed twice was found when the file was read.
        let others = repeated.filter { table.images[$0.first].path != table.images[$0.second].path }
        for kind in [DuplicateGroups.Kind.samePixels, .near] {
            let some = others.filter { $0.kind == kind }
            for pair in some.prefix(DatasetCheck.namedCount) {
                let (first, second) = (table.images[pair.first], table.images[pair.second])
                let place = first.line.map { " on line \($0)" } ?? ""
                let labels = table.hasEqualTargets(pair.first, pair.second) ? "" : ", with other labels there"
                let message = "picture \(quoted(second.name)) \(kind.words) \(quoted(first.name))\(place)\(labels)"
                findings.append(Finding(severity: .warning, line: second.line, message: message))
            }
            if some.count > DatasetCheck.namedCount {
                let more = counted(some.count - DatasetCheck.namedCount, "more picture")
                let verb = some.count == DatasetCheck.namedCount + 1 ? kind.words : kind.pluralWords
                findings.append(Finding(severity: .warning, line: nil, message: "\(more) \(verb) an earlier one"))
            }
        }
    }
}

extension AnnotationTable {
    /// Whether two pictures have the same targets.
    fileprivate func hasEqualTargets(_ first: Int, _ second: Int) -> Bool {
        labels.indices.allSatisfy { label in
            let (one, other) = (targets[first * labels.count + label], targets[second * labels.count + label])
            return one == other || (one.isNaN && other.isNaN)
        }
    }
}
