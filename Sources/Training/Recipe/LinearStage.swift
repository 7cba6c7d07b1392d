// SPDX-License-Identifier: Apache-2.0

import Evaluation
import FileIO
import Foundation
import MultiLabel
import Torch

/// What a tower makes of pictures: pooled states `[N, W]`, cosines to the labels' texts `[N, L]`, and the targets.
struct TowerView {
    let states: Tensor
    let similarities: Tensor
    /// y, `[N, L]`, row major, NaN where unknown.
    let targets: [Float]

    var count: Int { states.shape[0] }
    var labels: Int { similarities.shape[1] }

    /// The logits of a head.
    func logits(_ head: AnchoredWeights) throws -> [Float] {
        try head.logits(states: states, similarities: similarities)
    }
}

/// A head on a frozen tower: how much the texts are worth, and regressions on the pooled states beside them.
struct LinearStage {
    /// Training pictures.
    let training: TowerView
    /// Pictures to choose by.
    let validation: TowerView
    /// The fold of each training picture, `[N]`, in 0..<5.
    let folds: [Int]
    /// What the scores of texts, or of the head that is gone on from, are worth.
    let base: AnchoredWeights
    /// Whether they know anything of the labels.
    let gate: TextGate
    private let monitor: WorkMonitor
    private let regression: AnchoredRegression
    private let standard: StateStandard
    private let offsets: [Float]

    static let foldCount = 5
    /// With fewer pictures than these, folds tell nothing about λ.
    static let minimumPictures = 50

    /// Fits what the texts are worth.
    ///
    /// - Parameters:
    ///   - training: Training pictures.
    ///   - validation: Pictures to choose by.
    ///   - folds: The fold of each training picture.
    ///   - start: A head to go on from; nil for texts alone.
    ///   - monitor: Asked whether to go on.
    /// - Throws: `TorchError` if memory runs out.
    init(
        training: TowerView, validation: TowerView, folds: [Int], start: AnchoredWeights?, monitor: WorkMonitor
    ) throws {
        let (count, labels) = (training.count, training.labels)
        let standard = StateStandard(try training.states.floats(), width: training.states.shape[1])
        let head =
            start?.moved(to: standard)
            ?? AnchoredWeights(labels: labels, text: 1, sharedBias: 0, standard: standard)
        let scores = try training.logits(head)
        gate = TextGate(scores, targets: training.targets, labels: labels)
        var base: AnchoredWeights
        if gate.isOpen, let line = LogisticCombination([scores], targets: training.targets), line.weights[0] > 0 {
            base = head.combined(factor: line.weights[0], shift: line.shift)
        } else {
            base = AnchoredWeights(labels: labels, text: 0, sharedBias: 0, standard: standard)
            let rates = BaseRates(targets: training.targets, labels: labels)
            base.sharedBias = rates.sharedLogit
            base.offset = rates.logits.map { Float($0 - rates.sharedLogit) }
        }
        self.base = base
        (self.training, self.validation, self.folds, self.standard) = (training, validation, folds, standard)
        self.monitor = monitor
        offsets = try training.logits(base)
        regression = try AnchoredRegression(
            states: training.states, standard: standard, offsets: offsets, targets: training.targets
        ) { $0 < count }
    }

    /// The head at a λ.
    func head(penalty: Double) throws -> AnchoredWeights {
        weights(try regression.fit(penalty: penalty, monitor: monitor))
    }

    private func weights(_ fit: AnchoredRegression.Fit) -> AnchoredWeights {
        var addition = AnchoredWeights(labels: training.labels, text: 0, sharedBias: 0, standard: standard)
        (addition.weight, addition.offset) = (fit.weight, fit.bias)
        return base.combined(factor: 1, with: addition, otherFactor: 1)
    }

    /// The head at the λ of the lowest loss over pictures that it was not fitted to: those of the other folds, or the
    /// validation pictures. Where the best λ stands at an end of the list, the list goes on.
    ///
    /// - Parameters:
    ///   - penalties: λ to try, from the largest.
    ///   - byFolds: Whether folds decide, and not the validation pictures.
    ///   - progress: Advances by every fit.
    /// - Returns: The head, and its λ.
    /// - Throws: `TorchError` if memory runs out, and what the monitor throws.
    func bestHead(
        of penalties: [Double], byFolds: Bool, _ progress: any WorkProgress
    ) throws -> (head: AnchoredWeights, penalty: Double) {
        var tried = penalties.sorted(by: >)
        var losses: [Double: Double] = [:]
        while true {
            let new = tried.filter { losses[$0] == nil }
            let found = byFolds ? try foldLosses(new, progress) : try validationLosses(new, progress)
            for (penalty, loss) in zip(new, found) { losses[penalty] = loss }
            let best = tried.min { (losses[$0] ?? .infinity) < (losses[$1] ?? .infinity) } ?? 1
            // Beyond an end of the list, until there is nothing worth the time to be gained.
            func gains(_ neighbour: Double) -> Bool {
                (losses[neighbour] ?? 0) - (losses[best] ?? 0) > 0.003 * (losses[best] ?? 0)
            }
            if best == tried.first, gains(tried[1]), best < 3000 {
                tried.insert(best * 10 / 3, at: 0)
            } else if best == tried.last, gains(tried[tried.count - 2]), best > 0.001 {
                tried.append(best * 0.3)
            } else {
                return (try head(penalty: best), best)
            }
        }
    }

    /// For each λ the loss over all training pictures, each by the fit of the other folds.
    private func foldLosses(_ penalties: [Double], _ progress: any WorkProgress) throws -> [Double] {
        var losses = [Double](repeating: 0, count: penalties.count)
        let labels = training.labels
        for fold in 0..<Self.foldCount {
            let rest = try AnchoredRegression(
                states: training.states, standard: standard, offsets: offsets, targets: training.targets
            ) { folds[$0] != fold }
            let counted: [Float] = training.targets.indices.map {
                folds[$0 / labels] == fold && !training.targets[$0].isNaN ? 1 : 0
            }
            let held = try Tensor(counted, shape: [training.count, labels]).to(device: training.states.device)
            var fit: AnchoredRegression.Fit?
            for (place, penalty) in penalties.enumerated() {
                fit = try rest.fit(penalty: penalty, from: fit, monitor: monitor)
                if let fit { losses[place] += try rest.loss(fit, over: held) }
                progress.advance()
            }
        }
        return losses
    }

    /// For each λ the loss over the validation pictures.
    private func validationLosses(_ penalties: [Double], _ progress: any WorkProgress) throws -> [Double] {
        var fit: AnchoredRegression.Fit?
        return try penalties.map { penalty in
            let next = try regression.fit(penalty: penalty, from: fit, monitor: monitor)
            fit = next
            progress.advance(by: Self.foldCount)
            let logits = try validation.logits(weights(next))
            return zip(logits, validation.targets).reduce(0) { sum, pair in
                if pair.1.isNaN { return sum }
                let z = Double(pair.0)
                return sum + max(z, 0) - Double(pair.1) * z + log1p(exp(-abs(z)))
            }
        }
    }
}
