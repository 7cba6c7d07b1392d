// SPDX-License-Identifier: Apache-2.0

import Foundation
package import Models
import Randomness
import TrainingOptions

/// The first values of a new model's parameters, which depend on the family, the seed and the parameter's name alone.
package struct ParameterInitialization {
    private let architecture: any NewModelArchitecture
    private let seed: UInt64
    private let temperature: Double

    /// The first values for a model of this shape, derived from the seed; `temperature` is τ at the start.
    package init(_ architecture: any NewModelArchitecture, seed: UInt64, temperature: Double) {
        self.architecture = architecture
        self.seed = seed
        self.temperature = temperature
    }

    /// A parameter's values, row major.
    package func callAsFunction(_ name: String, _ shape: [Int]) -> [Float] {
        let count = shape.reduce(1, *)
        switch architecture.part(of: name) {
        case .temperature: return [Float(log(1 / temperature))]
        case .bias: return [Float(ContrastiveLoss.siglip.defaultBias ?? 0)]
        case .tower, nil: break
        }
        switch architecture.start(of: name, shape: shape) {
        case .constant(let value): return [Float](repeating: value, count: count)
        case .normal(let deviation): return normal(name, count: count, deviation: deviation)
        }
    }

    /// Normal numbers by Box and Muller's transform.
    private func normal(_ name: String, count: Int, deviation: Double) -> [Float] {
        var random = CountedRandom(seed: seed, name: name)
        var values: [Float] = []
        values.reserveCapacity(count + 1)
        while values.count < count {
            let radius = (-2 * log(1 - random.uniform(0..<1))).squareRoot() * deviation
            let angle = random.uniform(0..<2 * .pi)
            values.append(Float(radius * cos(angle)))
            values.append(Float(radius * sin(angle)))
        }
        return Array(values.prefix(count))
    }
}
