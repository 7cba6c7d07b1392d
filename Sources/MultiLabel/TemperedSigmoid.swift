// SPDX-License-Identifier: Apache-2.0

public import Torch

/// The sum over known pairs of the tempered-sigmoid binary cross-entropy (MuMIC, arXiv 2211.05232), a scalar `[]`: with
/// z = s / τ + b, it is Σ w · (max(z, 0) − z·y + log(1 + e^(−|z|))), which never overflows. z, y and w are `[B, L]`:
/// targets y in 0...1, or any finite number where unknown; weights w, of which 1/known for a known pair and 0 for
/// others make the sum a mean. `positiveWeights`, `[L]`, say by how much more each label's positives count. The
/// gradient by a cosine is (σ(z) − y) / τ: while easy negatives have z < 0, which is what b is for, the push
/// concentrates on those of highest similarity as τ falls. Throws ``Torch/TorchError`` if the shapes differ.
public func temperedSigmoidCrossEntropy(
    logits: Tensor, targets: Tensor, weights: Tensor, positiveWeights: Tensor? = nil
) throws(TorchError) -> Tensor {
    try logits.to(dtype: .float32).binaryCrossEntropySum(
        targets: targets, weights: weights, positiveWeights: positiveWeights)
}

/// Tempered logits z = s / τ + b of cosine similarities s in [−1, 1], both `[B, L]`. `logitScale` is log(1/τ), a scalar
/// `[]`, and b a scalar `[]`, one for each label `[L]`, or nil for none. Throws ``Torch/TorchError`` if the shapes do
/// not fit.
public func temperedLogits(similarities: Tensor, logitScale: Tensor, bias: Tensor?) throws(TorchError) -> Tensor {
    let scaled = try similarities * logitScale.exponential()
    guard let bias else { return scaled }
    return try scaled + bias
}
