// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Foundation

/// How held-out probabilities are fitted.
public struct HeldOutOptions: Sendable, Equatable {
    /// λ of the penalty λ/2·‖w‖² on all weights but the intercept, beside the sum of the cross-entropies. Features
    /// have mean squared norm 1. Above 0, default 0.5.
    public var penalty: Double
    /// A label's fit is over when the norm of its gradient is this small, in variables whose second derivatives are
    /// about 1: half its square is about what could still be gained. Default 0.01.
    public var tolerance: Double
    /// The most steps of a fit. Default 200.
    public var maximumIterations: Int
    /// Threads. The result does not depend on them. Default 1.
    public var workers: Int

    /// Options; every one has a default.
    public init(penalty: Double = 0.5, tolerance: Double = 0.01, maximumIterations: Int = 200, workers: Int = 1) {
        self.penalty = penalty
        self.tolerance = tolerance
        self.maximumIterations = maximumIterations
        self.workers = workers
    }
}

/// Probabilities of labels, `[N, L]`, for pictures that the classifier has not seen: for each fold, one is fitted to
/// the others.
///
/// A label's classifier is a logistic regression on the image feature and on the model's own logit of that label, with
/// an L2 penalty: where a label has few positives it stays close to what the model says of it. It is fitted by L-BFGS
/// in a fixed order of sums, so that the same data give the same numbers on any number of threads. A label that has no
/// positive or no negative outside a fold gets its frequency there, (positives + 1/2) / (known + 1). It takes some
/// thirty passes of 4·N·D·L floating-point operations for each fold.
///
/// Image features, `[N, D]`, and a model's logits, `[N, L]`, are finite; targets, `[N, L]`, are positive above 0.5 and
/// unknown where NaN. `progress` is called now and then with the number of finished fits out of folds · L, and what it
/// throws ends the work. Throws ``AuditError`` if the parts do not belong together.
public func heldOutProbabilities(
    features: [Float], dimension: Int, logits: [Float], targets: [Float], labels: Int, folds: [Int],
    options: HeldOutOptions = .init(), progress: (Int) throws -> Void = { _ in }
) throws -> [Float] {
    let count = folds.count
    for (what, expected, found) in [
        ("features", count * dimension, features.count), ("logits", count * labels, logits.count),
        ("targets", count * labels, targets.count),
    ] where expected != found { throw AuditError.wrongCount(of: what, expected: expected, found: found) }
    let foldCount = (folds.max() ?? -1) + 1
    guard foldCount >= 2, folds.allSatisfy({ $0 >= 0 }) else { throw AuditError.folds(count: foldCount, images: count) }
    let order = (0..<count).sorted { (folds[$0], $0) < (folds[$1], $1) }
    let rows = RegressionRows(
        features: features, dimension: dimension, logits: logits, targets: targets, labels: labels, order: order)
    var result = [Float](repeating: 0, count: count * labels)
    var start = 0
    for fold in 0..<foldCount {
        let held = start..<(start + folds.count { $0 == fold })
        let rest = [0..<held.lowerBound, held.upperBound..<count].filter { !$0.isEmpty }
        let fitted = try fit(rows, rest, options) { try progress(fold * labels + $0) }
        predict(rows, held, fitted) { row, label, probability in
            result[order[row] * labels + label] = Float(probability)
        }
        start = held.upperBound
    }
    return result
}

/// Parts N rows at random into K folds whose sizes differ by one at most.
///
/// Returns the fold of each row, `[N]`, each in 0..<K; the generator gives the order. Throws
/// ``AuditError/folds(count:images:)`` if there are fewer than two folds, or not every one can have a row.
public func foldsOfRows(
    _ rows: Int, folds: Int, using generator: inout some RandomNumberGenerator
) throws(AuditError) -> [Int] {
    guard folds >= 2, folds <= rows else { throw .folds(count: folds, images: rows) }
    return dealtFolds((0..<rows).shuffled(using: &generator), count: folds)
}

/// A label's classifier.
private enum FittedLabel {
    case constant(Double)
    case weights([Double])
}

/// Fits all labels to some of the rows.
private func fit(
    _ rows: RegressionRows, _ stretches: [Range<Int>], _ options: HeldOutOptions, progress: (Int) throws -> Void
) throws -> [FittedLabel] {
    let objective = LogisticObjective(rows: rows, stretches: stretches, workers: options.workers)
    var positives = [Int](repeating: 0, count: rows.labels)
    var known = positives
    for row in stretches.joined() {
        for label in 0..<rows.labels {
            let target = rows.targets[row * rows.labels + label]
            if target >= 0 { known[label] += 1 }
            if target == 1 { positives[label] += 1 }
        }
    }
    var fitted = (0..<rows.labels).map { label in
        FittedLabel.constant((Double(positives[label]) + 0.5) / (Double(known[label]) + 1))
    }
    var active = (0..<rows.labels).filter { positives[$0] > 0 && positives[$0] < known[$0] }
    var searches: [LimitedMemoryBFGS] = []
    var scales: [[Double]] = []
    let penalized = rows.dimension + 1
    for label in active {
        let rate = Double(positives[label]) / Double(known[label])
        // The second derivatives at the start, without those across.
        let spread = rate * (1 - rate) * Double(known[label])
        var scale = [Double](
            repeating: 1 / (spread / Double(max(1, rows.dimension)) + options.penalty).squareRoot(),
            count: rows.dimension)
        scale.append(1 / (spread + options.penalty).squareRoot())
        scale.append(1 / spread.squareRoot())
        var start = [Double](repeating: 0, count: rows.parameters)
        start[penalized] = log(rate / (1 - rate)) / scale[penalized]
        searches.append(
            LimitedMemoryBFGS(start: start, tolerance: options.tolerance, maximumIterations: options.maximumIterations))
        scales.append(scale)
    }
    while !active.isEmpty {
        let weights = zip(searches, scales).map { search, scale in zip(search.trial, scale).map { $0 * $1 } }
        var (losses, gradients) = objective(active, weights: weights)
        for place in active.indices {
            for column in 0..<penalized {
                let weight = weights[place][column]
                losses[place] += options.penalty / 2 * weight * weight
                gradients[place][column] += options.penalty * weight
            }
            searches[place].receive(
                value: losses[place], gradient: zip(gradients[place], scales[place]).map { $0 * $1 })
        }
        for place in active.indices.reversed() where searches[place].isDone {
            fitted[active[place]] = .weights(zip(searches[place].trial, scales[place]).map { $0 * $1 })
            active.remove(at: place)
            searches.remove(at: place)
            scales.remove(at: place)
        }
        try progress(rows.labels - active.count)
    }
    return fitted
}

/// The probabilities of all labels for some rows.
private func predict(
    _ rows: RegressionRows, _ range: Range<Int>, _ fitted: [FittedLabel],
    receive: (_ row: Int, _ label: Int, _ probability: Double) -> Void
) {
    let width = (rows.labels + 3) / 4 * 4
    var packed = PackedRows(rows: width, columns: rows.dimension)
    for (label, fit) in fitted.enumerated() {
        if case .weights(let weights) = fit {
            packed.set(row: label, weights.lazy.prefix(rows.dimension).map { Float($0) })
        }
    }
    let blockRows = 64
    var products = [Float](repeating: 0, count: blockRows * width)
    for first in stride(from: range.lowerBound, to: range.upperBound, by: blockRows) {
        let count = min(blockRows, range.upperBound - first)
        products.withUnsafeMutableBufferPointer { products in
            rows.features.values.withUnsafeBufferPointer { features in
                packed.values.withUnsafeBufferPointer { weights in
                    guard let x = features.baseAddress, let w = weights.baseAddress, let z = products.baseAddress else {
                        return
                    }
                    multiply(
                        rows: x + first * packed.groups, count: count, weights: w, labels: width, groups: packed.groups,
                        into: z)
                }
            }
        }
        for row in 0..<count {
            for (label, fit) in fitted.enumerated() {
                switch fit {
                case .constant(let probability): receive(first + row, label, probability)
                case .weights(let weights):
                    let score = Double(rows.scores[(first + row) * rows.labels + label])
                    let z =
                        Double(products[row * width + label]) + weights[rows.dimension] * score
                        + weights[rows.dimension + 1]
                    receive(first + row, label, sigmoid(z))
                }
            }
        }
    }
}
