// SPDX-License-Identifier: Apache-2.0

package import Torch

/// What the steps of one epoch take, batch after batch.
package protocol StepInputs {
    /// Whether all rows have been handed out.
    var isAtEnd: Bool { get }
    /// The next rows, at most `count`; nil after the last.
    func takeRows(_ count: Int) -> [Int]?
    /// The inputs of rows, which are asked for in the order in which they were handed out: `[B, …]`.
    func inputs(_ batch: [Int]) throws -> Tensor
}

/// Rows of an epoch of which everything that does not train is known.
final class KeptInputs: StepInputs {
    private let frozen: FrozenLayers
    private let order: ArraySlice<Int>
    private var taken = 0

    init(_ frozen: FrozenLayers, order: ArraySlice<Int>) {
        self.frozen = frozen
        self.order = order
    }

    var isAtEnd: Bool { taken == order.count }

    func takeRows(_ count: Int) -> [Int]? {
        if isAtEnd { return nil }
        let next = Array(order.dropFirst(taken).prefix(count))
        taken += next.count
        return next
    }

    func inputs(_ batch: [Int]) throws -> Tensor { try frozen.activations(.training, batch) }
}
