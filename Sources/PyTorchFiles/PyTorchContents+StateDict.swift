// SPDX-License-Identifier: Apache-2.0

import FileIO
import Safetensors

extension PyTorchContents {
    /// Names under which training programs keep the state dict among other things.
    private static let nests = ["state_dict", "model", "module"]
    /// What wrappers put before all names: DataParallel, torch.compile, Lightning and others' classes.
    private static let prefixes = ["module.", "_orig_mod.", "model.", "clip."]
    /// Modules within modules, more of which no model has.
    private static let deepest = 64

    /// The tensors by their names, and what had to be done to find them.
    func stateDict() throws(InputError) -> (tensors: [PyTorchTensor], notes: [String]) {
        var (value, notes) = (value, [String]())
        var found = try tensors(of: value)
        while found.isEmpty, notes.count < 4, let pairs = machine.dictionary(value),
            let inner = Self.nests.lazy.compactMap({ name in pairs.last { $0.key.text == name } }).first
        {
            value = inner.value
            notes.append("its weights are under '\(inner.key.text ?? "")'")
            found = try tensors(of: value)
        }
        if found.isEmpty {
            throw .badData("\(path) holds no tensors by name; it is no model's state dict, save model.state_dict()")
        }
        while let prefix = Self.prefixes.first(where: { prefix in
            found.allSatisfy { $0.name.hasPrefix(prefix) && $0.name.utf8.count > prefix.utf8.count }
        }) {
            notes.append("'\(prefix)' was taken off its names")
            found = found.map { ($0.name.dropFirst(prefix.count).description, $0.tensor) }
        }
        var seen: [String: TensorReference] = [:]
        for (name, tensor) in found {
            if let other = seen.updateValue(tensor, forKey: name), other != tensor {
                throw .badData("\(path) has the tensor '\(printable(name))' twice; get it again")
            }
        }
        var result: [PyTorchTensor] = []
        for (name, tensor) in found where seen.removeValue(forKey: name) != nil {
            result.append(try placed(tensor, name))
        }
        return (result, notes)
    }

    private typealias Named = (name: String, tensor: TensorReference)

    /// The tensors that a dictionary holds itself, or in TorchScript those of all modules in it.
    private func tensors(of value: PickleValue) throws(InputError) -> [Named] {
        var result: [Named] = []
        var waiting: [(prefix: String, value: PickleValue, depth: Int)] = [("", value, 0)]
        var visited = 0
        while let (prefix, value, depth) = waiting.popLast() {
            guard let pairs = machine.dictionary(value) else { continue }
            var inner: [(String, PickleValue, Int)] = []
            for (key, value) in pairs {
                visited += 1
                if visited > 1 << 20 { throw machine.damaged("has more attributes than any model") }
                guard let key = key.text else { continue }
                if case .tensor(let tensor) = value {
                    result.append((prefix + key, tensor))
                } else if isScript, case .dictionary = value {
                    if depth == Self.deepest { throw machine.damaged("has modules within modules without an end") }
                    inner.append((prefix + key + ".", value, depth + 1))
                }
            }
            waiting += inner.reversed()
        }
        return result
    }

    /// Where a tensor lies, once all its elements are known to lie in its storage.
    private func placed(_ tensor: TensorReference, _ name: String) throws(InputError) -> PyTorchTensor {
        let title = printable(name, maximumCharacters: 120)
        guard let range = storages[tensor.storage.key] else {
            throw .badData("\(path): the numbers of '\(title)' are missing; it was cut short, get it again")
        }
        let width = tensor.dtype.bitWidth / 8
        func beyond() -> InputError {
            .badData("\(path): '\(title)' reaches beyond its numbers; the file is damaged, get it again")
        }
        guard let size = tensor.dtype.byteCount(shape: tensor.shape) else { throw beyond() }
        var last = tensor.offset
        if size > 0 {
            for (length, stride) in zip(tensor.shape, tensor.strides) {
                let (steps, overflow) = (length - 1).multipliedReportingOverflow(by: stride)
                let (sum, tooFar) = last.addingReportingOverflow(steps)
                if overflow || tooFar { throw beyond() }
                last = sum
            }
        }
        let count = range.count / width
        guard size == 0 ? tensor.offset <= count : last < count else { throw beyond() }
        return PyTorchTensor(
            name: name, dtype: tensor.dtype, shape: tensor.shape, strides: tensor.strides,
            start: range.lowerBound + tensor.offset * width)
    }
}

extension PickleMachine {
    /// The size of an element of each storage that a tensor views, in bytes, by the storage's key.
    func storageWidths() -> [String: Int] {
        var widths: [String: Int] = [:]
        func look(_ value: PickleValue) {
            switch value {
            case .tensor(let tensor): widths[tensor.storage.key] = tensor.storage.dtype.bitWidth / 8
            case .storage(let storage): widths[storage.key] = storage.dtype.bitWidth / 8
            default: break
            }
        }
        for pairs in dictionaries {
            for (key, value) in pairs {
                look(key)
                look(value)
            }
        }
        for values in sequences { for value in values { look(value) } }
        return widths
    }
}
