// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Tokenization
public import TorchNN

extension SigLIPConfig: ModelArchitecture {
    /// W of the image tower.
    public var pooledWidth: Int { vision.tower.hiddenSize }
    /// D, the same.
    public var featureWidth: Int { vision.tower.hiddenSize }
    /// S.
    public var imageSize: Int { vision.imageSize }
    /// The patches of a picture.
    public var patchCount: Int? { vision.patchCount }
    /// Number of tokens known.
    public var vocabularySize: Int { text.vocabSize }
    /// The length of every text.
    public var contextLength: Int { text.maxPositionEmbeddings }
    /// Wider than CLIP's: published models have learned τ of 0.0085, and their authors set no limit.
    public var temperatureRange: ClosedRange<Double> { 0.001...1 }
    /// The tokens' vectors.
    public var tokenTable: String? { "text_model.embeddings.token_embedding.weight" }
    /// transformers' names.
    public var classes: TransformersClasses {
        .init(
            model: "SiglipModel", module: "transformers.models.siglip.modeling_siglip",
            imageProcessor: "SiglipImageProcessor")
    }

    /// All sizes, by the names of `config.json`.
    public var properties: [(name: String, value: String)] {
        [("model_type", "siglip"), (Self.cleaningKey, cleaning.rawValue)]
            + vision.values.map { ("vision_config.\($0.name)", "\($0.value)") }
            + textValues.map { ("text_config.\($0.name)", "\($0.value)") }
    }

    private var textValues: [(name: String, value: Any)] {
        text.tower.values + [
            ("vocab_size", text.vocabSize), ("max_position_embeddings", text.maxPositionEmbeddings),
            ("projection_size", featureWidth),
        ]
    }

    private func tower(_ tower: Tower) -> TransformerConfig { tower == .image ? vision.tower : text.tower }

    /// The layers of a tower.
    public func blockCount(of tower: Tower) -> Int { self.tower(tower).numHiddenLayers }

    /// By transformers' names. The image tower's attention pooling is a part of its own; it has no projection.
    public func part(of parameter: String) -> ParameterPart? {
        let path = parameter.split(separator: ".", omittingEmptySubsequences: false)
        let tower: Tower
        switch path[0] {
        case "logit_scale": return path.count == 1 ? .temperature : nil
        case "logit_bias": return path.count == 1 ? .bias : nil
        case "vision_model": tower = .image
        case "text_model": tower = .text
        default: return nil
        }
        switch path.dropFirst().first {
        case "embeddings": return .tower(tower, .embeddings)
        case "encoder": return self.tower(tower).block(path).map { .tower(tower, .block($0)) }
        case "post_layernorm", "final_layer_norm": return .tower(tower, .pooling)
        case "head": return .tower(tower, tower == .image ? .pooling : .projection)
        default: return nil
        }
    }

    /// The pooling has some of the same names.
    public var hasLinearLayersInBlocksAlone: Bool { false }

    /// Each distinct prompt at its full length.
    public func textBlockCost(_ prompts: [[Int32]]) -> Double {
        Double(Set(prompts).count) * Double(contextLength) * text.tower.blockCost
    }

    /// Attention's and the MLPs' layers, and the text tower's projection.
    public func linearLayer(_ path: String) -> (from: Int, to: Int)? {
        guard case .tower(let place, let part)? = part(of: path) else { return nil }
        let names = path.split(separator: ".", omittingEmptySubsequences: false)
        switch part {
        case .projection: return names.count == 2 ? (text.tower.hiddenSize, featureWidth) : nil
        case .block: return tower(place).linearLayer(names.dropFirst(4).joined(separator: "."))
        case .pooling where names.dropFirst().first == "head":
            let name = names.dropFirst(2).joined(separator: ".")
            // PEFT sees the pooling's output layer too, although it is no plain linear layer.
            if name == "attention.out_proj" { return (pooledWidth, pooledWidth) }
            return name.hasPrefix("mlp.") ? tower(place).linearLayer(name) : nil
        default: return nil
        }
    }

    /// Whether the image tower's names are timm's.
    public func usesOpenCLIPNames(_ tensorNames: [String]) -> Bool { TimmNames.areUsed(in: tensorNames) }

    /// The places of all parameters in a file with open_clip's names.
    public func openCLIPRecipes(for tensorNames: [String]) -> [String: WeightSource.Recipe] {
        TimmNames.recipes(config: self)
    }

    /// The kind that the directory's files describe.
    ///
    /// - Throws: ``Tokenization/TokenizerError`` if a file is missing or is not what it should be.
    public func tokenizer(in directory: String) throws -> any TextTokenizer {
        try PaddingTokenizer(directory: URL(fileURLWithPath: directory, isDirectory: true), cleaner: cleaning.cleaner)
    }

    /// Builds the two towers.
    ///
    /// - Throws: `InputError` if a parameter is missing or has another shape.
    public func model(_ scope: ParameterScope) throws -> any ImageTextModel { try SigLIPModel(scope, config: self) }

    /// The contents of `config.json`.
    public func configuration(for tokenizer: any TextTokenizer, type: ModelCheckpoint.ExportType) -> [String: Any] {
        func tower(_ tower: String, _ values: [(name: String, value: Any)]) -> [String: Any] {
            let more: [(String, Any)] = [("model_type", "siglip_\(tower)_model"), ("dtype", type.rawValue)]
            return Dictionary(uniqueKeysWithValues: values.map { ($0.name, $0.value) } + more)
        }
        var object: [String: Any] = [
            "architectures": [classes.model], "model_type": "siglip", "dtype": type.rawValue,
            "text_config": tower("text", textValues), "vision_config": tower("vision", vision.values),
        ]
        if cleaning != .none { object[Self.cleaningKey] = cleaning.rawValue }
        return object
    }
}

extension SigLIPConfig.TextCleaning {
    var cleaner: TextCleaner? {
        switch self {
        case .none: nil
        case .whitespace: .whitespace
        case .lower: .lower
        case .canonicalize: .canonicalize
        }
    }
}
