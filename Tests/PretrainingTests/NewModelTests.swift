// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Imaging
import Models
import Safetensors
import TestSupport
import Testing
import Tokenization
import Torch
import TorchNN

@testable import Pretraining

@Suite struct NewModelTests {
    /// A shape whose towers differ in everything that a deviation depends on.
    static func config() throws -> CLIPConfig {
        let json = """
            {"model_type": "clip", "projection_dim": 40,
             "text_config": {"vocab_size": 558, "max_position_embeddings": 20, "hidden_size": 48,
              "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 96, "eos_token_id": 557},
             "vision_config": {"image_size": 64, "patch_size": 8, "hidden_size": 80,
              "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 160}}
            """
        return try CLIPConfig(ConfigReader(path: "config.json", bytes: Array(json.utf8)))
    }

    private static func initialization(seed: UInt64 = 3, temperature: Double = 0.07) throws -> ParameterInitialization {
        ParameterInitialization(try config(), seed: seed, temperature: temperature)
    }

    /// The names and shapes that the model asks for, in its order.
    private static func parameters() throws -> [(name: String, shape: [Int])] {
        let store = ParameterStore(
            source: WeightSource { _, shape in [Float](repeating: 0, count: shape.reduce(1, *)) }, dtype: .float32,
            device: .cpu)
        _ = try CLIPModel(store.root, config: config())
        return store.parameters.map { ($0.name, $0.tensor.shape) }
    }

    /// open_clip's deviations, written out for the two widths and depths.
    private static let deviations: [(pattern: String, deviation: Double)] = [
        ("text_model.embeddings.token_embedding", 0.02), ("text_model.embeddings.position_embedding", 0.01),
        ("text_model.encoder.*.self_attn.[qkv]_proj", 0.1443376),  // 48^-0.5
        ("text_model.encoder.*.self_attn.out_proj", 0.0589256),  // 48^-0.5 · 6^-0.5
        ("text_model.encoder.*.mlp.fc1", 0.1020621),  // 96^-0.5
        ("text_model.encoder.*.mlp.fc2", 0.0589256), ("text_projection", 0.1443376),
        ("vision_model.embeddings.class_embedding", 0.1118034),  // 80^-0.5
        ("vision_model.embeddings.position_embedding", 0.1118034),
        ("vision_model.embeddings.patch_embedding", 0.0416667),  // (3 · 3 · 64)^-0.5
        ("vision_model.encoder.*.self_attn.[qkv]_proj", 0.1118034),
        ("vision_model.encoder.*.self_attn.out_proj", 0.0559017),  // 80^-0.5 · 4^-0.5
        ("vision_model.encoder.*.mlp.fc1", 0.0790569),  // 160^-0.5
        ("vision_model.encoder.*.mlp.fc2", 0.0559017), ("visual_projection", 0.1118034),
    ]

    private static func expectedDeviation(_ name: String) throws -> Double? {
        for (pattern, deviation) in deviations {
            let text = pattern.replacing(".", with: "\\.").replacing("*", with: "layers\\.[0-9]+")
            if try name.wholeMatch(of: Regex(text + "(\\.weight)?")) != nil { return deviation }
        }
        return nil
    }

    /// Five deviations of the estimate: one in 1.7 million by chance, and the seed is fixed.
    @Test func `every weight has the deviation of its kind`() throws {
        let initialization = try Self.initialization()
        var kinds = (normal: 0, zeros: 0, ones: 0)
        for (name, shape) in try Self.parameters() where name != "logit_scale" {
            let values = initialization(name, shape)
            #expect(values.count == shape.reduce(1, *), "\(name)")
            if name.hasSuffix(".bias") {
                kinds.zeros += 1
                #expect(values.allSatisfy { $0 == 0 }, "\(name)")
            } else if name.contains("norm") || name.contains("layrnorm") {
                kinds.ones += 1
                #expect(values.allSatisfy { $0 == 1 }, "\(name)")
            } else {
                kinds.normal += 1
                let deviation = try #require(try Self.expectedDeviation(name), "\(name)")
                let count = Double(values.count)
                let mean = values.reduce(0) { $0 + Double($1) } / count
                let found = (values.reduce(0) { $0 + Double($1) * Double($1) } / count).squareRoot()
                #expect(abs(found / deviation - 1) <= 5 / (2 * count).squareRoot(), "\(name): \(found), \(deviation)")
                #expect(abs(mean) <= 5 * deviation / count.squareRoot(), "\(name)")
                let inside = Double(values.count { abs(Double($0)) < deviation }) / count
                #expect(abs(inside - 0.6827) <= 5 * (0.2166 / count).squareRoot(), "\(name): not normal")
                #expect(values.allSatisfy { abs(Double($0)) < 6 * deviation }, "\(name)")
            }
        }
        #expect(kinds.normal == 2 + 3 + 6 * 5 + 2 && kinds.ones == 2 * 5 + 3 && kinds.zeros > 40)
    }

    @Test func `the scale is the logarithm of one over the temperature`() throws {
        #expect(abs(Double(try Self.initialization()("logit_scale", [])[0]) - 2.6592600) < 1e-6)
        #expect(abs(Double(try Self.initialization(temperature: 0.1)("logit_scale", [])[0]) - log(10)) < 1e-6)
    }

    @Test func `numbers hang on the seed and the name alone`() throws {
        let parameters = try Self.parameters()
        let initialization = try Self.initialization()
        let forward = parameters.map { initialization($0.name, $0.shape) }
        let backward = parameters.reversed().map { initialization($0.name, $0.shape) }
        #expect(forward == backward.reversed())
        let other = try Self.initialization(seed: 4)
        // No two weights of one shape are alike, under this seed or another.
        var weights: [[Int]: [[Float]]] = [:]
        for (parameter, values) in zip(parameters, forward) where Set(values).count > 1 {
            weights[parameter.shape, default: []] += [values, other(parameter.name, parameter.shape)]
        }
        #expect(weights.values.contains { $0.count >= 24 })
        for (shape, lists) in weights {
            let count = Double(shape.reduce(1, *))
            for (place, first) in lists.enumerated() {
                for second in lists[..<place] {
                    func product(_ a: [Float], _ b: [Float]) -> Double {
                        zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
                    }
                    let norms = (product(first, first) * product(second, second)).squareRoot()
                    #expect(abs(product(first, second)) / norms <= 5.5 / count.squareRoot(), "\(shape)")
                }
            }
        }
    }

    @Test func `a new model is a directory like any other`() throws {
        let folder = try TemporaryFolder()
        let new = NewModel(architecture: try Self.config(), tokens: .model(Fixtures.model), seed: 3, temperature: 0.1)
        try new.write(to: folder("a"))
        // What a killed process left, and a start of another shape.
        for leftover in ["b.new", "b"] {
            try createDirectory(path: folder(leftover))
            try Data("cut".utf8).write(to: URL(fileURLWithPath: folder(leftover + "/model.safetensors")))
            try Data("{".utf8).write(to: URL(fileURLWithPath: folder(leftover + "/tokenizer.json")))
        }
        try new.write(to: folder("b"))
        func files(_ name: String) throws -> [String: Data] {
            Dictionary(
                uniqueKeysWithValues: try FileManager.default.contentsOfDirectory(atPath: folder(name)).map {
                    ($0, try Data(contentsOf: URL(fileURLWithPath: folder(name) + "/" + $0)))
                })
        }
        let written = try files("a")
        #expect(
            written.keys.sorted() == [
                "config.json", "merges.txt", "model.safetensors", "preprocessor_config.json", "vocab.json",
            ])
        let same = try files("b") == written
        #expect(same)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a", "b"])
        try NewModel(architecture: try Self.config(), tokens: .model(Fixtures.model), seed: 4, temperature: 0.1)
            .write(to: folder("c"))
        #expect(try files("c")["model.safetensors"] != written["model.safetensors"])

        let checkpoint = try ModelCheckpoint(directory: folder("a"))
        #expect(checkpoint.architecture as? CLIPConfig == (try Self.config()))
        #expect(checkpoint.preprocessor.outputSize == .init(height: 64, width: 64))
        let (clip, store) = try checkpoint.load()
        #expect(abs(Double(try clip.logitScale.item()) - log(10)) < 1e-6)
        let initialization = try Self.initialization(temperature: 0.1)
        for parameter in store.parameters {
            #expect(try parameter.tensor.floats() == initialization(parameter.name, parameter.tensor.shape))
        }
        // The towers work, and different texts and pictures have different features from the start.
        let texts = try clip.textFeatures(
            ["a red sun", "the sea"].map { checkpoint.tokenizer.encode($0, contextLength: 20) })
        var random = SeededRandom(seed: 5)
        let images = try clip.imageFeatures(Tensor(random.floats(2 * 3 * 64 * 64), shape: [2, 3, 64, 64]))
        for features in [texts, images] {
            let values = try features.floats()
            #expect(features.shape == [2, 40] && values.allSatisfy(\.isFinite))
            #expect(zip(values[..<40], values[40...]).contains { abs($0 - $1) > 1e-3 })
        }
    }

    @Test func `the vocabulary is the tokenizer's`() throws {
        let folder = try TemporaryFolder()
        var config = try Self.config()
        config.text.vocabSize = 49408
        config.text.eosTokenID = 2
        try NewModel(architecture: config, tokens: .model(Fixtures.model), seed: 0, temperature: 0.07).write(
            to: folder("a"))
        let written = try ModelCheckpoint(directory: folder("a")).architecture as? CLIPConfig
        #expect(written?.text.vocabSize == 558 && written?.text.eosTokenID == 557)
    }

    /// Whatever the tokenizer reads goes along.
    @Test func `every file of a tokenizer goes along`() throws {
        let folder = try TemporaryFolder()
        try copyDirectory(from: Fixtures.model, to: folder("source"))
        for name in ["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"] {
            try Data("{}".utf8).write(to: URL(fileURLWithPath: folder("source/" + name)))
        }
        try NewModel(architecture: Self.config(), tokens: .model(folder("source")), seed: 0, temperature: 0.07)
            .write(to: folder("a"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder("a")).sorted() == [
                "added_tokens.json", "config.json", "merges.txt", "model.safetensors", "preprocessor_config.json",
                "special_tokens_map.json", "tokenizer_config.json", "vocab.json",
            ])
    }

    @Test func `without a tokenizer nothing is written`() throws {
        let folder = try TemporaryFolder()
        try createDirectory(path: folder("empty"))
        let new = NewModel(architecture: try Self.config(), tokens: .model(folder("empty")), seed: 0, temperature: 0.07)
        let error = #expect(throws: TokenizerError.self) { try new.write(to: folder("a")) }
        #expect(error?.description.contains(folder("empty")) == true, "the user's own directory is named")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["empty"])
        let missing = NewModel(
            architecture: try Self.config(), tokens: .model(folder("none")), seed: 0, temperature: 0.07)
        #expect(throws: (any Error).self) { try missing.write(to: folder("a")) }
    }
}
