// SPDX-License-Identifier: Apache-2.0

public import Datasets
public import FileIO

/// Labels that are evaluated by themselves, too.
public struct LabelGroup: Sendable, Equatable {
    /// What the group is called.
    public let name: String
    /// The indices of its labels among the evaluated ones.
    public let columns: [Int]

    /// A group of labels.
    public init(name: String, columns: [Int]) {
        self.name = name
        self.columns = columns
    }

    /// The evaluated labels that a file names, one a line; `monitor` is told of others. Throws `DatasetError` if the
    /// file cannot be read, ``FileIO/InputError`` if none of its labels is evaluated.
    public init(_ file: LabelGroupFile, among labels: [String], monitor: WorkMonitor = .silent) throws {
        let wanted = Set(try LabelFile(path: file.path).labels.map(\.name))
        name = file.name
        columns = labels.indices.filter { wanted.contains(labels[$0]) }
        if columns.isEmpty {
            throw InputError.badData(
                "\(printable(file.path)): none of the \(wanted.count) labels of --group \(printable(name)) is evaluated; name labels of the data"
            )
        }
        if columns.count < wanted.count {
            monitor.note(
                "note: \(wanted.count - columns.count) of the \(wanted.count) labels of group '\(printable(name, maximumCharacters: 80))' are not evaluated"
            )
        }
    }
}

/// A group of labels and the file that names them.
public struct LabelGroupFile: Sendable, Equatable, LosslessStringConvertible {
    /// What the group is called.
    public let name: String
    /// A file with a label a line.
    public let path: String

    /// Reads `NAME=FILE`.
    public init?(_ description: String) {
        guard let sign = description.firstIndex(of: "=") else { return nil }
        name = String(description[..<sign])
        path = String(description[description.index(after: sign)...])
        if name.isEmpty || path.isEmpty { return nil }
    }

    /// `NAME=FILE`.
    public var description: String { "\(name)=\(path)" }
}

/// How labels are parted into frequent and rare ones.
public enum FrequencyBands: Sendable, Equatable, LosslessStringConvertible {
    /// Thirds of the labels.
    case thirds
    /// By their numbers of positives.
    case boundaries(BandBoundaries)

    /// Reads the word `thirds`, or `A,B`: fewer than A positives are the tail, and more than B the head.
    public init?(_ description: String) {
        if description == "thirds" {
            self = .thirds
            return
        }
        let parts = description.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let low = parts[0], let high = parts[1], low >= 1, high >= low else { return nil }
        self = .boundaries(BandBoundaries(low: low, high: high))
    }

    /// The bands as they are read.
    public var description: String { boundaries.map { "\($0.low),\($0.high)" } ?? "thirds" }

    /// The boundaries; nil for thirds.
    public var boundaries: BandBoundaries? { if case .boundaries(let boundaries) = self { boundaries } else { nil } }
}

/// The parts of the labels that an evaluation looks at by themselves.
public struct LabelParts: Sendable {
    /// Groups that somebody named.
    public var groups: [LabelGroup]
    /// Frequent and rare labels; nil for no bands.
    public var bands: FrequencyBands?
    /// The labels that the model was trained on, which get a group (`seen`) if others do not belong to them (`unseen`);
    /// none where nobody knows.
    public var seen: [String]
    /// In how many training pictures labels are, for the bands; nil to count the evaluated pictures.
    public var trainingPositives: [String: Int]?

    /// Parts, by default none.
    public init(
        groups: [LabelGroup] = [], bands: FrequencyBands? = nil, seen: [String] = [],
        trainingPositives: [String: Int]? = nil
    ) {
        self.groups = groups
        self.bands = bands
        self.seen = seen
        self.trainingPositives = trainingPositives
    }
}

extension EvaluationReport {
    /// Adds the bands, and a block for each group that has labels, evaluated by itself and without its labels' own
    /// metrics. Throws ``EvaluationError`` as the evaluation of all labels.
    public mutating func add(
        _ parts: LabelParts, of matrix: ScoreMatrix, kind: ScoreKind, options: EvaluationOptions
    ) throws {
        var groups = parts.groups
        let known = Set(parts.seen)
        let (seen, unseen) = perLabel.indices.reduce(into: ([Int](), [Int]())) { columns, index in
            if known.contains(perLabel[index].label) { columns.0.append(index) } else { columns.1.append(index) }
        }
        if !seen.isEmpty, !unseen.isEmpty {
            groups += [LabelGroup(name: "seen", columns: seen), LabelGroup(name: "unseen", columns: unseen)]
        }
        for group in groups where !group.columns.isEmpty {
            var report = try evaluate(
                matrix, columns: group.columns, labels: perLabel.map(\.label), kind: kind, options: options)
            report.perLabel = []
            self.groups = (self.groups ?? [:]).merging([group.name: report]) { $1 }
        }
        if let bands = parts.bands { addBands(training: parts.trainingPositives, boundaries: bands.boundaries) }
    }
}

/// Computes every metric of anybody's predictions, read from a file, which ``FileIO/InputError`` names.
public func evaluate(
    _ table: ScoredTargets, of file: String, kind: ScoreKind, options: EvaluationOptions = EvaluationOptions(),
    parts: LabelParts = LabelParts()
) throws(InputError) -> EvaluationReport {
    do {
        let matrix = try ScoreMatrix(
            imageCount: table.images.count, labelCount: table.labels.count, scores: table.scores,
            targets: table.targets)
        var report = try evaluate(matrix, labels: table.labels, kind: kind, options: options)
        try report.add(parts, of: matrix, kind: kind, options: options)
        return report
    } catch EvaluationError.notAProbability(let row, _, let label, let value) {
        throw .badData(
            "\(file): the score of '\(printable(table.images[row]))' for '\(printable(label))' is \(value), no probability; pass --logits if the scores are logits"
        )
    } catch { throw .badData("\(file): \(error)") }
}
