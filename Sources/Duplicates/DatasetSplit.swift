// SPDX-License-Identifier: Apache-2.0

public import Datasets
public import FileIO
import Imaging

/// A data file parted for training, validation and test, so that no picture and none of its near-duplicates are in two
/// parts, and each part has its share of every label (``stratifiedParts(targets:labelCount:groups:shares:seed:)``).
public struct DatasetSplit: Sendable {
    /// What is parted.
    public let table: AnnotationTable
    /// The names of the parts, which become `NAME.csv`: `train` and `val`, and `test` where there are three.
    public let names: [String]
    /// The part of each row, `[N]`, a place in ``names``.
    public let parts: [Int]

    /// Parts a table whose pictures were compared before.
    ///
    /// - Parameters:
    ///   - table: The annotations of N pictures.
    ///   - groups: The group of each picture, `[N]`, as in ``DuplicateGroups/groups``.
    ///   - shares: Two or three shares above 0, relative to their sum.
    ///   - seed: Another seed parts otherwise.
    /// - Throws: `InputError` for other shares, or where there are fewer groups than parts.
    public init(_ table: AnnotationTable, groups: [Int], shares: [Double], seed: UInt64) throws(InputError) {
        try Self.check(shares)
        self.table = table
        names = Array(["train", "val", "test"].prefix(shares.count))
        parts = stratifiedParts(
            targets: table.targets, labelCount: table.labels.count, groups: groups, shares: shares, seed: seed)
        if Set(parts).count < shares.count {
            let count = Set(groups).count
            let pictures = count == 1 ? "one picture and its near-duplicates" : "\(count) different pictures"
            throw .badData(
                "\(printable(table.source)) has only \(pictures), too few for \(shares.count) parts; add pictures or "
                    + "ask for fewer parts")
        }
    }

    /// Reads a data file and all its pictures, and parts it.
    ///
    /// - Parameters:
    ///   - path: The data file.
    ///   - options: How it is read.
    ///   - shares: Two or three shares above 0, relative to their sum.
    ///   - seed: Another seed parts otherwise.
    ///   - workers: The number of threads that decode; nil for as many as there are processors.
    ///   - monitor: Told of warnings, and asked after every picture whether to go on.
    /// - Returns: The parts.
    /// - Throws: `DatasetError` where the file cannot be used, `InputError` with a finding for each picture that cannot
    ///   be read and as ``init(_:groups:shares:seed:)`` does, and what `monitor` throws.
    public static func read(
        _ path: String, options: AnnotationOptions = .init(), shares: [Double], seed: UInt64 = 0, workers: Int? = nil,
        monitor: WorkMonitor = .silent
    ) throws -> DatasetSplit {
        try check(shares)
        let table = try AnnotationTable.readForScoring(path: path, options: options, monitor: monitor)
        try checkColumns(table)
        let results = try pictureFingerprints(of: table.images, workers: workers, monitor: monitor)
        let findings = zip(table.images, results).compactMap { image, result -> String? in
            guard case .failure(let error) = result else { return nil }
            return "\(image.place(in: table.source)): \(printable(image.name)): \(error)"
        }
        if !findings.isEmpty {
            throw InputError.badData(
                "\(counted(findings.count, "picture")) of \(printable(path)) cannot be read; replace them or remove their lines",
                findings: findings)
        }
        let groups = DuplicateGroups(results.map { try? $0.get() })
        return try DatasetSplit(table, groups: groups.groups, shares: shares, seed: seed)
    }

    /// The rows of a part, in the table's order.
    public func rows(of part: Int) -> [Int] { parts.indices.filter { parts[$0] == part } }

    /// What each part has: a line for each, with the labels that have no positives in it.
    public var summary: String {
        let width = table.labels.count
        let lines = names.indices.map { part -> String in
            let rows = rows(of: part)
            let empty = table.labels.indices.filter { label in
                !rows.contains { table.targets[$0 * width + label] > 0.5 }
            }
            let labels = "\(width - empty.count) of \(counted(width, "label")) with positives"
            let shown = empty.prefix(5).map { quoted(table.labels[$0]) }.joined(separator: ", ")
            let more = empty.count > 5 ? " and \(empty.count - 5) more" : ""
            let without = empty.isEmpty ? "" : "; without: \(shown)\(more)"
            return "\(names[part]).csv: \(counted(rows.count, "picture")), \(labels)\(without)\n"
        }
        return lines.joined()
    }

    private static func check(_ shares: [Double]) throws(InputError) {
        guard (2...3).contains(shares.count), shares.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            throw .usage("a data file is parted by two or three shares above 0, such as 0.8,0.1,0.1")
        }
    }

    /// Refuses labels that a wide CSV cannot have as columns.
    private static func checkColumns(_ table: AnnotationTable) throws(InputError) {
        if table.labels.contains("image") || Set(table.labels).isSubset(of: ["labels", "negatives"]) {
            throw .badData(
                "\(printable(table.source)): labels called 'image', or 'labels' and 'negatives' alone, cannot be columns "
                    + "of a CSV; rename them")
        }
    }
}
