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
    /// What the layers have asked for so far, in that order.
    public private(set) var parameters: [Parameter] = []
    private var asked: Set<String> = []

    /// A store that has loaded nothing yet.
    public init(source: WeightSource, dtype: DType, device: Device) {
        self.source = source
        self.dtype = dtype
        self.device = device
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
}

/// A parameter that a checkpoint has not, or not as it should be.
public enum ParameterError: Error, Equatable, CustomStringConvertible {
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
