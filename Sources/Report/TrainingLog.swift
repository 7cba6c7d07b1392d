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
        var stage: String?
    }

    /// The metrics after a step.
    struct Validation: Equatable {
        var step: Int
        var gap: Double?
        var mapMacro: Double?
        var stage: String?
    }

    private(set) var steps: [Step] = []
    private(set) var validations: [Validation] = []

    /// A log without lines.
    public init() {}

    /// Reads the lines of a `metrics.jsonl`. A line that is neither a step nor a validation is left out: a run may have
    /// been stopped in the middle of its last one, and other versions may write lines of other kinds.
    public init(jsonLines lines: String) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        for line in lines.utf8.split(separator: UInt8(ascii: "\n")) {
            let data = Data(line)
            if let step = try? decoder.decode(Step.self, from: data), step.loss.isFinite {
                steps.append(step)
            } else if let line = try? decoder.decode(ValidationLine.self, from: data) {
                validations.append(
                    Validation(
                        step: line.step, gap: line.validation.gap, mapMacro: line.validation.mapMacro,
                        stage: line.stage))
            }
        }
        if let last = steps.last?.stage { keep(stage: last) }
    }

    /// Leaves the lines of one stage of the automatic recipe, with their steps counted from its beginning.
    private mutating func keep(stage: String) {
        steps.removeAll { $0.stage != stage }
        validations.removeAll { $0.stage != stage }
        let places = Dictionary(steps.enumerated().map { ($1.step, $0) }) { first, _ in first }
        for index in steps.indices { steps[index].step = index }
        for index in validations.indices {
            validations[index].step = places[validations[index].step] ?? steps.count
        }
    }

    private struct ValidationLine: Decodable {
        struct Metrics: Decodable {
            var gap: Double?
            var mapMacro: Double?
        }

        var step: Int
        var stage: String?
        var validation: Metrics
    }
}

/// The exponential moving averages of a series, over about `window` values, without a bias towards zero at the start.
func smoothed(_ values: [Double], window: Double) -> [Double] {
    let keep = max(0, 1 - 1 / max(window, 1))
    var (sum, weight) = (0.0, 0.0)
    return values.map { value in
        sum = sum * keep + value
        weight = weight * keep + 1
        return sum / weight
    }
}
