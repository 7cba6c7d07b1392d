// SPDX-License-Identifier: Apache-2.0

import Datasets
import Evaluation
import Foundation

guard CommandLine.arguments.count == 3 else {
    print("usage: fit-thresholds SCORES.csv TARGETS.csv, the first as mumic evaluate --output writes it")
    exit(64)
}
let table = try ScoredTargets.read(scores: CommandLine.arguments[1], targets: CommandLine.arguments[2])
let matrix = try ScoreMatrix(
    imageCount: table.images.count, labelCount: table.labels.count, scores: table.scores, targets: table.targets)
let fitted = try fitThresholds(matrix, goal: .precision(0.9), kind: .logits)
for (index, label) in table.labels.enumerated() {
    let reason = fitted.fallbacks[index].map { "global, since \($0.rawValue)" } ?? "its own"
    print("\(label): \(fitted.perLabel[index]) (\(reason))")
}
