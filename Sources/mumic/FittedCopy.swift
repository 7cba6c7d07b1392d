// SPDX-License-Identifier: Apache-2.0

import CLIP
import Datasets
import Evaluation
import MultiLabel
import Torch

/// A model with the scores of annotated pictures, and the copy of it that will know what is fitted to them.
struct FittedCopy {
    let copy: ModelCopy
    let table: AnnotationTable
    let bundle: ModelBundle
    /// The labels of the data, with their texts.
    let labels: [Label]
    /// Logits and targets.
    let matrix: ScoreMatrix
    private let classifier: MultiLabelClassifier
    private let templates: [PromptTemplate]?

    /// Scores the pictures.
    ///
    /// - Parameters:
    ///   - model: The model and where it runs.
    ///   - data: The annotations' file.
    ///   - output: The folder that the copy becomes.
    ///   - annotations: How the file is read.
    ///   - labels: Labels and templates.
    ///   - absent: What becomes of the model's labels that the data leaves out, for a note.
    /// - Throws: The errors of the parts.
    init(
        _ model: ModelOptions, data: String, output: String, annotations: AnnotationFileOptions, labels: LabelOptions,
        absent: String
    ) throws {
        let options = try model.streamOptions()
        templates = try labels.templates()
        let fileLabels = try labels.fileLabels()
        let directory = try model.directory()
        copy = try ModelCopy(of: directory, to: output)
        table = try readAnnotations(path: data, labels: fileLabels?.map(\.name), options: annotations)
        bundle = try ModelBundle(directory: directory, resolvingBase: modelDirectory)
        self.labels = try bundle.resolve(fileLabels ?? table.labels.map { Label(name: $0) })
        noteAbsentLabels(table.labels, of: bundle, data: data, get: absent)
        classifier = try bundle.classifier(
            labels: self.labels, templates: templates, device: options.device, dtype: model.precision.dtype)
        let scores = try scoreTable(
            table, classifier, preprocessor: bundle.checkpoint.preprocessor, options: options, title: "scoring")
        matrix = try ScoreMatrix(
            imageCount: table.images.count, labelCount: table.labels.count, scores: scores, targets: table.targets)
    }

    /// The model's description with the texts that the scores are of.
    func description() throws -> ClassifierDescription { try describedModel(bundle, classifier, labels, templates) }
}
