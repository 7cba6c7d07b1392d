// SPDX-License-Identifier: Apache-2.0

import CLIP
import Datasets
import FileIO
import Imaging
import MultiLabel
import Terminal
import Torch

/// What a model says of the pictures of a table.
struct PictureFeatures {
    /// D.
    let dimension: Int
    /// Unit-norm features, `[N, D]`, row major.
    var features: [Float]
    /// Logits, `[N, L]`, row major.
    var logits: [Float]
}

/// The features and logits of a table's pictures.
///
/// Pictures that cannot be read are all listed before the run fails.
func readFeatures(
    _ table: AnnotationTable, _ classifier: MultiLabelClassifier, preprocessor: ImagePreprocessor,
    options: PictureStreamOptions
) throws -> PictureFeatures {
    let bar = ProgressBar(title: "looking", total: table.images.count)
    let labelFeatures = classifier.head == nil ? try withoutGradient { try classifier.labelFeatures() } : nil
    let dimension = classifier.model.config.projectionDim
    var result = PictureFeatures(dimension: dimension, features: [], logits: [])
    result.features.reserveCapacity(table.images.count * dimension)
    result.logits.reserveCapacity(table.targets.count)
    try forEachPicture(
        of: table, preprocessor: preprocessor, options: options, bar: bar,
        compute: { pixels in
            let pooled = try classifier.model.pooledImages(pixels)
            return try Tensor.concatenated(
                [
                    classifier.model.imageFeatures(pooled: pooled),
                    classifier.logits(pooled: pooled, labelFeatures: labelFeatures),
                ], dimension: 1)  // [B, D + L]
        },
        receive: { row in
            result.features += row.prefix(dimension)
            result.logits += row.dropFirst(dimension)
        })
    bar.finish()
    return result
}
