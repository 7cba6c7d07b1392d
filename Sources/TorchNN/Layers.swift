// SPDX-License-Identifier: Apache-2.0

public import Torch

/// An affine map of the last dimension: `[..., from]` → `[..., to]`.
public struct Linear {
    /// `[to, from]`.
    public let weight: Tensor
    /// `[to]`, or nil.
    public let bias: Tensor?
    /// What the layer learns beside its weight, where the store makes adapters for it.
    public let adapter: LoRAAdapter?

    /// Takes `weight` and, unless `bias` is false, `bias` from `scope`, and an adapter where there is to be one.
    ///
    /// - Throws: `InputError` if one is missing or has another shape.
    public init(_ scope: ParameterScope, from: Int, to: Int, bias: Bool = true) throws {
        self.weight = try scope.parameter("weight", shape: [to, from])
        self.bias = bias ? try scope.parameter("bias", shape: [to]) : nil
        self.adapter = try scope.adapter(from: from, to: to)
    }

    /// x · weightᵀ + bias, and the adapter's share.
    ///
    /// - Throws: ``Torch/TorchError`` if the last dimension is not `from`.
    public func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        let y = try x.linear(weight: weight, bias: bias)
        guard let adapter else { return y }
        return try y + adapter(x)
    }
}

/// Layer normalisation over the last dimension, computed in float32 by libtorch whatever the type.
public struct LayerNorm {
    /// `[W]`.
    public let weight: Tensor
    /// `[W]`.
    public let bias: Tensor
    /// Added to the variance.
    public let epsilon: Double

    /// Takes `weight` and `bias`, both `[width]`, from `scope`.
    ///
    /// - Throws: `InputError` if one is missing or has another shape.
    public init(_ scope: ParameterScope, width: Int, epsilon: Double) throws {
        self.weight = try scope.parameter("weight", shape: [width])
        self.bias = try scope.parameter("bias", shape: [width])
        self.epsilon = epsilon
    }

    /// (x − mean) / √(variance + ε) · weight + bias.
    ///
    /// - Throws: ``Torch/TorchError`` if the last dimension is not the layer's width.
    public func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        try x.layerNorm(weight: weight, bias: bias, epsilon: epsilon)
    }
}
