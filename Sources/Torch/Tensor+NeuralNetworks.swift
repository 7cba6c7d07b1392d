// SPDX-License-Identifier: Apache-2.0

internal import CTorch

/// The operations of the layers; all throw ``TorchError`` if the shapes do not fit.
extension Tensor {
    /// The matrix product, batched over leading dimensions.
    public func matmul(_ other: Tensor) throws(TorchError) -> Tensor { try owned(ctorch_matmul(handle, other.handle)) }

    /// x · weightᵀ + bias: `[..., from]` → `[..., to]` with a weight `[to, from]`.
    public func linear(weight: Tensor, bias: Tensor?) throws(TorchError) -> Tensor {
        try owned(ctorch_linear(handle, weight.handle, bias?.handle))
    }

    /// Layer normalisation over the last dimension.
    public func layerNorm(weight: Tensor, bias: Tensor, epsilon: Double) throws(TorchError) -> Tensor {
        try owned(ctorch_layer_norm(handle, weight.handle, bias.handle, epsilon))
    }

    /// The rows of this table `[V, W]` at int64 `indices` `[N]`: `[N, W]`.
    public func embedding(_ indices: Tensor) throws(TorchError) -> Tensor {
        try owned(ctorch_embedding(handle, indices.handle))
    }

    /// A convolution without padding: `[B, C, H, W]` with a weight `[O, C, k, k]`.
    public func convolved2D(weight: Tensor, stride: Int) throws(TorchError) -> Tensor {
        try owned(ctorch_conv2d(handle, weight.handle, Int64(stride)))
    }

    /// x · sigmoid(1.702 x), the activation of OpenAI's CLIP.
    public func quickGELU() throws(TorchError) -> Tensor { try owned(ctorch_quick_gelu(handle)) }

    /// GELU, exact or by its tanh approximation.
    public func gelu(tanhApproximation: Bool = false) throws(TorchError) -> Tensor {
        try owned(ctorch_gelu(handle, tanhApproximation))
    }

    /// x · sigmoid(x).
    public func silu() throws(TorchError) -> Tensor { try owned(ctorch_silu(handle)) }

    /// max(x, 0).
    public func relu() throws(TorchError) -> Tensor { try owned(ctorch_relu(handle)) }

    /// softmax(q kᵀ / √d + mask) v over `[..., T, d]`.
    public static func attention(
        query: Tensor, key: Tensor, value: Tensor, mask: Tensor? = nil
    ) throws(TorchError) -> Tensor {
        try owned(ctorch_attention(query.handle, key.handle, value.handle, mask?.handle))
    }
}
