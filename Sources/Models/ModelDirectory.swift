// SPDX-License-Identifier: Apache-2.0

import FileIO
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
    /// - Throws: `FileIOError` if it cannot be read, ``ModelError`` if it is a pickle.
    public init(path: String) throws {
        self.path = path
        do {
            names = Set(try listDirectory(path: path))
        } catch {
            if let pickle = ModelError.refusal(ofPickle: path) { throw pickle }
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
            throw ModelError.manyWeights(directory: path, files: others)
        }
        if let name = known.first(where: names.contains) ?? others.first {
            return try SafetensorsCheckpoint(path: path + "/" + name)
        }
        for name in names.sorted() {
            if let pickle = ModelError.refusal(ofPickle: path + "/" + name) { throw pickle }
        }
        throw ModelError.noWeights(directory: path)
    }

    /// Reads the file that describes the model's shape.
    ///
    /// - Parameter layout: Whose file it is.
    /// - Returns: Its values.
    /// - Throws: ``ModelError`` if it is missing or no JSON object.
    public func configuration(_ layout: ModelLayout) throws -> ConfigReader {
        let file = path + "/" + layout.configurationName
        do {
            return try ConfigReader(path: file, bytes: try readFile(path: file, maximumBytes: 16 << 20))
        } catch let error as FileIOError where error.isMissingInput {
            let remedy =
                layout == .huggingFace
                ? "a model directory needs Hugging Face's config.json beside the weights"
                : "weights with open_clip's names need its configuration beside them"
            throw ModelError.missingFile(path: file, remedy: remedy)
        }
    }

    /// Reads how pictures are prepared, which has to give pictures of `side` pixels.
    func preprocessor(_ layout: ModelLayout, side: Int) throws -> ImagePreprocessor {
        let file = path + "/" + layout.preprocessingName
        guard names.contains(layout.preprocessingName) else {
            throw ModelError.missingFile(
                path: file, remedy: "a model directory needs it to prepare pictures as the model was trained on")
        }
        let bytes = try readFile(path: file, maximumBytes: 16 << 20)
        let preprocessor: ImagePreprocessor
        do {
            preprocessor =
                layout == .openCLIP
                ? try ImagePreprocessor(openCLIP: ConfigReader(path: file, bytes: bytes), side: side)
                : try ImagePreprocessor(configuration: Data(bytes))
        } catch ImagingError.badConfiguration(let key, let problem) {
            throw ModelError.badValue(path: file, key: key, problem: problem)
        }
        let size = preprocessor.outputSize
        if size.width != side || size.height != side {
            throw ModelError.badValue(
                path: file, key: "crop_size",
                problem: "gives pictures of \(size.width) x \(size.height), the model's image_size is \(side)")
        }
        return preprocessor
    }
}
