// SPDX-License-Identifier: Apache-2.0

public import Datasets
import FileIO
import Foundation
public import Imaging
public import Models
public import Torch
public import TorchNN

/// A model in memory, for whatever labels are asked of it.
///
/// The weights are loaded once; ``classifier(labels:templates:)`` and ``Predictor`` give them labels. It is not
/// `Sendable`: a server keeps it on a thread of its own.
public final class LoadedModel {
    /// The model's directory.
    public let bundle: ModelBundle
    /// The two towers.
    public let model: any ImageTextModel
    /// The towers' parameters by name.
    public let store: ParameterStore
    /// Where the model is.
    public let device: Device

    /// Loads the weights to a device, to run in a type.
    ///
    /// - Throws: `InputError` and ``MultiLabelError`` if the weights cannot be used, ``Torch/TorchError`` if memory runs
    ///   out.
    public init(_ bundle: ModelBundle, device: Device, dtype: DType = .float32) throws {
        self.bundle = bundle
        self.device = device
        (model, store) = try bundle.checkpoint.load(on: device, dtype: dtype)
        let scale = try model.logitScale.item()
        guard scale.isFinite, exp(Double(scale)).isFinite, exp(-Double(scale)).isFinite else {
            throw MultiLabelError.temperature(directory: bundle.checkpoint.directory, logitScale: scale)
        }
    }

    /// The classifier of some labels, of ``ModelBundle/resolve(_:)``; `templates` are sentences instead of the model's own.
    ///
    /// - Throws: ``MultiLabelError`` if the model cannot score a label, and the errors of reading its head.
    public func classifier(labels: [Label], templates: [PromptTemplate]? = nil) throws -> MultiLabelClassifier {
        try classifier(labels: labels, templates: templates, head: bundle.head(of: labels, templates, device))
    }

    /// The classifier of some labels with a head that has been read.
    func classifier(
        labels: [Label], templates: [PromptTemplate]?, head: any LabelHead
    ) throws -> MultiLabelClassifier {
        try MultiLabelClassifier(
            model, of: bundle.checkpoint, labels: labels,
            templates: templates ?? bundle.description?.templates ?? [.standard],
            // A model that has learned no labels scores as its family does.
            head: bundle.description == nil ? TextHead(bias: model.logitBias) : head)
    }

    /// The pooled states of prepared pictures: `[B, W]`, in one pass through the image tower, without gradients.
    ///
    /// - Throws: ``Torch/TorchError`` if there are no pictures, if they differ in size, or if memory runs out.
    public func pooledImages(_ pictures: [PixelValues]) throws -> Tensor {
        try withoutGradient { try model.pooledImages(pixelBatch(pictures, device: device)) }
    }

    /// The unit-norm features of pooled states: `[B, W]` → B rows of D values.
    ///
    /// - Throws: ``Torch/TorchError`` if memory runs out.
    public func features(pooled: Tensor) throws -> [[Float]] {
        try withoutGradient { try model.imageFeatures(pooled: pooled).rows() }
    }

    /// The unit-norm features of texts, as they are: a row of D values for each.
    ///
    /// - Throws: ``MultiLabelError/notFinite(input:)``, and ``Torch/TorchError`` if memory runs out.
    public func features(of texts: [String]) throws -> [[Float]] {
        let rows = try withoutGradient {
            try model.textFeatures(texts.map(bundle.checkpoint.tokens)).rows()
        }
        for (text, row) in zip(texts, rows) where !row.allSatisfy(\.isFinite) {
            throw MultiLabelError.notFinite(input: printable(text))
        }
        return rows
    }
}

extension Tensor {
    /// The rows of a matrix `[N, X]`, copied to the host.
    ///
    /// - Throws: ``Torch/TorchError`` if the copy fails.
    func rows() throws -> [[Float]] {
        let count = shape.first ?? 0
        if count == 0 { return [] }
        let values = try floats()
        let width = values.count / count
        return (0..<count).map { Array(values[$0 * width..<($0 + 1) * width]) }
    }
}
