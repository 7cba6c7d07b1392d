// SPDX-License-Identifier: Apache-2.0

import Datasets
import Evaluation
import Imaging
import Models
import Tokenization

/// What a model is, as far as its files say: sizes, tokenizer, preprocessing, labels and how it was trained. Its weights'
/// values are not read.
public struct ModelInformation: Encodable, Sendable {
    /// The numbers of parameters.
    public struct Parameters: Encodable, Sendable {
        /// Of the image tower, its projection included.
        public let image: Int
        /// Of the text tower, its projection included.
        public let text: Int
        /// Of all files, whatever has no place in a tower included.
        public let total: Int
    }

    /// The weights' files.
    public struct Weights: Encodable, Sendable {
        /// The file or index that was opened.
        public let file: String
        /// The types of their elements, as safetensors names them.
        public let types: [String]
        /// The size of all tensors.
        public let bytes: Int
    }

    /// How pictures are prepared.
    public struct Preprocessing: Encodable, Sendable {
        /// What happens to their size, in words.
        public let size: String
        /// `bicubic` or `bilinear`.
        public let interpolation: String
        /// What is subtracted from samples in 0...1, a number a channel; nil where nothing is.
        public let mean: [Double]?
        /// What they are divided by then.
        public let std: [Double]?
    }

    /// `model_type` of the family.
    public let family: String
    /// `hugging_face` or `open_clip`.
    public let layout: String
    /// The directory of the base where the model is an adapter.
    public let adapterOf: String?
    /// The weights.
    public let weights: Weights
    /// Their numbers.
    public let parameters: Parameters
    /// The shape, by the names of `config.json`.
    public let configuration: [String: String]
    /// D, the width of features.
    public let featureWidth: Int
    /// The most tokens of a text.
    public let contextLength: Int
    /// Tokens that the tokenizer knows.
    public let vocabularySize: Int
    /// How pictures are prepared.
    public let preprocessing: Preprocessing
    /// τ, as `mumic.json` repeats it; nil without one.
    public let temperature: Double?
    /// `text`, `linear` or `anchored`.
    public let head: String
    /// The names of the labels; empty for a model that has learned none.
    public let labels: [String]
    /// The sentences that names are put into; nil without `mumic.json`.
    public let templates: [String]?
    /// How many labels have a threshold of their own.
    public let thresholds: Int
    /// The kind of calibration; nil for none.
    public let calibration: String?
    /// The loss that it was trained with; nil where nobody knows.
    public let loss: String?
    /// The share of fine-tuned weights in an interpolated model.
    public let alpha: Double?

    enum CodingKeys: String, CodingKey {
        case family, layout, weights, parameters, configuration, preprocessing, temperature, head, labels, templates
        case thresholds, calibration, loss, alpha
        case adapterOf = "adapter_of"
        case featureWidth = "feature_width"
        case contextLength = "context_length"
        case vocabularySize = "vocabulary_size"
    }

    /// Collects what a model's files say.
    public init(_ bundle: ModelBundle) {
        let (checkpoint, about) = (bundle.checkpoint, bundle.description)
        family = checkpoint.architecture.properties.first { $0.name == "model_type" }?.value ?? ""
        layout = checkpoint.layout == .openCLIP ? "open_clip" : "hugging_face"
        adapterOf = checkpoint.hasAdapter ? checkpoint.baseDirectory : nil
        let facts = checkpoint.weightFacts
        weights = Weights(file: facts.path, types: facts.types, bytes: facts.bytes)
        parameters = Parameters(
            image: facts.parameters[.image] ?? 0, text: facts.parameters[.text] ?? 0, total: facts.count)
        configuration = Dictionary(
            checkpoint.architecture.properties.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        (featureWidth, contextLength) = (checkpoint.featureWidth, checkpoint.contextLength)
        vocabularySize = checkpoint.tokenizer.vocabularySize
        preprocessing = Preprocessing(checkpoint)
        temperature = about?.temperature
        head = bundle.head.rawValue
        labels = about?.labels.map(\.name) ?? []
        templates = about?.templates.map(\.text)
        thresholds = about?.thresholds.count ?? 0
        calibration = about?.calibration?.method.rawValue
        (loss, alpha) = (about?.loss, about?.alpha)
    }
}

extension ModelInformation.Preprocessing {
    fileprivate init(_ checkpoint: ModelCheckpoint) {
        let preprocessor = checkpoint.preprocessor
        let resized =
            switch preprocessor.resizing {
            case .none: "as it is"
            case .shortestEdge(let side): "short side to \(side)"
            case .exact(let height, let width): "to \(height) x \(width)"
            }
        size = resized + (preprocessor.crop.map { ", \($0.height) x \($0.width) from the centre" } ?? "")
        interpolation = preprocessor.interpolation == .bicubic ? "bicubic" : "bilinear"
        (mean, std) = (preprocessor.mean, preprocessor.standardDeviation)
    }
}
