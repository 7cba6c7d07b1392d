// SPDX-License-Identifier: Apache-2.0

import CLIP
import Datasets
import FileIO
import Imaging
import MultiLabel
import Terminal
import Torch

/// Reads annotations to score a model on; warnings are printed, and errors end the run.
func readAnnotations(
    path: String, labels: [String]?, options: AnnotationFileOptions
) throws -> AnnotationTable {
    let options = AnnotationOptions(
        imagesDirectory: options.images, unlisted: options.unlisted.meaning, labels: labels, extraLabels: .ignore)
    let table = try AnnotationTable.read(path: path, options: options)
    try table.requireUsable()
    // Labels without positives are the rule in a part of a data set, and the result counts them: a few lines say it.
    let warnings = table.findings.filter { $0.severity == .warning }
    for finding in warnings.prefix(10) { StandardError.line(finding.formatted(path: path)) }
    if warnings.count > 10 { StandardError.line("\(path): and \(warnings.count - 10) more warnings") }
    return table
}

/// Logits of a table's pictures, `[N, L]` in float64, row major.
///
/// Pictures that cannot be read are all listed before the run fails.
func scoreTable(
    _ table: AnnotationTable, _ classifier: MultiLabelClassifier, preprocessor: ImagePreprocessor,
    options: PictureStreamOptions, title: String
) throws -> [Double] {
    let bar = ProgressBar(title: title, total: table.images.count)
    let labelFeatures = classifier.head == nil ? try withoutGradient { try classifier.labelFeatures() } : nil
    var scores: [Double] = []
    scores.reserveCapacity(table.targets.count)
    try forEachPicture(
        of: table, preprocessor: preprocessor, options: options, bar: bar,
        compute: { pixels in
            try classifier.logits(pooled: classifier.model.pooledImages(pixels), labelFeatures: labelFeatures)
        }, receive: { scores += $0.lazy.map(Double.init) })
    bar.finish()
    return scores
}

/// Computes something of a table's pictures, in order; those that cannot be read are all listed before the run fails.
///
/// - Parameters:
///   - table: The pictures.
///   - preprocessor: How they are prepared.
///   - options: Batches, threads and device.
///   - bar: Advances by every picture.
///   - compute: From prepared pictures `[B, 3, S, S]` to `[B, C]`, without a graph.
///   - receive: Takes each picture's `C` numbers.
/// - Throws: ``BadDataError`` if a picture cannot be read, ``InterruptedError``, and what the closures throw.
func forEachPicture(
    of table: AnnotationTable, preprocessor: ImagePreprocessor, options: PictureStreamOptions, bar: ProgressBar,
    compute: (Tensor) throws -> Tensor, receive: ([Float]) -> Void
) throws {
    var findings: [String] = []
    var index = 0
    try forEachPicture(
        table.images, preprocessor: preprocessor,
        options: options, compute: compute,
        receive: { picture, result in
            switch result {
            case .success(let row): receive(row)
            case .failure(let error):
                findings.append("\(picture.place(in: table.source)): \(printable(picture.name)): \(error)")
            }
            index += 1
            bar.advance()
            try Interruption.check()
        })
    if let first = findings.first {
        throw BadDataError(
            message:
                "\(findings.count) of \(index) pictures of \(table.source) cannot be read, the first: \(first); replace them or remove their lines",
            findings: findings)
    }
}
