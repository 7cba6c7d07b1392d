// SPDX-License-Identifier: Apache-2.0

public import Datasets
public import Models
import Safetensors
public import Torch
import TorchNN

/// Fixed weights for a fixed list of labels on the image tower's pooled state, as timm's classifiers have.
public struct LinearHead: LabelHead {
    /// Fixed weights.
    public static let kind = ClassifierHead.linear
    /// It knows no texts.
    public static let readsTexts = false

    private let weight: Tensor
    private let offset: Tensor

    /// A head of given weights.
    ///
    /// - Parameters:
    ///   - weight: `[L, W]`.
    ///   - bias: `[L]`.
    public init(weight: Tensor, bias: Tensor) {
        self.weight = weight
        self.offset = bias
    }

    /// `weight` `[L, W]` and `bias` `[L]`.
    public var parameters: [(name: String, tensor: Tensor)] { [("weight", weight), ("bias", offset)] }

    /// The rows of `head.safetensors` for some labels.
    ///
    /// - Throws: ``MultiLabelError/labelNotInHead(label:directory:)``, and the errors of reading the file.
    public static func load(of bundle: ModelBundle, labels: [Label], device: Device) throws -> LinearHead {
        let (own, directory) = ((bundle.description?.labels ?? []).map(\.name), bundle.checkpoint.directory)
        var rows: [Int64] = []
        for label in labels {
            guard let row = own.firstIndex(of: label.name) else {
                throw MultiLabelError.labelNotInHead(label: label.name, directory: directory)
            }
            rows.append(Int64(row))
        }
        let source = WeightSource(try SafetensorsCheckpoint(path: directory + "/head.safetensors"))
        let width = bundle.checkpoint.pooledWidth
        let weight = try source.load("weight", shape: [own.count, width], dtype: .float32)
        let bias = try source.load("bias", shape: [own.count], dtype: .float32)
        let indices = try Tensor(rows, shape: [rows.count])
        return LinearHead(
            weight: try weight.selected(dimension: 0, indices: indices).to(device: device),
            bias: try bias.selected(dimension: 0, indices: indices).to(device: device))
    }

    /// Makes ready to score; no texts are looked at.
    public func scorer(of model: any ImageTextModel, labelFeatures: () throws -> Tensor) -> LabelScorer {
        LabelScorer { pooled in try pooled.to(dtype: .float32).linear(weight: weight, bias: offset) }
    }
}
