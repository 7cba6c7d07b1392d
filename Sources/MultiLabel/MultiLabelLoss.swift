// SPDX-License-Identifier: Apache-2.0

public import Torch

/// A loss for pictures that have any number of labels.
///
/// Every loss is a sum divided by a count, and both leave unknown pairs out: an unknown pair is no positive, no negative
/// and no part of a denominator. The count is taken on the host, before any forward pass, for all batches of an
/// optimiser's step together; each batch then adds its own sum over that count, so that several small batches give what
/// one large batch gives (two-way's term over the pictures of a label excepted, see there).
///
/// | loss | sum over | divided by |
/// |---|---|---|
/// | binary cross-entropy, focal | pairs | known pairs |
/// | SigLIP, asymmetric | pairs | pictures with a known pair |
/// | softmax | pictures with a known target above 0 | their number |
/// | two-way | pictures with a known positive | their number |
///
/// Targets may be soft, in 0...1. Logits as large as ±1e4, pictures or labels without a positive and batches without a
/// known pair give finite values and gradients.
public enum MultiLabelLoss: Sendable, Equatable {
    /// The mean over known pairs of the sigmoid cross-entropy −w_j·y·log σ(z) − (1 − y)·log σ(−z): MuMIC's loss on
    /// tempered logits, and the usual one on those of a linear head. With label smoothing ε, in 0..<1, the target is
    /// y·(1 − ε) + ε/2. `positiveWeights` are w, one for each label, see ``PositiveWeighting``; nil for 1.
    case binaryCrossEntropy(labelSmoothing: Double = 0, positiveWeights: [Float]? = nil)

    /// The same sum, divided by pictures: SigLIP's normalisation (arXiv 2303.15343), L times as large where all is
    /// known.
    case sigLIP(labelSmoothing: Double = 0, positiveWeights: [Float]? = nil)

    /// ASL (arXiv 2009.14119): with p = σ(z) and p_m = max(p − clip, 0), −y·log p − (1 − y)·log(1 − p_m), weighted by
    /// (y·(1 − p) + (1 − y)·p_m)^(γ₊·y + γ₋·(1 − y)). Both γ are at least 0, and clip is in 0..<1.
    ///
    /// The weight is a constant for the gradient, as in the authors' own training script
    /// (`disable_torch_grad_focal_loss=True`). Their floor of 1e-8 under the logarithms is left out: below it a missed
    /// positive would have no gradient at all. Their sum over the batch is divided by pictures.
    case asymmetric(gammaPositive: Double = 0, gammaNegative: Double = 4, clip: Double = 0.05)

    /// The sigmoid focal loss (RetinaNet, arXiv 1708.02002; torchvision's `sigmoid_focal_loss`): the cross-entropy
    /// times (1 − p_t)^γ with p_t = y·p + (1 − y)·(1 − p), and times α·y + (1 − α)·(1 − y). γ is at least 0, and α in
    /// 0...1 or nil for no such weight.
    case focal(gamma: Double = 2, alpha: Double? = 0.25)

    /// The two-way loss (Kobayashi, CVPR 2023): softplus(T_p·log Σ e^(−z/T_p) + T_n·log Σ e^(z/T_n)), the first sum
    /// over positives and the second over negatives; once over the labels of each picture and once over the pictures of
    /// each label, the mean of either over pictures or labels with a positive. T_p and T_n are above 0.
    ///
    /// A target above 0.5 is a positive, as in the metrics. The mean over labels is of one batch, since a label's
    /// positives and negatives have to meet in it; of several batches in a step each counts by its share of the
    /// pictures with a positive. It is a ranking loss: its logits are no calibrated probabilities.
    case twoWay(positiveTemperature: Double = 4, negativeTemperature: Double = 1)

    /// InfoNCE over the labels of each picture: −Σ_j (y_j / Σ y)·log softmax(z)_j, the softmax over known labels. With
    /// hard targets this is the mean over the picture's positives, and soft ones weigh.
    case softmax

    /// How many pairs or pictures the loss is divided by, to be added up over the batches of a step. The targets y are
    /// row major `[B, L]`, each in 0...1 or NaN where unknown, as annotated: whatever ``NoiseRobustness`` leaves out of
    /// a batch stays in the count, as in its paper.
    public func count(targets: [Float], labels: Int) -> Double {
        func pictures(_ matters: (Float) -> Bool) -> Double {
            if labels <= 0 { return 0 }
            return Double(
                stride(from: 0, to: targets.count, by: labels).count { start in
                    targets[start..<min(start + labels, targets.count)].contains(where: matters)
                })
        }
        // NaN is never greater than a number.
        return switch self {
        case .binaryCrossEntropy, .focal: Double(targets.count { !$0.isNaN })
        case .sigLIP, .asymmetric: pictures { !$0.isNaN }
        case .softmax: pictures { $0 > 0 }
        case .twoWay: pictures { $0 > 0.5 }
        }
    }

    /// The sum of a batch over the count of its step: a scalar `[]`, float32. Logits z and targets y are `[B, L]`, y in
    /// 0...1 or any finite number where unknown, and `known` is 1 where a pair is known and 0 where not. `count` is the
    /// sum of ``count(targets:labels:)`` over the step; with 0 the loss is 0. Throws ``Torch/TorchError`` if the shapes
    /// differ, or if there is not one positive weight for each label.
    public func callAsFunction(
        logits: Tensor, targets: Tensor, known: Tensor, count: Double
    ) throws(TorchError) -> Tensor {
        let shape = logits.shape
        if shape.count != 2 || targets.shape != shape || known.shape != shape {
            throw TorchError(
                operation: "the loss",
                message: "logits \(shape), targets \(targets.shape), mask \(known.shape) are not of one shape [B, L]")
        }
        let scale = count > 0 ? 1 / count : 0
        let pairs = LossPairs(logits: try logits.to(dtype: .float32), targets: targets, known: known)
        switch self {
        case .binaryCrossEntropy(let smoothing, let weights), .sigLIP(let smoothing, let weights):
            return try pairs.crossEntropy(labelSmoothing: smoothing, positiveWeights: weights, scale: scale)
        case .asymmetric(let gammaPositive, let gammaNegative, let clip):
            return try pairs.asymmetric(gammaPositive: gammaPositive, gammaNegative: gammaNegative, clip: clip)
                .affine(scale: scale)
        case .focal(let gamma, let alpha):
            return try pairs.focal(gamma: gamma, alpha: alpha).affine(scale: scale)
        case .twoWay(let positive, let negative):
            return try pairs.twoWay(positiveTemperature: positive, negativeTemperature: negative).affine(scale: scale)
        case .softmax:
            return try pairs.softmax().affine(scale: scale)
        }
    }

    /// What is wrong with the loss's parameters, in words, or nil.
    public var problem: String? {
        switch self {
        case .binaryCrossEntropy(let smoothing, let weights), .sigLIP(let smoothing, let weights):
            if !(0..<1 ~= smoothing) { return "the label smoothing is \(smoothing); it is from 0 to below 1" }
            if weights?.contains(where: { !$0.isFinite || $0 < 0 }) == true {
                return "a positive weight is negative or not finite"
            }
            return nil
        case .asymmetric(let gammaPositive, let gammaNegative, let clip):
            for gamma in [gammaPositive, gammaNegative] where !(gamma >= 0 && gamma.isFinite) {
                return "gamma is \(gamma); it is at least 0"
            }
            return 0..<1 ~= clip ? nil : "the clip is \(clip); it is from 0 to below 1"
        case .focal(let gamma, let alpha):
            if !(gamma >= 0 && gamma.isFinite) { return "gamma is \(gamma); it is at least 0" }
            return alpha.map { 0...1 ~= $0 } ?? true ? nil : "alpha is \(alpha ?? 0); it is from 0 to 1"
        case .twoWay(let positive, let negative):
            for temperature in [positive, negative] where !(temperature > 0 && temperature.isFinite) {
                return "a temperature of the two-way loss is \(temperature); it is above 0"
            }
            return nil
        case .softmax: return nil
        }
    }
}
