// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datasets
import FileIO
import Foundation
import JSON
import MultiLabel

/// What predictions are printed as.
enum PredictionFormat: String, ExpressibleByArgument, CaseIterable {
    /// An object a picture.
    case jsonl
    /// A row a label: image,label,score,error.
    case csv
    /// For people.
    case table

    /// Prints what stands before the first prediction.
    func begin() throws {
        if self == .csv { try StandardOutput.shared.write("image,label,score,error\n") }
    }

    /// Prints a picture's prediction.
    func write(_ prediction: Prediction) throws {
        try StandardOutput.shared.write(try text(prediction))
    }

    private func text(_ prediction: Prediction) throws -> String {
        let (image, labels, error) = (prediction.image, prediction.predictions ?? [], prediction.error)
        switch self {
        case .jsonl: return try jsonLine(prediction)
        case .csv:
            let rows =
                labels.map { [image, $0.label, "\($0.score)", ""] } + (error.map { [[image, "", "", $0]] } ?? [])
            return rows.map(CSVWriter.line).joined()
        case .table:
            let rows = labels.map { String(format: "  %.4f  ", $0.score) + printable($0.label) + "\n" }
            return printable(image, maximumCharacters: 4096) + "\n" + rows.joined()
                + (error.map { "  error: \($0)\n" } ?? "")
        }
    }
}
