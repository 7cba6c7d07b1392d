// SPDX-License-Identifier: Apache-2.0
// https://github.com/mlfoundations/open_clip/blob/main/src/open_clip/loss.py

public import Torch
public import TrainingOptions

/// A contrastive loss of matching rows, a scalar `[]`: picture i belongs to text i, and to no other of the batch. It is
/// CLIP's ½ (softmax cross-entropy of pictures over texts + of texts over pictures), each a mean over the batch; or
/// SigLIP's −1/B Σᵢⱼ log σ(yᵢⱼ zᵢⱼ) with y = 1 on the diagonal and −1 elsewhere. Features are of unit norm, `[B, D]`;
/// `logitScale` is log(1/τ) and `bias` SigLIP's b, scalars `[]`. Throws ``Torch/TorchError`` if the shapes differ.
public func contrastiveCrossEntropy(
    _ loss: ContrastiveLoss, imageFeatures: Tensor, textFeatures: Tensor, logitScale: Tensor, bias: Tensor?
) throws(TorchError) -> Tensor {
    let count = imageFeatures.shape.first ?? 0
    var logits = try imageFeatures.matmul(textFeatures.transposed(0, 1)) * logitScale.exponential()  // [B, B]
    let device = logits.device
    switch loss {
    case .clip:
        let places = try Tensor((0..<count).map(Int64.init), shape: [count]).to(device: device)
        let half = try Tensor(repeating: 0.5, shape: [], device: device)
        let images = try logits.crossEntropy(targets: places)
        let texts = try logits.transposed(0, 1).crossEntropy(targets: places)
        return try (images + texts) * half
    case .siglip:
        if let bias { logits = try logits + bias }
        var diagonal = [Float](repeating: 0, count: count * count)
        for row in 0..<count { diagonal[row * count + row] = 1 }
        let targets = try Tensor(diagonal, shape: [count, count]).to(device: device)
        let weights = try Tensor(repeating: 1 / Double(count), shape: [count, count], device: device)
        return try logits.binaryCrossEntropySum(targets: targets, weights: weights)
    }
}
