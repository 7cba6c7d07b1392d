// SPDX-License-Identifier: Apache-2.0

public import Datasets
public import Models
public import Torch
public import TorchNN

/// A model directory with what it says about labels.
public struct ModelBundle {
    /// The model in it.
    public let checkpoint: ModelCheckpoint
    /// What `mumic.json` says, or nil for a model that `mumic` has not trained.
    public let description: ClassifierDescription?

    /// Reads a model directory, or an adapter in PEFT's format with `mumic.json` beside it: all but the weights'
    /// values. `resolvingBase` finds the directory of an adapter's base. Throws `InputError`,
    /// ``MultiLabelError`` and the errors of the parts.
    public init(directory: String, resolvingBase: ((_ model: String) throws -> String)? = nil) throws {
        self.checkpoint = try ModelCheckpoint(directory: directory, resolvingBase: resolvingBase)
        self.description = try ClassifierDescription.read(directory: directory)
    }

    /// What scores the labels.
    public var head: ClassifierHead { description?.head ?? .text }

    /// The labels of data or of a file in the same order, with the model's prompts for those that come without; for nil
    /// the model's own. Throws ``MultiLabelError/noLabels(directory:)`` if nobody names any.
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

    /// Loads the weights and builds the classifier for labels of ``resolve(_:)``; `templates` are sentences instead of
    /// the model's own. Throws ``MultiLabelError``, `InputError` and `TorchError`.
    public func classifier(
        labels: [Label], templates: [PromptTemplate]?, device: Device, dtype: DType
    ) throws -> MultiLabelClassifier {
        try load(labels: labels, templates: templates, device: device, dtype: dtype).classifier
    }

    /// As ``classifier(labels:templates:device:dtype:)``, with the towers' parameters by name beside the classifier.
    public func load(
        labels: [Label], templates: [PromptTemplate]?, device: Device, dtype: DType
    ) throws -> (classifier: MultiLabelClassifier, store: ParameterStore) {
        // The head first: it says at once what the model cannot score.
        let head = try head(of: labels, templates, device)
        let loaded = try LoadedModel(self, device: device, dtype: dtype)
        return (try loaded.classifier(labels: labels, templates: templates, head: head), loaded.store)
    }

    /// Reads what scores some labels. Throws ``MultiLabelError`` if they cannot be scored, or not with templates.
    func head(of labels: [Label], _ templates: [PromptTemplate]?, _ device: Device) throws -> any LabelHead {
        if !head.readsTexts, templates != nil {
            throw MultiLabelError.headHasNoText(directory: checkpoint.directory)
        }
        return try head.type.load(of: self, labels: labels, device: device)
    }
}
