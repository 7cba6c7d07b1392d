// SPDX-License-Identifier: Apache-2.0

public import Torch

/// The sum over known pairs of the tempered-sigmoid binary cross-entropy (MuMIC, arXiv 2211.05232).
///
/// With logits z = s / τ + b it is Σ w · (max(z, 0) − z·y + log(1 + e^(−|z|))), which never overflows; training takes
/// it by way of ``MultiLabelLoss/binaryCrossEntropy(labelSmoothing:positiveWeights:)``. Its gradient by a cosine is
/// (σ(z) − y) / τ: while easy negatives have z < 0, which is what b is for, the push concentrates on those of highest
/// similarity as τ falls.
///
/// - Parameters:
///   - logits: z, `[B, L]`.
///   - targets: Annotations y, `[B, L]`, each in 0...1; any finite number where unknown.
///   - weights: w, `[B, L]`: 1/known where the pair is known and 0 where not makes the sum a mean.
///   - positiveWeights: By how much more each label's positives count, `[L]`; nil for 1.
/// - Returns: A scalar `[]`.
/// - Throws: ``Torch/TorchError`` if the shapes differ.
public func temperedSigmoidCrossEntropy(
    logits: Tensor, targets: Tensor, weights: Tensor, positiveWeights: Tensor? = nil
) throws(TorchError) -> Tensor {
    try logits.to(dtype: .float32).binaryCrossEntropySum(
        targets: targets, weights: weights, positiveWeights: positiveWeights)
}

/// Tempered logits of cosine similarities.
///
/// - Parameters:
///   - similarities: s, `[B, L]`, in [−1, 1].
///   - logitScale: log(1/τ), a scalar `[]`.
///   - bias: b, a scalar `[]` or one for each label `[L]`, or nil for none.
/// - Returns: z = s / τ + b, `[B, L]`.
/// - Throws: ``Torch/TorchError`` if the shapes do not fit.
public func temperedLogits(similarities: Tensor, logitScale: Tensor, bias: Tensor?) throws(TorchError) -> Tensor {
    let scaled = try similarities * logitScale.exponential()
    guard let bias else { return scaled }
    return try scaled + bias
}
