// SPDX-License-Identifier: Apache-2.0

public import Datasets
public import Models
import Safetensors
public import Torch
import TorchNN

/// Texts, and weights of their own for labels that were trained: z = a·s/τ + w_j·x + b_j.
///
/// s is the cosine of picture and label text, x = (h − mean)/σ the pooled state h of the image tower, centred and
/// scaled. a is shared by all labels. A label that was never trained has w = 0 and the shared b: its text scores it. A
/// model with w = 0 is a zero-shot classifier, one with a = 0 a linear probe, and the weighted sum of two such heads on
/// the same towers is again one.
public struct AnchoredHead: LabelHead {
    /// Texts and weights.
    public static let kind = ClassifierHead.anchored
    /// It knows texts.
    public static let readsTexts = true

    /// w, `[L, W]`, float32.
    public let weight: Tensor
    /// b − ``sharedBias``, `[L]`; 0 for a label that was never trained.
    public let offset: Tensor
    /// b of labels that were never trained, `[]`.
    public let sharedBias: Tensor
    /// a, `[]`.
    public let textWeight: Tensor
    /// The mean of h over the training pictures, `[W]`.
    public let mean: Tensor
    /// σ, `[]`: the root of the mean of ‖h − mean‖² over the training pictures.
    public let scale: Tensor

    /// A head of given parts, all float32 on one device.
    ///
    /// - Parameters:
    ///   - weight: w, `[L, W]`.
    ///   - offset: b − `sharedBias`, `[L]`.
    ///   - sharedBias: b of labels without weights, `[]`.
    ///   - textWeight: a, `[]`.
    ///   - mean: `[W]`.
    ///   - scale: σ, `[]`.
    public init(
        weight: Tensor, offset: Tensor, sharedBias: Tensor, textWeight: Tensor, mean: Tensor, scale: Tensor
    ) {
        (self.weight, self.offset, self.sharedBias) = (weight, offset, sharedBias)
        (self.textWeight, self.mean, self.scale) = (textWeight, mean, scale)
    }

    /// A head that scores every label by its text: w = 0, a = 1, the mean 0 and σ 1.
    ///
    /// - Parameters:
    ///   - labels: L.
    ///   - width: W.
    ///   - sharedBias: b.
    ///   - device: Where it is.
    /// - Throws: ``Torch/TorchError`` if memory runs out.
    public init(labels: Int, width: Int, sharedBias: Double = 0, device: Device) throws {
        func constant(_ value: Double, _ shape: [Int] = []) throws -> Tensor {
            try Tensor(repeating: value, shape: shape, device: device)
        }
        self.init(
            weight: try constant(0, [labels, width]), offset: try constant(0, [labels]),
            sharedBias: try constant(sharedBias), textWeight: try constant(1), mean: try constant(0, [width]),
            scale: try constant(1))
    }

    /// Names of parameters that only say where x is 0 and how long its unit is; they do not train.
    public static let constants = ["mean", "scale"]

    /// `weight` `[L, W]`, `offset` `[L]`, `shared_bias`, `text_weight`, `mean` `[W]`, `scale`.
    public var parameters: [(name: String, tensor: Tensor)] {
        [
            ("weight", weight), ("offset", offset), ("shared_bias", sharedBias), ("text_weight", textWeight),
            ("mean", mean), ("scale", scale),
        ]
    }

    /// `bias` `[L]` in place of the offsets, the rest as it is.
    ///
    /// - Throws: ``Torch/TorchError`` if memory runs out.
    public func file() throws -> [(name: String, tensor: Tensor)] {
        try parameters.map { $0.name == "offset" ? ("bias", try offset + sharedBias) : $0 }
    }

    /// The rows of `head.safetensors` for some labels, by their names; labels that have none are scored by their texts.
    ///
    /// - Throws: The errors of reading the file.
    public static func load(of bundle: ModelBundle, labels: [Label], device: Device) throws -> AnchoredHead {
        let own = (bundle.description?.labels ?? []).map(\.name)
        let source = WeightSource(try SafetensorsCheckpoint(path: bundle.checkpoint.directory + "/head.safetensors"))
        let width = bundle.checkpoint.pooledWidth
        let weight = try source.load("weight", shape: [own.count, width], dtype: .float32).floats()
        let bias = try source.load("bias", shape: [own.count], dtype: .float32).floats()
        let shared = try source.load("shared_bias", shape: [], dtype: .float32)
        let places = Dictionary(uniqueKeysWithValues: own.enumerated().map { ($1, $0) })
        let sharedBias = try shared.item()
        var (rows, offsets): ([Float], [Float]) = ([], [])
        rows.reserveCapacity(labels.count * width)
        for label in labels {
            if let place = places[label.name] {
                rows += weight[place * width..<(place + 1) * width]
                offsets.append(bias[place] - sharedBias)
            } else {
                rows += repeatElement(0, count: width)
                offsets.append(0)
            }
        }
        func scalar(_ name: String) throws -> Tensor {
            try source.load(name, shape: [], dtype: .float32).to(device: device)
        }
        return AnchoredHead(
            weight: try Tensor(rows, shape: [labels.count, width]).to(device: device),
            offset: try Tensor(offsets, shape: [labels.count]).to(device: device),
            sharedBias: try shared.to(device: device), textWeight: try scalar("text_weight"),
            mean: try source.load("mean", shape: [width], dtype: .float32).to(device: device),
            scale: try scalar("scale"))
    }

    /// Makes ready to score by label features and weights.
    ///
    /// - Throws: What `labelFeatures` throws.
    public func scorer(of model: any ImageTextModel, labelFeatures: () throws -> Tensor) throws -> LabelScorer {
        let texts = try labelFeatures()  // [L, D]
        let bias = try offset + sharedBias  // [L]
        return LabelScorer { pooled in
            let states = try pooled.to(dtype: .float32)  // [B, W]
            let similarities = try model.imageFeatures(pooled: pooled).matmul(texts.transposed(0, 1))  // [B, L]
            let text = try temperedLogits(similarities: similarities, logitScale: model.logitScale, bias: nil)
            return try text * textWeight + ((states - mean) / scale).linear(weight: weight, bias: bias)
        }
    }
}
