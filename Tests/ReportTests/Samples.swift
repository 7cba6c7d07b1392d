// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Foundation
import Imaging
import TestSupport

@testable import Report

/// A small generator whose numbers are the same everywhere.
struct Random {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }

    mutating func unit() -> Double { Double(below(1 << 30)) / Double(1 << 30) }
}

/// Scores and targets with ties, unknown targets and labels without positives.
struct Sample {
    let images: Int
    let labels: Int
    var scores: [Double]
    var targets: [Float]
    let seed: UInt64

    init(seed: UInt64, images: Int? = nil, labels: Int? = nil) {
        var random = Random(seed: seed)
        let (rows, columns) = (images ?? 1 + random.below(30), labels ?? 1 + random.below(7))
        self.seed = seed
        self.images = rows
        self.labels = columns
        var (scores, targets): ([Double], [Float]) = ([], [])
        for index in 0..<rows * columns {
            let kind = random.below(10)
            let target: Float = kind == 0 ? .nan : kind < 4 && index % columns != 1 ? 1 : 0
            targets.append(target)
            // Multiples of a quarter, so that many are equal.
            scores.append(Double(random.below(25) - 12) / 4 + (target > 0.5 ? 1 : 0))
        }
        (self.scores, self.targets) = (scores, targets)
    }

    var names: [String] { (0..<labels).map { "label \($0)" } }

    func table(threshold: Double = 0.5) throws -> PairTable {
        try PairTable(
            images: images, labels: labels, scores: scores, targets: targets,
            thresholds: Array(repeating: threshold, count: labels))
    }

    func report(names: [String]? = nil, replicates: Int = 20) throws -> EvaluationReport {
        try evaluate(
            ScoreMatrix(imageCount: images, labelCount: labels, scores: scores, targets: targets),
            labels: names ?? self.names, kind: .logits,
            options: EvaluationOptions(bootstrapReplicates: replicates))
    }

    func contents(names: [String]? = nil) throws -> ReportContents {
        ReportContents(
            title: "A sample", model: "run/model", data: "test.csv", evaluation: try report(names: names),
            scores: scores, targets: targets)
    }
}

extension TemporaryFolder {
    /// Writes a picture of one colour and returns its path.
    func picture(_ name: String, width: Int, height: Int, value: UInt8) throws -> String {
        let image = try RGBImage(
            width: width, height: height, pixels: Array(repeating: value, count: width * height * 3))
        let file = path + "/" + name
        try Data(try image.jpeg(quality: 80)).write(to: URL(fileURLWithPath: file))
        return file
    }
}
