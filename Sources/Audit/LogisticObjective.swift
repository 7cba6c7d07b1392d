// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Foundation

/// What the labels' logistic regressions are fitted to: pictures in the order of their folds, so that the pictures of
/// all folds but one are two stretches of rows.
struct RegressionRows {
    /// N.
    let count: Int
    /// L.
    let labels: Int
    /// D.
    let dimension: Int
    /// Image features, centred, of mean squared norm 1.
    let features: PackedRows
    /// Each label's own logits, centred, of variance 1; `[N, L]`.
    let scores: [Float]
    /// 1, 0, or -1 for unknown; `[N, L]`.
    let targets: [Int8]

    /// The rows of a data set in another order: row i here is row `order[i]` there.
    init(features: [Float], dimension: Int, logits: [Float], targets: [Float], labels: Int, order: [Int]) {
        count = order.count
        self.labels = labels
        self.dimension = dimension
        var means = [Double](repeating: 0, count: dimension)
        for row in order {
            for column in 0..<dimension { means[column] += Double(features[row * dimension + column]) }
        }
        for column in 0..<dimension { means[column] /= Double(count) }
        var squares = 0.0
        for row in order {
            for column in 0..<dimension {
                let difference = Double(features[row * dimension + column]) - means[column]
                squares += difference * difference
            }
        }
        // Pictures that are all alike have nothing to tell: 0 rather than 0 / 0.
        let scale = squares > 1e-12 * Double(count) ? (Double(count) / squares).squareRoot() : 0
        var packed = PackedRows(rows: count, columns: dimension)
        for (place, row) in order.enumerated() {
            packed.set(
                row: place,
                (0..<dimension).lazy.map { Float((Double(features[row * dimension + $0]) - means[$0]) * scale) })
        }
        self.features = packed
        var scores = [Float](repeating: 0, count: count * labels)
        for label in 0..<labels {
            var (sum, squareSum) = (0.0, 0.0)
            for row in order { sum += Double(logits[row * labels + label]) }
            let mean = sum / Double(count)
            for row in order {
                let difference = Double(logits[row * labels + label]) - mean
                squareSum += difference * difference
            }
            let scale = squareSum > 1e-12 * Double(count) ? (Double(count) / squareSum).squareRoot() : 0
            for (place, row) in order.enumerated() {
                scores[place * labels + label] = Float((Double(logits[row * labels + label]) - mean) * scale)
            }
        }
        self.scores = scores
        self.targets = order.flatMap { row in
            targets[row * labels..<(row + 1) * labels].lazy.map { $0.isNaN ? -1 : $0 > 0.5 ? 1 : 0 }
        }
    }

    /// The weights of one label: one for each feature, one for its own logit, and the intercept.
    var parameters: Int { dimension + 2 }
}

/// The sum of the cross-entropies of several labels' regressions, with its gradient.
///
/// All labels are computed together, since the products of features and weights are nearly all of the work. Rows are
/// summed in a fixed number of chunks, so that the result does not depend on the number of threads.
struct LogisticObjective {
    let rows: RegressionRows
    /// The stretches of rows that count.
    let stretches: [Range<Int>]
    let workers: Int

    private static let blockRows = 64
    private static let chunks = 16

    /// The loss and gradient of each active label, without the penalty, for its ``RegressionRows/parameters`` weights.
    func callAsFunction(_ active: [Int], weights: [[Double]]) -> (losses: [Double], gradients: [[Double]]) {
        let dimension = rows.dimension
        let width = (active.count + 3) / 4 * 4
        var packed = PackedRows(rows: width, columns: dimension)
        for (place, weights) in weights.enumerated() {
            packed.set(row: place, weights.lazy.prefix(dimension).map { Float($0) })
        }
        let blocks = stretches.flatMap { stretch in
            stride(from: stretch.lowerBound, to: stretch.upperBound, by: Self.blockRows).map {
                $0..<min($0 + Self.blockRows, stretch.upperBound)
            }
        }
        let sums = mapIndices(below: Self.chunks, workers: workers) { chunk in
            let range = blocks.count * chunk / Self.chunks..<blocks.count * (chunk + 1) / Self.chunks
            return self.sums(of: blocks[range], active, weights, packed, width)
        }
        var losses = [Double](repeating: 0, count: active.count)
        var gradients = [[Double]](repeating: [Double](repeating: 0, count: dimension + 2), count: active.count)
        for sum in sums {
            for place in active.indices {
                losses[place] += sum.losses[place]
                gradients[place].withUnsafeMutableBufferPointer { gradient in
                    let first = place * packed.groups
                    for column in 0..<dimension {
                        gradient[column] += Double(sum.gradients[first + column / 4][column % 4])
                    }
                    gradient[dimension] += sum.scoreGradients[place]
                    gradient[dimension + 1] += sum.interceptGradients[place]
                }
            }
        }
        return (losses, gradients)
    }

    private struct ChunkSums {
        var losses: [Double]
        var gradients: [SIMD4<Float>]
        var scoreGradients: [Double]
        var interceptGradients: [Double]
    }

    private func sums(
        of blocks: ArraySlice<Range<Int>>, _ active: [Int], _ weights: [[Double]], _ packed: PackedRows, _ width: Int
    ) -> ChunkSums {
        let groups = packed.groups
        var sums = ChunkSums(
            losses: Array(repeating: 0, count: width), gradients: Array(repeating: .zero, count: width * groups),
            scoreGradients: Array(repeating: 0, count: width), interceptGradients: Array(repeating: 0, count: width))
        let scoreWeights = weights.map { $0[rows.dimension] }
        let intercepts = weights.map { $0[rows.dimension + 1] }
        var residuals = [Float](repeating: 0, count: Self.blockRows * width)
        for block in blocks {
            residuals.withUnsafeMutableBufferPointer { residuals in
                rows.features.values.withUnsafeBufferPointer { features in
                    guard let x = features.baseAddress, let r = residuals.baseAddress else { return }
                    let first = x + block.lowerBound * groups
                    packed.values.withUnsafeBufferPointer { weights in
                        guard let weights = weights.baseAddress else { return }
                        multiply(
                            rows: first, count: block.count, weights: weights, labels: width, groups: groups, into: r)
                    }
                    for row in block {
                        let line = r + (row - block.lowerBound) * width
                        for (place, label) in active.enumerated() {
                            let pair = row * rows.labels + label
                            let target = rows.targets[pair]
                            if target < 0 {
                                line[place] = 0
                                continue
                            }
                            let score = Double(rows.scores[pair])
                            let z = Double(line[place]) + scoreWeights[place] * score + intercepts[place]
                            let (probability, logOfSum) = logistic(z)
                            let residual = probability - Double(target)
                            sums.losses[place] += logOfSum - (target == 1 ? z : 0)
                            sums.scoreGradients[place] += residual * score
                            sums.interceptGradients[place] += residual
                            line[place] = Float(residual)
                        }
                    }
                    sums.gradients.withUnsafeMutableBufferPointer { gradients in
                        guard let gradients = gradients.baseAddress else { return }
                        accumulate(
                            rows: first, count: block.count, residuals: r, labels: width, groups: groups,
                            into: gradients)
                    }
                }
            }
        }
        return sums
    }
}

/// σ(z), and log(1 + e^z), both without overflow.
func logistic(_ z: Double) -> (probability: Double, logOfSum: Double) {
    let power = exp(-abs(z))
    return ((z >= 0 ? 1 : power) / (1 + power), max(z, 0) + log1p(power))
}
