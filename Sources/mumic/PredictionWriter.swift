// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Datasets
import Evaluation
import FileIO
import Foundation
import JSON

/// What predictions are printed as.
enum PredictionFormat: String, ExpressibleByArgument, CaseIterable {
    /// An object a picture.
    case jsonl
    /// A row a label: image,label,score,error.
    case csv
    /// For people.
    case table
}

/// Prints predictions picture by picture.
struct PredictionWriter {
    private struct Prediction: Encodable {
        let label: String
        let score: Float
    }

    private struct Line: Encodable {
        let image: String
        var predictions: [Prediction]?
        var error: String?
    }

    let format: PredictionFormat
    let labels: [String]
    let topK: Int?
    /// For each label the probability from which on it is printed; nil prints all.
    let thresholds: [Double]?
    let mode: ScoreMode
    /// How scores become probabilities.
    let reading: ScoreReading

    func begin() throws {
        if format == .csv { try StandardOutput.shared.write("image,label,score,error\n") }
    }

    func write(_ image: String, logits: [Float]) throws {
        let predictions = ranked(logits)
        switch format {
        case .jsonl: try StandardOutput.shared.write(try jsonLine(Line(image: image, predictions: predictions)))
        case .csv:
            for prediction in predictions {
                try StandardOutput.shared.write(
                    CSVWriter.line([image, prediction.label, "\(prediction.score)", ""]))
            }
        case .table:
            try StandardOutput.shared.write(printable(image, maximumCharacters: 4096) + "\n")
            for prediction in predictions {
                let score = String(format: "%.4f", prediction.score)
                try StandardOutput.shared.write("  \(score)  \(printable(prediction.label))\n")
            }
        }
    }

    func write(_ image: String, error: String) throws {
        switch format {
        case .jsonl: try StandardOutput.shared.write(try jsonLine(Line(image: image, error: error)))
        case .csv: try StandardOutput.shared.write(CSVWriter.line([image, "", "", error]))
        case .table:
            try StandardOutput.shared.write("\(printable(image, maximumCharacters: 4096))\n  error: \(error)\n")
        }
    }

    /// The labels to print. Ranked by the logit: probabilities round to 1 long before logits are equal.
    private func ranked(_ logits: [Float]) -> [Prediction] {
        var order = logits.indices.sorted { logits[$0] == logits[$1] ? $0 < $1 : logits[$0] > logits[$1] }
        if let topK { order.removeLast(max(0, order.count - topK)) }
        let scores = mode.scores(logits.map(Double.init), labelCount: labels.count)
        return order.compactMap { index in
            let probability = reading.probability(scores[index], label: index)
            if let thresholds, probability < thresholds[index] { return nil }
            return Prediction(label: labels[index], score: Float(probability))
        }
    }
}
