// SPDX-License-Identifier: Apache-2.0
// https://github.com/huggingface/transformers/blob/main/src/transformers/models/clip/modeling_clip.py

import Torch
import TorchNN

/// Which tokens of the last layer are wanted. What nobody reads there is not computed: exact, and in a shallow tower a
/// large part of the work.
enum TokenSelection {
    /// The first token of every sequence, `[B, 1, W]`.
    case first
    /// The last token of every sequence, `[B, 1, W]`.
    case last
    /// Some tokens of every sequence, by int64 indices `[U]`: `[B, U, W]`.
    case indices(Tensor)

    func callAsFunction(_ x: Tensor, dimension: Int) throws(TorchError) -> Tensor {
        switch self {
        case .first: try x.narrowed(dimension: dimension, start: 0, count: 1)
        case .last: try x.narrowed(dimension: dimension, start: x.shape[dimension] - 1, count: 1)
        case .indices(let indices): try x.selected(dimension: dimension, indices: indices)
        }
    }
}

/// Multi-head self-attention with separate projections.
struct SelfAttention {
    let query: Linear
    let key: Linear
    let value: Linear
    let output: Linear
    let heads: Int

    init(_ scope: ParameterScope, _ config: TransformerConfig) throws {
        let width = config.hiddenSize
        self.query = try Linear(scope["q_proj"], from: width, to: width)
        self.key = try Linear(scope["k_proj"], from: width, to: width)
        self.value = try Linear(scope["v_proj"], from: width, to: width)
        self.output = try Linear(scope["out_proj"], from: width, to: width)
        self.heads = config.numAttentionHeads
    }

    /// `queries` `[B, Q, W]` look at `x` `[B, T, W]`: `[B, Q, W]`. `mask`, `[Q, T]`, is added to the scores.
    func callAsFunction(queries: Tensor, _ x: Tensor, mask: Tensor?) throws(TorchError) -> Tensor {
        let query = try split(self.query(queries))  // [B, H, Q, W/H]
        let key = try split(self.key(x))  // [B, H, T, W/H]
        let value = try split(self.value(x))  // [B, H, T, W/H]
        let mixed = try Tensor.attention(query: query, key: key, value: value, mask: mask)  // [B, H, Q, W/H]
        let joined = try mixed.transposed(1, 2).reshaped(queries.shape)  // [B, Q, W]
        return try output(joined)
    }

    private func split(_ x: Tensor) throws(TorchError) -> Tensor {
        let shape = x.shape
        return try x.reshaped([shape[0], shape[1], heads, shape[2] / heads]).transposed(1, 2)
    }
}

/// Two linear layers around an activation.
struct MLP {
    let first: Linear
    let second: Linear
    let activation: Activation

    init(_ scope: ParameterScope, _ config: TransformerConfig) throws {
        self.first = try Linear(scope["fc1"], from: config.hiddenSize, to: config.intermediateSize)
        self.second = try Linear(scope["fc2"], from: config.intermediateSize, to: config.hiddenSize)
        self.activation = config.hiddenAct
    }

    func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        let middle = try first(x)  // [B, T, 4W]
        let active =
            switch activation {
            case .quickGELU: try middle.quickGELU()
            case .gelu: try middle.gelu()
            case .geluNew, .geluTanh: try middle.gelu(tanhApproximation: true)
            case .silu, .swish: try middle.silu()
            case .relu: try middle.relu()
            }
        return try second(active)  // [B, T, W]
    }
}

/// One pre-norm transformer layer.
struct TransformerLayer {
    let norm1: LayerNorm
    let attention: SelfAttention
    let norm2: LayerNorm
    let mlp: MLP

    init(_ scope: ParameterScope, _ config: TransformerConfig) throws {
        self.attention = try SelfAttention(scope["self_attn"], config)
        self.norm1 = try LayerNorm(scope["layer_norm1"], width: config.hiddenSize, epsilon: config.layerNormEps)
        self.mlp = try MLP(scope["mlp"], config)
        self.norm2 = try LayerNorm(scope["layer_norm2"], width: config.hiddenSize, epsilon: config.layerNormEps)
    }

    /// `[B, T, W]` → `[B, T, W]`, or only the selected tokens, with as many rows of `mask`.
    func callAsFunction(_ x: Tensor, mask: Tensor?, selection: TokenSelection?) throws(TorchError) -> Tensor {
        let normed = try norm1(x)  // [B, T, W]
        var (queries, residual, mask) = (normed, x, mask)  // [B, T, W], [B, T, W], [T, T]
        if let selection {
            queries = try selection(normed, dimension: 1)  // [B, Q, W]
            residual = try selection(x, dimension: 1)  // [B, Q, W]
            if let whole = mask { mask = try selection(whole, dimension: 0) }  // [Q, T]
        }
        let attended = try residual + attention(queries: queries, normed, mask: mask)
        return try attended + mlp(norm2(attended))
    }
}

/// The layers of a tower.
struct TransformerEncoder {
    let layers: [TransformerLayer]

    init(_ scope: ParameterScope, _ config: TransformerConfig) throws {
        self.layers = try (0..<config.numHiddenLayers).map { try TransformerLayer(scope["layers"][$0], config) }
    }

    /// `[B, T, W]` → the selected tokens of the last layer, `[B, Q, W]`; all of them if none are selected.
    ///
    /// Only the layers of `range` are run, all of them if it is nil: the input is then what those before give, and the
    /// output what those behind take; tokens are selected in the tower's last layer alone.
    func callAsFunction(
        _ x: Tensor, mask: Tensor? = nil, selection: TokenSelection? = nil, range: Range<Int>? = nil
    ) throws(TorchError) -> Tensor {
        var x = x
        for index in range ?? layers.indices {
            x = try layers[index](x, mask: mask, selection: index == layers.count - 1 ? selection : nil)
        }
        return x
    }

    /// A layer's number within 0 ... the number of layers.
    func bounded(_ block: Int) -> Int { min(max(block, 0), layers.count) }
}

extension Tensor {
    /// Some tokens of each sequence, `[B, T, W]` → `[B, K, W]`: `places` are theirs in the sequence, `[B, K]`, row major.
    func selectingTokens(_ places: [Int64]) throws(TorchError) -> Tensor {
        let (batch, tokens, width) = (shape[0], shape[1], shape[2])
        let count = places.count / batch
        let rows = places.enumerated().map { Int64($0.offset / max(1, count) * tokens) + $0.element }
        let indices = try Tensor(rows, shape: [rows.count]).to(device: device)
        return try reshaped([batch * tokens, width]).selected(dimension: 0, indices: indices)
            .reshaped([batch, count, width])
    }
}
