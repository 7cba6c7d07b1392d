// SPDX-License-Identifier: Apache-2.0

public import FileIO
public import Torch

/// The model's parameters by name, in the order in which its layers asked for them: what is trained and saved.
///
/// Construction is loading: a layer asks for a name and a shape where it is built, and gets the checkpoint's values.
public final class ParameterStore {
    /// A named parameter.
    public struct Parameter {
        /// Its name in a Hugging Face checkpoint.
        public let name: String
        /// Its values, of the store's type on the store's device.
        public let tensor: Tensor

        /// A parameter that no checkpoint holds.
        public init(name: String, tensor: Tensor) {
            self.name = name
            self.tensor = tensor
        }
    }

    /// Where the values come from.
    public let source: WeightSource
    /// The type the values are converted to.
    public let dtype: DType
    /// Where the values are put.
    public let device: Device
    /// What the layers have asked for so far, in that order; adapters are not among them.
    public private(set) var parameters: [Parameter] = []
    /// The adapters made so far, in the order of their layers, by the layers' paths.
    public private(set) var adapters: [(layer: String, adapter: LoRAAdapter)] = []
    /// Which layers get adapters, or nil for none.
    public let lora: LoRAPlan?
    private var asked: Set<String> = []

    /// A store that has loaded nothing yet.
    ///
    /// - Parameters:
    ///   - source: Where the values come from.
    ///   - dtype: The type they are converted to.
    ///   - device: Where they are put.
    ///   - lora: Which linear layers get adapters; nil for none.
    public init(source: WeightSource, dtype: DType, device: Device, lora: LoRAPlan? = nil) {
        self.source = source
        self.dtype = dtype
        self.device = device
        self.lora = lora
    }

    /// The adapters' parameters: `LAYER.lora_A.weight` and `LAYER.lora_B.weight`, layer after layer.
    public var adapterParameters: [Parameter] {
        adapters.flatMap { layer, adapter in
            [
                Parameter(name: layer + "." + LoRANames.down, tensor: adapter.down),
                Parameter(name: layer + "." + LoRANames.up, tensor: adapter.up),
            ]
        }
    }

    /// The parameters as a model without adapters has them: W + s·B·A in place of W.
    ///
    /// - Returns: As many parameters as there are, in their order; those without an adapter are the same tensors.
    /// - Throws: ``Torch/TorchError`` if there is no memory for the sums.
    public func mergedParameters() throws(TorchError) -> [Parameter] {
        var adapterOfWeight: [String: LoRAAdapter] = [:]
        for (layer, adapter) in adapters { adapterOfWeight[layer + ".weight"] = adapter }
        var merged: [Parameter] = []
        for parameter in parameters {
            guard let adapter = adapterOfWeight[parameter.name] else {
                merged.append(parameter)
                continue
            }
            let sum = try withoutGradient { () throws(TorchError) in try parameter.tensor + adapter.delta() }
            merged.append(Parameter(name: parameter.name, tensor: sum))
        }
        return merged
    }

    /// The empty path.
    public var root: ParameterScope { ParameterScope(store: self, path: "") }

    /// Tensors of the checkpoint that no layer asked for.
    public var unused: [String] { source.leftOver(besides: asked) }

    /// Loads a parameter.
    ///
    /// - Parameters:
    ///   - name: Its whole name.
    ///   - shape: The shape that the layer needs.
    ///   - dtype: A type other than the store's, for what must not be rounded.
    /// - Returns: The values on the store's device.
    /// - Throws: ``ParameterError`` if the checkpoint lacks it or has it in another shape.
    public func parameter(_ name: String, shape: [Int], dtype: DType? = nil) throws -> Tensor {
        let tensor = try source.load(name, shape: shape, dtype: dtype ?? self.dtype).to(device: device)
        asked.insert(name)
        parameters.append(Parameter(name: name, tensor: tensor))
        return tensor
    }

    /// Makes the adapter of the linear layer at a path, if it gets one.
    func adapter(_ layer: String, from: Int, to: Int) throws -> LoRAAdapter? {
        guard let lora, lora.adapts(layer) else { return nil }
        let adapter = try lora.adapter(layer, from: from, to: to, dtype: dtype, device: device)
        adapters.append((layer, adapter))
        return adapter
    }
}

/// A path into a checkpoint: `scope["visual"]["proj"]`.
public struct ParameterScope {
    /// The store that the path leads into.
    public let store: ParameterStore
    private let path: String

    init(store: ParameterStore, path: String) {
        self.store = store
        self.path = path
    }

    /// The path one component further.
    public subscript(_ component: String) -> ParameterScope {
        ParameterScope(store: store, path: path.isEmpty ? component : path + "." + component)
    }

    /// The path to a numbered layer.
    public subscript(_ index: Int) -> ParameterScope { self[String(index)] }

    /// Loads the parameter `name` below this path.
    ///
    /// - Throws: ``ParameterError`` if the checkpoint lacks it or has it in another shape.
    public func parameter(_ name: String, shape: [Int], dtype: DType? = nil) throws -> Tensor {
        try store.parameter(path.isEmpty ? name : path + "." + name, shape: shape, dtype: dtype)
    }

    /// The adapter of the linear layer at this path, if it gets one.
    func adapter(from: Int, to: Int) throws -> LoRAAdapter? { try store.adapter(path, from: from, to: to) }
}

/// A parameter that a checkpoint has not, or not as it should be.
public enum ParameterError: UserFacingError, Equatable {
    /// The checkpoint has no such tensor.
    case missing(name: String, file: String)
    /// The tensor has another shape than the configuration asks for.
    case shape(name: String, file: String, found: [Int], expected: [Int])
    /// The checkpoint holds a tensor that the model has no place for.
    case unused(name: String, file: String)
    /// The tensor's elements are no floating-point numbers that can be read.
    case type(name: String, file: String, found: String)
    /// The tensor holds infinite values or values that are not numbers.
    case notFinite(name: String, file: String)

    /// Bad data.
    public var failureKind: FailureKind { .badData }

    /// One line: which parameter, where, and what to do.
    public var description: String {
        switch self {
        case .missing(let name, let file):
            "parameter '\(name)' is missing in \(file); check that config.json belongs to these weights"
        case .shape(let name, let file, let found, let expected):
            "parameter '\(name)' in \(file) has shape \(found), the config asks for \(expected); check that config.json belongs to these weights"
        case .unused(let name, let file):
            "\(file) holds '\(name)', which this model has no place for; check that config.json belongs to these weights"
        case .type(let name, let file, let found):
            "parameter '\(name)' in \(file) has type \(found); convert it to F32, F16 or BF16"
        case .notFinite(let name, let file):
            "parameter '\(name)' in \(file) holds infinite values or NaN; the checkpoint is damaged, use another"
        }
    }
}
