// SPDX-License-Identifier: Apache-2.0

internal import CTorch

/// Changes of shape and selections; all throw ``TorchError`` if the shapes do not fit.
extension Tensor {
    /// The same elements in another shape; one size may be −1.
    public func reshaped(_ shape: [Int]) throws(TorchError) -> Tensor {
        try owned(withShape(shape) { ctorch_reshape(handle, $0, $1) })
    }

    /// Repeats dimensions of size 1 without a copy; −1 keeps a size.
    public func expanded(_ shape: [Int]) throws(TorchError) -> Tensor {
        try owned(withShape(shape) { ctorch_expand(handle, $0, $1) })
    }

    /// Swaps two dimensions.
    public func transposed(_ first: Int, _ second: Int) throws(TorchError) -> Tensor {
        try owned(ctorch_transpose(handle, Int64(first), Int64(second)))
    }

    /// `count` slices of one dimension from `start` on.
    public func narrowed(dimension: Int, start: Int, count: Int) throws(TorchError) -> Tensor {
        try owned(ctorch_narrow(handle, Int64(dimension), Int64(start), Int64(count)))
    }

    /// The slices of one dimension at int64 `indices`; its gradient is deterministic.
    public func selected(dimension: Int, indices: Tensor) throws(TorchError) -> Tensor {
        try owned(ctorch_index_select(handle, Int64(dimension), indices.handle))
    }

    /// Joins tensors along one dimension.
    public static func concatenated(_ tensors: [Tensor], dimension: Int) throws(TorchError) -> Tensor {
        try owned(ctorch_cat(tensors.map(\.handle), Int64(tensors.count), Int64(dimension)))
    }

    /// Adds row i of this `[N, W]` to row `indices[i]` of zeros `[rows, W]`.
    public func scatterSum(indices: Tensor, rows: Int) throws(TorchError) -> Tensor {
        try owned(ctorch_scatter_sum(handle, indices.handle, Int64(rows)))
    }
}
