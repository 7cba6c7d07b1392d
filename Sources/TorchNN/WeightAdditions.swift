// SPDX-License-Identifier: Apache-2.0

public import Safetensors
import Torch

/// The tensors of an adapter's file, as what they do to a model's weights: W + s·B·A, or another tensor in its place.
public struct WeightAdditions {
    /// A and B of one weight, by their names in the file.
    public struct Factors: Sendable, Equatable {
        /// A, `[r, from]`.
        public var down: String
        /// B, `[to, r]`.
        public var up: String
        /// r.
        public var rank: Int

        /// The factors of a weight.
        public init(down: String, up: String, rank: Int) {
            self.down = down
            self.up = up
            self.rank = rank
        }
    }

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
    public init(
        _ checkpoint: SafetensorsCheckpoint, scale: Double, factors: [String: Factors], replacements: [String: String]
    ) {
        self.checkpoint = checkpoint
        self.scale = scale
        self.factors = factors
        self.replacements = replacements
    }

    /// s·B·A of a weight `[to, from]` in float32, or nil if the file has none for it.
    ///
    /// - Throws: ``ParameterError`` if A or B has another shape or is not finite.
    func delta(of name: String, shape: [Int]) throws -> Tensor? {
        guard let factors = factors[name], shape.count == 2 else { return nil }
        let source = WeightSource(checkpoint)
        let down = try source.load(factors.down, shape: [factors.rank, shape[1]], dtype: .float32)
        let up = try source.load(factors.up, shape: [shape[0], factors.rank], dtype: .float32)
        return try LoRAAdapter(down: down, up: up, scale: Tensor(repeating: scale, shape: [])).delta()
    }

    /// The tensor in place of a parameter in float32, or nil if the file has none for it.
    ///
    /// - Throws: ``ParameterError`` if it has another shape or is not finite.
    func replacement(of name: String, shape: [Int]) throws -> Tensor? {
        guard let replacement = replacements[name] else { return nil }
        return try WeightSource(checkpoint).load(replacement, shape: shape, dtype: .float32)
    }
}
