// SPDX-License-Identifier: Apache-2.0

import Datasets
public import Evaluation
public import FileIO
import Models

/// A label with its probability.
public struct LabelScore: Codable, Sendable, Equatable {
    /// The label's name.
    public let label: String
    /// The probability, in [0, 1].
    public let score: Float

    /// A label with its probability.
    public init(label: String, score: Float) {
        self.label = label
        self.score = score
    }
}

/// What was predicted for a picture, or why nothing was. In JSON a line of `mumic predict`:
/// `{"image": "a.jpg", "predictions": [{"label": "pool", "score": 0.97}]}` or `{"image": "b.jpg", "error": "…"}`.
public struct Prediction: Codable, Sendable, Equatable {
    /// The picture's name.
    public let image: String
    /// The labels, best first; nil for a picture that could not be read.
    public let predictions: [LabelScore]?
    /// Why the picture could not be read; nil if it was.
    public let error: String?

    /// The labels of a picture.
    public init(image: String, predictions: [LabelScore]) {
        (self.image, self.predictions, self.error) = (image, predictions, nil)
    }

    /// A picture that could not be read.
    public init(image: String, error: String) {
        (self.image, self.predictions, self.error) = (image, nil, error)
    }
}

/// From the logits of a picture to its labels, best first.
///
/// Labels are ranked by their logits, since probabilities round to 1 long before logits are equal; of equal ones the
/// first in ``labels`` comes first.
public struct LabelRanking: Sendable {
    /// The labels, in the order of the logits.
    public let labels: [String]
    /// How logits become scores.
    public let score: ScoreMode
    /// How scores become probabilities.
    public let reading: ScoreReading
    /// How many labels are given at most; nil for all.
    public private(set) var topK: Int?
    /// For each label the probability from which on it is given; nil for all.
    public private(set) var thresholds: [Double]?

    /// What a model's logits mean, by options. `monitor` is told of labels without a fitted threshold. Throws
    /// ``FileIO/InputError`` if fitted thresholds are asked for where there are none, or where they do not belong to the
    /// probabilities.
    public init(
        _ labels: [String], of bundle: ModelBundle, options: PredictorOptions, monitor: WorkMonitor = .silent
    ) throws(InputError) {
        try options.check(bundle)
        self.labels = labels
        score = options.score
        topK = options.topK
        thresholds = try options.threshold?.values(labels: labels, of: bundle, monitor: monitor)
        reading =
            options.score == .softmax
            ? ScoreReading(.logProbabilities)
            : ScoreReading(.logits, curves: options.calibration(of: bundle)?.curves(labels: labels))
    }

    /// The same ranking, cut otherwise: at most `topK` labels, and those that reach `thresholds`, a probability for each
    /// label; nil for all.
    public func cut(topK: Int?, thresholds: [Double]?) -> LabelRanking {
        var ranking = self
        (ranking.topK, ranking.thresholds) = (topK, thresholds)
        return ranking
    }

    /// The probability of every label, in the labels' order, by a picture's logits `[L]`, which are finite.
    public func probabilities(_ logits: [Float]) -> [Float] {
        let scores = score.scores(logits.map(Double.init), labelCount: labels.count)
        return scores.enumerated().map { Float(reading.probability($1, label: $0)) }
    }

    /// The labels that the options ask for, best first, by a picture's logits `[L]`, which are finite.
    public func callAsFunction(_ logits: [Float]) -> [LabelScore] {
        var order = logits.indices.sorted { logits[$0] == logits[$1] ? $0 < $1 : logits[$0] > logits[$1] }
        if let topK { order.removeLast(max(0, order.count - topK)) }
        let scores = score.scores(logits.map(Double.init), labelCount: labels.count)
        return order.compactMap { index in
            let probability = reading.probability(scores[index], label: index)
            if let thresholds, probability < thresholds[index] { return nil }
            return LabelScore(label: labels[index], score: Float(probability))
        }
    }
}

extension ThresholdChoice {
    /// The thresholds of a model's labels, `[L]`; labels without one of their own have 0.5, and a note says so. Throws
    /// ``FileIO/InputError`` where the model has none at all.
    public func values(
        labels: [String], of bundle: ModelBundle, monitor: WorkMonitor = .silent
    ) throws(InputError) -> [Double] {
        switch self {
        case .number(let number): return labels.map { _ in number }
        case .fitted:
            let own = bundle.description?.thresholds ?? [:]
            if own.isEmpty {
                let model = printable(bundle.checkpoint.directory)
                throw .badData(
                    "\(model) has no fitted thresholds; make a copy that has with mumic thresholds --model \(model) --data VALIDATION.csv --output DIR, or give --threshold a number"
                )
            }
            let without = labels.filter { own[$0] == nil }
            if let first = without.first {
                monitor.note(
                    "note: \(without.count) of \(labels.count) labels have no fitted threshold and get 0.5, such as '\(printable(first, maximumCharacters: 80))'"
                )
            }
            return labels.map { own[$0] ?? 0.5 }
        }
    }
}
