// SPDX-License-Identifier: Apache-2.0

import FileIO
import JSON

/// The activation between the two layers of an MLP, by transformers' names.
public enum Activation: String, Sendable, CaseIterable {
    /// x · sigmoid(1.702 x), OpenAI's.
    case quickGELU = "quick_gelu"
    /// Exact GELU.
    case gelu
    /// GELU by its tanh approximation.
    case geluNew = "gelu_new"
    /// GELU by its tanh approximation, PyTorch's name.
    case geluTanh = "gelu_pytorch_tanh"
    /// x · sigmoid(x).
    case silu
    /// The same as `silu`.
    case swish
    /// max(x, 0).
    case relu
}

/// The shape of a tower's transformer, in transformers' words.
public struct TransformerConfig: Sendable, Equatable {
    /// Width W of the residual stream.
    public var hiddenSize: Int
    /// Width of the MLP's middle.
    public var intermediateSize: Int
    /// Number of layers.
    public var numHiddenLayers: Int
    /// Number of attention heads; divides `hiddenSize`.
    public var numAttentionHeads: Int
    /// The MLP's activation.
    public var hiddenAct: Activation
    /// ε of the layer norms.
    public var layerNormEps: Double
}

extension TransformerConfig {
    /// Reads a tower's part of a `config.json`; absent keys take what is `usual` in the family.
    ///
    /// - Throws: `InputError` that names the key, also for what changes numbers and cannot be used.
    init(_ reader: ConfigReader, usual: TransformerConfig) throws(InputError) {
        for (key, advice) in Self.refusedKeys where reader.value[key].map({ !$0.isOff }) ?? false {
            throw reader.bad(key, advice)
        }
        let name = try reader.string("hidden_act", default: usual.hiddenAct.rawValue)
        guard let activation = Activation(rawValue: name) else {
            let known = Activation.allCases.map(\.rawValue).joined(separator: ", ")
            throw reader.bad("hidden_act", "is '\(name)', known are \(known)")
        }
        let sizes = ConfigReader.sizes
        self.init(
            hiddenSize: try reader.integer("hidden_size", default: usual.hiddenSize, in: sizes),
            intermediateSize: try reader.integer("intermediate_size", default: usual.intermediateSize, in: sizes),
            numHiddenLayers: try reader.integer("num_hidden_layers", default: usual.numHiddenLayers, in: 1...1000),
            numAttentionHeads: try reader.integer(
                "num_attention_heads", default: usual.numAttentionHeads, in: 1...10_000),
            hiddenAct: activation, layerNormEps: try reader.positive("layer_norm_eps", default: usual.layerNormEps))
        guard hiddenSize % numAttentionHeads == 0 else {
            throw reader.bad(
                "num_attention_heads", "is \(numAttentionHeads), which does not divide hidden_size \(hiddenSize)")
        }
    }

    private static let refusedKeys = [
        ("attention_dropout", "asks for dropout, which there is none of; set it to 0, scores do not change by it"),
        ("pruned_heads", "says that heads are missing; take a model that has them all"),
    ]

    /// All sizes, by the names of `config.json`.
    var values: [(name: String, value: Any)] {
        [
            ("hidden_size", hiddenSize), ("intermediate_size", intermediateSize),
            ("num_hidden_layers", numHiddenLayers), ("num_attention_heads", numAttentionHeads),
            ("hidden_act", hiddenAct.rawValue), ("layer_norm_eps", layerNormEps),
        ]
    }

    /// The multiply-adds of a block's linear layers for a token.
    var blockCost: Double {
        let (width, middle) = (Double(hiddenSize), Double(intermediateSize))
        return 4 * width * width + 2 * width * middle
    }

    /// The widths that a linear layer of a block maps from and to, by its name in the block; nil where there is none.
    func linearLayer(_ name: String) -> (from: Int, to: Int)? {
        switch name {
        case "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj": (hiddenSize, hiddenSize)
        case "mlp.fc1": (hiddenSize, intermediateSize)
        case "mlp.fc2": (intermediateSize, hiddenSize)
        default: nil
        }
    }

    /// The number in the path `TOWER.encoder.layers.3.…`, as a name has it: no sign, no leading zero.
    func block(_ path: [Substring]) -> Int? {
        guard path.count > 3, path[2] == "layers", let index = Int(path[3]), String(index) == path[3],
            (0..<numHiddenLayers).contains(index)
        else { return nil }
        return index
    }
}
