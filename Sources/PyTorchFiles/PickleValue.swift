// SPDX-License-Identifier: Apache-2.0

import Safetensors

/// What a pickle can hold as far as this library knows it. Containers are places in the machine's tables, so that no
/// value holds another: neither cycles nor deep nesting cost anything when values are copied or dropped.
enum PickleValue: Sendable {
    case none
    case bool(Bool)
    case integer(Int)
    /// An integer beyond 64 bits, little-endian in two's complement.
    case bigInteger([UInt8])
    case number(Double)
    case text(String)
    case bytes
    /// A list, tuple or set.
    case sequence(Int)
    /// A dictionary, or an object as the dictionary of its attributes.
    case dictionary(Int)
    case global(PickleGlobal)
    case storage(StorageReference)
    case tensor(TensorReference)

    var integer: Int? { if case .integer(let value) = self { value } else { nil } }
    var text: String? { if case .text(let value) = self { value } else { nil } }
}

/// The names that a pickle may refer to. There are no others: whatever else a file names is refused by its name, and of
/// these none is ever called, since each only says what is to be made of the values beside it.
enum PickleGlobal: Sendable {
    case orderedDict
    case set
    case rebuildTensor
    case rebuildTensorV2
    case rebuildTensorV3
    case rebuildParameter
    case size
    case device
    case storage(SafetensorsDType)
    case dtype(SafetensorsDType)
    /// A class of TorchScript's own.
    case scriptClass
    /// `torch.jit._pickle`: a list of one type, or a value with its type's name.
    case scriptList
    case scriptTag

    /// What a name stands for; nil for all that is refused.
    init?(module: String, name: String, isScript: Bool) {
        switch (module, name) {
        case ("collections", "OrderedDict"): self = .orderedDict
        case ("builtins", "set"), ("__builtin__", "set"), ("builtins", "frozenset"), ("__builtin__", "frozenset"):
            self = .set
        case ("torch._utils", "_rebuild_tensor"): self = .rebuildTensor
        case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensorV2
        case ("torch._utils", "_rebuild_tensor_v3"): self = .rebuildTensorV3
        case ("torch._utils", "_rebuild_parameter"), ("torch._utils", "_rebuild_parameter_with_state"):
            self = .rebuildParameter
        case ("torch", "Size"): self = .size
        case ("torch", "device"): self = .device
        case ("torch.storage", "UntypedStorage"), ("torch", "UntypedStorage"): self = .storage(.uint8)
        case ("torch", _), ("torch.cuda", _):
            if name.hasSuffix("Storage"), let dtype = Self.storages[String(name.dropLast(7))] {
                self = .storage(dtype)
            } else if module == "torch", let dtype = Self.dtypes[name] {
                self = .dtype(dtype)
            } else {
                return nil
            }
        case ("torch.jit._pickle", "build_intlist"), ("torch.jit._pickle", "build_doublelist"),
            ("torch.jit._pickle", "build_boollist"), ("torch.jit._pickle", "build_tensorlist"):
            self = .scriptList
        case ("torch.jit._pickle", "restore_type_tag"): self = .scriptTag
        default:
            guard isScript, module == "__torch__" || module.hasPrefix("__torch__.") else { return nil }
            self = .scriptClass
        }
    }

    private static let storages: [String: SafetensorsDType] = [
        "Float": .float32, "Double": .float64, "Half": .float16, "BFloat16": .bfloat16, "Long": .int64, "Int": .int32,
        "Short": .int16, "Char": .int8, "Byte": .uint8, "Bool": .bool, "ComplexFloat": .complex64,
    ]
    private static let dtypes: [String: SafetensorsDType] = [
        "float32": .float32, "float64": .float64, "float16": .float16, "bfloat16": .bfloat16, "int64": .int64,
        "int32": .int32, "int16": .int16, "int8": .int8, "uint8": .uint8, "bool": .bool, "complex64": .complex64,
        "uint16": .uint16, "uint32": .uint32, "uint64": .uint64, "float8_e4m3fn": .float8E4M3,
        "float8_e5m2": .float8E5M2, "float8_e4m3fnuz": .float8E4M3FNUZ, "float8_e5m2fnuz": .float8E5M2FNUZ,
        "float8_e8m0fnu": .float8E8M0,
    ]
}

/// A storage by its key in the file.
struct StorageReference: Sendable, Equatable {
    let key: String
    let dtype: SafetensorsDType
    /// How many elements the pickle says that it has.
    let count: Int
}

/// A tensor as a view of a storage; strides count elements.
struct TensorReference: Sendable, Equatable {
    let storage: StorageReference
    let dtype: SafetensorsDType
    let offset: Int
    let shape: [Int]
    let strides: [Int]
}
