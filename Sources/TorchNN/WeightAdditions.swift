// SPDX-License-Identifier: Apache-2.0

package import Safetensors
import Torch

/// The tensors of an adapter's file, as what they do to a model's weights: W + s·B·A, or another tensor in its place.
package struct WeightAdditions {
    /// The names in the file of A, `[rank, from]`, and B, `[to, rank]`, of one weight.
    package typealias Factors = (down: String, up: String, rank: Int)

    private let checkpoint: SafetensorsCheckpoint
    private let scale: Double
    private let factors: [String: Factors]
    private let replacements: [String: String]

    /// What `checkpoint` does to weights.
    ///
    /// - Parameters:
    ///   - checkpoint: The adapter's file.
    ///   - scale: s.
    ///   - factors: For the names of weights, the names of A and B.
    ///   - replacements: For the names of parameters, the names of tensors that take their place.
    package init(
        _ checkpoint: SafetensorsCheckpoint, scale: Double, factors: [String: Factors], replacements: [String: String]
    ) {
        (self.checkpoint, self.scale) = (checkpoint, scale)
        (self.factors, self.replacements) = (factors, replacements)
    }

    /// The adapter's file.
    var files: WeightFiles { .safetensors(checkpoint) }

    /// s·B·A of a weight `[to, from]` in float32, or nil if the file has none for it.
    ///
    /// - Throws: `InputError` if A or B has another shape or is not finite.
    func delta(of name: String, shape: [Int]) throws -> Tensor? {
        guard let factors = factors[name], shape.count == 2 else { return nil }
        let source = WeightSource(checkpoint)
        let down = try source.load(factors.down, shape: [factors.rank, shape[1]], dtype: .float32)
        let up = try source.load(factors.up, shape: [shape[0], factors.rank], dtype: .float32)
        return try LoRAAdapter(down: down, up: up, scale: Tensor(repeating: scale, shape: [])).delta()
    }

    /// The tensor in place of a parameter in float32, or nil if the file has none for it.
    ///
    /// - Throws: `InputError` if it has another shape or is not finite.
    func replacement(of name: String, shape: [Int]) throws -> Tensor? {
        guard let replacement = replacements[name] else { return nil }
        return try WeightSource(checkpoint).load(replacement, shape: shape, dtype: .float32)
    }
}
