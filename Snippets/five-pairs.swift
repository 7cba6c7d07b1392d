// SPDX-License-Identifier: Apache-2.0

import Evaluation

// The five pairs of the article on metrics: picture A has three labels of known target, picture B two.
let matrix = try ScoreMatrix(
    imageCount: 2, labelCount: 3, scores: [2.0, 1.0, -1.0, 1.5, 0.5, -2.0] as [Float],
    targets: [1, 0, 1, 0, 1, .nan])
let report = try evaluate(
    matrix, labels: ["pool", "beach", "lobby"], kind: .logits, options: EvaluationOptions(topK: 1))
print("GAP", report.gap ?? .nan)
print("GAP@1", report.gapAtK ?? .nan, "retrieved", report.gapAtKRetrieved ?? .nan)

// Equal scores are one block: the order in which they are written does not matter.
print(try averagePrecision(scores: [3, 1, 1], targets: [0, 1, 0]) ?? .nan)
print(try averagePrecision(scores: [3, 1, 1], targets: [0, 0, 1]) ?? .nan)
