// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Models
import MultiLabel
import Torch

/// Ends the program with status 1 where a result is not what it has to be.
func expect(_ condition: Bool, _ what: String) throws {
    struct Difference: Error { let what: String }
    if !condition { throw Difference(what: what) }
}

// Ranked: 3 (present), 2 (absent), 1 (present), 0 (absent). GAP = (1/1 + 2/3) / 2.
let matrix = try ScoreMatrix(
    imageCount: 2, labelCount: 2, scores: [3, 2, 0, 1] as [Float], targets: [1, 0, 0, 1])
let report = try evaluate(matrix, labels: ["pool", "beach"], kind: .logits)
try expect(abs((report.gap ?? 0) - 5.0 / 6) < 1e-12, "GAP is \(String(describing: report.gap))")

// At a temperature of 0.5 the logits are twice the cosines.
let images = try Tensor([1, 0, 0.6, 0.8] as [Float], shape: [2, 2])
let texts = try Tensor([0, 1] as [Float], shape: [1, 2])
let scale = try Tensor([0.693_147_18] as [Float], shape: [])
let logits = try temperedLogits(
    similarities: images.matmul(texts.transposed(0, 1)), logitScale: scale, bias: nil
).floats()
try expect(logits.count == 2 && abs(logits[0]) < 1e-6 && abs(logits[1] - 1.6) < 1e-6, "logits are \(logits)")

// An error of libtorch arrives as a Swift error.
do {
    _ = try images.matmul(Tensor([1, 2, 3] as [Float], shape: [3, 1]))
    try expect(false, "a product of shapes that do not fit has a result")
} catch is TorchError {}

// A model's configuration without its weights.
let json = #"{"model_cfg": {"embed_dim": 256, "vision_cfg": {}, "text_cfg": {}}}"#
let config = try CLIPConfig(openCLIP: ConfigReader(path: "open_clip_config.json", bytes: Array(json.utf8)))
try expect(config.projectionDim == 256, "the projection has \(config.projectionDim) dimensions")
try expect(PromptTemplate.standard("pool") == "a photo of a pool", "the template gives another sentence")

print("consumer: libtorch \(Library.version), GAP \(report.gap ?? 0)")
