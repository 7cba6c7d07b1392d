// SPDX-License-Identifier: Apache-2.0

import Foundation
import Imaging

/// Colours without shapes: a joint RGB histogram and the mean colours of a coarse grid.
enum ColourFeatures {
    static let bins = 8
    static let grid = 4
    static let count = bins * bins * bins + grid * grid * 3

    static func of(_ image: RGBImage) -> [Float] {
        var histogram = [Float](repeating: 0, count: bins * bins * bins)
        var sums = [Float](repeating: 0, count: grid * grid * 3)
        var counts = [Float](repeating: 0, count: grid * grid)
        image.pixels.withUnsafeBufferPointer { pixels in
            for row in 0..<image.height {
                for column in 0..<image.width {
                    let at = (row * image.width + column) * 3
                    let (r, g, b) = (Int(pixels[at]), Int(pixels[at + 1]), Int(pixels[at + 2]))
                    histogram[(r / 32 * bins + g / 32) * bins + b / 32] += 1
                    let cell = row * grid / image.height * grid + column * grid / image.width
                    counts[cell] += 1
                    for (part, value) in [r, g, b].enumerated() { sums[cell * 3 + part] += Float(value) }
                }
            }
        }
        let area = Float(image.width * image.height)
        // Square roots keep the few large bins from drowning the many small ones.
        return histogram.map { ($0 / area).squareRoot() }
            + sums.enumerated().map { $0.element / counts[$0.offset / 3] / 255 }
    }
}

/// Logistic regression with a quadratic penalty, by full gradient descent with momentum; a column a label.
struct LogisticRegression {
    private let means: [Float]
    private let scales: [Float]
    private var weights: [[Float]] = []
    private var biases: [Float] = []

    // Rows are pictures; the columns of `targets` are labels; `penalty` is the λ of λ/2·|w|² beside the mean loss.
    init(features: [[Float]], targets: [[Bool]], penalty: Float = 0.3, steps: Int = 80, rate: Float = 0.05) {
        let (rows, columns) = (features.count, features[0].count)
        var means = [Float](repeating: 0, count: columns)
        var scales = [Float](repeating: 0, count: columns)
        for row in features { for column in 0..<columns { means[column] += row[column] / Float(rows) } }
        for row in features {
            for column in 0..<columns {
                let distance = row[column] - means[column]
                scales[column] += distance * distance / Float(rows)
            }
        }
        self.means = means
        self.scales = scales.map { 1 / ($0.squareRoot() + 1e-6) }
        let x = features.map(standardized)
        for label in targets[0].indices {
            let y = targets.map { $0[label] ? Float(1) : 0 }
            let share = max(0.5, y.reduce(0, +)) / Float(rows)
            var bias = -log(1 / share - 1)
            var weight = [Float](repeating: 0, count: columns)
            var (speed, biasSpeed) = ([Float](repeating: 0, count: columns), Float(0))
            for _ in 0..<steps {
                var (gradient, biasGradient) = (weight.map { $0 * penalty }, Float(0))
                for (row, target) in zip(x, y) {
                    let error = (1 / (1 + exp(-(dot(row, weight) + bias))) - target) / Float(rows)
                    biasGradient += error
                    for column in 0..<columns { gradient[column] += error * row[column] }
                }
                for column in 0..<columns {
                    speed[column] = 0.9 * speed[column] - rate * gradient[column]
                    weight[column] += speed[column]
                }
                biasSpeed = 0.9 * biasSpeed - rate * biasGradient
                bias += biasSpeed
            }
            weights.append(weight)
            biases.append(bias)
        }
    }

    /// The logits of a picture, one a label.
    func scores(_ features: [Float]) -> [Float] {
        let x = standardized(features)
        return zip(weights, biases).map { dot(x, $0) + $1 }
    }

    private func standardized(_ row: [Float]) -> [Float] {
        row.indices.map { (row[$0] - means[$0]) * scales[$0] }
    }

    private func dot(_ a: [Float], _ b: [Float]) -> Float {
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                var sum = SIMD8<Float>.zero
                var index = 0
                while index + 8 <= a.count {
                    for lane in 0..<8 { sum[lane] += a[index + lane] * b[index + lane] }
                    index += 8
                }
                var total = sum.sum()
                while index < a.count {
                    total += a[index] * b[index]
                    index += 1
                }
                return total
            }
        }
    }
}
