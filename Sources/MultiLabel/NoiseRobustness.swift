// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Training that distrusts the annotations its model contradicts most.
///
/// A network learns clean annotations first, so those whose loss stays large are the ones likely to be wrong (Kim et al.,
/// "Large Loss Matters in Weakly Supervised Multi-Label Classification", CVPR 2022, arXiv 2206.03740). Each batch is
/// looked at by itself, after its forward pass, and its targets are changed for this step alone. The loss by which pairs
/// are compared is the sigmoid cross-entropy, whichever loss is trained.
///
/// The paper distrusts negatives only, since it treats everything unlisted as one, and takes its share from all pairs.
/// Here positives may be wrong too: pairs of either sign are compared among themselves and give the same share. Compared
/// together, the rare positives, which every model finds hard at first, would be the first to go.
public enum NoiseRobustness: String, Sendable, CaseIterable, Codable {
    /// LL-R: the pairs of largest loss are left out. They stay in ``MultiLabelLoss/count(targets:labels:)``, as there.
    case reject
    /// LL-Ct: their targets are turned round, y → 1 − y.
    case correct
    /// Hard bootstrapping (Reed et al., "Training Deep Neural Networks on Noisy Labels with Bootstrapping", 2014): every
    /// known target becomes β·y + (1 − β)·ŷ, where ŷ is 1 if z > 0 and else 0.
    ///
    /// The soft form, with σ(z) for ŷ, is not offered: as a constant target it only multiplies the gradient of the
    /// cross-entropy, σ(z) − y, by β.
    case bootstrap

    /// The annotations that ``adjusted(targets:logits:share:signs:)`` may distrust.
    public enum Signs: Sendable {
        /// Targets of at most 0.5, as in the paper.
        case negatives
        /// All targets, those above 0.5 and the others each among themselves.
        case both
    }

    /// A rate to begin with, our choice: 0.002 an epoch for large losses, and β = 0.8 for bootstrapping.
    public var defaultRate: Double { self == .bootstrap ? 0.2 : 0.002 }

    /// The share of pairs to distrust, in 0...1, after `epochs` epochs, of which only whole ones count. For large
    /// losses it grows by `rate`, in 0...1, with every epoch up to one half; it begins at 0, since in the first epoch a
    /// large loss says nothing yet. For bootstrapping it is always `rate`, the weight 1 − β of the prediction.
    public func share(epochs: Double, rate: Double) -> Double {
        if self == .bootstrap { return min(max(rate, 0), 1) }
        return min(max(rate * epochs.rounded(.down), 0), 0.5)
    }

    /// The targets to train on in place of the annotated ones: as many, NaN where unknown and where left out. The
    /// annotated targets y are in 0...1 or NaN where unknown, in any shape, with as many logits z. Of n pairs of a
    /// sign, n · share are distrusted, rounded to the nearest number; of pairs with equal losses, those of lower index.
    /// Bootstrapping uses all pairs.
    public func adjusted(targets: [Float], logits: [Float], share: Double, signs: Signs = .both) -> [Float] {
        precondition(targets.count == logits.count, "as many logits as targets")
        if !(share > 0) { return targets }
        var result = targets
        if self == .bootstrap {
            let weight = Float(min(share, 1))
            for index in targets.indices {
                let prediction: Float = logits[index] > 0 ? 1 : 0
                result[index] = targets[index] + weight * (prediction - targets[index])
            }
            return result
        }
        for positives in signs == .both ? [false, true] : [false] {
            for index in Self.largestLosses(targets, logits, share, positives: positives) {
                result[index] = self == .reject ? .nan : 1 - targets[index]
            }
        }
        return result
    }

    /// The pairs of one sign with the largest losses.
    private static func largestLosses(
        _ targets: [Float], _ logits: [Float], _ share: Double, positives: Bool
    ) -> [Int] {
        var pairs: [(index: Int, loss: Double)] = []
        for (index, target) in targets.enumerated() where !target.isNaN && (target > 0.5) == positives {
            let (z, y) = (Double(logits[index]), Double(target))
            let loss = max(z, 0) - z * y + log1p(exp(-abs(z)))
            // A model that computes NaN is found out by the loss; here it only must not spoil the order.
            pairs.append((index, loss.isNaN ? -.infinity : loss))
        }
        let count = Int((Double(pairs.count) * min(share, 1)).rounded())
        pairs.sort { ($1.loss, $0.index) < ($0.loss, $1.index) }
        return pairs.prefix(count).map(\.index)
    }
}
