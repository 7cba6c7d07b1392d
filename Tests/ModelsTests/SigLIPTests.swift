// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Imaging
import TestSupport
import Testing
import Tokenization
import Torch
import TorchNN

@testable import Models

/// Small random SigLIPs, recorded by `Scripts/goldens/record-siglip-goldens.py`.
@Suite struct SigLIPTests {
    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private static let tokenizers = tests.deletingLastPathComponent().appendingPathComponent(
        "TokenizationTests/Fixtures")

    private static func fixture(_ name: String) -> String { tests.appendingPathComponent("Fixtures/\(name)").path }

    /// The golden's token ids.
    private func ids(_ golden: Golden) -> [[Int32]] {
        let (values, length) = (golden.floats("ids"), golden.shape("ids")[1])
        return stride(from: 0, to: values.count, by: length).map { values[$0..<$0 + length].map { Int32($0) } }
    }

    private func expectGolden(_ model: any ImageTextModel, _ golden: Golden) throws {
        try withoutGradient {
            let pixels = try golden.tensor("pixels")
            let images = try model.imageFeatures(pixels)
            let texts = try model.textFeatures(ids(golden))
            expectClose(try images.floats(), golden.floats("images"), 1e-5)
            expectClose(try texts.floats(), golden.floats("texts"), 1e-5)
            let bias = try #require(model.logitBias)
            let logits = try images.matmul(texts.transposed(0, 1)) * model.logitScale.exponential() + bias
            // 1/τ is 110, and so is the features' error.
            expectClose(try logits.floats(), golden.floats("logits"), 1e-3)
            // In two steps it is the same, bit for bit.
            for block in 0...model.architecture.blockCount(of: .image) {
                let activations = try model.imageActivations(pixels, upTo: block)
                let pooled = try model.pooledImages(fromActivations: activations, block: block)
                #expect(try model.imageFeatures(pooled: pooled).floats() == images.floats())
            }
            for block in 0...model.architecture.blockCount(of: .text) {
                #expect(try model.textFeatures(ids(golden), from: block)().floats() == texts.floats())
            }
        }
    }

    @Test(arguments: ["siglip-plain", "siglip-projection", "siglip-timm"])
    func `features and logits are those of transformers, or of timm and open_clip`(_ name: String) throws {
        let folder = Self.fixture(name)
        let source: WeightSource
        let config: SigLIPConfig
        if name == "siglip-timm" {
            config = Self.timm
            let files = try ModelDirectory(path: folder).weights()
            #expect(config.usesOpenCLIPNames(files.names))
            source = WeightSource(files, recipes: config.openCLIPRecipes(for: files.names))
        } else {
            let (_, architecture, found, _) = try ModelCheckpoint.model(in: ModelDirectory(path: folder))
            (config, source) = (try #require(architecture as? SigLIPConfig), found)
        }
        let store = ParameterStore(source: source, dtype: .float32, device: .cpu)
        let model = try config.model(store.root)
        #expect(store.unused.isEmpty, "\(store.unused)")
        for parameter in store.parameters {
            #expect(config.part(of: parameter.name) != nil, "\(parameter.name)")
            #expect(source.parameterCounts[parameter.name] == parameter.tensor.count, "\(parameter.name)")
        }
        try expectGolden(model, Golden(folder))
    }

    /// The shape of `siglip-timm`, which is none that timm has a name for.
    private static let timm = SigLIPConfig(
        text: SigLIPTextConfig(
            tower: TransformerConfig(
                hiddenSize: 16, intermediateSize: 64, numHiddenLayers: 2, numAttentionHeads: 2, hiddenAct: .geluTanh,
                layerNormEps: 1e-6),
            vocabSize: 60, maxPositionEmbeddings: 12),
        vision: VisionConfig(
            tower: TransformerConfig(
                hiddenSize: 24, intermediateSize: 96, numHiddenLayers: 2, numAttentionHeads: 3, hiddenAct: .gelu,
                layerNormEps: 1e-6),
            imageSize: 32, patchSize: 8, numChannels: 3), cleaning: .canonicalize)

    private func directory() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for name in ["config.json", "model.safetensors", "preprocessor_config.json"] {
            try folder.copy(Self.fixture("siglip-plain") + "/" + name, to: name)
        }
        for name in ["spiece.model", "tokenizer_config.json"] {
            try folder.copy(Self.tokenizers.appendingPathComponent("siglip/\(name)").path, to: name)
        }
        return folder
    }

    @Test func `what is exported is the same model, with its configuration and tokenizer`() throws {
        let folder = try directory()
        let checkpoint = try ModelCheckpoint(directory: folder.path)
        #expect(checkpoint.preprocessor.mean == [0.5, 0.5, 0.5] && checkpoint.preprocessor.crop == nil)
        #expect(checkpoint.preprocessor.resizing == .exact(height: 32, width: 32))
        #expect(checkpoint.tokens(of: "A photo of the pool!").count == 24)
        let (model, store) = try checkpoint.load()
        try FileManager.default.createDirectory(atPath: folder("copy"), withIntermediateDirectories: false)
        try checkpoint.export(to: folder("copy"), parameters: store.parameters)
        #expect(
            try listDirectory(path: folder("copy")).sorted() == [
                "config.json", "model.safetensors", "preprocessor_config.json", "spiece.model", "tokenizer_config.json",
            ])
        let copy = try ModelCheckpoint(directory: folder("copy"))
        let (other, _) = try copy.load()
        let tokens = ["a pool", "sea view", "a pool"].map(copy.tokens)
        let features = try model.textFeatures(tokens).floats()
        #expect(try other.textFeatures(tokens).floats() == features)
        #expect(features.prefix(24) == features.suffix(24), "equal prompts have equal features")
        #expect(try other.logitBias?.item() == -12.5)
    }

    @Test func `parts, layers and the table of tokens`() throws {
        let config = Self.timm
        #expect(config.part(of: "logit_bias") == .bias && config.part(of: "logit_scale") == .temperature)
        #expect(config.part(of: "vision_model.head.probe") == .tower(.image, .pooling))
        #expect(config.part(of: "text_model.head.weight") == .tower(.text, .projection))
        #expect(config.part(of: "text_model.encoder.layers.1.mlp.fc1.weight") == .tower(.text, .block(1)))
        #expect(config.part(of: "text_model.encoder.layers.2.mlp.fc1.weight") == nil)
        #expect(try #require(config.linearLayer("vision_model.head.mlp.fc1")) == (24, 96))
        #expect(try #require(config.linearLayer("text_model.head")) == (16, 24))
        #expect(try #require(config.linearLayer("vision_model.head.attention.out_proj")) == (24, 24), "PEFT adapts it")
        #expect(config.linearLayer("vision_model.head.attention.in_proj") == nil)
        #expect(!config.hasLargeTokenTable)
        // Two distinct texts of 12 tokens, whatever is in them; CLIP counts what its prefix trees share once.
        let block = 4 * 16 * 16 + 2 * 16 * 64
        #expect(config.textBlockCost([[1, 2], [1, 3], [1, 2]]) == Double(2 * 12 * block))
        var large = config
        large.text.vocabSize = 256_000
        #expect(large.hasLargeTokenTable && large.firstDifference(from: config) != nil)
    }

    @Test(arguments: [
        (#"{"model_type": "siglip", "vision_config": {"vision_use_head": false}}"#, "vision_config.vision_use_head"),
        (
            #"{"model_type": "siglip", "text_config": {"projection_size": 12}}"#,
            "text_config.projection_size' is 12, and pictures have features of width 768"
        ),
        (#"{"model_type": "siglip", "text_config": {"attention_dropout": 0.1}}"#, "attention_dropout"),
        (#"{"model_type": "siglip", "quantization_config": {"bits": 4}}"#, "quantised"),
        (#"{"model_type": "siglip", "text_cleaning": "soap"}"#, "text_cleaning"),
        (#"{"model_type": "siglip2"}"#, "NaFlex"), (#"{"model_type": "jina_clip"}"#, "google/siglip2-base-patch16-224"),
    ]) func `a configuration that cannot be used is refused by its key`(_ text: String, _ words: String) throws {
        let error = try #require(throws: InputError.self) {
            let reader = try ConfigReader(path: "config.json", bytes: Array(text.utf8))
            _ = try ModelRegistry.family(of: reader).architecture(reader, layout: .huggingFace)
        }
        #expect("\(error)".contains(words), "\(error)")
    }

    private func openCLIP(_ vision: String, _ text: String) throws -> SigLIPConfig {
        let json = """
            {"model_cfg": {"embed_dim": 768, "custom_text": true, "init_logit_bias": -10,
              "vision_cfg": {"timm_pool": "map", "timm_proj": "none"\(vision)},
              "text_cfg": {"context_length": 64, "vocab_size": 32000, "width": 768, "heads": 12, "layers": 12,
                "no_causal_mask": true, "proj_bias": true, "pool_type": "last", "norm_kwargs": {"eps": 1e-6}\(text)}}}
            """
        return try SigLIPConfig(openCLIP: ConfigReader(path: "open_clip_config.json", bytes: Array(json.utf8)))
    }

    @Test func `a text tower without a projection has the identity`() throws {
        let files = try ModelDirectory(path: Self.fixture("siglip-timm")).weights()
        var config = Self.timm
        config.hasStoredProjection = false
        config.text.tower.hiddenSize = 24
        let recipes = config.openCLIPRecipes(for: files.names)
        let source = WeightSource(files, recipes: recipes)
        #expect(try source.load("text_model.head.bias", shape: [3], dtype: .float32).floats() == [0, 0, 0])
        #expect(
            try source.load("text_model.head.weight", shape: [3, 3], dtype: .float32).floats()
                == [1, 0, 0, 0, 1, 0, 0, 0, 1])
        #expect(source.leftOver(besides: Set(recipes.keys)).contains("text.text_projection.weight"))
    }

    @Test func `open_clip's configuration names timm's tower`() throws {
        let base = try openCLIP(
            #", "timm_model_name": "vit_base_patch16_siglip_224", "image_size": 256"#,
            #", "tokenizer_kwargs": {"clean": "canonicalize"}"#)
        #expect(base.vision.tower.hiddenSize == 768 && base.vision.imageSize == 256 && base.vision.patchCount == 256)
        #expect(base.vision.tower.hiddenAct == .gelu && base.text.tower.hiddenAct == .gelu)
        #expect(base.text.tower.layerNormEps == 1e-6 && base.cleaning == .canonicalize)
        let second = try openCLIP(
            #", "timm_model_name": "vit_base_patch32_siglip_256""#, #", "act_kwargs": {"approximate": "tanh"}"#)
        #expect(second.vision.tower.hiddenAct == .geluTanh && second.text.tower.hiddenAct == .geluTanh)
        #expect(second.vision.imageSize == 256 && second.cleaning == .whitespace)
        for (vision, text, words) in [
            (#", "timm_model_name": "vit_base_patch16_siglip_gap_224""#, "", "timm_model_name"),
            (#", "timm_model_name": "vit_huge_patch16_siglip_224""#, "", "timm_model_name"),
            (#", "timm_model_name": "vit_base_patch20000_siglip_224""#, "", "timm_model_name"),
            (#", "timm_model_name": "vit_large_patch16_siglip_256""#, "", "embed_dim"),
            (#", "timm_model_name": "vit_base_patch16_siglip_224""#, #", "proj_bias": false"#, "proj_bias"),
            (#", "timm_model_name": "vit_base_patch16_siglip_224""#, #", "qk_norm": true"#, "qk_norm"),
        ] {
            let error = try #require(throws: InputError.self) { try openCLIP(vision, text) }
            #expect("\(error)".contains(words), "\(error)")
        }
    }
}
