// SPDX-License-Identifier: Apache-2.0

import Datasets
import Evaluation
import Foundation
import Models
import MultiLabel
import Testing
import Torch
import TrainingOptions

@testable import Training

@Suite struct ThresholdTests {
    @Test func `the kept model has the thresholds that fit its own scores of the validation pictures`() throws {
        var run = try TestRun()
        run.validation = run.training
        try run.run()
        let bundle = try ModelBundle(directory: run.output + "/model")
        let description = try #require(bundle.description)
        #expect(Set(description.thresholds.keys) == Set(run.training.labels))

        let classifier = try bundle.classifier(
            labels: description.labels, templates: nil, device: .cpu, dtype: .float32)
        let scorer = try classifier.scorer()
        var scores: [Float] = []
        try forEachPicture(
            run.training.images,
            preprocessor: bundle.checkpoint.preprocessor, options: .init(batchSize: 6, workers: 1, device: .cpu),
            compute: { pixels in try scorer.logits(pooled: classifier.model.pooledImages(pixels)) },
            receive: { _, result in scores += try result.get() })
        let matrix = try ScoreMatrix(
            imageCount: run.training.images.count, labelCount: description.labels.count, scores: scores,
            targets: run.training.targets)
        let fitted = try fitThresholds(matrix, goal: .maximumF1)
        for (label, threshold) in zip(run.training.labels, fitted.perLabel) {
            // The run scored the same weights in the same batches.
            #expect(description.thresholds[label].map { abs($0 - threshold) < 1e-6 } == true, "\(label)")
        }
        let options = EvaluationOptions(thresholds: fitted.perLabel, bootstrapReplicates: 0)
        let after = try evaluate(matrix, labels: run.training.labels, kind: .logits, options: options)
        let before = try evaluate(
            matrix, labels: run.training.labels, kind: .logits, options: EvaluationOptions(bootstrapReplicates: 0))
        #expect(after.f1Macro >= before.f1Macro && after.f1Macro > 0)
    }

    @Test func `without validation, there are none`() throws {
        let run = try TestRun()
        try run.run()
        let description = try ClassifierDescription.read(directory: run.output + "/model")
        #expect(description?.thresholds.isEmpty == true)
    }
}
