// SPDX-License-Identifier: Apache-2.0

package import FileIO
import Foundation
import Imaging
import Safetensors

/// A directory with a model's files, whatever its family.
public struct ModelDirectory {
    /// Where it is.
    public let path: String
    /// The names in it.
    public let names: Set<String>

    /// Lists a directory.
    ///
    /// - Throws: `FileIOError` if it cannot be read, `InputError` if it is a pickle.
    public init(path: String) throws {
        self.path = path
        do {
            names = Set(try listDirectory(path: path))
        } catch {
            if let pickle = InputError.refusal(ofPickle: path) { throw pickle }
            throw error
        }
    }

    /// Opens the weights, whatever names their tensors have.
    func weights() throws -> SafetensorsCheckpoint {
        if names.contains("model.safetensors") || names.contains("model.safetensors.index.json") {
            return try SafetensorsCheckpoint(directory: path)
        }
        let known = ["open_clip_model.safetensors", "open_clip_pytorch_model.safetensors"]
        let others = names.filter { $0.hasSuffix(".safetensors") && $0 != "head.safetensors" }.sorted()
        if others.count > 1, !known.contains(where: names.contains) {
            let files = others.prefix(3).joined(separator: ", ")
            throw InputError.badData(
                "\(path) has several files of weights (\(files)); keep one, or call it model.safetensors")
        }
        if let name = known.first(where: names.contains) ?? others.first {
            return try SafetensorsCheckpoint(path: path + "/" + name)
        }
        try refusePickles(named: "model.safetensors")
        throw InputError.badData(
            "\(path) has no model.safetensors, model.safetensors.index.json or other *.safetensors; name a model directory"
        )
    }

    /// Throws the refusal of the first pickle, which should rather be a file of this name.
    func refusePickles(named name: String) throws(InputError) {
        for other in names.sorted() {
            if let refusal = InputError.refusal(ofPickle: path + "/" + other, named: name) { throw refusal }
        }
    }

    /// Reads the file that describes the model's shape in a layout.
    ///
    /// - Throws: `InputError` if it is missing or no JSON object.
    public func configuration(_ layout: ModelLayout) throws -> ConfigReader {
        let file = path + "/" + layout.configurationName
        do {
            return try ConfigReader(path: file, bytes: try readFile(path: file, maximumBytes: 16 << 20))
        } catch let error as FileIOError where error.isMissingInput {
            let remedy =
                layout == .huggingFace
                ? "a model directory needs Hugging Face's config.json beside the weights"
                : "weights with open_clip's names need its configuration beside them"
            throw InputError.badData("\(file) is missing; \(remedy)")
        }
    }

    /// Reads how pictures are prepared, which has to give pictures of `side` pixels.
    func preprocessor(_ layout: ModelLayout, side: Int) throws -> ImagePreprocessor {
        let file = path + "/" + layout.preprocessingName
        guard names.contains(layout.preprocessingName) else {
            throw InputError.badData(
                "\(file) is missing; a model directory needs it to prepare pictures as the model was trained on")
        }
        func bad(_ key: String, _ problem: String) -> InputError { .badData("\(file): key '\(key)' \(problem)") }
        let bytes = try readFile(path: file, maximumBytes: 16 << 20)
        let preprocessor: ImagePreprocessor
        do {
            preprocessor =
                layout == .openCLIP
                ? try ImagePreprocessor(openCLIP: ConfigReader(path: file, bytes: bytes), side: side)
                : try ImagePreprocessor(configuration: Data(bytes))
        } catch ImagingError.badConfiguration(let key, let problem) {
            throw bad(key, problem)
        }
        let size = preprocessor.outputSize
        if size.width != side || size.height != side {
            throw bad(
                "crop_size", "gives pictures of \(size.width) x \(size.height), the model's image_size is \(side)")
        }
        return preprocessor
    }
}

extension InputError {
    /// The refusal of a pickle, with the command that converts it; nil for any other path. `name` is what the converted
    /// file has to be called.
    package static func refusal(ofPickle path: String, named name: String = "model.safetensors") -> InputError? {
        guard [".pt", ".bin", ".pth", ".ckpt", ".pkl"].contains(where: path.hasSuffix) else { return nil }
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let target = (folder.isEmpty ? "" : folder + "/") + name
        let command =
            "python3 -c \"import torch, safetensors.torch as s; "
            + "d = torch.load('\(path)', map_location='cpu', weights_only=True); "
            + "s.save_file({k: v.clone() for k, v in d.items()}, '\(target)', {'format': 'pt'})\""
        return .badData("\(path) is a pickle, which can run code when it is read; convert it once with: \(command)")
    }
}
