// SPDX-License-Identifier: Apache-2.0

internal import CTorch

/// Arithmetic, elementwise with broadcasting; all throw ``TorchError`` if the shapes do not fit or libtorch refuses.
extension Tensor {
    /// a + b.
    public static func + (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
        try owned(ctorch_add(a.handle, b.handle))
    }

    /// a − b.
    public static func - (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
        try owned(ctorch_subtract(a.handle, b.handle))
    }

    /// a · b.
    public static func * (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
        try owned(ctorch_multiply(a.handle, b.handle))
    }

    /// a / b.
    public static func / (a: Tensor, b: Tensor) throws(TorchError) -> Tensor {
        try owned(ctorch_divide(a.handle, b.handle))
    }

    /// e to the power of every element.
    public func exponential() throws(TorchError) -> Tensor { try owned(ctorch_exp(handle)) }

    /// The natural logarithm of every element.
    public func logarithm() throws(TorchError) -> Tensor { try owned(ctorch_log(handle)) }

    /// a · scale + shift, of every element.
    public func affine(scale: Double, shift: Double = 0) throws(TorchError) -> Tensor {
        try owned(ctorch_affine(handle, scale, shift))
    }

    /// Every element to the power of that of `exponent`, which is broadcast.
    public func power(_ exponent: Tensor) throws(TorchError) -> Tensor {
        try owned(ctorch_power(handle, exponent.handle))
    }

    /// Bounds every element; those outside the bounds pass no gradient on.
    public func clamped(_ low: Double, _ high: Double) throws(TorchError) -> Tensor {
        try owned(ctorch_clamp(handle, low, high))
    }

    /// 1 where an element exceeds `threshold` and 0 where not; passes no gradient on.
    public func greater(than threshold: Double) throws(TorchError) -> Tensor {
        try owned(ctorch_greater(handle, threshold))
    }

    /// 1 / (1 + e^(−x)) of every element.
    public func sigmoid() throws(TorchError) -> Tensor { try owned(ctorch_sigmoid(handle)) }

    /// log(1 / (1 + e^(−x))) of every element, which never overflows.
    public func logSigmoid() throws(TorchError) -> Tensor { try owned(ctorch_log_sigmoid(handle)) }

    /// log Σ e^x over one dimension, which stays with size 1.
    public func logSumExp(dimension: Int) throws(TorchError) -> Tensor {
        try owned(ctorch_log_sum_exp(handle, Int64(dimension)))
    }

    /// The sum of all elements, a scalar `[]`.
    public func sum() throws(TorchError) -> Tensor { try owned(ctorch_sum(handle)) }

    /// Sums over one dimension, which goes.
    public func sum(dimension: Int) throws(TorchError) -> Tensor { try owned(ctorch_sum_dim(handle, Int64(dimension))) }

    /// x / max(‖x‖₂, 1e-12) over the last dimension.
    public func normalized() throws(TorchError) -> Tensor { try owned(ctorch_normalize(handle)) }

    /// Σ weights · (max(z, 0) − z·y + log(1 + e^(−|z|))) over these logits z: a scalar `[]`, and never an overflow.
    ///
    /// - Parameters:
    ///   - targets: y, of the logits' shape.
    ///   - weights: Of the logits' shape.
    ///   - positiveWeights: A factor for the term of y, −y·log σ(z), broadcast to the logits' shape; nil for 1.
    /// - Returns: A scalar `[]`.
    /// - Throws: ``TorchError`` if the shapes do not fit.
    public func binaryCrossEntropySum(
        targets: Tensor, weights: Tensor, positiveWeights: Tensor? = nil
    ) throws(TorchError) -> Tensor {
        try owned(ctorch_bce_with_logits_sum(handle, targets.handle, weights.handle, positiveWeights?.handle))
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
