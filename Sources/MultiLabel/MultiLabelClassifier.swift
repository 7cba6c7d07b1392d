// SPDX-License-Identifier: Apache-2.0

public import Datasets
public import Models
public import Torch

/// A model with labels: from pictures' pooled states and labels' texts to logits, the same for training, evaluation,
/// zero-shot prediction and serving.
public final class MultiLabelClassifier {
    /// The two towers.
    public let model: any ImageTextModel
    /// The labels, whose order is that of the logits.
    public let labels: [Label]
    /// The sentences that names are put into.
    public let templates: [PromptTemplate]
    /// What scores the labels.
    public let head: any LabelHead
    private let prompts: [[Int32]]
    private let labelOfPrompt: [Int64]
    private let hasOnePromptEach: Bool

    /// Tokenizes the labels' texts.
    ///
    /// - Parameters:
    ///   - model: The towers.
    ///   - checkpoint: What the model was loaded from, for its tokenizer.
    ///   - labels: The labels.
    ///   - templates: The sentences that names are put into.
    ///   - head: What scores the labels.
    /// - Throws: ``MultiLabelError`` if a label has no text.
    public init(
        _ model: any ImageTextModel, of checkpoint: ModelCheckpoint, labels: [Label], templates: [PromptTemplate],
        head: any LabelHead = TextHead()
    ) throws {
        self.model = model
        self.labels = labels
        self.templates = templates
        self.head = head
        var prompts: [[Int32]] = []
        var labelOfPrompt: [Int64] = []
        for (index, label) in labels.enumerated() {
            let texts = label.texts(templates: templates)
            if texts.isEmpty { throw MultiLabelError.emptyLabel(label: label.name) }
            for text in texts {
                prompts.append(checkpoint.tokens(of: text))
                labelOfPrompt.append(Int64(index))
            }
        }
        self.prompts = prompts
        self.labelOfPrompt = labelOfPrompt
        self.hasOnePromptEach = prompts.count == labels.count
    }

    /// The labels' features: the unit-norm mean of the unit-norm features of each one's prompts.
    ///
    /// - Returns: `[L, D]`, float32.
    /// - Throws: ``Torch/TorchError`` if memory runs out.
    public func labelFeatures() throws -> Tensor { try labelFeatures(ofPrompts: model.textFeatures(prompts)) }

    /// The labels' features in two steps: what lies below a block of the text tower is computed now, the rest in each
    /// call of the result.
    ///
    /// - Parameter block: The first block of the second step, from 0.
    /// - Returns: Gives `[L, D]`, float32, as ``labelFeatures()`` does.
    /// - Throws: ``Torch/TorchError`` if memory runs out.
    public func labelFeatures(from block: Int) throws -> () throws -> Tensor {
        let features = try model.textFeatures(prompts, from: block)
        return { try self.labelFeatures(ofPrompts: features()) }
    }

    /// From the prompts' features `[P, D]` to the labels' `[L, D]`.
    private func labelFeatures(ofPrompts features: Tensor) throws -> Tensor {
        if hasOnePromptEach { return features }
        let indices = try Tensor(labelOfPrompt, shape: [labelOfPrompt.count]).to(device: features.device)
        return try features.scatterSum(indices: indices, rows: labels.count).normalized()  // [L, D]
    }

    /// What gives pictures' logits: the labels' features, where the head reads texts at all, are computed once and for
    /// all.
    ///
    /// - Returns: A scorer of the weights as they are now, without gradients at the label features.
    /// - Throws: ``Torch/TorchError`` if memory runs out.
    public func scorer() throws -> LabelScorer { try withoutGradient { try scorer(labelFeatures: labelFeatures) } }

    /// What gives pictures' logits by label features that the caller computes.
    ///
    /// - Parameter labelFeatures: Gives `[L, D]`, float32; asked once if the head reads texts, else not at all.
    /// - Returns: A scorer.
    /// - Throws: What `labelFeatures` throws.
    public func scorer(labelFeatures: () throws -> Tensor) throws -> LabelScorer {
        try head.scorer(of: model, labelFeatures: labelFeatures)
    }
}
