// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What a run wrote about itself while it trained: the lines of its `metrics.jsonl`.
public struct TrainingLog: Sendable, Equatable {
    /// An optimiser step.
    struct Step: Decodable, Equatable {
        var step: Int
        var loss: Double
        var learningRate: Double?
        var temperature: Double?

        enum CodingKeys: String, CodingKey {
            case step, loss
            case learningRate = "learning_rate"
            case temperature
        }
    }

    /// The metrics after a step.
    struct Validation: Equatable {
        var step: Int
        var gap: Double?
        var mapMacro: Double?
    }

    private(set) var steps: [Step] = []
    private(set) var validations: [Validation] = []

    /// A log without lines.
    public init() {}

    /// Reads lines of JSON. A line that is neither a step nor a validation is left out: a run may have been stopped in
    /// the middle of its last one, and other versions may write lines of other kinds.
    ///
    /// - Parameter lines: The contents of `metrics.jsonl`.
    public init(jsonLines lines: String) {
        let decoder = JSONDecoder()
        for line in lines.utf8.split(separator: UInt8(ascii: "\n")) {
            let data = Data(line)
            if let step = try? decoder.decode(Step.self, from: data), step.loss.isFinite {
                steps.append(step)
            } else if let line = try? decoder.decode(ValidationLine.self, from: data) {
                validations.append(
                    Validation(step: line.step, gap: line.validation.gap, mapMacro: line.validation.mapMacro))
            }
        }
    }

    private struct ValidationLine: Decodable {
        struct Metrics: Decodable {
            var gap: Double?
            var mapMacro: Double?

            enum CodingKeys: String, CodingKey {
                case gap
                case mapMacro = "map_macro"
            }
        }

        var step: Int
        var validation: Metrics
    }
}

/// An exponential moving average that starts without a bias towards zero.
///
/// - Parameters:
///   - values: The series.
///   - window: Over about how many values the average goes.
/// - Returns: As many averages.
func smoothed(_ values: [Double], window: Double) -> [Double] {
    let keep = max(0, 1 - 1 / max(window, 1))
    var (sum, weight) = (0.0, 0.0)
    return values.map { value in
        sum = sum * keep + value
        weight = weight * keep + 1
        return sum / weight
    }
}
