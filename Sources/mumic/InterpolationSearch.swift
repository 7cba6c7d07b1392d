// SPDX-License-Identifier: Apache-2.0

import CLIP
import Datasets
import Evaluation
import FileIO
import Imaging
import MultiLabel
import Terminal
import Torch
import TorchNN

/// The choice of a share by annotated pictures.
struct InterpolationSearch {
    /// Columns of labels that the fine-tuned model was trained on; all where nobody knows.
    let seen: [Int]
    /// The other columns.
    let unseen: [Int]
    private let models: InterpolatedModels
    private let table: AnnotationTable
    private let classifier: MultiLabelClassifier
    private let weights: [ParameterStore.Parameter]
    private let options: PictureStreamOptions

    /// A choice by `table` and its labels with their texts. Scores are computed in `dtype`; weights are mixed in
    /// float32.
    init(
        _ models: InterpolatedModels, _ table: AnnotationTable, labels: [Label], templates: [PromptTemplate]?,
        options: PictureStreamOptions, dtype: DType
    ) throws {
        self.models = models
        self.table = table
        self.options = options
        let bundle = models.fineTuned
        let (model, store) = try bundle.checkpoint.load(on: options.device, dtype: dtype)
        weights = store.parameters
        let bias = try (bundle.description?.bias).flatMap { value in
            value == 0 ? nil : try Tensor(repeating: value, shape: [], device: options.device)
        }
        classifier = try MultiLabelClassifier(
            model: model, tokenizer: bundle.checkpoint.tokenizer, labels: labels,
            templates: templates ?? bundle.description?.templates ?? [.standard], bias: bias)
        let known = Set(bundle.description?.labels.map(\.name) ?? [])
        if known.isEmpty {
            StandardError.line(
                "note: \(printable(bundle.checkpoint.directory)) does not say which labels it was trained on; all count as seen"
            )
        }
        seen = table.labels.indices.filter { known.isEmpty || known.contains(table.labels[$0]) }
        unseen = table.labels.indices.filter { !known.isEmpty && !known.contains(table.labels[$0]) }
    }

    /// What is known of one share.
    struct Candidate {
        let point: InterpolationCurve.Point
        /// Each label's threshold of highest F1, in the table's order.
        let thresholds: [Double]
    }

    /// Scores the pictures at each share and takes one.
    func choose(of alphas: [Double], keep: Double) throws -> (chosen: Candidate, all: [Candidate]) {
        let score = InterpolationScores(
            table, preprocessor: models.fineTuned.checkpoint.preprocessor, options: options, passes: alphas.count)
        let candidates = try alphas.map { alpha in
            try models.mix(alpha, into: weights)
            return try candidate(alpha, scores: try score(classifier))
        }
        score.finish()
        guard let chosen = InterpolationCurve.choice(of: candidates.map(\.point), keep: keep),
            let candidate = candidates.first(where: { $0.point.alpha == chosen.alpha })
        else {
            throw BadDataError(
                message: "\(table.source) has no positive among its known pairs, so no share can be chosen; add some")
        }
        return (candidate, candidates)
    }

    private func candidate(_ alpha: Double, scores: [Double]) throws -> Candidate {
        func metrics(_ columns: [Int]) throws -> InterpolationCurve.Metrics {
            try .init(scores: scores, targets: table.targets, labels: table.labels, columns: columns)
        }
        let matrix = try ScoreMatrix(
            imageCount: table.images.count, labelCount: table.labels.count, scores: scores, targets: table.targets)
        return Candidate(
            point: .init(
                alpha: alpha, all: try metrics(Array(table.labels.indices)),
                seen: seen.isEmpty ? nil : try metrics(seen), unseen: unseen.isEmpty ? nil : try metrics(unseen)),
            thresholds: try fitThresholds(matrix, goal: .maximumF1).perLabel)
    }

    /// The fine-tuned model's description with a share's thresholds, and with the texts that they hold for; nil where
    /// it has none.
    func description(of candidate: Candidate) -> ClassifierDescription? {
        guard var description = models.fineTuned.description?.withoutFits else { return nil }
        description.templates = classifier.templates
        for (label, threshold) in zip(classifier.labels, candidate.thresholds) {
            if let place = description.labels.firstIndex(where: { $0.name == label.name }) {
                description.labels[place] = label
            }
            description.thresholds[label.name] = threshold
        }
        return description
    }
}
