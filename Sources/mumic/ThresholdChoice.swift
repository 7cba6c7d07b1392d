// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CLIP
import FileIO
import MultiLabel
import Terminal

/// From which probability on a label counts as predicted, as `--threshold` says it.
enum ThresholdChoice: ExpressibleByArgument, Equatable {
    /// One probability for all labels.
    case number(Double)
    /// The model's own, a probability for each label.
    case fitted

    init?(argument: String) {
        if argument == "fitted" {
            self = .fitted
        } else if let number = Double(argument) {
            self = .number(number)
        } else {
            return nil
        }
    }

    var defaultValueDescription: String {
        switch self {
        case .number(let number): "\(number)"
        case .fitted: "fitted"
        }
    }

    func validate() throws {
        if case .number(let number) = self, !(0...1).contains(number) {
            throw ValidationError("--threshold must lie in 0...1, or be the word fitted")
        }
    }

    /// The thresholds of a model's labels, in their order; labels without one of their own have 0.5, and a note says so.
    func values(labels: [String], of bundle: ModelBundle) throws -> [Double] {
        switch self {
        case .number(let number): return labels.map { _ in number }
        case .fitted:
            let own = bundle.description?.thresholds ?? [:]
            if own.isEmpty {
                let model = printable(bundle.checkpoint.directory)
                throw BadDataError(
                    message:
                        "\(model) has no fitted thresholds; make a copy that has with mumic thresholds --model \(model) --data VALIDATION.csv --output DIR, or give --threshold a number"
                )
            }
            let without = labels.filter { own[$0] == nil }
            if let first = without.first {
                StandardError.line(
                    "note: \(without.count) of \(labels.count) labels have no fitted threshold and get 0.5, such as '\(printable(first, maximumCharacters: 80))'"
                )
            }
            return labels.map { own[$0] ?? 0.5 }
        }
    }
}
