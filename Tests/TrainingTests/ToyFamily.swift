// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Imaging
import Models
import Safetensors
import TestSupport
import Tokenization
import Torch
import TorchNN

/// A family that has nothing in common with CLIP: linear towers on averaged pixels and on hashed words, without blocks
/// and with a bias of its own. Registering it is all that the rest of the program needs to train and use its models.
struct ToyFamily: ModelFamily {
    let modelTypes = ["toy"]

    func architecture(_ configuration: ConfigReader, layout: ModelLayout) throws -> any ModelArchitecture {
        ToyShape(imageSize: try configuration.integer("image_size", default: nil, in: 4...1024))
    }

    /// A directory with random weights for pictures that `preprocessor` describes.
    static func write(to directory: String, preprocessor: String) throws {
        try Data(#"{"model_type": "toy", "image_size": 32}"#.utf8)
            .write(to: URL(fileURLWithPath: directory + "/config.json"))
        try FileManager.default.copyItem(atPath: preprocessor, toPath: directory + "/preprocessor_config.json")
        var random = SeededRandom(seed: 4)
        let shapes: [(name: String, shape: [Int])] = [
            ("pixels.weight", [24, 48]), ("pixels.bias", [24]), ("out.weight", [16, 24]), ("words", [64, 20]),
            ("read.weight", [16, 20]),
        ]
        let tensors = shapes.map { name, shape in
            SafetensorsWriter.Tensor(
                name: name, shape: shape,
                values: (0..<shape.reduce(1, *)).map { _ in Float.random(in: -0.5...0.5, using: &random) })
        }
        let scalars = [("scale", Float(2.5)), ("offset", -1.5)].map { name, value in
            SafetensorsWriter.Tensor(name: name, shape: [], values: [value])
        }
        try SafetensorsWriter.write(tensors + scalars, to: directory + "/model.safetensors", durable: false)
    }
}

struct ToyShape: ModelArchitecture {
    let imageSize: Int
    let pooledWidth = 24
    let featureWidth = 16
    let vocabularySize = 64
    let contextLength = 8
    let temperatureRange = 0.001...10.0
    var properties: [(name: String, value: String)] { [("model_type", "toy"), ("image_size", "\(imageSize)")] }
    let classes = TransformersClasses(model: "ToyModel", module: "toy", imageProcessor: "ToyProcessor")

    func blockCount(of tower: Tower) -> Int { 0 }

    func part(of parameter: String) -> ParameterPart? {
        switch parameter {
        case "pixels.weight", "pixels.bias": .tower(.image, .embeddings)
        case "out.weight": .tower(.image, .projection)
        case "words": .tower(.text, .embeddings)
        case "read.weight": .tower(.text, .projection)
        case "scale": .temperature
        case "offset": .bias
        default: nil
        }
    }

    func tokenizer(in directory: String) -> any TextTokenizer { ToyTokenizer() }
    func model(_ scope: ParameterScope) throws -> any ImageTextModel { try ToyModel(scope, self) }
    func configuration(for tokenizer: any TextTokenizer, type: ModelCheckpoint.ExportType) -> [String: Any] {
        ["model_type": "toy", "image_size": imageSize]
    }
}

/// A number for each word.
struct ToyTokenizer: TextTokenizer {
    static let fileNames: [String] = []
    let vocabularySize = 64
    let boundaries: (start: Int32?, end: Int32) = (nil, 0)

    func encode(_ text: String, contextLength: Int) -> [Int32] {
        let words = text.split(separator: " ").map { word in
            1 + Int32(word.utf8.reduce(UInt32(7)) { $0 &* 31 &+ UInt32($1) } % 63)
        }
        return words.prefix(contextLength - 1) + [0]
    }
}

struct ToyModel: ImageTextModel {
    let architecture: any ModelArchitecture
    let logitScale: Tensor
    let logitBias: Tensor?
    private let pixels: Linear
    private let out: Linear
    private let words: Tensor
    private let read: Linear

    init(_ scope: ParameterScope, _ shape: ToyShape) throws {
        architecture = shape
        logitScale = try scope.parameter("scale", shape: [], dtype: .float32)
        logitBias = try scope.parameter("offset", shape: [], dtype: .float32)
        pixels = try Linear(scope["pixels"], from: 48, to: shape.pooledWidth)
        out = try Linear(scope["out"], from: shape.pooledWidth, to: shape.featureWidth, bias: false)
        words = try scope.parameter("words", shape: [shape.vocabularySize, 20])
        read = try Linear(scope["read"], from: 20, to: shape.featureWidth, bias: false)
    }

    func pooledImages(_ pixels: Tensor, patches: [Int64]?) throws -> Tensor {
        let (count, cell) = (pixels.shape[0], architecture.imageSize / 4)
        let sums = try pixels.reshaped([count, 3, 4, cell, 4, cell]).sum(dimension: 5).sum(dimension: 3)
        return try self.pixels(sums.reshaped([count, 48]).affine(scale: 1 / Double(cell * cell)))
    }

    func imageFeatures(pooled: Tensor) throws -> Tensor { try out(pooled).to(dtype: .float32).normalized() }

    func textFeatures(_ prompts: [[Int32]]) throws -> Tensor {
        let sums = try prompts.map { prompt in
            let ids = try Tensor(prompt.map(Int64.init), shape: [prompt.count]).to(device: words.device)
            return try words.embedding(ids).sum(dimension: 0).reshaped([1, 20])
        }
        return try read(Tensor.concatenated(sums, dimension: 0)).to(dtype: .float32).normalized()
    }
}
