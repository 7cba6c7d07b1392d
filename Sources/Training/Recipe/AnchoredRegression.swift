// SPDX-License-Identifier: Apache-2.0

import Evaluation
package import FileIO
package import MultiLabel
package import Torch

/// Logistic regressions of all labels on pooled states, beside logits that are given: z = z0 + w_j·x + b_j, by
///
///     min Σ CE(y, z) + λ/2 · Σ ‖w_j‖² + 0.025 · Σ b_j²
///
/// over the known pairs. A label without a positive or without a negative keeps w = 0 and b = 0.
package struct AnchoredRegression {
    /// x, `[N, W]`.
    let states: Tensor
    /// z0, `[N, L]`.
    let offsets: Tensor
    /// y with 0 for the unknown, `[N, L]`.
    let targets: Tensor
    /// 1 where a pair counts, else 0, `[N, L]`.
    let known: Tensor
    /// Known pairs times the variance of their targets, for each label: the second derivative by b_j at the base rate.
    private let spreads: [Double]
    private let labels: Int
    private let width: Int

    /// The weight of b² in the objective, halved.
    private static let biasPenalty = 0.05
    private static let maximumIterations = 200

    /// What was fitted.
    package struct Fit {
        /// w, `[L, W]`, row major.
        package var weight: [Float]
        /// b, `[L]`.
        package var bias: [Float]
        /// The same in the search's variables, to begin a neighbouring fit with.
        fileprivate var start: [Double]
    }

    /// The regressions of some pictures.
    ///
    /// - Parameters:
    ///   - states: h, `[N, W]`.
    ///   - standard: From h to x.
    ///   - offsets: z0, `[N, L]`, row major.
    ///   - targets: y, `[N, L]`, in 0...1 or NaN where unknown.
    ///   - isIncluded: Which pictures count.
    /// - Throws: `TorchError` if memory runs out.
    package init(
        states: Tensor, standard: StateStandard, offsets: [Float], targets: [Float], isIncluded: (Int) -> Bool
    ) throws {
        let (count, width) = (states.shape[0], states.shape[1])
        let labels = targets.count / max(1, count)
        var filled = targets
        var known = [Float](repeating: 0, count: targets.count)
        var (sums, counts) = ([Double](repeating: 0, count: labels), [Double](repeating: 0, count: labels))
        for row in 0..<count {
            let counted = isIncluded(row)
            for label in 0..<labels {
                let pair = row * labels + label
                if targets[pair].isNaN {
                    filled[pair] = 0
                } else if counted {
                    known[pair] = 1
                    sums[label] += Double(targets[pair])
                    counts[label] += 1
                }
            }
        }
        // Nothing is known of a label whose pictures all say the same.
        for label in 0..<labels where sums[label] <= 0 || sums[label] >= counts[label] {
            for row in 0..<count { known[row * labels + label] = 0 }
            counts[label] = 0
        }
        spreads = (0..<labels).map {
            counts[$0] > 0 ? sums[$0] * (counts[$0] - sums[$0]) / counts[$0] : 0
        }
        (self.labels, self.width) = (labels, width)
        let device = states.device
        let mean = try Tensor(standard.mean, shape: [width]).to(device: device)
        self.states = try (states - mean).affine(scale: 1 / standard.scale)
        self.offsets = try Tensor(offsets, shape: [count, labels]).to(device: device)
        self.targets = try Tensor(filled, shape: [count, labels]).to(device: device)
        self.known = try Tensor(known, shape: [count, labels]).to(device: device)
    }

    /// Fits w and b.
    ///
    /// - Parameters:
    ///   - penalty: λ, above 0.
    ///   - start: A fit to begin with, as for a neighbouring λ.
    ///   - monitor: Asked in every step whether to go on.
    /// - Returns: The fit.
    /// - Throws: `TorchError`, and what `monitor` throws.
    package func fit(penalty: Double, from start: Fit? = nil, monitor: WorkMonitor) throws -> Fit {
        let size = labels * (width + 1)
        // In these units the second derivatives are about 1: states have mean squared norm 1 over W columns.
        var units = [Double](repeating: 1, count: size)
        for label in 0..<labels {
            let unit = 1 / (spreads[label] / Double(width) + penalty).squareRoot()
            for column in 0..<width { units[label * width + column] = unit }
            units[labels * width + label] = 1 / (spreads[label] + Self.biasPenalty).squareRoot()
        }
        let first = start.map { zip($0.start, units).map { $0 / $1 } } ?? [Double](repeating: 0, count: size)
        let tolerance = 1e-3 * max(1, spreads.reduce(0, +)).squareRoot()
        var search = LimitedMemoryBFGS(
            start: first, tolerance: tolerance, maximumIterations: Self.maximumIterations)
        while !search.isDone {
            try monitor.check()
            let point = zip(search.trial, units).map { $0 * $1 }
            var (value, gradient) = try crossEntropy(point)
            for index in 0..<size {
                let factor = index < labels * width ? penalty : Self.biasPenalty
                value += factor / 2 * point[index] * point[index]
                gradient[index] = (gradient[index] + factor * point[index]) * units[index]
            }
            search.receive(value: value, gradient: gradient)
        }
        let point = zip(search.trial, units).map { $0 * $1 }
        return Fit(
            weight: point.prefix(labels * width).map { Float($0) }, bias: point.suffix(labels).map { Float($0) },
            start: point)
    }

    /// Σ CE over the pairs that count, and its gradient by w and b.
    private func crossEntropy(_ point: [Double]) throws -> (value: Double, gradient: [Double]) {
        let device = states.device
        let weight = try Tensor(point.prefix(labels * width).map { Float($0) }, shape: [labels, width])
            .to(device: device)
        let bias = try Tensor(point.suffix(labels).map { Float($0) }, shape: [labels]).to(device: device)
        let logits = try states.linear(weight: weight, bias: bias) + offsets  // [N, L]
        let value = try logits.binaryCrossEntropySum(targets: targets, weights: known, positiveWeights: nil).item()
        let residuals = try (logits.sigmoid() - targets) * known
        let byWeight = try residuals.transposed(0, 1).matmul(states).floats()  // [L, W]
        let byBias = try residuals.sum(dimension: 0).floats()
        return (Double(value), byWeight.map(Double.init) + byBias.map(Double.init))
    }

    /// Σ CE of a fit over pairs of other pictures.
    ///
    /// - Parameters:
    ///   - fit: Of these regressions.
    ///   - counted: 1 where a pair counts, else 0, `[N, L]`.
    /// - Returns: The sum.
    /// - Throws: `TorchError` if memory runs out.
    func loss(_ fit: Fit, over counted: Tensor) throws -> Double {
        let weight = try Tensor(fit.weight, shape: [labels, width]).to(device: states.device)
        let bias = try Tensor(fit.bias, shape: [labels]).to(device: states.device)
        let logits = try states.linear(weight: weight, bias: bias) + offsets
        return Double(
            try logits.binaryCrossEntropySum(targets: targets, weights: counted, positiveWeights: nil).item())
    }
}
