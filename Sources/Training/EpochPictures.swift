// SPDX-License-Identifier: Apache-2.0

import Imaging
import MultiLabel
import Torch

/// The pictures of one epoch, decoded and varied ahead of the steps that take them.
final class EpochPictures: StepInputs {
    private struct Row: Sendable {
        let index: Int
        let path: String
        /// How often the picture has come before in the epoch.
        let turn: Int
    }

    private let order: ArraySlice<Int>
    private var taken = 0
    private let loader: PictureLoader<Row, PixelValues>
    private let rows: [TrainingRow]
    private let source: String
    private let device: Device

    /// Begins to load the rows of a task in `order`, all but the first `done` of them.
    init<Task: TrainingTask>(_ task: Task, order whole: [Int], done: Int, epoch: Int) {
        let order = whole.dropFirst(done)
        self.order = order
        self.rows = task.rows
        self.source = task.source
        self.device = task.device
        let options = task.options
        let preprocessor = task.preprocessor
        let rows = task.rows
        let augmenter = ImageAugmenter(options.augment)
        // A varied picture has no reference to agree with, so a large JPEG is decoded at a reduced scale.
        let shortSide = options.augment == .none ? nil : augmenter.shortSide(for: preprocessor)
        let seed = options.seed
        var turns: [Int: Int] = [:]
        for index in whole.prefix(done) { turns[index, default: 0] += 1 }
        let pictures = order.map { index in
            defer { turns[index, default: 0] += 1 }
            return Row(index: index, path: rows[index].path, turn: turns[index, default: 0])
        }
        self.loader = PictureLoader(
            pictures, workers: options.workers, ahead: options.batchSize * 2
        ) { (_, row) throws(ImagingError) in
            let image = try RGBImage(contentsOf: row.path, shortSideAtLeast: shortSide)
            // Counted by the row and not by the position, so that a resumed epoch varies every picture the same way.
            var random = CountedRandom(
                seed: seed, epoch: UInt64(epoch) | UInt64(row.turn) << 32, index: UInt64(row.index))
            return try augmenter(image, preprocessor: preprocessor, using: &random)
        }
    }

    /// Whether all rows have been handed out.
    var isAtEnd: Bool { taken == order.count }

    /// The next rows, at most `count`; nil after the last.
    func takeRows(_ count: Int) -> [Int]? {
        if isAtEnd { return nil }
        let next = Array(order.dropFirst(taken).prefix(count))
        taken += next.count
        return next
    }

    /// The pictures of the next `rows`, which are asked for in the order in which they were handed out: `[B, 3, S, S]`.
    func inputs(_ batch: [Int]) throws -> Tensor {
        var pictures: [PixelValues] = []
        for row in batch {
            guard let element = loader.next() else { break }
            switch element.result {
            case .success(let values): pictures.append(values)
            case .failure(let error):
                throw TrainingError.picture(
                    source: source, line: rows[row].line, path: rows[row].path, problem: "\(error)")
            }
        }
        return try pixelBatch(pictures, device: device)
    }
}

extension Array {
    /// Slices of at most `size` elements.
    func chunked(_ size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min(count, $0 + size)]) }
    }
}
