// SPDX-License-Identifier: Apache-2.0

import Datasets
import Evaluation
import FileIO
import Foundation
import Report

guard CommandLine.arguments.count == 4 else {
    print("usage: write-report SCORES.csv TARGETS.csv PAGE.html, for logits of anybody's model")
    exit(64)
}
let arguments = CommandLine.arguments
let table = try ScoredTargets.read(scores: arguments[1], targets: arguments[2])
let matrix = try ScoreMatrix(
    imageCount: table.images.count, labelCount: table.labels.count, scores: table.scores, targets: table.targets)
let folder = URL(fileURLWithPath: arguments[2]).deletingLastPathComponent()
var page = ReportContents(
    title: "Somebody's model", model: arguments[1], data: arguments[2],
    evaluation: try evaluate(matrix, labels: table.labels, kind: .logits), scores: table.scores,
    targets: table.targets)
page.pictures = table.images.map { Picture(name: $0, path: folder.appendingPathComponent($0).path) }
try Data(page.html().utf8).write(to: URL(fileURLWithPath: arguments[3]))
