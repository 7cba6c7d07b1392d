// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datasets
import Evaluation
import FileIO
import MultiLabel
import Terminal

/// A group of labels as `--group NAME=FILE` names it.
struct LabelGroupChoice: ExpressibleByArgument, Equatable {
    let name: String
    let path: String

    init?(argument: String) {
        guard let sign = argument.firstIndex(of: "=") else { return nil }
        name = String(argument[..<sign])
        path = String(argument[argument.index(after: sign)...])
        if name.isEmpty || path.isEmpty { return nil }
    }
}

/// Tail, middle and head as `--bands` tells them apart: by boundaries, or in thirds of the labels.
struct BandChoice: ExpressibleByArgument, Equatable {
    /// Nil for thirds.
    let boundaries: BandBoundaries?

    init?(argument: String) {
        if argument == "thirds" {
            boundaries = nil
            return
        }
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let low = parts[0], let high = parts[1], low >= 1, high >= low else { return nil }
        boundaries = BandBoundaries(low: low, high: high)
    }
}

/// Parts of the labels that are evaluated by themselves.
struct LabelGroupOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Evaluate the labels of a file, one a line, by themselves too; may be repeated.", valueName: "name=file"))
    var group: [LabelGroupChoice] = []

    @Option(
        help: ArgumentHelp(
            "Evaluate frequent and rare labels apart: A,B for fewer than A positives (tail) and more than B (head), or thirds of the labels.",
            valueName: "a,b"))
    var bands: BandChoice?

    mutating func validate() throws {
        var names: Set<String> = ["seen", "unseen"]
        for choice in group where !names.insert(choice.name).inserted {
            throw ValidationError(
                ["seen", "unseen"].contains(choice.name)
                    ? "--group \(choice.name) is the model's own group; give another name"
                    : "--group \(choice.name) is given twice; give each group a name of its own")
        }
    }

    /// The groups that were asked for, as columns of `labels`.
    func columns(labels: [String]) throws -> [(name: String, columns: [Int])] {
        try group.map { choice in
            let names = try LabelFile(path: choice.path).labels.map(\.name)
            let wanted = Set(names)
            let columns = labels.indices.filter { wanted.contains(labels[$0]) }
            if columns.isEmpty {
                throw BadDataError(
                    message:
                        "\(printable(choice.path)): none of the \(names.count) labels of --group \(printable(choice.name)) is evaluated; name labels of the data"
                )
            }
            if columns.count < wanted.count {
                StandardError.line(
                    "note: \(wanted.count - columns.count) of the \(wanted.count) labels of group '\(printable(choice.name, maximumCharacters: 80))' are not evaluated"
                )
            }
            return (choice.name, columns)
        }
    }

    /// Adds groups and bands to a report.
    ///
    /// - Parameters:
    ///   - report: What to add to.
    ///   - groups: Groups, of `columns(labels:)`.
    ///   - seen: The labels that the model was trained on; nil or none where nobody knows.
    ///   - positives: In how many training pictures labels are; nil where nobody knows.
    ///   - matrix: What the report is of.
    ///   - kind: What its scores are.
    ///   - options: The report's options.
    /// - Throws: `EvaluationError` as the evaluation itself.
    func add(
        to report: inout EvaluationReport, groups: [(name: String, columns: [Int])], seen: [String] = [],
        positives: [String: Int]? = nil, of matrix: ScoreMatrix, kind: ScoreKind, options: EvaluationOptions
    ) throws {
        var groups = groups
        let labels = report.perLabel.map(\.label)
        let known = Set(seen)
        let old = labels.indices.filter { known.contains(labels[$0]) }
        if !old.isEmpty, old.count < labels.count {
            groups.append(("seen", old))
            groups.append(("unseen", labels.indices.filter { !known.contains(labels[$0]) }))
        }
        try report.addGroups(groups, of: matrix, kind: kind, options: options)
        if let bands { report.addBands(training: positives, boundaries: bands.boundaries) }
    }
}
