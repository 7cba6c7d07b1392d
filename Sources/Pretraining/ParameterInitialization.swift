// SPDX-License-Identifier: Apache-2.0
// https://github.com/mlfoundations/open_clip/blob/main/src/open_clip/transformer.py (init_parameters)

import Foundation
package import Models
import Randomness

/// The first values of a new model's parameters: open_clip's for its text tower, taken for both towers.
///
/// Weights are normal with a deviation that depends on what they do: W^−½ for queries, keys, values and projections,
/// that times (2 · layers)^−½ where a layer adds to the residual stream, (2 W)^−½ for an MLP's first layer, 0.02 for
/// tokens, 0.01 for the positions of texts. Biases are 0, layer norms 1. Each parameter's numbers depend on the seed
/// and its name alone.
package struct ParameterInitialization {
    let config: CLIPConfig
    let seed: UInt64
    let temperature: Double

    /// The first values for a model of this shape.
    ///
    /// - Parameters:
    ///   - config: The model's shape.
    ///   - seed: What the numbers derive from.
    ///   - temperature: τ at the start.
    package init(config: CLIPConfig, seed: UInt64, temperature: Double) {
        self.config = config
        self.seed = seed
        self.temperature = temperature
    }

    /// A parameter's values, row major.
    package func callAsFunction(_ name: String, _ shape: [Int]) -> [Float] {
        let count = shape.reduce(1, *)
        if name == "logit_scale" { return [Float(log(1 / temperature))] }
        if name.hasSuffix(".bias") { return [Float](repeating: 0, count: count) }
        guard let deviation = deviation(name, shape) else { return [Float](repeating: 1, count: count) }
        return normal(name, count: count, deviation: deviation)
    }

    /// The deviation of a weight; nil for a layer norm's.
    private func deviation(_ name: String, _ shape: [Int]) -> Double? {
        let isText = name.hasPrefix("text_")
        let tower = isText ? config.text.tower : config.vision.tower
        let base = pow(Double(tower.hiddenSize), -0.5)
        let parts = name.split(separator: ".")
        let layer = parts.count > 1 && parts.last == "weight" ? parts[parts.count - 2] : parts.last ?? ""
        switch layer {
        case "token_embedding": return 0.02
        case "position_embedding": return isText ? 0.01 : base
        case "class_embedding", "q_proj", "k_proj", "v_proj", "text_projection", "visual_projection": return base
        case "patch_embedding": return pow(3 * Double(shape.dropFirst().reduce(1, *)), -0.5)
        case "out_proj", "fc2": return base * pow(2 * Double(tower.numHiddenLayers), -0.5)
        case "fc1": return pow(2 * Double(tower.hiddenSize), -0.5)
        default: return nil
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
