// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Imaging
import Models
import MultiLabel
import Torch
import TrainingOptions

/// The part of the image tower that no step changes, and what it makes of pictures, computed once.
///
/// Above it begins what trains: a layer, whose input `[T, W]` is kept for each picture, or only what lies behind the
/// layers, for which the pooled state `[W]` is enough. Batches put together from kept rows may differ in the last bit
/// from those that run the whole tower, since libtorch's kernels depend on a batch's size.
final class FrozenLayers {
    /// The lowest layer that has to be run in every step; nil if none of them has.
    let firstTrained: Int?
    private let model: any ImageTextModel
    private let precision: Precision
    private let device: Device
    private let directory: String
    private var rows: [Set: any KeptRows] = [:]
    /// The shape of what is kept of a picture, `[W]` or `[T, W]`; known once a picture has been through.
    private var shape: [Int] = []

    /// Which pictures are meant.
    enum Set: Hashable {
        case training, validation
    }

    /// The frozen layers of a model; nil if there are none.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - plan: What of it trains.
    ///   - precision: The type that the tower runs in.
    ///   - device: Where it runs.
    ///   - directory: Where what is kept takes its space.
    init?(_ model: any ImageTextModel, _ plan: TrainablePlan, precision: Precision, device: Device, directory: String) {
        let first = plan.firstTrainedBlock(of: .image)
        if first == 0 { return nil }
        self.firstTrained = first.flatMap { $0 < model.architecture.blockCount(of: .image) ? $0 : nil }
        self.model = model
        self.precision = precision
        self.device = device
        self.directory = directory
    }

    /// What the frozen layers make of pictures: `[B, 3, S, S]` → `[B, W]` or `[B, T, W]`, float32.
    func below(_ pixels: Tensor) throws -> Tensor {
        let states = try withoutGradient {
            try precision.run(on: device) {
                guard let block = firstTrained else { return try model.pooledImages(pixels) }
                return try model.imageActivations(pixels, upTo: block)
            }.to(dtype: .float32)
        }
        shape = Array(states.shape.dropFirst())
        return states
    }

    /// The shape of what is kept of a picture of a size, `[W]` or `[T, W]`; a blank picture tells it.
    func rowShape(_ size: ImagePreprocessor.Size) throws -> [Int] {
        if shape.isEmpty {
            _ = try below(Tensor(repeating: 0, shape: [1, 3, size.height, size.width], device: device))
        }
        return shape
    }

    /// The pooled states of what ``below(_:)`` gave, `[B, W]`.
    func pooled(_ activations: Tensor) throws -> Tensor {
        guard let block = firstTrained else { return activations }
        return try precision.run(on: device) { try model.pooledImages(fromActivations: activations, block: block) }
    }

    /// Whether the pictures of a set have been through.
    func has(_ set: Set) -> Bool { rows[set] != nil }

    /// Computes the rows of a set's pictures, in their order.
    ///
    /// - Parameters:
    ///   - set: What they are for.
    ///   - task: Whose pictures they are.
    ///   - pictures: The pictures.
    ///   - source: The file that lists them, for messages.
    ///   - progress: Advances by every picture.
    ///   - monitor: Asked after every picture whether to go on.
    /// - Throws: ``TrainingError`` if a picture cannot be read, `Interrupted`, and `FileIOError` as when the disk is full.
    func fill<Task: TrainingTask>(
        _ set: Set, _ task: Task, _ pictures: [Picture], of source: String, _ progress: any WorkProgress,
        _ monitor: WorkMonitor
    ) throws {
        var kept: ScratchRows?
        try task.forEachPicture(pictures, of: source, progress, monitor, compute: below) { row in
            let all = try kept ?? ScratchRows(directory: directory, width: row.count)
            kept = all
            try all.append(row)
        }
        rows[set] = kept.map { FloatRows($0, shape: shape) }
    }

    /// Takes the rows of a set from somebody who has computed them.
    func use(_ kept: any KeptRows, for set: Set) { rows[set] = kept }

    /// What is kept of pictures, by their numbers in the set: `[B, W]` or `[B, T, W]`.
    func activations(_ set: Set, _ pictures: [Int]) throws -> Tensor {
        guard let kept = rows[set] else { preconditionFailure("the set has been filled") }
        return try kept.tensor(pictures).to(device: device)
    }

    private final class FloatRows: KeptRows {
        let rows: ScratchRows
        let shape: [Int]

        init(_ rows: ScratchRows, shape: [Int]) { (self.rows, self.shape) = (rows, shape) }

        func tensor(_ places: [Int]) throws -> Tensor {
            try Tensor(try rows.read(places), shape: [places.count] + shape)
        }
    }
}
