// SPDX-License-Identifier: Apache-2.0

import FileIO
public import Imaging
import Safetensors
public import Tokenization
public import Torch
public import TorchNN

/// A directory with a model: configuration, weights, tokenizer and preprocessing.
///
/// Hugging Face's layout (`config.json`, `model.safetensors` or its shards, else `pytorch_model.bin`), or weights with
/// openai/CLIP's or open_clip's names beside an `open_clip_config.json`. Or an adapter in PEFT's format (`adapter_config.json`), which
/// names another directory as its base: everything is then the base's but the weights, into which the adapter is
/// merged. The directories are only read. ``ModelRegistry`` finds the family whose model it is.
public struct ModelCheckpoint {
    /// The directory, which is the adapter's where there is one.
    public private(set) var directory: String
    /// The directory that configuration, weights, tokenizer and preprocessing come from.
    public let baseDirectory: String
    /// Which layout it has.
    public let layout: ModelLayout
    /// The model's shape.
    public let architecture: any ModelArchitecture
    /// The tokenizer.
    public let tokenizer: any TextTokenizer
    /// How pictures are prepared.
    public let preprocessor: ImagePreprocessor
    /// What had to be done to find the weights in their file, in words: such as a prefix that was taken off all names.
    public let notes: [String]
    private(set) var source: WeightSource

    /// Whether the weights are a base's with an adapter merged into them.
    public var hasAdapter: Bool { directory != baseDirectory }
    /// W, the width of a picture's pooled state.
    public var pooledWidth: Int { architecture.pooledWidth }
    /// D, the width of the joint embedding.
    public var featureWidth: Int { architecture.featureWidth }
    /// The most tokens of a prompt.
    public var contextLength: Int { architecture.contextLength }

    /// Reads everything but the weights' values, and checks that the parts belong together.
    ///
    /// - Parameters:
    ///   - directory: The model's directory, or an adapter's.
    ///   - resolvingBase: Finds the directory of an adapter's base by its Hub name, or its path relative to where the
    ///     program runs; not asked where the base lies beside the adapter. Nil: only such a base is found.
    /// - Throws: `InputError` and the errors of the parts, each naming the file.
    public init(directory: String, resolvingBase: ((_ model: String) throws -> String)? = nil) throws {
        let listed = try ModelDirectory(path: directory)
        guard listed.names.contains(AdapterFiles.configurationName) else {
            try self.init(listed)
            return
        }
        let adapter = try AdapterFiles(listed)
        try self.init(ModelDirectory(path: adapter.base(resolving: resolvingBase)))
        source = source.adding(try adapter.additions(to: architecture))
        self.directory = directory
    }

    private init(_ directory: ModelDirectory) throws {
        self.directory = directory.path
        self.baseDirectory = directory.path
        (self.layout, self.architecture, self.source, self.notes) = try Self.model(in: directory)
        self.tokenizer = try architecture.tokenizer(in: directory.path)
        // Some checkpoints of SigLIP have a few tokens more than vectors; the rest of them is refused where it is met.
        let spare = tokenizer is PaddingTokenizer ? architecture.vocabularySize / 100 : 0
        if tokenizer.vocabularySize > architecture.vocabularySize + spare {
            throw InputError.badData(
                "the tokenizer in \(directory.path) has ids up to \(tokenizer.vocabularySize - 1), config.json has vocab_size \(architecture.vocabularySize); use the files of one model"
            )
        }
        self.preprocessor = try directory.preprocessor(
            layout, side: architecture.imageSize, usual: architecture.classes.processor)
    }

    /// The model's shape and weights, without tokenizer and preprocessing.
    static func model(
        in directory: ModelDirectory
    ) throws -> (layout: ModelLayout, architecture: any ModelArchitecture, source: WeightSource, notes: [String]) {
        let weights = try directory.weights()
        let tensorNames = weights.names
        let (family, layout, configuration) = try ModelRegistry.find(directory, tensorNames: tensorNames)
        let architecture = try family.architecture(configuration, layout: layout)
        // OpenAI's own archives have such names beside Hugging Face's files too.
        let isRenamed = layout == .openCLIP || architecture.usesOpenCLIPNames(tensorNames)
        let recipes = isRenamed ? architecture.openCLIPRecipes(for: tensorNames) : nil
        let file = weights.path.split(separator: "/").last.map(String.init) ?? weights.path
        return (
            layout, architecture, WeightSource(weights, recipes: recipes),
            weights.notes.map { "\(file): \($0)" }
        )
    }

    /// The tokenizer and the context length alone, without opening the weights; as ``init(directory:resolvingBase:)``.
    ///
    /// - Throws: `InputError` and the tokenizer's errors.
    public static func tokenizer(
        directory: String, resolvingBase: ((_ model: String) throws -> String)? = nil
    ) throws -> (tokenizer: any TextTokenizer, contextLength: Int) {
        var listed = try ModelDirectory(path: directory)
        if listed.names.contains(AdapterFiles.configurationName) {
            listed = try ModelDirectory(path: AdapterFiles(listed).base(resolving: resolvingBase))
        }
        let (family, layout, configuration) = try ModelRegistry.find(listed, tensorNames: nil)
        let architecture = try family.architecture(configuration, layout: layout)
        return (try architecture.tokenizer(in: listed.path), architecture.contextLength)
    }

    /// The token ids of a text, as ``ImageTextModel/textFeatures(_:)`` takes them.
    public func tokens(of text: String) -> [Int32] { tokenizer.encode(text, contextLength: contextLength) }

    /// Loads the weights to a device, to run in a type: the model, and its parameters by name. `lora` says which layers
    /// get adapters that can be trained.
    ///
    /// - Throws: `InputError` if a parameter is missing or misshapen, ``Torch/TorchError`` if memory runs out.
    public func load(
        on device: Device = .cpu, dtype: DType = .float32, lora: LoRAPlan? = nil
    ) throws -> (any ImageTextModel, ParameterStore) {
        let store = ParameterStore(source: source, dtype: dtype, device: device, lora: lora)
        let model = try architecture.model(store.root)
        if let name = store.unused.first(where: { !Self.isBuffer($0) }) {
            throw InputError.badData(
                "\(source.path) holds '\(name)', which this model has no place for; check that config.json belongs to these weights"
            )
        }
        return (model, store)
    }

    /// Whether a tensor is one of those that checkpoints carry beside the parameters: positions, sizes, masks, and
    /// SigLIP's bias where the family's score has no place for it.
    private static func isBuffer(_ name: String) -> Bool {
        ["position_ids", "attn_mask", "input_resolution", "context_length", "vocab_size", "logit_bias"]
            .contains { name == $0 || name.hasSuffix("." + $0) }
    }
}

extension ModelCheckpoint {
    /// The first difference, in words, in what has to agree where the weights of two models are mixed; nil for none.
    /// Both tokenizers have to take `texts`, and one that has a bit of everything, for the same tokens.
    package func difference(from other: ModelCheckpoint, texts: [String]) -> String? {
        if let difference = architecture.firstDifference(from: other.architecture) { return difference }
        if preprocessor != other.preprocessor { return "they prepare pictures differently" }
        let sizes = (tokenizer.vocabularySize, other.tokenizer.vocabularySize)
        if sizes.0 != sizes.1 { return "their tokenizers have \(sizes.0) and \(sizes.1) tokens" }
        let probe = "The quick brown fox's 0123456789 photographs, it's raining: jumping over naïve façades & 東京!"
        for text in [probe] + texts where tokens(of: text) != other.tokens(of: text) {
            return "their tokenizers take '\(printable(text, maximumCharacters: 80))' for different tokens"
        }
        return nil
    }
}
