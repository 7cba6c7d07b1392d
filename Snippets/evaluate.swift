// SPDX-License-Identifier: Apache-2.0

import Evaluation

// Two pictures and three labels, row by row. NaN: nobody knows whether the third label fits the first picture.
let matrix = try ScoreMatrix(
    imageCount: 2, labelCount: 3,
    scores: [2.0, 0.5, -1.0, 1.0, -0.5, -2.0] as [Float],
    targets: [1, 0, .nan, 0, 1, 0])
let report = try evaluate(matrix, labels: ["pool", "beach", "lobby"], kind: .logits)

print("GAP", report.gap ?? .nan, "between", report.gapInterval?.low ?? .nan, "and", report.gapInterval?.high ?? .nan)
for label in report.perLabel {
    print(label.label, label.averagePrecision.map { "\($0)" } ?? "undefined: no positive")
}
