// SPDX-License-Identifier: Apache-2.0

import FileIO
import Imaging
public import Models
import Tokenization
import Torch
import TorchNN
import Training

/// A model that begins from nothing: a shape, a tokenizer and random weights.
public struct NewModel {
    /// Where its tokens come from.
    public enum Tokens {
        /// A model directory whose tokenizer is taken.
        case model(String)
        /// A tokenizer that was just trained: its files.
        case files([(name: String, contents: [UInt8])])
    }

    /// The shape; its vocabulary becomes the tokenizer's.
    public let architecture: any NewModelArchitecture
    /// Where its tokens come from.
    public let tokens: Tokens
    /// What its weights derive from.
    public let seed: UInt64
    /// τ at the start.
    public let temperature: Double

    /// A model to be written.
    public init(architecture: any NewModelArchitecture, tokens: Tokens, seed: UInt64, temperature: Double) {
        self.architecture = architecture
        self.tokens = tokens
        self.seed = seed
        self.temperature = temperature
    }

    /// Writes a model directory in Hugging Face's layout, aside and then renamed; its parent exists. Throws the errors
    /// of the tokenizer and of writing.
    public func write(to directory: String) throws {
        let aside = directory + ".new"
        // The user's own directory first, so that an error names it and nothing is written.
        var known: (any TextTokenizer)?
        if case .model(let directory) = tokens { known = try architecture.tokenizer(in: directory) }
        try removeTree(path: aside)
        try createDirectory(path: aside)
        switch tokens {
        case .files(let files):
            for file in files { try AtomicFile.write(file.contents, to: aside + "/" + file.name, durable: true) }
        case .model(let source): try known?.copyFiles(from: source, to: aside)
        }
        let tokenizer = try known ?? architecture.tokenizer(in: aside)
        let fitted = architecture.fitted(to: tokenizer)
        try writeJSON(fitted.configuration(for: tokenizer, type: .float32), to: aside + "/config.json")
        try writeJSON(
            fitted.newPreprocessor().huggingFaceObject(class: fitted.classes.imageProcessor),
            to: aside + "/preprocessor_config.json")
        let initialization = ParameterInitialization(fitted, seed: seed, temperature: temperature)
        let store = ParameterStore(
            source: WeightSource(initializer: initialization.callAsFunction), dtype: .float32, device: .cpu)
        _ = try fitted.model(store.root)
        try Checkpoint.write(store.parameters.map { ($0.name, $0.tensor) }, to: aside + "/model.safetensors")
        try renameDirectoryDurably(from: aside, to: directory, replacing: true)
    }
}
