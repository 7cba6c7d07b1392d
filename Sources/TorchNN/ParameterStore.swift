// SPDX-License-Identifier: Apache-2.0

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
            (self.name, self.tensor) = (name, tensor)
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
    /// The bytes that were loaded since freed memory was given back.
    private var loaded = 0
    private static let releasedBytes = 64 << 20

    /// A store that has loaded nothing yet.
    public init(source: WeightSource, dtype: DType, device: Device, lora: LoRAPlan? = nil) {
        (self.source, self.dtype, self.device, self.lora) = (source, dtype, device, lora)
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

    /// The parameters, in their order, as a model without adapters has them: W + s·B·A in place of W. Those without an
    /// adapter are the same tensors.
    public func mergedParameters() throws(TorchError) -> [Parameter] {
        let adapterOfWeight = Dictionary(uniqueKeysWithValues: adapters.map { ($0.layer + ".weight", $0.adapter) })
        return try parameters.map { parameter throws(TorchError) in
            guard let adapter = adapterOfWeight[parameter.name] else { return parameter }
            let sum = try withoutGradient { () throws(TorchError) in try parameter.tensor + adapter.delta() }
            return Parameter(name: parameter.name, tensor: sum)
        }
    }

    /// The empty path.
    public var root: ParameterScope { ParameterScope(store: self, path: "") }

    /// Tensors of the checkpoint that no layer asked for.
    public var unused: [String] { source.leftOver(besides: asked) }

    /// Loads a parameter by its whole name to the store's device; `dtype` is for what must not be rounded to the store's.
    ///
    /// - Throws: `InputError` if the checkpoint lacks it or has it in another shape.
    public func parameter(_ name: String, shape: [Int], dtype: DType? = nil) throws -> Tensor {
        let tensor = try source.load(name, shape: shape, dtype: dtype ?? self.dtype).to(device: device)
        asked.insert(name)
        loaded += shape.reduce(4, *)
        if loaded >= Self.releasedBytes {
            // What reading parsed and freed would otherwise be kept beside the parameters: a third of a ViT-B/32.
            Library.releaseFreeMemory()
            loaded = 0
        }
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
    /// - Throws: `InputError` if the checkpoint lacks it or has it in another shape.
    public func parameter(_ name: String, shape: [Int], dtype: DType? = nil) throws -> Tensor {
        try store.parameter(path.isEmpty ? name : path + "." + name, shape: shape, dtype: dtype)
    }

    /// The adapter of the linear layer at this path, if it gets one.
    func adapter(from: Int, to: Int) throws -> LoRAAdapter? { try store.adapter(path, from: from, to: to) }
}
