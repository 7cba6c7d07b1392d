// SPDX-License-Identifier: Apache-2.0

package import FileIO
import Foundation
import Imaging
import JSON
import PyTorchFiles
import Safetensors
import TorchNN

/// A directory with a model's files, whatever its family.
public struct ModelDirectory {
    /// Where it is.
    public let path: String
    /// The names in it.
    public let names: Set<String>

    /// Where transformers 5 keeps the settings of tokenizer and image processor together.
    private static let processorName = "processor_config.json"

    /// Lists a directory.
    ///
    /// - Throws: `FileIOError` if it cannot be read, `InputError` if it is a file of weights.
    public init(path: String) throws {
        self.path = path
        do {
            names = Set(try listDirectory(path: path))
        } catch {
            if let refusal = InputError.refusal(ofWeights: path) { throw refusal }
            throw error
        }
    }

    /// Opens the weights, whatever names their tensors have: safetensors, else files of torch.save.
    ///
    /// Where `config.json` is timm's, which describes an image tower alone, open_clip's files are taken.
    ///
    /// - Throws: `InputError` if there are none, or several of which none is known to be the model's.
    func weights() throws -> WeightFiles {
        switch WeightFileChoice(among: names, isTimm: try hasTimmConfiguration()) {
        case .file(let name) where name.hasSuffix(".safetensors"),
            .index(let name) where name.hasSuffix(".safetensors.index.json"):
            return .safetensors(try SafetensorsCheckpoint(path: path + "/" + name))
        case .file(let name), .index(let name): return .pytorch(try PyTorchCheckpoint(path: path + "/" + name))
        case .several(let names):
            let files = names.prefix(3).joined(separator: ", ")
            throw InputError.badData(
                "\(path) has several files of weights (\(files)); keep one, or call it model.safetensors")
        case .none: break
        }
        try refusePickles(named: "model.safetensors")
        throw InputError.badData(
            "\(path) has no model.safetensors, model.safetensors.index.json, pytorch_model.bin or other file of weights; name a model directory"
        )
    }

    /// Whether `config.json` describes a model of timm, beside open_clip's files.
    private func hasTimmConfiguration() throws -> Bool {
        guard WeightFileChoice.hasBothLayouts(names) else { return false }
        let file = path + "/config.json"
        let configuration = try ConfigReader(path: file, bytes: readFile(path: file, maximumBytes: 16 << 20))
        return configuration.value["model_type"] == nil && configuration.value["architecture"] != nil
    }

    /// Throws the refusal of the first file of torch.save, which should rather be one of this name.
    func refusePickles(named name: String) throws(InputError) {
        for other in names.sorted() where PyTorchFile.hasName(other) || other.hasSuffix(".pkl") {
            throw .refusal(ofPickle: path + "/" + other, named: name)
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

    /// Reads how pictures are prepared, which has to give pictures of `side` pixels: from `preprocessor_config.json`, or
    /// where that is missing from the part of `processor_config.json` that is an image processor's.
    func preprocessor(
        _ layout: ModelLayout, side: Int, usual: ImagePreprocessor.Processor
    ) throws -> ImagePreprocessor {
        var name = layout.preprocessingName
        if !names.contains(name), layout == .huggingFace, names.contains(Self.processorName) {
            name = Self.processorName
        }
        let file = path + "/" + name
        guard names.contains(name) else {
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
                : try ImagePreprocessor(
                    configuration: Data(bytes), inProcessor: name == Self.processorName, usual: usual)
        } catch ImagingError.badConfiguration(let key, let problem) {
            throw bad(key, problem)
        }
        let size = preprocessor.outputSize
        if size.width != side || size.height != side {
            throw bad(
                preprocessor.crop == nil ? "size" : "crop_size",
                "gives pictures of \(size.width) x \(size.height), the model's image_size is \(side)")
        }
        return preprocessor
    }
}

extension InputError {
    /// Says that a model is a directory where somebody named a file of weights; nil for any other path.
    package static func refusal(ofWeights path: String) -> InputError? {
        guard PyTorchFile.hasName(path) || path.hasSuffix(".safetensors") else { return nil }
        return .badData(
            "\(path) is a file of weights, and a model is the directory that holds it; put config.json, preprocessor_config.json and tokenizer.json beside it (for OpenAI's archives they are in the Hub's openai/clip-vit-base-patch32 and its sisters), and name the directory"
        )
    }

    /// The refusal of a pickle that is not looked into, with the command that converts it to a file called `name`.
    static func refusal(ofPickle path: String, named name: String) -> InputError {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let target = (folder.isEmpty ? "" : folder + "/") + name
        let command =
            "python3 -c \"import torch, safetensors.torch as s; "
            + "d = torch.load('\(path)', map_location='cpu', weights_only=True); "
            + "s.save_file({k: v.clone() for k, v in d.items()}, '\(target)', {'format': 'pt'})\""
        return .badData("\(path) is a pickle, which can run code when it is read; convert it once with: \(command)")
    }
}
