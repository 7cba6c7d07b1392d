// SPDX-License-Identifier: Apache-2.0

import Evaluation

/// Scores and targets of N pictures × L labels, `[N, L]`, row major.
struct PairTable {
    let images: Int
    let labels: Int
    let scores: [Double]
    let targets: [Float]
    /// The probability from which on each label is predicted.
    let thresholds: [Double]
    /// How scores become probabilities.
    let reading: ScoreReading

    /// A table of which `thresholds` are probabilities, one a label.
    init(
        images: Int, labels: Int, scores: [Double], targets: [Float], thresholds: [Double],
        reading: ScoreReading = ScoreReading(.logits)
    ) throws(ReportError) {
        let count = images * labels
        guard scores.count == count else {
            throw .wrongCount(of: "scores", expected: count, found: scores.count)
        }
        guard targets.count == count else {
            throw .wrongCount(of: "targets", expected: count, found: targets.count)
        }
        guard thresholds.count == labels else {
            throw .wrongCount(of: "labels", expected: labels, found: thresholds.count)
        }
        if let curves = reading.curves, curves.count != labels {
            throw .wrongCount(of: "calibration curves", expected: labels, found: curves.count)
        }
        self.images = images
        self.labels = labels
        self.scores = scores
        self.targets = targets
        self.thresholds = thresholds
        self.reading = reading
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
    @inline(__always)
    func probability(_ index: Int) -> Double { reading.probability(scores[index], label: index % labels) }

    /// The same pairs with their probabilities as scores.
    func byProbability() throws(ReportError) -> PairTable {
        try PairTable(
            images: images, labels: labels, scores: scores.indices.map(probability), targets: targets,
            thresholds: thresholds, reading: ScoreReading(.probabilities))
    }

    /// The same pairs without calibration.
    func uncalibrated() throws(ReportError) -> PairTable {
        try PairTable(
            images: images, labels: labels, scores: scores, targets: targets, thresholds: thresholds,
            reading: ScoreReading(reading.kind))
    }

    /// Whether a pair's label is predicted, by the same comparison as in the evaluation.
    @inline(__always)
    func isPredicted(_ index: Int, label: Int) -> Bool {
        reading.probability(scores[index], label: label) >= thresholds[label]
    }

    /// The positives of each label.
    func positives() -> [Int] {
        var counts = [Int](repeating: 0, count: labels)
        var index = 0
        for _ in 0..<images {
            for label in 0..<labels {
                if targets[index] > 0.5 { counts[label] += 1 }
                index += 1
            }
        }
        return counts
    }

    /// The labels of a picture that are annotated as there.
    func annotated(image: Int) -> [Int] {
        (0..<labels).filter { targets[image * labels + $0] > 0.5 }
    }
}
