// SPDX-License-Identifier: Apache-2.0

import Torch

/// The pictures' and labels' pairs of a batch, and the sums of ``MultiLabelLoss`` over them.
struct LossPairs {
    /// z, `[B, L]`, float32.
    let logits: Tensor
    /// y, `[B, L]`.
    let targets: Tensor
    /// 1 where known and 0 where not, `[B, L]`.
    let known: Tensor

    /// Added to what must not take part in a sum of exponentials. It is far below any logit, and unlike −∞ it leaves a
    /// sum without members finite, whose gradient is then 0 and not NaN.
    private static let absent = -1e30
    /// Stands for 0 under powers and logarithms: 0^(γ − 1) and 1/0 in their gradients would be infinite.
    private static let least = 1e-30

    /// The cross-entropy, with the scale in the pairs' weights.
    func crossEntropy(
        labelSmoothing: Double, positiveWeights: [Float]?, scale: Double
    ) throws(TorchError) -> Tensor {
        var weights: Tensor?
        if let positiveWeights {
            if positiveWeights.count != logits.shape[1] {
                throw TorchError(
                    operation: "the loss",
                    message: "\(positiveWeights.count) positive weights for \(logits.shape[1]) labels")
            }
            weights = try Tensor(positiveWeights, shape: [positiveWeights.count]).to(device: logits.device)
        }
        let smooth =
            labelSmoothing > 0 ? try targets.affine(scale: 1 - labelSmoothing, shift: labelSmoothing / 2) : targets
        return try temperedSigmoidCrossEntropy(
            logits: logits, targets: smooth, weights: known.affine(scale: scale), positiveWeights: weights)
    }

    func asymmetric(gammaPositive: Double, gammaNegative: Double, clip: Double) throws(TorchError) -> Tensor {
        let others = try targets.affine(scale: -1, shift: 1)
        let mirrored = try logits.affine(scale: -1)
        // log(1 − p_m), from σ(−z), which keeps its digits where p is near 1.
        let logOther =
            clip > 0
            ? try mirrored.sigmoid().affine(scale: 1, shift: clip).clamped(Self.least, 1).logarithm()
            : try mirrored.logSigmoid()
        let focus = try withoutGradient { () throws(TorchError) in
            let excess = try logits.sigmoid().affine(scale: 1, shift: -clip).clamped(0, 1)
            let miss = try targets * mirrored.sigmoid() + others * excess
            return try miss.power(targets.affine(scale: gammaPositive - gammaNegative, shift: gammaNegative))
        }
        let likelihood = try targets * logits.logSigmoid() + others * logOther
        return try (known * focus * likelihood).sum().affine(scale: -1)
    }

    func focal(gamma: Double, alpha: Double?) throws(TorchError) -> Tensor {
        let others = try targets.affine(scale: -1, shift: 1)
        let mirrored = try logits.affine(scale: -1)
        // 1 − p_t.
        let miss = try targets * mirrored.sigmoid() + others * logits.sigmoid()
        let exponent = try Tensor(repeating: gamma, shape: [], device: logits.device)
        let focus = try miss.clamped(Self.least, .infinity).power(exponent)
        let likelihood = try targets * logits.logSigmoid() + others * mirrored.logSigmoid()
        var weights = known
        if let alpha { weights = try weights * targets.affine(scale: 2 * alpha - 1, shift: 1 - alpha) }
        return try (weights * focus * likelihood).sum().affine(scale: -1)
    }

    /// Both terms times the batch's number of pictures with a positive.
    func twoWay(positiveTemperature: Double, negativeTemperature: Double) throws(TorchError) -> Tensor {
        let positive = try targets.greater(than: 0.5) * known
        let negative = try known - positive
        let low = try logits.affine(scale: -1 / positiveTemperature) + members(positive)
        let high = try logits.affine(scale: 1 / negativeTemperature) + members(negative)
        func term(_ dimension: Int) throws(TorchError) -> (sum: Tensor, count: Tensor) {
            let hardestPositive = try low.logSumExp(dimension: dimension).affine(scale: positiveTemperature)
            let hardestNegative = try high.logSumExp(dimension: dimension).affine(scale: negativeTemperature)
            let margin = try (hardestPositive + hardestNegative).reshaped([-1])
            let counts = try positive.sum(dimension: dimension).clamped(0, 1)
            // softplus(x) = −log σ(−x).
            let softplus = try margin.affine(scale: -1).logSigmoid().affine(scale: -1)
            return (try (softplus * counts).sum(), try counts.sum())
        }
        let overLabels = try term(1)
        let overPictures = try term(0)
        let mean = try overPictures.sum / overPictures.count.clamped(1, .infinity)
        return try overLabels.sum + mean * overLabels.count
    }

    func softmax() throws(TorchError) -> Tensor {
        let positive = try targets * known
        let total = try positive.sum(dimension: 1).reshaped([-1, 1])  // [B, 1]
        let shares = try positive / total.clamped(Self.least, .infinity)
        let normalizer = try (logits + members(known)).logSumExp(dimension: 1)  // [B, 1]
        return try (shares * (normalizer - logits)).sum()
    }

    /// 0 where `mask` is 1, and far below any logit where it is 0.
    private func members(_ mask: Tensor) throws(TorchError) -> Tensor {
        try mask.affine(scale: -Self.absent, shift: Self.absent)
    }
}
