// SPDX-License-Identifier: Apache-2.0

public import FileIO
import Safetensors

/// A model's weights in files of `torch.save`: one, or several with Hugging Face's index `pytorch_model.bin.index.json`.
public struct PyTorchCheckpoint: Sendable {
    /// The file or index that was opened.
    public let path: String
    /// The files; one for a single file.
    public let files: [PyTorchFile]
    /// What had to be done to find the weights, in words.
    public var notes: [String] { files.first?.notes ?? [] }

    private let places: [String: (file: Int, tensor: Int)]

    /// Opens a file, or all files of an index if the name ends in `.json`.
    ///
    /// - Throws: `InputError`, `FileIOError`, and `SafetensorsError` for the index.
    public init(path: String) throws {
        self.path = path
        guard path.hasSuffix(".json") else {
            let file = try PyTorchFile(path: path)
            files = [file]
            places = Dictionary(
                file.tensors.indices.map { (file.tensors[$0].name, (0, $0)) }, uniquingKeysWith: { first, _ in first })
            return
        }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        var (files, places): ([PyTorchFile], [String: (file: Int, tensor: Int)]) = ([], [:])
        for name in try ShardIndex(path: path).shards {
            let file: PyTorchFile
            do {
                file = try PyTorchFile(path: folder + name)
            } catch let error as FileIOError where error.isMissingInput {
                throw InputError.badData(
                    "\(path) names the shard '\(printable(name))', which is not in its folder; fetch it too")
            }
            for (index, tensor) in file.tensors.enumerated() {
                // Weights that layers share are in each shard that has such a layer.
                if places[tensor.name] == nil { places[tensor.name] = (files.count, index) }
            }
            files.append(file)
        }
        (self.files, self.places) = (files, places)
    }

    /// The names of all tensors, file by file.
    public var names: [String] { files.flatMap { $0.tensors.map(\.name) } }

    /// The tensor of a name with the file that it is mapped in; nil where there is none.
    public subscript(name: String) -> (tensor: PyTorchTensor, file: MappedFile)? {
        places[name].map { (files[$0.file].tensors[$0.tensor], files[$0.file].file) }
    }
}
