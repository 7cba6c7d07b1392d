// SPDX-License-Identifier: Apache-2.0

public import Torch

/// An affine map of the last dimension: `[..., from]` → `[..., to]`.
public struct Linear {
    /// `[to, from]`.
    public let weight: Tensor
    /// `[to]`, or nil.
    public let bias: Tensor?

    /// Takes `weight` and, unless `bias` is false, `bias` from `scope`.
    ///
    /// - Throws: ``ParameterError`` if one is missing or has another shape.
    public init(_ scope: ParameterScope, from: Int, to: Int, bias: Bool = true) throws {
        self.weight = try scope.parameter("weight", shape: [to, from])
        self.bias = bias ? try scope.parameter("bias", shape: [to]) : nil
    }

    /// x · weightᵀ + bias.
    ///
    /// - Throws: ``Torch/TorchError`` if the last dimension is not `from`.
    public func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        try x.linear(weight: weight, bias: bias)
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
    /// - Throws: ``ParameterError`` if one is missing or has another shape.
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
