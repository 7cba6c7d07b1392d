// SPDX-License-Identifier: Apache-2.0

public import Datasets
public import Models
public import Torch

/// Scores labels by the cosine with their texts: z = s/τ + b, with the model's τ.
public struct TextHead: LabelHead {
    /// Texts.
    public static let kind = ClassifierHead.text
    /// It does nothing else.
    public static let readsTexts = true

    /// b: a scalar `[]`, or one for each label `[L]`; nil for none.
    public let bias: Tensor?

    /// A head with a bias, or without one.
    public init(bias: Tensor? = nil) { self.bias = bias }

    /// The bias that `mumic.json` gives some labels.
    ///
    /// - Throws: ``Torch/TorchError`` if memory runs out.
    public static func load(of bundle: ModelBundle, labels: [Label], device: Device) throws -> TextHead {
        guard let description = bundle.description else { return TextHead() }
        return TextHead(bias: try description.bias(of: labels)?.tensor(on: device))
    }

    /// Makes ready to score by label features.
    ///
    /// - Throws: What `labelFeatures` throws.
    public func scorer(of model: any ImageTextModel, labelFeatures: () throws -> Tensor) throws -> LabelScorer {
        let texts = try labelFeatures()  // [L, D]
        return LabelScorer { pooled in
            let images = try model.imageFeatures(pooled: pooled)  // [B, D]
            let similarities = try images.matmul(texts.transposed(0, 1))  // [B, L]
            return try temperedLogits(similarities: similarities, logitScale: model.logitScale, bias: bias)
        }
    }
}
