// SPDX-License-Identifier: Apache-2.0

public import FileIO

/// How a data file is read.
public struct AnnotationOptions: Sendable {
    /// What it means that a list of labels leaves a label out.
    public enum Unlisted: String, Sendable, CaseIterable {
        /// The picture does not have the label: target 0.
        case absent
        /// It is not known whether the picture has the label: target NaN, left out of loss and metrics.
        case unknown
    }

    /// What to do with labels of the file that ``AnnotationOptions/labels`` does not have.
    public enum ExtraLabels: Sendable {
        /// Each is an error finding: right for training, where it is mostly a spelling mistake.
        case error
        /// They are left out, with one warning each: right for evaluating on some of the labels.
        case ignore
    }

    /// The directory to which names are relative; nil, the default, means the data file's own.
    public var imagesDirectory: String?
    /// The meaning of labels that a list leaves out. The default is absent. Wide tables are not concerned.
    public var unlisted: Unlisted
    /// The label set and its order; nil, the default, takes the file's own.
    public var labels: [String]?
    /// What to do with labels outside ``labels``. The default is an error each.
    public var extraLabels: ExtraLabels
    /// Whether pictures that are not there are error findings. The default is true.
    public var checksPictures: Bool
    /// What parts labels in the cells of a narrow CSV. Nil, the default, means `|`; JSON's and Python's lists are read
    /// too, and cells that seem to be parted by something else are findings.
    public var separator: LabelSeparator?

    /// Creates options; the defaults are those of training.
    public init(
        imagesDirectory: String? = nil, unlisted: Unlisted = .absent, labels: [String]? = nil,
        extraLabels: ExtraLabels = .error, checksPictures: Bool = true, separator: LabelSeparator? = nil
    ) {
        self.imagesDirectory = imagesDirectory
        self.unlisted = unlisted
        self.labels = labels
        self.extraLabels = extraLabels
        self.checksPictures = checksPictures
        self.separator = separator
    }
}

/// The pictures of a data file with a target for every label.
///
/// Formats: CSV, narrow (`image,labels[,negatives]`, labels parted by `|`, or a list as JSON or Python writes it) or wide (`image,LABEL,…` with 1, 0, empty
/// for unknown, or a number between), JSON lines (`{"image", "labels", "negatives"}`; labels may be an object of
/// numbers), COCO instances, Create ML. The label set is that of the options, else the columns or categories, else the
/// labels in order of appearance. A label of the options that the file lacks is unknown where the file has columns or
/// categories, else what unlisted labels are.
public struct AnnotationTable: Sendable {
    /// The file.
    public let source: String
    /// The pictures, `N` of them, in the file's order, each with its line.
    public let images: [Picture]
    /// The labels, `L` of them.
    public let labels: [String]
    /// The targets, `[N, L]`, row major: 1 present, 0 absent, NaN unknown, between them soft.
    public let targets: [Float]
    /// What the check found, in line order; with an error among them the targets are not to be used.
    public let findings: [Finding]
    /// The SHA-256 of the file's bytes, as hexadecimal digits; nil for data that do not come from a file.
    public private(set) var contentHash: String?
    /// Whether the file has a place for every label (columns, categories) instead of listing what a picture has.
    let namesEveryLabel: Bool

    /// Reads a data file and checks it. What is wrong with single rows is in ``findings``: print them, then call
    /// ``requireUsable()``. Throws where the file cannot be read on: missing, not UTF-8, not CSV or JSON, no such
    /// header, no pictures.
    public static func read(path: String, options: AnnotationOptions = .init()) throws(DatasetError) -> AnnotationTable
    {
        let file = try HashedSource(path: path)
        var builder = try AnnotationBuilder(source: path, options: options)
        try builder.read(file.source)
        var table = try builder.finish()
        table.contentHash = try file.contentHash()
        return table
    }

    /// Reads a data file to score a model on, and throws where it cannot be used. The monitor is told of ten warnings
    /// at most: labels without positives are the rule in a part of a data set.
    public static func readForScoring(
        path: String, options: AnnotationOptions = .init(), monitor: WorkMonitor = .silent
    ) throws(DatasetError) -> AnnotationTable {
        let table = try read(path: path, options: options)
        try table.requireUsable()
        let warnings = table.findings.filter { $0.severity == .warning }
        for finding in warnings.prefix(10) { monitor.note(finding.formatted(path: path)) }
        if warnings.count > 10 { monitor.note("\(path): and \(warnings.count - 10) more warnings") }
        return table
    }

    /// Throws an error with all findings if one of them is an error.
    public func requireUsable() throws(DatasetError) {
        try findings.requireNoError(in: source)
    }

    /// The same pictures without some labels, and without findings. Names that the table does not have make no
    /// difference.
    public func leavingOut(_ names: [String]) -> AnnotationTable {
        let left = Set(names)
        let kept = labels.indices.filter { !left.contains(labels[$0]) }
        var targets: [Float] = []
        targets.reserveCapacity(images.count * kept.count)
        for row in images.indices {
            for column in kept { targets.append(self.targets[row * labels.count + column]) }
        }
        var table = AnnotationTable(
            source: source, images: images, labels: kept.map { labels[$0] }, targets: targets, findings: [],
            namesEveryLabel: namesEveryLabel)
        table.contentHash = contentHash
        return table
    }

    /// How many pictures have, have not or may have each label, `[L]`.
    public func labelCounts() -> [LabelCount] {
        labels.enumerated().map { column, name in
            let values = images.indices.map { targets[$0 * labels.count + column] }
            let positives = values.count { $0 > 0.5 }
            let unknown = values.count(where: \.isNaN)
            return LabelCount(
                name: name, positives: positives, negatives: values.count - positives - unknown, unknown: unknown)
        }
    }
}

/// How often a label occurs.
public struct LabelCount: Sendable, Equatable {
    /// The label.
    public let name: String
    /// Pictures with a target above one half.
    public let positives: Int
    /// Pictures with a target of at most one half.
    public let negatives: Int
    /// Pictures of which it is not known.
    public let unknown: Int
}

/// All that is wrong with a data file, and what is in it.
public struct DatasetReport: Sendable {
    /// The file.
    public let source: String
    /// How many pictures could be read.
    public let imageCount: Int
    /// The labels and how often they occur; empty where the file could not be read to its end.
    public let labels: [LabelCount]
    /// Every problem, in line order.
    public let findings: [Finding]

    /// Whether the file cannot be used.
    public var hasErrors: Bool { findings.contains(where: \.isError) }
}

extension AnnotationTable {
    /// A table of data that does not come from a file: `N` pictures, `L` distinct labels and targets `[N, L]`, row
    /// major, NaN where unknown. `source` is its name in messages.
    public init(source: String, images: [Picture], labels: [String], targets: [Float]) {
        precondition(targets.count == images.count * labels.count, "targets are [N, L]")
        self.init(
            source: source, images: images, labels: labels, targets: targets, findings: [], namesEveryLabel: true)
    }

    /// Checks a data file and lists every problem; where the file cannot be read on, that is the last of them. Throws
    /// only where the path is missing or unreadable.
    public static func check(
        path: String, options: AnnotationOptions = .init()
    ) throws(DatasetError) -> DatasetReport {
        let source = try ByteSource.opening(path)
        var builder = try AnnotationBuilder(source: path, options: options)
        do {
            try builder.read(source)
            let table = try builder.finish()
            return DatasetReport(
                source: path, imageCount: table.images.count, labels: table.labelCounts(), findings: table.findings)
        } catch {
            guard let message = error.finding else { throw error }
            builder.find(.error, error.line, message)
            return DatasetReport(
                source: path, imageCount: builder.images.count, labels: [], findings: builder.sortedFindings())
        }
    }
}
