// SPDX-License-Identifier: Apache-2.0

import Datasets
public import Torch

/// b in z = s/τ + b, as `mumic.json` has it: a number for all labels, or a list with one for each, in their order.
public enum LabelBias: Codable, Sendable, Equatable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    /// The same for all labels.
    case shared(Double)
    /// One for each label.
    case perLabel([Double])

    /// The same for all labels.
    public init(floatLiteral value: Double) { self = .shared(value) }

    /// The same for all labels.
    public init(integerLiteral value: Int) { self = .shared(Double(value)) }

    /// Takes a tensor's values, `[L]`, or one for all labels, `[]` or `[1]`. Throws ``Torch/TorchError`` if they cannot be
    /// copied.
    public init(_ tensor: Tensor) throws {
        let values = try tensor.floats().map(Double.init)
        self = values.count == 1 ? .shared(values[0]) : .perLabel(values)
    }

    /// Reads a number or a list of numbers. Throws `DecodingError` if it is neither.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let values = try? container.decode([Double].self) {
            self = .perLabel(values)
        } else {
            self = .shared(try container.decode(Double.self))
        }
    }

    /// Writes a number or a list of numbers. Throws `EncodingError` if a number is not finite.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let number { try container.encode(number) } else { try container.encode(values) }
    }

    /// The number, if all labels share one.
    public var number: Double? { if case .shared(let value) = self { value } else { nil } }

    /// All numbers in it.
    var values: [Double] {
        switch self {
        case .shared(let value): [value]
        case .perLabel(let values): values
        }
    }

    /// A tensor `[]` or `[L]`, float32.
    func tensor(on device: Device) throws -> Tensor {
        switch self {
        case .shared(let value): try Tensor(repeating: value, shape: [], device: device)
        case .perLabel(let values): try Tensor(values.map(Float.init), shape: [values.count]).to(device: device)
        }
    }
}

extension ClassifierDescription {
    /// The biases of some labels in their order, nil where there are none: those that the description does not know
    /// get the mean of all.
    func bias(of labels: [Label]) -> LabelBias? {
        guard case .perLabel(let values) = bias else { return bias == 0 ? nil : bias }
        let mean = values.reduce(0, +) / Double(max(1, values.count))
        let known = Dictionary(uniqueKeysWithValues: zip(self.labels.map(\.name), values))
        return .perLabel(labels.map { known[$0.name] ?? mean })
    }
}
