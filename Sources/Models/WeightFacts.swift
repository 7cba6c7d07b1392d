// SPDX-License-Identifier: Apache-2.0

import Safetensors
import TorchNN

/// What the files of a model's weights say without a look at their values.
public struct WeightFacts: Sendable {
    /// The file or index.
    public let path: String
    /// The types of their elements, as safetensors names them, in alphabetical order.
    public let types: [String]
    /// The size of all tensors in bytes.
    public let bytes: Int
    /// The number of all elements.
    public let count: Int
    /// The elements of each tower, its projection included.
    public let parameters: [Tower: Int]
}

extension ModelCheckpoint {
    /// The sizes and types of the weights. Where an adapter is merged into them they are the base's.
    public var weightFacts: WeightFacts {
        var (types, bytes, count) = (Set<String>(), 0, 0)
        for tensor in source.storedTensors {
            types.insert(tensor.dtype.rawValue)
            let elements = tensor.shape.reduce(1, *)
            count += elements
            bytes += elements * tensor.dtype.bitWidth / 8
        }
        var parameters: [Tower: Int] = [:]
        for (name, elements) in source.parameterCounts {
            if case .tower(let tower, _)? = architecture.part(of: name) { parameters[tower, default: 0] += elements }
        }
        return WeightFacts(path: source.path, types: types.sorted(), bytes: bytes, count: count, parameters: parameters)
    }
}
