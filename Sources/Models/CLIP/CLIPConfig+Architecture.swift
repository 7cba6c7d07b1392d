// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Imaging
public import Tokenization
public import TorchNN

extension CLIPConfig: NewModelArchitecture {
    /// W of the image tower.
    public var pooledWidth: Int { vision.tower.hiddenSize }
    /// D.
    public var featureWidth: Int { projectionDim }
    /// S.
    public var imageSize: Int { vision.imageSize }
    /// The patches of a picture.
    public var patchCount: Int? { vision.patchCount }
    /// Number of tokens known.
    public var vocabularySize: Int { text.vocabSize }
    /// The tokens' vectors.
    public var tokenTable: String? { "text_model.embeddings.token_embedding.weight" }
    /// The most tokens of a prompt.
    public var contextLength: Int { text.maxPositionEmbeddings }
    /// As CLIP's authors have it, who keep scales from growing above 100.
    public var temperatureRange: ClosedRange<Double> { 0.01...1 }
    /// transformers' names.
    public var classes: TransformersClasses {
        kind == .metaCLIP2
            ? .init(
                model: "MetaClip2Model", module: "transformers.models.metaclip_2.modeling_metaclip_2",
                imageProcessor: "CLIPImageProcessor")
            : .init(
                model: "CLIPModel", module: "transformers.models.clip.modeling_clip",
                imageProcessor: "CLIPImageProcessor")
    }

    /// All sizes, by the names of `config.json`.
    public var properties: [(name: String, value: String)] {
        [("model_type", kind.rawValue), ("projection_dim", "\(projectionDim)")]
            + vision.values.map { ("vision_config.\($0.name)", "\($0.value)") }
            + textValues.map { ("text_config.\($0.name)", "\($0.value)") }
    }

    private var textValues: [(name: String, value: Any)] {
        text.tower.values + [
            ("vocab_size", text.vocabSize), ("max_position_embeddings", text.maxPositionEmbeddings),
            ("eos_token_id", text.eosTokenID),
        ]
    }

    private func tower(_ tower: Tower) -> TransformerConfig { tower == .image ? vision.tower : text.tower }

    /// The layers of a tower.
    public func blockCount(of tower: Tower) -> Int { self.tower(tower).numHiddenLayers }

    /// By transformers' names.
    public func part(of parameter: String) -> ParameterPart? {
        let path = parameter.split(separator: ".", omittingEmptySubsequences: false)
        let tower: Tower
        switch path[0] {
        case "logit_scale": return path.count == 1 ? .temperature : nil
        case "visual_projection": return .tower(.image, .projection)
        case "text_projection": return .tower(.text, .projection)
        case "vision_model": tower = .image
        case "text_model": tower = .text
        default: return nil
        }
        switch path.dropFirst().first {
        case "embeddings": return .tower(tower, .embeddings)
        case "pre_layrnorm": return .tower(tower, .stem)
        case "encoder": return self.tower(tower).block(path).map { .tower(tower, .block($0)) }
        case "post_layernorm", "final_layer_norm": return .tower(tower, .pooling)
        default: return nil
        }
    }

    /// The prefix trees' nodes.
    public func textBlockCost(_ prompts: [[Int32]]) -> Double {
        let forest = PrefixForest(prompts: prompts.map(upToPooledToken), maximumNodes: CLIPModel.usualTreeNodes)
        return Double(forest.trees.reduce(0) { $0 + $1.tokens.count }) * text.tower.blockCost
    }

    /// A prompt up to the token at which its feature is read.
    func upToPooledToken(_ prompt: [Int32]) -> [Int32] {
        let position: Int?
        if readsAtLargestID {
            position = prompt.max().flatMap { largest in prompt.firstIndex(of: largest) }
        } else {
            position = prompt.firstIndex(of: Int32(clamping: text.eosTokenID))
        }
        // As in transformers: a prompt without the end token is read at its first one.
        return Array(prompt.prefix((position ?? 0) + 1))
    }

    /// Attention's and the MLP's layers, and the projections.
    public func linearLayer(_ path: String) -> (from: Int, to: Int)? {
        guard case .tower(let place, let part)? = part(of: path) else { return nil }
        let names = path.split(separator: ".", omittingEmptySubsequences: false)
        switch part {
        case .projection: return names.count == 1 ? (tower(place).hiddenSize, projectionDim) : nil
        case .block: return tower(place).linearLayer(names.dropFirst(4).joined(separator: "."))
        default: return nil
        }
    }

    /// Whether names are those of openai/CLIP and open_clip.
    public func usesOpenCLIPNames(_ tensorNames: [String]) -> Bool { OpenCLIPNames.areUsed(in: tensorNames) }

    /// The places of all parameters in a file with open_clip's names.
    public func openCLIPRecipes(for tensorNames: [String]) -> [String: WeightSource.Recipe] {
        OpenCLIPNames.recipes(names: tensorNames, config: self)
    }

    /// CLIP's tokenizer.
    ///
    /// - Throws: ``Tokenization/TokenizerError`` if a file is missing or is not what it should be.
    public func tokenizer(in directory: String) throws -> any TextTokenizer {
        let url = URL(fileURLWithPath: directory, isDirectory: true)
        return kind == .metaCLIP2 ? try UnigramTokenizer(directory: url) : try CLIPTokenizer(directory: url)
    }

    /// Builds the two towers.
    ///
    /// - Throws: `InputError` if a parameter is missing or has another shape.
    public func model(_ scope: ParameterScope) throws -> any ImageTextModel { try CLIPModel(scope, config: self) }

    /// The contents of `config.json`.
    public func configuration(for tokenizer: any TextTokenizer, type: ModelCheckpoint.ExportType) -> [String: Any] {
        func tower(_ tower: String, _ values: [(name: String, value: Any)]) -> [String: Any] {
            let more: [(String, Any)] = [
                ("model_type", "\(kind.rawValue)_\(tower)_model"), ("projection_dim", projectionDim),
                ("dtype", type.rawValue),
            ]
            return Dictionary(uniqueKeysWithValues: values.map { ($0.name, $0.value) } + more)
        }
        var textObject = tower("text", textValues)
        if let start = tokenizer.boundaries.start { textObject["bos_token_id"] = Int(start) }
        return [
            "architectures": [classes.model], "model_type": kind.rawValue, "projection_dim": projectionDim,
            "dtype": type.rawValue, "text_config": textObject,
            "vision_config": tower("vision", vision.values),
        ]
    }
}

// open_clip's first values (transformer.py, init_parameters) for its text tower, taken for both towers.
extension CLIPConfig {
    /// The same towers with the vocabulary of a tokenizer, read at the id that ends its texts.
    public func fitted(to tokenizer: any TextTokenizer) -> CLIPConfig {
        var config = self
        config.text.vocabSize = tokenizer.vocabularySize
        config.text.eosTokenID = Int(tokenizer.boundaries.end)
        return config
    }

    /// As OpenAI's CLIP does: shortest side to the model's, bicubic, cropped from the centre.
    ///
    /// - Throws: ``Imaging/ImagingError`` if the side is out of range.
    public func newPreprocessor() throws -> ImagePreprocessor {
        try ImagePreprocessor(
            resizing: .shortestEdge(imageSize), crop: .init(height: imageSize, width: imageSize),
            mean: ImagePreprocessor.defaultMean, standardDeviation: ImagePreprocessor.defaultStandardDeviation)
    }

    /// Biases begin at 0 and layer norms at 1. Weights are normal with a deviation that depends on what they do: W^−½
    /// for queries, keys, values and projections, that times (2 · layers)^−½ where a layer adds to the residual stream,
    /// (2 W)^−½ for an MLP's first layer, 0.02 for tokens, 0.01 for the positions of texts.
    public func start(of parameter: String, shape: [Int]) -> ParameterStart {
        let path = parameter.split(separator: ".")
        if path.count > 1, path.last == "bias" { return .constant(0) }
        let isText = parameter.hasPrefix("text_")
        let width = Double(tower(isText ? .text : .image).hiddenSize)
        let layers = Double(tower(isText ? .text : .image).numHiddenLayers)
        let base = pow(width, -0.5)
        let layer = path.count > 1 && path.last == "weight" ? path[path.count - 2] : path.last ?? ""
        switch layer {
        case "token_embedding": return .normal(deviation: 0.02)
        case "position_embedding": return .normal(deviation: isText ? 0.01 : base)
        case "class_embedding", "q_proj", "k_proj", "v_proj", "text_projection", "visual_projection":
            return .normal(deviation: base)
        case "patch_embedding":
            return .normal(deviation: pow(3 * Double(shape.dropFirst().reduce(1, *)), -0.5))
        case "out_proj", "fc2": return .normal(deviation: base * pow(2 * layers, -0.5))
        case "fc1": return .normal(deviation: pow(2 * width, -0.5))
        default: return .constant(1)
        }
    }
}
