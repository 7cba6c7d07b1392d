// SPDX-License-Identifier: Apache-2.0
// Hu et al., arXiv 2106.09685; names and initialisation as in https://github.com/huggingface/peft

import Randomness
public import Torch

/// The linear layers of a transformer that may get an adapter, by transformers' names.
public enum LoRATarget: String, Codable, Sendable, CaseIterable {
    /// Attention's queries.
    case query = "q_proj"
    /// Attention's keys.
    case key = "k_proj"
    /// Attention's values.
    case value = "v_proj"
    /// Attention's output.
    case output = "out_proj"
    /// The MLP's first layer.
    case first = "fc1"
    /// The MLP's second layer.
    case second = "fc2"
}

/// Low-rank adaptation: weights W stay as they are, and s·B·A with few numbers is learned beside them.
public struct LoRAConfiguration: Codable, Sendable, Equatable {
    /// r, the rows of A and columns of B; 1 or more.
    public var rank: Int
    /// α; s = α / r.
    public var alpha: Double
    /// Which layers of a transformer get an adapter.
    public var targets: [LoRATarget]

    /// An adapter of rank `rank` beside queries and values, as in the paper, unless told otherwise.
    public init(rank: Int, alpha: Double, targets: [LoRATarget] = [.query, .value]) {
        (self.rank, self.alpha, self.targets) = (rank, alpha, targets)
    }

    /// s = α / r.
    public var scale: Double { alpha / Double(rank) }
}

/// What a linear layer learns instead of its weight: s·B·A.
public struct LoRAAdapter {
    /// A, `[r, from]`.
    public let down: Tensor
    /// B, `[to, r]`.
    public let up: Tensor
    /// s, a scalar `[]`.
    public let scale: Tensor

    /// s·(x·Aᵀ)·Bᵀ: `[..., from]` → `[..., to]`.
    ///
    /// - Throws: ``Torch/TorchError`` if the last dimension is not `from`.
    public func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        // Scaled where it is narrow.
        try (x.linear(weight: down, bias: nil) * scale).linear(weight: up, bias: nil)
    }

    /// s·B·A, `[to, from]`: what a merged weight has more.
    public func delta() throws(TorchError) -> Tensor { try up.matmul(down) * scale }
}

/// How a store makes adapters for the layers that ask it for parameters.
public struct LoRAPlan {
    /// Rank, scale and targets.
    public let configuration: LoRAConfiguration
    private let seed: UInt64
    private let includes: (_ layer: String) -> Bool

    /// Adapters for those layers that are targets and that `includes` wants by their path, such as
    /// `encoder.layers.0.mlp.fc1`.
    ///
    /// As PEFT's, A begins uniform within ±1/√from, which is Kaiming's with a = √5, and B with 0. Each layer's numbers
    /// depend on the seed and its path alone.
    public init(
        _ configuration: LoRAConfiguration, seed: UInt64, includes: @escaping (_ layer: String) -> Bool = { _ in true }
    ) {
        (self.configuration, self.seed, self.includes) = (configuration, seed, includes)
    }

    func adapts(_ layer: String) -> Bool {
        let name = layer.split(separator: ".").last ?? ""
        return configuration.targets.contains { $0.rawValue == name } && includes(layer)
    }

    func adapter(_ layer: String, from: Int, to: Int, dtype: DType, device: Device) throws -> LoRAAdapter {
        let shape = [configuration.rank, from]
        let bound = 1 / Double(from).squareRoot()
        var random = CountedRandom(seed: seed, name: layer + "." + LoRANames.down)
        let values = (0..<shape.reduce(1, *)).map { _ in Float(random.uniform(-bound..<bound)) }
        return LoRAAdapter(
            down: try Tensor(values, shape: shape).to(device: device, dtype: dtype),
            up: try Tensor(repeating: 0, shape: [to, configuration.rank], dtype: dtype, device: device),
            scale: try Tensor(repeating: configuration.scale, shape: [], device: device))
    }
}

/// What PEFT calls A and B behind a layer's path.
public enum LoRANames {
    /// A.
    public static let down = "lora_A.weight"
    /// B.
    public static let up = "lora_B.weight"
}
