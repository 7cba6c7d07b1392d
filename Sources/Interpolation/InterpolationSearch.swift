// SPDX-License-Identifier: Apache-2.0

public import Datasets
import Evaluation
public import FileIO
import Models
public import MultiLabel
public import Torch
import TorchNN

extension InterpolatedModels {
    /// Chooses a share by annotated pictures that neither model was trained on, and fits thresholds of highest F1 to
    /// them.
    ///
    /// The `alphas` to try are in ascending order, each once. `keep` is the share of the best GAP to keep, as in
    /// ``Evaluation/InterpolationCurve/choice(of:keep:)``. The labels are those of
    /// ``MultiLabel/ModelBundle/resolve(_:)``; those that the fine-tuned model does not name count as unseen, and
    /// `templates` replace its own. Scores are computed in `dtype`, weights are mixed in float32. Throws
    /// ``FileIO/InputError`` if a picture cannot be read or there are no positives, and the errors of the parts.
    public func choose(
        of alphas: [Double], keep: Double, by table: AnnotationTable, labels: [Label], templates: [PromptTemplate]?,
        options: PictureStreamOptions, dtype: DType = .float32, monitor: WorkMonitor = .silent
    ) throws -> Choice {
        let (classifier, store) = try fineTuned.load(
            labels: labels, templates: templates, device: options.device, dtype: dtype)
        let known = Set(fineTuned.description?.labels.map(\.name) ?? [])
        if known.isEmpty {
            monitor.note(
                "note: \(printable(fineTuned.checkpoint.directory)) does not say which labels it was trained on; all count as seen"
            )
        }
        let seen = Set(table.labels.indices.filter { known.isEmpty || known.contains(table.labels[$0]) })
        let score = InterpolationScores(
            table, preprocessor: fineTuned.checkpoint.preprocessor, options: options, passes: alphas.count,
            monitor: monitor)
        let head = try mixedHead(labels)
        var points: [InterpolationCurve.Point] = []
        var thresholds: [[Double]] = []
        for alpha in alphas {
            try mix(alpha, into: store.parameters)
            try head?.set(classifier.head, to: alpha, device: options.device)
            let matrix = try ScoreMatrix(
                imageCount: table.images.count, labelCount: table.labels.count, scores: try score(classifier),
                targets: table.targets)
            points.append(try .init(alpha: alpha, matrix, seen: seen))
            thresholds.append(try fitThresholds(matrix, goal: .maximumF1).perLabel)
        }
        score.finish()
        guard let chosen = InterpolationCurve.choice(of: points, keep: keep) else {
            throw InputError.badData(
                "\(table.source) has no positive among its known pairs, so no share can be chosen; add some")
        }
        // What the model says holds for these thresholds and the texts that they were fitted to.
        var description = descriptionWithoutFits
        description?.templates = classifier.templates
        for (label, threshold) in zip(labels, thresholds[chosen]) {
            if let place = description?.labels.firstIndex(where: { $0.name == label.name }) {
                description?.labels[place] = label
            }
            description?.thresholds[label.name] = threshold
        }
        return Choice(
            curve: InterpolationCurve(
                data: table.source, alpha: points[chosen].alpha, keep: keep, labelsSeen: seen.count,
                labelsUnseen: table.labels.count - seen.count, curve: points), description: description)
    }
}
