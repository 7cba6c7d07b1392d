// SPDX-License-Identifier: Apache-2.0

public import Datasets
public import Models
import Safetensors
public import Torch

/// What scores the labels: the value of `head` in `mumic.json`.
public enum ClassifierHead: String, Codable, Sendable, CaseIterable {
    /// The cosine with their texts.
    case text
    /// Fixed weights on the image tower's pooled state, as timm's classifiers have; label texts are not used.
    case linear
    /// Both: texts, and for labels that were trained weights of their own on the pooled state (``AnchoredHead``).
    case anchored

    /// Whether logits depend on the labels' texts, so that new labels can be scored and templates mean something.
    public var readsTexts: Bool { type.readsTexts }

    /// What implements it.
    var type: any LabelHead.Type {
        switch self {
        case .text: TextHead.self
        case .linear: LinearHead.self
        case .anchored: AnchoredHead.self
        }
    }
}

/// What makes logits of pictures' pooled states, and of the labels' texts where it reads them.
public protocol LabelHead {
    /// What `mumic.json` calls it.
    static var kind: ClassifierHead { get }
    /// Whether logits depend on the labels' texts.
    static var readsTexts: Bool { get }

    /// Reads what a model says of some labels, in their order.
    ///
    /// - Throws: ``MultiLabelError`` if the model has no such label, and the errors of reading `head.safetensors`.
    static func load(of bundle: ModelBundle, labels: [Label], device: Device) throws -> Self

    /// b of z = s/τ + b, which `mumic.json` keeps: a scalar `[]`, or `[L]`; nil where there is none.
    var bias: Tensor? { get }
    /// What it has beside the model's own parameters, by names that do not clash.
    var parameters: [(name: String, tensor: Tensor)] { get }
    /// What `head.safetensors` holds, by its names there; empty where there is no such file. By default the parameters.
    ///
    /// - Throws: ``Torch/TorchError`` if memory runs out.
    func file() throws -> [(name: String, tensor: Tensor)]

    /// Makes ready to score pictures.
    ///
    /// - Parameters:
    ///   - model: The towers.
    ///   - labelFeatures: Gives the labels' features, `[L, D]`; asked once if the head reads texts, else not at all.
    /// - Returns: What gives logits.
    /// - Throws: What `labelFeatures` throws.
    func scorer(of model: any ImageTextModel, labelFeatures: () throws -> Tensor) throws -> LabelScorer
}

extension LabelHead {
    /// What `mumic.json` calls it.
    public var kind: ClassifierHead { Self.kind }
    /// Whether logits depend on the labels' texts.
    public var readsTexts: Bool { Self.readsTexts }
    /// None.
    public var bias: Tensor? { nil }
    /// None.
    public var parameters: [(name: String, tensor: Tensor)] { [] }
    /// The parameters.
    public func file() throws -> [(name: String, tensor: Tensor)] { parameters }

    /// Writes `head.safetensors`, in float32, into a model directory; nothing where there is no such file.
    ///
    /// - Throws: `FileIOError`, and ``Torch/TorchError`` if memory runs out.
    package func write(to directory: String) throws {
        let tensors = try file()
        if tensors.isEmpty { return }
        try SafetensorsWriter.write(
            tensors.map { name, tensor in
                SafetensorsWriter.Tensor(name: name, dtype: .float32, shape: tensor.shape) { body in
                    try tensor.withBytes(body)
                }
            }, to: directory + "/head.safetensors", durable: true)
    }
}

/// Gives logits of pictures: all that is the same for every picture has been computed.
public struct LabelScorer {
    private let score: (_ pooled: Tensor) throws -> Tensor

    /// A scorer of labels.
    ///
    /// - Parameter score: From pooled states `[B, W]` to logits `[B, L]`, float32.
    public init(_ score: @escaping (_ pooled: Tensor) throws -> Tensor) { self.score = score }

    /// Logits of pictures whose pooled states are known.
    ///
    /// - Parameter pooled: `[B, W]`, of ``Models/ImageTextModel/pooledImages(_:)``.
    /// - Returns: z, `[B, L]`, float32.
    /// - Throws: ``Torch/TorchError`` if the shapes do not fit.
    public func logits(pooled: Tensor) throws -> Tensor { try score(pooled) }
}
