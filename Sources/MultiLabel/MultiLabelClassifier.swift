// SPDX-License-Identifier: Apache-2.0

public import Datasets
import Foundation
public import Models
import Safetensors
public import Tokenization
public import Torch

/// A CLIP model with labels: from pictures' features and labels' texts to logits, the same for training, evaluation,
/// zero-shot prediction and serving.
public final class MultiLabelClassifier {
    /// Fixed weights for a fixed list of labels on the image tower's pooled state, as timm's classifiers have.
    public struct LinearHead {
        /// `[L, W]`.
        public let weight: Tensor
        /// `[L]`.
        public let bias: Tensor

        /// A head of given weights.
        public init(weight: Tensor, bias: Tensor) {
            self.weight = weight
            self.bias = bias
        }
    }

    /// The two towers.
    public let model: CLIPModel
    /// The labels, whose order is that of the logits.
    public let labels: [Label]
    /// The sentences that names are put into.
    public let templates: [PromptTemplate]
    /// b, a scalar `[]`, or nil for none.
    public let bias: Tensor?
    /// Scores the labels instead of their texts, if there is one.
    public let head: LinearHead?
    private let prompts: [[Int32]]
    private let labelOfPrompt: [Int64]
    private let hasOnePromptEach: Bool

    /// Tokenizes the labels' texts.
    ///
    /// - Throws: ``MultiLabelError`` if a label has no text.
    public init(
        model: CLIPModel, tokenizer: CLIPTokenizer, labels: [Label], templates: [PromptTemplate], bias: Tensor? = nil,
        head: LinearHead? = nil
    ) throws {
        self.model = model
        self.labels = labels
        self.templates = templates
        self.bias = bias
        self.head = head
        var prompts: [[Int32]] = []
        var labelOfPrompt: [Int64] = []
        for (index, label) in labels.enumerated() {
            let texts = label.texts(templates: templates)
            if texts.isEmpty { throw MultiLabelError.emptyLabel(label: label.name) }
            for text in texts {
                prompts.append(tokenizer.encode(text, contextLength: model.config.text.maxPositionEmbeddings))
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

    /// The way of the labels' prompts through the text tower up to a layer.
    ///
    /// - Parameter block: The first layer that is not run, from 0.
    /// - Returns: What that layer takes.
    /// - Throws: ``Torch/TorchError`` if memory runs out.
    public func labelActivations(upTo block: Int) throws -> CLIPTextActivations {
        try model.textActivations(prompts, upTo: block)
    }

    /// The labels' features, from what a layer of the text tower takes.
    ///
    /// - Parameter activations: Of ``labelActivations(upTo:)``.
    /// - Returns: `[L, D]`, float32, as of ``labelFeatures()``.
    /// - Throws: ``Torch/TorchError`` if memory runs out.
    public func labelFeatures(fromActivations activations: CLIPTextActivations) throws -> Tensor {
        try labelFeatures(ofPrompts: model.textFeatures(fromActivations: activations))
    }

    /// From the prompts' features `[P, D]` to the labels' `[L, D]`.
    private func labelFeatures(ofPrompts features: Tensor) throws -> Tensor {
        if hasOnePromptEach { return features }
        let indices = try Tensor(labelOfPrompt, shape: [labelOfPrompt.count]).to(device: features.device)
        return try features.scatterSum(indices: indices, rows: labels.count).normalized()  // [L, D]
    }

    /// Logits of pictures whose pooled states are known.
    ///
    /// - Parameters:
    ///   - pooled: `[B, W]`, of ``Models/CLIPModel/pooledImages(_:patches:)``.
    ///   - labelFeatures: `[L, D]`, of ``labelFeatures()``; not looked at where there is a linear head.
    /// - Returns: z, `[B, L]`, float32.
    /// - Throws: ``Torch/TorchError`` if the shapes do not fit.
    public func logits(pooled: Tensor, labelFeatures: Tensor?) throws -> Tensor {
        if let head { return try pooled.to(dtype: .float32).linear(weight: head.weight, bias: head.bias) }
        guard let labelFeatures else { return try logits(pooled: pooled, labelFeatures: self.labelFeatures()) }
        let images = try model.imageFeatures(pooled: pooled)  // [B, D]
        let similarities = try images.matmul(labelFeatures.transposed(0, 1))  // [B, L]
        return try temperedLogits(similarities: similarities, logitScale: model.logitScale, bias: bias)
    }
}
