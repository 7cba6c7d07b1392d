// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
public import Imaging
import Safetensors
public import Tokenization
public import Torch
public import TorchNN

/// A directory with a CLIP model: configuration, weights, tokenizer and preprocessing.
///
/// Hugging Face's layout (`config.json`, `model.safetensors` or its shards), or a `*.safetensors` with openai/CLIP's or
/// open_clip's names beside an `open_clip_config.json`. Or an adapter in PEFT's format (`adapter_config.json`), which
/// names another directory as its base: everything is then the base's but the weights, into which the adapter is
/// merged. The directories are only read.
public struct CLIPCheckpoint {
    /// Which of the layouts the directory has.
    public enum Layout: Sendable {
        /// transformers' names and `config.json`.
        case huggingFace
        /// open_clip's names and `open_clip_config.json`.
        case openCLIP
    }

    /// The directory, which is the adapter's where there is one.
    public private(set) var directory: String
    /// The directory that configuration, weights, tokenizer and preprocessing come from.
    public let baseDirectory: String
    /// Which layout it has.
    public let layout: Layout
    /// The model's shape.
    public let config: CLIPConfig
    /// The tokenizer.
    public let tokenizer: CLIPTokenizer
    /// How pictures are prepared.
    public let preprocessor: ImagePreprocessor
    private var source: WeightSource

    /// Whether the weights are a base's with an adapter merged into them.
    public var hasAdapter: Bool { directory != baseDirectory }

    /// Reads everything but the weights' values, and checks that the parts belong together.
    ///
    /// - Parameters:
    ///   - directory: The model's directory, or an adapter's.
    ///   - resolvingBase: Finds the directory of an adapter's base by its Hub name, or its path relative to where the
    ///     program runs; not asked where the base lies beside the adapter. Nil: only such a base is found.
    /// - Throws: ``CLIPError`` and the errors of the parts, each naming the file.
    public init(directory: String, resolvingBase: ((_ model: String) throws -> String)? = nil) throws {
        let names = try Self.files(in: directory)
        guard names.contains(AdapterFiles.configurationName) else {
            try self.init(directory, names)
            return
        }
        let adapter = try AdapterFiles(directory: directory, names)
        let base = try adapter.base(resolving: resolvingBase)
        var checkpoint = try CLIPCheckpoint(base, Self.files(in: base))
        checkpoint.source = checkpoint.source.adding(try adapter.additions(to: checkpoint.config))
        checkpoint.directory = directory
        self = checkpoint
    }

    private init(_ directory: String, _ names: Set<String>) throws {
        self.directory = directory
        self.baseDirectory = directory
        (self.layout, self.config, self.source) = try Self.model(in: directory, names)
        self.tokenizer = try CLIPTokenizer(directory: URL(fileURLWithPath: directory, isDirectory: true))
        if tokenizer.vocabularySize > config.text.vocabSize {
            throw CLIPError.tokenizerMismatch(
                directory: directory, tokens: tokenizer.vocabularySize, vocabulary: config.text.vocabSize)
        }
        self.preprocessor = try Self.preprocessor(in: directory, names, layout: layout, config: config)
    }

    /// The model's shape and weights, without tokenizer and preprocessing.
    static func model(
        in directory: String, _ names: Set<String>
    ) throws -> (layout: Layout, config: CLIPConfig, source: WeightSource) {
        let weights = try weights(in: directory, names)
        let tensorNames = weights.entries.map(\.name)
        let layout: Layout = OpenCLIPNames.areUsed(in: tensorNames) ? .openCLIP : .huggingFace
        let config = try config(in: directory, layout: layout)
        let recipes = layout == .openCLIP ? OpenCLIPNames.recipes(names: tensorNames, config: config) : nil
        return (layout, config, WeightSource(weights, recipes: recipes))
    }

    /// Whether a tensor is one of those that checkpoints carry beside the parameters: positions, sizes, masks, and
    /// SigLIP's bias, which CLIP's score has no place for.
    private static func isBuffer(_ name: String) -> Bool {
        ["position_ids", "attn_mask", "input_resolution", "context_length", "vocab_size", "logit_bias"]
            .contains { name == $0 || name.hasSuffix("." + $0) }
    }

    /// The tokenizer and the context length alone, without opening the weights.
    ///
    /// - Parameters:
    ///   - directory: The model's directory, or an adapter's.
    ///   - resolvingBase: Finds the directory of an adapter's base, as in ``init(directory:resolvingBase:)``.
    /// - Returns: The tokenizer and the context length.
    /// - Throws: ``CLIPError`` and the tokenizer's errors.
    public static func tokenizer(
        directory: String, resolvingBase: ((_ model: String) throws -> String)? = nil
    ) throws -> (tokenizer: CLIPTokenizer, contextLength: Int) {
        var directory = directory
        var names = try files(in: directory)
        if names.contains(AdapterFiles.configurationName) {
            directory = try AdapterFiles(directory: directory, names).base(resolving: resolvingBase)
            names = try files(in: directory)
        }
        let layout: Layout = names.contains("config.json") ? .huggingFace : .openCLIP
        let config = try config(in: directory, layout: layout)
        return (
            try CLIPTokenizer(directory: URL(fileURLWithPath: directory, isDirectory: true)),
            config.text.maxPositionEmbeddings
        )
    }

    /// Loads the weights.
    ///
    /// - Parameters:
    ///   - device: Where to put them.
    ///   - dtype: The type to run in.
    ///   - lora: Which layers get adapters that can be trained; nil for none.
    /// - Returns: The model, and its parameters by name.
    /// - Throws: ``TorchNN/ParameterError`` if one is missing or misshapen, ``Torch/TorchError`` if memory runs out.
    public func load(
        on device: Device = .cpu, dtype: DType = .float32, lora: LoRAPlan? = nil
    ) throws -> (CLIPModel, ParameterStore) {
        let store = ParameterStore(source: source, dtype: dtype, device: device, lora: lora)
        let model = try CLIPModel(store.root, config: config)
        if let name = store.unused.first(where: { !Self.isBuffer($0) }) {
            throw ParameterError.unused(name: name, file: source.path)
        }
        return (model, store)
    }

    static func files(in directory: String) throws -> Set<String> {
        do {
            return Set(try listDirectory(path: directory))
        } catch {
            if let pickle = CLIPError.refusal(ofPickle: directory) { throw pickle }
            throw error
        }
    }

    private static func weights(in directory: String, _ names: Set<String>) throws -> SafetensorsCheckpoint {
        if names.contains("model.safetensors") || names.contains("model.safetensors.index.json") {
            return try SafetensorsCheckpoint(directory: directory)
        }
        let known = ["open_clip_model.safetensors", "open_clip_pytorch_model.safetensors"]
        let others = names.filter { $0.hasSuffix(".safetensors") && $0 != "head.safetensors" }.sorted()
        if others.count > 1, !known.contains(where: names.contains) {
            throw CLIPError.manyWeights(directory: directory, files: others)
        }
        if let name = known.first(where: names.contains) ?? others.first {
            return try SafetensorsCheckpoint(path: directory + "/" + name)
        }
        for name in names.sorted() {
            if let pickle = CLIPError.refusal(ofPickle: directory + "/" + name) { throw pickle }
        }
        throw CLIPError.noWeights(directory: directory)
    }

    private static func config(in directory: String, layout: Layout) throws -> CLIPConfig {
        let name = layout == .huggingFace ? "config.json" : "open_clip_config.json"
        let path = directory + "/" + name
        let bytes: [UInt8]
        do {
            bytes = try readFile(path: path, maximumBytes: 16 << 20)
        } catch  where error.isMissingInput {
            let remedy =
                layout == .huggingFace
                ? "a model directory needs Hugging Face's config.json beside the weights"
                : "weights with open_clip's names need its configuration beside them"
            throw CLIPError.missingFile(path: path, remedy: remedy)
        }
        return layout == .huggingFace
            ? try CLIPConfig(path: path, bytes: bytes) : try CLIPConfig(openCLIPPath: path, bytes: bytes)
    }

    private static func preprocessor(
        in directory: String, _ names: Set<String>, layout: Layout, config: CLIPConfig
    ) throws -> ImagePreprocessor {
        let side = config.vision.imageSize
        let name = layout == .openCLIP ? "open_clip_config.json" : "preprocessor_config.json"
        let path = directory + "/" + name
        guard names.contains(name) else {
            throw CLIPError.missingFile(
                path: path, remedy: "a model directory needs it to prepare pictures as the model was trained on")
        }
        let bytes = try readFile(path: path, maximumBytes: 16 << 20)
        let preprocessor: ImagePreprocessor
        do {
            preprocessor =
                layout == .openCLIP
                ? try ImagePreprocessor(openCLIP: ConfigReader(path: path, bytes: bytes), side: side)
                : try ImagePreprocessor(configuration: Data(bytes))
        } catch ImagingError.badConfiguration(let key, let problem) {
            throw CLIPError.badValue(path: path, key: key, problem: problem)
        }
        let size = preprocessor.outputSize
        if size.width != side || size.height != side {
            throw CLIPError.badValue(
                path: path, key: "crop_size",
                problem: "gives pictures of \(size.width) x \(size.height), the model's image_size is \(side)")
        }
        return preprocessor
    }
}

extension ImagePreprocessor {
    /// The preprocessing that an `open_clip_config.json` describes.
    init(openCLIP root: ConfigReader, side: Int) throws {
        guard let values = try root.object("preprocess_cfg") else {
            try self.init(openCLIPSize: Size(height: side, width: side))
            return
        }
        let mode = try values.string("resize_mode", default: "shortest")
        guard let resizeMode = OpenCLIPResizeMode(rawValue: mode) else {
            throw values.bad("resize_mode", "is '\(mode)', only 'shortest' and 'squash' can be used")
        }
        let name = try values.string("interpolation", default: "bicubic")
        guard let interpolation = ["bicubic": Interpolation.bicubic, "bilinear": .bilinear][name] else {
            throw values.bad("interpolation", "is '\(name)', only 'bicubic' and 'bilinear' can be used")
        }
        try self.init(
            openCLIPSize: Size(height: side, width: side), resizeMode: resizeMode, interpolation: interpolation,
            mean: try values.numbers("mean", default: Self.defaultMean),
            standardDeviation: try values.numbers("std", default: Self.defaultStandardDeviation))
    }
}

extension ConfigReader {
    /// A list of numbers.
    func numbers(_ key: String, default fallback: [Double]) throws(CLIPError) -> [Double] {
        guard let value = values[key] else { return fallback }
        guard let list = value as? [NSNumber] else { throw bad(key, "must be a list of numbers") }
        return list.map(\.doubleValue)
    }
}
