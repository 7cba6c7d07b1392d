// SPDX-License-Identifier: Apache-2.0

import CLIP
import Datasets
import FileIO
import Imaging
import MultiLabel
import Terminal
import Torch
import TorchNN

/// Scores a table's pictures with a model whose weights change from one time to the next.
///
/// Pictures are decoded and prepared once, as long as they fit into memory.
final class InterpolationScores {
    /// What prepared pictures may take of memory.
    private static let maximumBytes = 1 << 30

    private let table: AnnotationTable
    private let preprocessor: ImagePreprocessor
    private let options: PictureStreamOptions
    private let bar: ProgressBar
    private let keepsPixels: Bool
    private var batches: [Tensor] = []
    private var isRead = false

    /// The pictures of `table`, to be scored `passes` times.
    init(_ table: AnnotationTable, preprocessor: ImagePreprocessor, options: PictureStreamOptions, passes: Int) {
        self.table = table
        self.preprocessor = preprocessor
        self.options = options
        bar = ProgressBar(title: "interpolating", total: table.images.count * passes)
        let size = preprocessor.outputSize
        let bytes = 3 * size.height * size.width * MemoryLayout<Float>.stride
        keepsPixels = table.images.count <= Self.maximumBytes / bytes
    }

    func finish() { bar.finish() }

    /// Logits of the pictures, `[N, L]` in float64, row major.
    func callAsFunction(_ classifier: MultiLabelClassifier) throws -> [Double] {
        let labelFeatures = try withoutGradient { try classifier.labelFeatures() }
        func logits(_ pixels: Tensor) throws -> Tensor {
            try classifier.logits(pooled: classifier.model.pooledImages(pixels), labelFeatures: labelFeatures)
        }
        var scores: [Double] = []
        scores.reserveCapacity(table.targets.count)
        if isRead, keepsPixels {
            for pixels in batches {
                let rows = try withoutGradient { try logits(pixels).floats() }
                guard rows.allSatisfy(\.isFinite) else { throw MultiLabelError.notFinite(input: table.source) }
                scores += rows.lazy.map(Double.init)
                bar.advance(by: pixels.shape[0])
                try Interruption.check()
            }
            return scores
        }
        var findings: [String] = []
        var index = 0
        try forEachPicture(
            table.images.map { PictureReference(name: $0.name, path: $0.path) }, preprocessor: preprocessor,
            options: options,
            compute: { pixels in
                if keepsPixels { batches.append(pixels) }
                return try logits(pixels)
            },
            receive: { picture, result in
                switch result {
                case .success(let row): scores += row.lazy.map(Double.init)
                case .failure(let error):
                    findings.append("\(table.source):\(table.images[index].line): \(printable(picture.name)): \(error)")
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
        isRead = true
        return scores
    }
}
