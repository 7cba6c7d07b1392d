// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Imaging
public import Models
import Tokenization
import Torch
import TorchNN
import Training

/// A CLIP model that begins from nothing: a shape, a tokenizer and random weights.
public struct NewModel {
    /// Where its tokens come from.
    public enum Tokens {
        /// A model directory whose tokenizer is taken.
        case model(String)
        /// A tokenizer that was just trained: its files.
        case files([(name: String, contents: [UInt8])])
    }

    /// The shape; its vocabulary becomes the tokenizer's.
    public let config: CLIPConfig
    /// Where its tokens come from.
    public let tokens: Tokens
    /// What its weights derive from.
    public let seed: UInt64
    /// τ at the start.
    public let temperature: Double

    /// A model to be written.
    public init(config: CLIPConfig, tokens: Tokens, seed: UInt64, temperature: Double) {
        self.config = config
        self.tokens = tokens
        self.seed = seed
        self.temperature = temperature
    }

    /// Writes a model directory in Hugging Face's layout, aside and then renamed.
    ///
    /// Pictures are prepared as OpenAI's CLIP does: shortest side to the model's, bicubic, cropped from the centre.
    ///
    /// - Parameter directory: Where; its parent exists.
    /// - Throws: The errors of the tokenizer and of writing.
    public func write(to directory: String) throws {
        let aside = directory + ".new"
        func load(_ directory: String) throws -> CLIPTokenizer {
            try CLIPTokenizer(directory: URL(fileURLWithPath: directory, isDirectory: true))
        }
        // The user's own directory first, so that an error names it and nothing is written.
        var known: CLIPTokenizer?
        if case .model(let directory) = tokens { known = try load(directory) }
        try removeTree(path: aside)
        try createDirectory(path: aside)
        switch tokens {
        case .files(let files):
            for file in files { try AtomicFile.write(file.contents, to: aside + "/" + file.name, durable: true) }
        case .model(let source): try CLIPCheckpoint.copyTokenizer(from: source, to: aside)
        }
        let tokenizer = try known ?? load(aside)
        var config = self.config
        config.text.vocabSize = tokenizer.vocabularySize
        config.text.eosTokenID = Int(tokenizer.endOfText)
        try writeJSON(
            config.huggingFaceObject(startOfText: Int(tokenizer.startOfText)), to: aside + "/config.json")
        let side = config.vision.imageSize
        let preprocessor = try ImagePreprocessor(
            resizing: .shortestEdge(side), crop: .init(height: side, width: side),
            mean: ImagePreprocessor.defaultMean, standardDeviation: ImagePreprocessor.defaultStandardDeviation)
        try writeJSON(preprocessor.huggingFaceObject(), to: aside + "/preprocessor_config.json")
        let initialization = ParameterInitialization(config: config, seed: seed, temperature: temperature)
        let store = ParameterStore(
            source: WeightSource(initializer: initialization.callAsFunction), dtype: .float32, device: .cpu)
        _ = try CLIPModel(store.root, config: config)
        try Checkpoint.write(store.parameters.map { ($0.name, $0.tensor) }, to: aside + "/model.safetensors")
        try renameDirectoryDurably(from: aside, to: directory, replacing: true)
    }
}
