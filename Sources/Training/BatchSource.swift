// SPDX-License-Identifier: Apache-2.0

package import Torch

/// Some rows of the data with what the model takes of them.
package struct TrainingBatch {
    /// The rows' numbers, `B` of them.
    package let rows: [Int]
    /// Their prepared pictures, `[B, 3, S, S]`, or what frozen layers made of those.
    package let inputs: Tensor

    package init(rows: [Int], inputs: Tensor) {
        self.rows = rows
        self.inputs = inputs
    }
}

/// Where the steps of an epoch take their rows from, together with the pictures: decoded on the way, or read back.
package protocol BatchSource: AnyObject {
    /// Takes the next rows of the epoch in their order, at most `count`; nil after the last one. Throws
    /// ``TrainingError`` if a picture cannot be read.
    func next(_ count: Int) throws -> TrainingBatch?
}

/// An optimiser's step as the model sees it: its rows are known from the beginning, their inputs come batch by batch, so
/// that memory holds one batch however many the step has.
package final class TrainingStep {
    /// Optimiser steps before this one.
    package let number: Int
    /// The rows of all batches in their order; where several processes train, those of this one.
    package let rows: [Int]
    /// The processes that take the step together.
    package let communicator: any Communicator
    private let source: any BatchSource
    private let batchSize: Int
    private var taken = 0

    package init(
        number: Int, rows: [Int], from source: any BatchSource, batchSize: Int,
        communicator: any Communicator = SingleProcess()
    ) {
        self.number = number
        self.rows = rows
        self.source = source
        self.batchSize = batchSize
        self.communicator = communicator
    }

    /// Takes the step's next batch; nil after the last one. Throws ``TrainingError`` if a picture cannot be read.
    package func next() throws -> TrainingBatch? {
        let count = min(batchSize, rows.count - taken)
        guard count > 0, let batch = try source.next(count) else { return nil }
        taken += batch.rows.count
        return batch
    }
}

/// The rows of an epoch, and those that are still to be taken.
package struct EpochRows {
    /// Epochs before this one.
    package let epoch: Int
    /// The step that comes next, counted from the run's beginning.
    package let nextStep: Int
    /// All rows in the order in which steps take them.
    package let order: [Int]
    /// The places in the order that this process has still to take.
    package let places: [Int]

    /// The rows at these places.
    package var rows: [Int] { places.map { order[$0] } }
}

/// Rows of an epoch of which everything that does not train is known.
final class KeptInputs: BatchSource {
    private let frozen: FrozenLayers
    private var rest: ArraySlice<Int>

    init(_ frozen: FrozenLayers, _ rows: EpochRows) {
        self.frozen = frozen
        self.rest = rows.rows[...]
    }

    func next(_ count: Int) throws -> TrainingBatch? {
        let rows = Array(rest.prefix(count))
        if rows.isEmpty { return nil }
        rest = rest.dropFirst(rows.count)
        return TrainingBatch(rows: rows, inputs: try frozen.activations(.training, rows))
    }
}
