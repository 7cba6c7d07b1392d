// SPDX-License-Identifier: Apache-2.0

import MultiLabel
import Torch

/// Training on what annotation and model make probable together, with the rates of wrong annotations given or estimated.
///
/// The estimate is part of a checkpoint, so that a resumed run goes on with it.
final class ForwardCorrection {
    private let given: AnnotationNoise?
    private let counts: Tensor
    /// What the batches of the current step add.
    private var pending = [Double](repeating: 0, count: 5)

    /// The correction before the first step. `rate` is both rates, nil to estimate them; `targets` are y of all pictures,
    /// `[N, L]`, and `pairs` those of one step.
    init(rate: Double?, targets: [Float], labels: Int, pairs: Int) throws {
        given = rate.map { AnnotationNoise(falsePositiveRate: $0, falseNegativeRate: $0) }
        let guess = AnnotationNoiseEstimate(targets: targets, labels: labels, pairs: pairs)
        counts = try Tensor(guess.counts, shape: [4])
    }

    /// What a checkpoint holds of it.
    var state: [(name: String, tensor: Tensor)] { given == nil ? [("annotation-noise", counts)] : [] }

    /// The rates by which the current step judges.
    func noise() throws -> AnnotationNoise {
        try given ?? AnnotationNoiseEstimate(counts: counts.floats()).noise
    }

    /// The targets to train on in place of annotations, NaN where those are unknown.
    func targets(_ targets: [Float], logits: [Float]) throws -> [Float] {
        let noise = try noise()
        if given == nil {
            let sums = AnnotationNoiseEstimate.expectedCounts(targets: targets, logits: logits, noise: noise)
            pending = zip(pending, sums).map(+)
        }
        return noise.posteriors(targets: targets, logits: logits)
    }

    /// Takes in what the step's pictures in other processes add.
    func endStep(_ communicator: any Communicator) throws { pending = try communicator.sum(pending) }

    /// After a step's update: the next judges by rates that know of this one.
    func updated() throws {
        if given != nil { return }
        var estimate = AnnotationNoiseEstimate(counts: try counts.floats())
        estimate.take(pending)
        pending = [Double](repeating: 0, count: 5)
        try counts.copyInPlace(Tensor(estimate.counts, shape: [4]))
    }
}
