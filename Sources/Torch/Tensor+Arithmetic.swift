// SPDX-License-Identifier: Apache-2.0

internal import CTorch

/// Arithmetic, elementwise with broadcasting.
extension Tensor {
    /// a + b.
    ///
    /// - Throws: ``TorchError`` if the shapes do not fit.
    public static func + (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
        try owned(ctorch_add(a.handle, b.handle))
    }

    /// a − b.
    ///
    /// - Throws: ``TorchError`` if the shapes do not fit.
    public static func - (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
        try owned(ctorch_subtract(a.handle, b.handle))
    }

    /// a · b.
    ///
    /// - Throws: ``TorchError`` if the shapes do not fit.
    public static func * (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
        try owned(ctorch_multiply(a.handle, b.handle))
    }

    /// a / b.
    ///
    /// - Throws: ``TorchError`` if the shapes do not fit.
    public static func / (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
        try owned(ctorch_divide(a.handle, b.handle))
    }

    /// e to the power of every element.
    ///
    /// - Throws: ``TorchError`` if the shapes do not fit.
    public func exponential() throws(TorchError) -> Tensor {
        try owned(ctorch_exp(handle))
    }

    /// The sum of all elements, a scalar `[]`.
    ///
    /// - Throws: ``TorchError`` if the shapes do not fit.
    public func sum() throws(TorchError) -> Tensor {
        try owned(ctorch_sum(handle))
    }

    /// Sums over one dimension, which goes.
    ///
    /// - Throws: ``TorchError`` if the shapes do not fit.
    public func sum(dimension: Int) throws(TorchError) -> Tensor {
        try owned(ctorch_sum_dim(handle, Int64(dimension)))
    }

    /// x / max(‖x‖₂, 1e-12) over the last dimension.
    ///
    /// - Throws: ``TorchError`` if the shapes do not fit.
    public func normalized() throws(TorchError) -> Tensor {
        try owned(ctorch_normalize(handle))
    }

    /// Σ weights · (max(z, 0) − z·y + log(1 + e^(−|z|))) over these logits z: a scalar `[]`, and never an overflow.
    ///
    /// - Throws: ``TorchError`` if the shapes do not fit.
    public func binaryCrossEntropySum(targets: Tensor, weights: Tensor) throws(TorchError) -> Tensor {
        try owned(ctorch_bce_with_logits_sum(handle, targets.handle, weights.handle))
    }

    /// The softmax cross-entropy of these logits `[N, C]`, the mean over the rows: a scalar `[]`.
    ///
    /// - Parameter targets: The right column of each row, int64 `[N]`.
    /// - Returns: A scalar `[]`.
    /// - Throws: ``TorchError`` if the shapes do not fit.
    public func crossEntropy(targets: Tensor) throws(TorchError) -> Tensor {
        try owned(ctorch_cross_entropy(handle, targets.handle))
    }
}
