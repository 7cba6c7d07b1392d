// SPDX-License-Identifier: Apache-2.0

import FileIO
import Imaging
import MultiLabel
import Randomness
import Torch
import TrainingOptions

/// The pictures of one epoch, decoded and varied ahead of the steps that take them.
final class EpochPictures: BatchSource {
    private struct Row: Sendable {
        let index: Int
        let picture: Picture
        /// How often the picture has come before in the epoch.
        let turn: Int
    }

    private let loader: PictureLoader<Row, PixelValues>
    private let pictures: [Picture]
    private let source: String
    private let device: Device

    /// Begins to load the pictures of a task's rows that are still to be taken.
    init<Task: TrainingTask>(_ task: Task, _ rows: EpochRows) {
        self.pictures = task.rows
        self.source = task.source
        self.device = task.device
        let options = task.options
        let preprocessor = task.preprocessor
        let pictures = task.rows
        let augmenter = ImageAugmenter(options.augment)
        // A varied picture has no reference to agree with, so a large JPEG is decoded at a reduced scale.
        let shortSide = options.augment == .none ? nil : augmenter.shortSide(for: preprocessor)
        let (seed, epoch) = (options.seed, UInt64(rows.epoch))
        var seen: [Int: Int] = [:]
        let turns = rows.order.map { index in
            defer { seen[index, default: 0] += 1 }
            return seen[index, default: 0]
        }
        let list = rows.places.map { place in
            let index = rows.order[place]
            return Row(index: index, picture: pictures[index], turn: turns[place])
        }
        self.loader = PictureLoader(
            list, workers: options.workers, ahead: options.batchSize * 2
        ) { (_, row) throws(ImagingError) in
            let image = try RGBImage(row.picture, shortSideAtLeast: shortSide)
            // Counted by the row and not by the position, so that a resumed epoch varies every picture the same way.
            var random = CountedRandom(seed: seed, epoch: epoch | UInt64(row.turn) << 32, index: UInt64(row.index))
            return try augmenter(image, preprocessor: preprocessor, using: &random)
        }
    }

    func next(_ count: Int) throws -> TrainingBatch? {
        var rows: [Int] = []
        var values: [PixelValues] = []
        while rows.count < count, let element = loader.next() {
            let row = element.input.index
            switch element.result {
            case .success(let picture): values.append(picture)
            case .failure(let error): throw TrainingError(pictures[row], of: source, error)
            }
            rows.append(row)
        }
        return rows.isEmpty ? nil : TrainingBatch(rows: rows, inputs: try pixelBatch(values, device: device))
    }
}

extension Array {
    /// Slices of at most `size` elements.
    func chunked(_ size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min(count, $0 + size)]) }
    }
}
