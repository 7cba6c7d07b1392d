// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Imaging
import Models
import MultiLabel
import Torch

/// Scores a table's pictures with a model whose weights change from one time to the next.
///
/// Pictures are decoded and prepared once, as long as they fit into memory.
final class InterpolationScores {
    /// What prepared pictures may take of memory.
    private static let maximumBytes = 1 << 30

    private let table: AnnotationTable
    private let preprocessor: ImagePreprocessor
    private let options: PictureStreamOptions
    private let monitor: WorkMonitor
    private let progress: any WorkProgress
    private let keepsPixels: Bool
    private var batches: [Tensor] = []
    private var isRead = false

    /// The pictures of `table`, to be scored `passes` times.
    init(
        _ table: AnnotationTable, preprocessor: ImagePreprocessor, options: PictureStreamOptions, passes: Int,
        monitor: WorkMonitor
    ) {
        self.table = table
        self.preprocessor = preprocessor
        self.options = options
        self.monitor = monitor
        progress = monitor.begin("interpolating", total: table.images.count * passes)
        let size = preprocessor.outputSize
        let bytes = 3 * size.height * size.width * MemoryLayout<Float>.stride
        keepsPixels = table.images.count <= Self.maximumBytes / bytes
    }

    func finish() { progress.finish() }

    /// Logits of the pictures, `[N, L]` in float64, row major.
    func callAsFunction(_ classifier: MultiLabelClassifier) throws -> [Double] {
        let scorer = try classifier.scorer()
        func logits(_ pixels: Tensor) throws -> Tensor {
            try scorer.logits(pooled: classifier.model.pooledImages(pixels))
        }
        var scores: [Double] = []
        scores.reserveCapacity(table.targets.count)
        if isRead, keepsPixels {
            for pixels in batches {
                let rows = try withoutGradient { try logits(pixels).floats() }
                guard rows.allSatisfy(\.isFinite) else { throw MultiLabelError.notFinite(input: table.source) }
                scores += rows.lazy.map(Double.init)
                progress.advance(by: pixels.shape[0])
                try monitor.check()
            }
            return scores
        }
        try forEachPicture(
            of: table, preprocessor: preprocessor, options: options, progress: progress, monitor: monitor,
            compute: { pixels in
                if keepsPixels { batches.append(pixels) }
                return try logits(pixels)
            }, receive: { scores += $0.lazy.map(Double.init) })
        isRead = true
        return scores
    }
}
