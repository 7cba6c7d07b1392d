// SPDX-License-Identifier: Apache-2.0

public import Datasets
import Foundation
public import Models
import Safetensors
public import Torch
import TorchNN

/// A model directory with what it says about labels.
public struct ModelBundle {
    /// The CLIP model in it.
    public let checkpoint: CLIPCheckpoint
    /// What `mumic.json` says, or nil for a model that `mumic` has not trained.
    public let description: ClassifierDescription?

    /// Reads a model directory, all but the weights' values.
    ///
    /// - Parameters:
    ///   - directory: The model, or an adapter in PEFT's format, with `mumic.json` beside it.
    ///   - resolvingBase: Finds the directory of an adapter's base, as in `CLIPCheckpoint.init(directory:resolvingBase:)`.
    /// - Throws: ``Models/CLIPError``, ``MultiLabelError`` and the errors of the parts.
    public init(directory: String, resolvingBase: ((_ model: String) throws -> String)? = nil) throws {
        self.checkpoint = try CLIPCheckpoint(directory: directory, resolvingBase: resolvingBase)
        self.description = try ClassifierDescription.read(directory: directory)
    }

    /// Whether labels are scored by fixed weights instead of their texts.
    public var hasLinearHead: Bool { description?.loss == "linear-head" }

    /// Labels by their names, with the prompts that the model knows for those that come without.
    ///
    /// - Parameter labels: Labels of data or of a file; nil for the model's own.
    /// - Returns: The labels in the same order.
    /// - Throws: ``MultiLabelError/noLabels(directory:)`` if nobody names any.
    public func resolve(_ labels: [Label]?) throws(MultiLabelError) -> [Label] {
        guard let labels else {
            guard let own = description?.labels, !own.isEmpty else { throw .noLabels(directory: checkpoint.directory) }
            return own
        }
        var known: [String: [String]] = [:]
        for label in description?.labels ?? [] { known[label.name] = label.prompts }
        return labels.map { label in
            label.prompts.isEmpty ? Label(name: label.name, prompts: known[label.name] ?? []) : label
        }
    }

    /// Loads the weights and builds the classifier.
    ///
    /// - Parameters:
    ///   - labels: The labels to score, of ``resolve(_:)``.
    ///   - templates: Sentences instead of the model's own.
    ///   - device: Where to compute.
    ///   - dtype: The type to run in.
    /// - Returns: The classifier.
    /// - Throws: ``MultiLabelError``, `ParameterError` and `TorchError`.
    public func classifier(
        labels: [Label], templates: [PromptTemplate]?, device: Device, dtype: DType
    ) throws -> MultiLabelClassifier {
        if hasLinearHead, templates != nil { throw MultiLabelError.headHasNoText(directory: checkpoint.directory) }
        let head = try hasLinearHead ? linearHead(labels, device: device) : nil
        let (model, _) = try checkpoint.load(on: device, dtype: dtype)
        let scale = try model.logitScale.item()
        guard scale.isFinite, exp(Double(scale)).isFinite, exp(-Double(scale)).isFinite else {
            throw MultiLabelError.temperature(directory: checkpoint.directory, logitScale: scale)
        }
        var bias: Tensor?
        if let value = description?.bias, value != 0 { bias = try Tensor(repeating: value, shape: [], device: device) }
        return try MultiLabelClassifier(
            model: model, tokenizer: checkpoint.tokenizer, labels: labels,
            templates: templates ?? description?.templates ?? [.standard], bias: bias, head: head)
    }

    /// The head's rows for `labels`, in their order.
    private func linearHead(_ labels: [Label], device: Device) throws -> MultiLabelClassifier.LinearHead {
        let own = (description?.labels ?? []).map(\.name)
        var rows: [Int64] = []
        for label in labels {
            guard let row = own.firstIndex(of: label.name) else {
                throw MultiLabelError.labelNotInHead(label: label.name, directory: checkpoint.directory)
            }
            rows.append(Int64(row))
        }
        let path = checkpoint.directory + "/head.safetensors"
        let source = WeightSource(try SafetensorsCheckpoint(path: path))
        let width = checkpoint.config.vision.tower.hiddenSize
        let weight = try source.load("weight", shape: [own.count, width], dtype: .float32)
        let bias = try source.load("bias", shape: [own.count], dtype: .float32)
        let indices = try Tensor(rows, shape: [rows.count])
        return .init(
            weight: try weight.selected(dimension: 0, indices: indices).to(device: device),
            bias: try bias.selected(dimension: 0, indices: indices).to(device: device))
    }
}
