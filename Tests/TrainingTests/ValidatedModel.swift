// SPDX-License-Identifier: Apache-2.0

import Datasets
import Evaluation
import Imaging
import Models
import MultiLabel
import Testing
import Torch
import TrainingOptions

@testable import Training

/// A model in a directory as it scores the validation pictures of a run.
struct ValidatedModel {
    let gap: Double
    let logits: [Float]

    /// Scores with `RUN/model`, or with the model in another directory.
    init(_ run: TestRun, directory: String? = nil) throws {
        let bundle = try ModelBundle(directory: directory ?? run.output + "/model")
        let classifier = try bundle.classifier(
            labels: bundle.resolve(nil), templates: nil, device: .cpu, dtype: .float32)
        let table = try #require(run.validation)
        let scorer = try classifier.scorer()
        var logits: [Float] = []
        try forEachPicture(
            table.images,
            preprocessor: bundle.checkpoint.preprocessor,
            options: .init(batchSize: run.options.batchSize, workers: 1, device: .cpu),
            compute: { try scorer.logits(pooled: classifier.model.pooledImages($0)) },
            receive: { _, result in logits += try result.get() })
        let matrix = try ScoreMatrix(
            imageCount: table.images.count, labelCount: table.labels.count, scores: logits, targets: table.targets)
        let report = try evaluate(
            matrix, labels: table.labels, kind: .logits, options: EvaluationOptions(bootstrapReplicates: 0))
        self.gap = try #require(report.gap)
        self.logits = logits
    }
}
