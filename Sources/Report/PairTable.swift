// SPDX-License-Identifier: Apache-2.0

import Evaluation

/// Scores and targets of N pictures × L labels, `[N, L]`, row major.
struct PairTable {
    let images: Int
    let labels: Int
    private(set) var scores: [Double]
    let targets: [Float]
    /// The probability from which on each label is predicted.
    let thresholds: [Double]
    /// How scores become probabilities.
    private(set) var reading: ScoreReading

    /// A table of which `thresholds` are probabilities, one a label.
    init(
        images: Int, labels: Int, scores: [Double], targets: [Float], thresholds: [Double],
        reading: ScoreReading = ScoreReading(.logits)
    ) throws(ReportError) {
        for (what, expected, found) in [
            ("scores", images * labels, scores.count), ("targets", images * labels, targets.count),
            ("labels", labels, thresholds.count), ("calibration curves", labels, reading.curves?.count ?? labels),
        ] where expected != found { throw .wrongCount(of: what, expected: expected, found: found) }
        (self.images, self.labels, self.scores, self.targets) = (images, labels, scores, targets)
        (self.thresholds, self.reading) = (thresholds, reading)
    }

    init(_ contents: ReportContents) throws(ReportError) {
        let report = contents.evaluation
        let (pictures, expected) = (contents.pictures.count, report.images)
        guard pictures == 0 || pictures == expected else {
            throw .wrongCount(of: "pictures", expected: expected, found: pictures)
        }
        try self.init(
            images: report.images, labels: report.labels, scores: contents.scores, targets: contents.targets,
            thresholds: report.perLabel.map(\.threshold), reading: contents.reading)
    }

    /// The probability of a pair.
    @inline(__always) func probability(_ index: Int) -> Double {
        reading.probability(scores[index], label: index % labels)
    }

    /// The same pairs with their probabilities as scores.
    func byProbability() -> PairTable {
        var copy = self
        copy.scores = scores.indices.map(probability)
        copy.reading = ScoreReading(.probabilities)
        return copy
    }

    /// The same pairs without calibration.
    func uncalibrated() -> PairTable {
        var copy = self
        copy.reading = ScoreReading(reading.kind)
        return copy
    }

    /// Whether a pair's label is predicted, by the same comparison as in the evaluation.
    @inline(__always) func isPredicted(_ index: Int, label: Int) -> Bool {
        reading.probability(scores[index], label: label) >= thresholds[label]
    }

    /// The positives of each label.
    func positives() -> [Int] {
        var counts = [Int](repeating: 0, count: labels)
        for (index, target) in targets.enumerated() where target > 0.5 { counts[index % labels] += 1 }
        return counts
    }

    /// The labels of a picture that are annotated as there.
    func annotated(image: Int) -> [Int] { (0..<labels).filter { targets[image * labels + $0] > 0.5 } }
}
