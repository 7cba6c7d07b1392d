// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Imaging
import Safetensors
import TestSupport
import Testing
import Tokenization
import Torch
import TorchNN

@testable import Models

/// A whole model directory to change and to write to, removed when the test is over.
final class ModelFolder: Sendable {
    /// The small CLIP with a tokenizer that the training tests have as fixture.
    static let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("TrainingTests/Fixtures/curve/model").path

    let path: String
    private let root: String

    init(copying names: [String]? = nil) throws {
        // In a folder of its own, so that `../base` is nobody else's.
        root = TemporaryFolder.root + "/mumic-test-" + UUID().uuidString
        path = root + "/model"
        try createDirectory(path: path)
        for name in try names ?? FileManager.default.contentsOfDirectory(atPath: Self.source) {
            try FileManager.default.copyItem(atPath: Self.source + "/" + name, toPath: path + "/" + name)
        }
    }

    deinit { try? removeTree(path: root) }

    func callAsFunction(_ name: String) -> String { path + "/" + name }

    func put(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: self(name)))
    }

    func text(_ name: String) throws -> String { try String(contentsOfFile: self(name), encoding: .utf8) }

    func object(_ name: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(fileURLWithPath: self(name)))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    /// Writes the small CLIP's weights as open_clip names and lays them out.
    func writeOpenCLIP() throws {
        let (_, store) = try ModelCheckpoint(directory: Self.source).load()
        var all: [String: (shape: [Int], values: [Float])] = [:]
        for parameter in store.parameters {
            all[parameter.name] = (parameter.tensor.shape, try parameter.tensor.floats())
        }
        var tensors: [SafetensorsWriter.Tensor] = []
        let names = all.keys.map { $0 } + ["visual.conv1.weight"]
        #expect(OpenCLIPNames.areUsed(in: names))
        func take(_ name: String) throws -> (shape: [Int], values: [Float]) { try #require(all[name], "\(name)") }
        for (name, recipe) in try ModelCheckpoint(directory: Self.source).architecture.openCLIPRecipes(for: []) {
            if recipe.rows != nil { continue }
            var (shape, values) = try take(name)
            if recipe.isTransposed {
                values = try Tensor(values, shape: shape).transposed(0, 1).floats()
                shape.reverse()
            }
            tensors.append(.init(name: recipe.tensor, shape: shape, values: values))
        }
        for (tower, prefix) in [("text_model", ""), ("vision_model", "visual.")] {
            for layer in 0..<2 {
                for part in ["weight", "bias"] {
                    let parts = try ["q_proj", "k_proj", "v_proj"].map {
                        try take("\(tower).encoder.layers.\(layer).self_attn.\($0).\(part)")
                    }
                    tensors.append(
                        .init(
                            name: "\(prefix)transformer.resblocks.\(layer).attn.in_proj_\(part)",
                            shape: [parts[0].shape[0] * 3] + parts[0].shape.dropFirst(),
                            values: parts.flatMap(\.values)))
                }
            }
        }
        try SafetensorsWriter.write(tensors, to: self("open_clip_model.safetensors"), durable: false)
        try put(
            "open_clip_config.json",
            """
            {"model_cfg": {"embed_dim": 16, "quick_gelu": true,
              "vision_cfg": {"image_size": 32, "layers": 2, "width": 24, "patch_size": 8, "head_width": 8, "mlp_ratio": 2.67},
              "text_cfg": {"context_length": 20, "vocab_size": 558, "width": 16, "heads": 2, "layers": 2, "mlp_ratio": 3}},
             "preprocess_cfg": {"interpolation": "bilinear", "resize_mode": "squash", "mean": [0.1, 0.2, 0.3], "std": [0.5, 0.6, 0.7]}}
            """)
    }
}

/// The features of a few texts and of an invented picture.
private func features(_ checkpoint: ModelCheckpoint) throws -> (text: [Float], image: [Float]) {
    let (model, _) = try checkpoint.load()
    let texts = ["a photo of a pool", "sun", "the red sun of a hotel"]
    let prompts = texts.map(checkpoint.tokens)
    var random = SeededRandom(seed: 8)
    let pixels = (0..<2 * 3 * 32 * 32).map { _ in Float.random(in: -2...2, using: &random) }
    return try withoutGradient {
        (
            try model.textFeatures(prompts).floats(),
            try model.imageFeatures(Tensor(pixels, shape: [2, 3, 32, 32])).floats()
        )
    }
}

@Suite struct ExportTests {
    @Test func `what is exported is the same model`() throws {
        let source = try ModelCheckpoint(directory: ModelFolder.source)
        let target = try ModelFolder(copying: [])
        try source.export(to: target.path, parameters: source.load().1.parameters)
        let copy = try ModelCheckpoint(directory: target.path)
        #expect(
            copy.architecture.firstDifference(from: source.architecture) == nil
                && copy.preprocessor == source.preprocessor)
        let (a, b) = (try features(source), try features(copy))
        #expect(a.text == b.text && a.image == b.image)
        // And once more: exporting what was exported changes nothing.
        let second = try ModelFolder(copying: [])
        try copy.export(to: second.path, parameters: copy.load().1.parameters)
        for name in try FileManager.default.contentsOfDirectory(atPath: target.path) {
            let same = FileManager.default.contentsEqual(atPath: target(name), andPath: second(name))
            #expect(same, "\(name)")
        }
    }

    @Test func `the configuration keeps keys that this program does not know`() throws {
        let folder = try ModelFolder()
        let config = try folder.text("config.json")
        try folder.put(
            "config.json",
            config.replacing(
                "\"projection_dim\": 16,",
                with: "\"projection_dim\": 16, \"torch_dtype\": \"float16\", \"x\": {\"y\": [1, 2.5, \"é/\"]},"
            )
            .replacing("\"vocab_size\": 558,", with: "\"vocab_size\": 558, \"dtype\": \"float16\", \"dropout\": 1.0,"))
        try folder.put("tokenizer_config.json", "{\"model_max_length\": 20}")
        let checkpoint = try ModelCheckpoint(directory: folder.path)
        let target = try ModelFolder(copying: [])
        try checkpoint.export(to: target.path, parameters: checkpoint.load().1.parameters)
        let object = try target.object("config.json")
        let x = try #require(object["x"] as? [String: Any])
        #expect((x["y"] as? [Any])?.count == 3 && (x["y"] as? [Any])?[2] as? String == "é/")
        // transformers would otherwise load the float32 weights as float16.
        #expect(object["torch_dtype"] as? String == "float32")
        let text = try #require(object["text_config"] as? [String: Any])
        #expect(text["dtype"] as? String == "float32")
        // transformers refuses 1 where it expects 1.0: numbers stay as they are spelled.
        #expect(try target.text("config.json").contains("\"dropout\": 1.0,"))
        #expect(try target.text("tokenizer_config.json") == "{\"model_max_length\": 20}")
    }

    @Test func `open_clip's layout is exported as Hugging Face's`() throws {
        let folder = try ModelFolder(copying: ["vocab.json", "merges.txt"])
        try folder.writeOpenCLIP()
        let source = try ModelCheckpoint(directory: folder.path)
        #expect(source.layout == .openCLIP)
        let original = try features(ModelCheckpoint(directory: ModelFolder.source))
        let opened = try features(source)
        expectClose(opened.text, original.text, 1e-6)
        expectClose(opened.image, original.image, 1e-6)
        let target = try ModelFolder(copying: [])
        try source.export(to: target.path, parameters: source.load().1.parameters)
        let copy = try ModelCheckpoint(directory: target.path)
        #expect(copy.layout == .huggingFace && copy.preprocessor == source.preprocessor)
        #expect(
            copy.preprocessor.resizing == .exact(height: 32, width: 32) && copy.preprocessor.interpolation == .bilinear)
        let exported = try features(copy)
        #expect(exported.text == opened.text && exported.image == opened.image)
        let preprocessing = try target.object("preprocessor_config.json")
        #expect(preprocessing["center_crop_rounding"] as? String == "half_to_even")
        #expect(preprocessing["image_mean"] as? [Double] == [0.1, 0.2, 0.3])
        #expect(try target.object("config.json")["model_type"] as? String == "clip")
    }
}

@Suite struct CheckpointRefusalTests {
    private func message(_ folder: ModelFolder) throws -> String {
        let error = try #require(throws: (any Error).self) { try ModelCheckpoint(directory: folder.path).load() }
        #expect(!"\(error)".contains("\n"), "\(error)")
        return "\(error)"
    }

    @Test(arguments: ["pytorch_model.bin", "ViT-B-32.pt", "model.pth", "x.ckpt"])
    func `what is called as torch.save's files and is none is refused`(_ name: String) throws {
        let folder = try ModelFolder()
        try FileManager.default.moveItem(atPath: folder("model.safetensors"), toPath: folder(name))
        let message = try message(folder)
        #expect(message.hasPrefix(folder(name) + " begins as no file of torch.save does"))
        // Named itself as the model.
        let error = try #require(throws: InputError.self) { try ModelCheckpoint(directory: folder(name)) }
        #expect("\(error)".hasPrefix(folder(name) + " is a file of weights, and a model is the directory"))
    }

    @Test func `a pickle under another name is refused with its conversion`() throws {
        let folder = try ModelFolder()
        try FileManager.default.moveItem(atPath: folder("model.safetensors"), toPath: folder("model.pkl"))
        let message = try message(folder)
        #expect(message.hasPrefix(folder("model.pkl") + " is a pickle"))
        #expect(
            message.contains("torch.load('\(folder("model.pkl"))'") && message.contains(folder("model.safetensors")))
    }

    @Test func `missing parts are named`() throws {
        let empty = try ModelFolder(copying: [])
        #expect(try message(empty).hasPrefix("\(empty.path) has no model.safetensors, "))
        let folder = try ModelFolder()
        try FileManager.default.removeItem(atPath: folder("config.json"))
        #expect(try message(folder).hasPrefix(folder("config.json") + " is missing"))
        let unprepared = try ModelFolder()
        try FileManager.default.removeItem(atPath: unprepared("preprocessor_config.json"))
        #expect(try message(unprepared).hasPrefix(unprepared("preprocessor_config.json") + " is missing"))
        let untokenized = try ModelFolder(copying: ["config.json", "model.safetensors", "vocab.json"])
        #expect(try message(untokenized).contains("merges.txt"))
        let missing = try #require(throws: FileIOError.self) { try ModelCheckpoint(directory: empty("gone")) }
        #expect(missing.isMissingInput)
    }

    @Test func `a tokenizer with more tokens than the model is refused`() throws {
        let folder = try ModelFolder()
        try folder.put(
            "config.json", try folder.text("config.json").replacing("\"vocab_size\": 558", with: "\"vocab_size\": 557"))
        #expect(try message(folder).contains("has ids up to 557, config.json has vocab_size 557"))
    }

    @Test func `a configuration of another model is named by the first parameter that differs`() throws {
        let folder = try ModelFolder()
        let config = try folder.text("config.json")
        try folder.put("config.json", config.replacing("\"intermediate_size\": 48", with: "\"intermediate_size\": 50"))
        #expect(
            try message(folder).contains(
                "mlp.fc1.weight' in \(folder("model.safetensors")) has shape [48, 16], the config asks for [50, 16]"))
        try folder.put("config.json", config.replacing("\"num_hidden_layers\": 2", with: "\"num_hidden_layers\": 3"))
        #expect(try message(folder).contains("layers.2."))
        try folder.put("config.json", config.replacing("\"num_hidden_layers\": 2", with: "\"num_hidden_layers\": 1"))
        #expect(try message(folder).contains("layers.1."))
    }

    @Test func `pictures of another size than the model's are refused`() throws {
        let folder = try ModelFolder()
        try folder.put("preprocessor_config.json", "{\"size\": {\"shortest_edge\": 64}, \"crop_size\": 64}")
        #expect(
            try message(folder).contains(
                "preprocessor_config.json: key 'crop_size' gives pictures of 64 x 64, the model's image_size is 32"))
        try folder.put("preprocessor_config.json", "nonsense")
        #expect(try message(folder).contains(folder("preprocessor_config.json")))
    }

    @Test func `weights that are not finite are named`() throws {
        let folder = try ModelFolder()
        let (_, store) = try ModelCheckpoint(directory: folder.path).load()
        let tensors = try store.parameters.map { parameter in
            var values = try parameter.tensor.floats()
            if parameter.name == "visual_projection.weight" { values[100] = .infinity }
            return SafetensorsWriter.Tensor(name: parameter.name, shape: parameter.tensor.shape, values: values)
        }
        try SafetensorsWriter.write(tensors, to: folder("model.safetensors"), durable: false)
        #expect(try message(folder).contains("'visual_projection.weight' in \(folder("model.safetensors"))"))
    }

    @Test func `a cut file is an error`() throws {
        let folder = try ModelFolder()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder("model.safetensors")))
        for count in [0, 7, 8, 500, bytes.count / 2, bytes.count - 1] {
            try bytes.prefix(count).write(to: URL(fileURLWithPath: folder("model.safetensors")))
            #expect(try message(folder).contains(folder("model.safetensors")))
        }
    }
}

@Suite struct RefusedSettingTests {
    /// What changes numbers is applied or refused; what does not is let be.
    @Test(
        arguments: [
            (
                "config.json", #""projection_dim""#, #""quantization_config": {"bits": 4}, "projection_dim""#,
                "quantised"
            ),
            ("config.json", #""text_config": {"#, #""text_config": {"attention_dropout": 0.1, "#, "attention_dropout"),
            ("config.json", #""text_config": {"#, #""text_config": {"pruned_heads": {"0": [1]}, "#, "pruned_heads"),
            (
                "config.json", #""text_config": {"#,
                #""text_config": {"dropout": 0.1, "num_beams": 1, "pruned_heads": {}, "#, nil
            ),
            (
                "preprocessor_config.json", "{", #"{"image_processor_type": "ViTImageProcessor", "#,
                "only CLIPImageProcessor"
            ),
            (
                "preprocessor_config.json", "{", #"{"feature_extractor_type": "ViTFeatureExtractor", "#,
                "only CLIPImageProcessor"
            ),
            ("preprocessor_config.json", "{", #"{"do_flip_channel_order": true, "#, "do_flip_channel_order"),
            (
                "preprocessor_config.json", "{",
                #"{"do_flip_channel_order": false, "feature_extractor_type": "CLIPFeatureExtractor", "#, nil
            ),
        ] as [(String, String, String, String?)])
    func `a setting that changes numbers is refused by its key`(
        _ file: String, _ place: String, _ replacement: String, _ words: String?
    ) throws {
        let folder = try ModelFolder()
        let text = try String(contentsOfFile: folder(file), encoding: .utf8)
        let range = try #require(text.range(of: place))
        var changed = text
        if file == "preprocessor_config.json" {
            // Where the key is there already, the new one comes last and wins nothing: take the old one away.
            for key in ["image_processor_type", "feature_extractor_type"] where replacement.contains(key) {
                changed = changed.replacing("\"\(key)\"", with: "\"old_\(key)\"")
            }
        }
        let spot = try #require(changed.range(of: place))
        changed.replaceSubrange(spot, with: replacement)
        #expect(range.lowerBound == spot.lowerBound || file != "config.json")
        try changed.write(toFile: folder(file), atomically: true, encoding: .utf8)
        if let words {
            let error = try #require(throws: InputError.self) { try ModelCheckpoint(directory: folder.path) }
            #expect("\(error)".contains(words) && "\(error)".contains(file), "\(error)")
        } else {
            _ = try ModelCheckpoint(directory: folder.path)
        }
    }

    @Test func `processor_config.json serves where preprocessor_config.json is missing`() throws {
        let folder = try ModelFolder()
        let plain = try ModelCheckpoint(directory: folder.path).preprocessor
        let text = try String(contentsOfFile: folder("preprocessor_config.json"), encoding: .utf8)
        try #"{"processor_class": "CLIPProcessor", "image_processor": \#(text)}"#
            .write(toFile: folder("processor_config.json"), atomically: true, encoding: .utf8)
        try FileManager.default.removeItem(atPath: folder("preprocessor_config.json"))
        #expect(try ModelCheckpoint(directory: folder.path).preprocessor == plain)
        try #"{"processor_class": "CLIPProcessor"}"#
            .write(toFile: folder("processor_config.json"), atomically: true, encoding: .utf8)
        let error = try #require(throws: InputError.self) { try ModelCheckpoint(directory: folder.path) }
        #expect("\(error)".contains("processor_config.json: key 'image_processor' is missing"))
    }

    @Test(
        arguments: [
            (#""vision_cfg": {"#, #""vision_cfg": {"norm_kwargs": {"eps": 1e-6}, "#, nil),
            (#""vision_cfg": {"#, #""vision_cfg": {"norm_kwargs": {"eps": 1e-6, "bias": true}, "#, "norm_kwargs.bias"),
            (#""vision_cfg": {"#, #""vision_cfg": {"act_kwargs": {"approximate": "tanh"}, "#, nil),
            (#""vision_cfg": {"#, #""vision_cfg": {"act_kwargs": {"inplace": true}, "#, "act_kwargs.inplace"),
            (
                #""vision_cfg": {"#, #""vision_cfg": {"timm_model_name": "fastvit_mci2", "#,
                "MobileCLIP's, which is no plain transformer"
            ),
            (#""vision_cfg": {"#, #""vision_cfg": {"timm_model_name": "resnet50", "#, "laion/CLIP-ViT-B-32"),
            (#""text_cfg": {"#, #""text_cfg": {"hf_model_name": "xlm-roberta-base", "#, "metaclip-2"),
            (#""vision_cfg": {"#, #""vision_cfg": {"final_ln_after_pool": true, "#, "final_ln_after_pool"),
            (#""vision_cfg": {"#, #""vision_cfg": {"pos_embed_type": "sin_cos_2d", "#, "pos_embed_type"),
            (#""vision_cfg": {"#, #""vision_cfg": {"qk_norm": true, "ls_init_value": null, "#, "qk_norm"),
            (#""text_cfg": {"#, #""text_cfg": {"proj_bias": true, "#, "proj_bias"),
            (#""text_cfg": {"#, #""text_cfg": {"tokenizer_kwargs": {"clean": "canonicalize"}, "#, "tokenizer_kwargs"),
            (#""text_cfg": {"#, #""text_cfg": {"hf_tokenizer_name": "x/y", "embed_cls": false, "#, nil),
        ] as [(String, String, String?)])
    func `settings of open_clip are applied or refused`(_ place: String, _ replacement: String, _ key: String?) throws {
        let text =
            #"{"model_cfg": {"embed_dim": 8, "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "patch_size": 16}, "text_cfg": {"context_length": 8, "vocab_size": 100, "width": 32, "heads": 4, "layers": 1}}}"#
        func config(_ text: String) throws -> CLIPConfig {
            try CLIPConfig(openCLIP: ConfigReader(path: "o.json", bytes: Array(text.utf8)))
        }
        let plain = try config(text)
        #expect(plain.vision.tower.layerNormEps == 1e-5)
        let changed = text.replacing(place, with: replacement)
        if let key {
            let error = try #require(throws: InputError.self) { try config(changed) }
            #expect("\(error)".contains(key), "\(error)")
        } else {
            let tower = try config(changed).vision.tower
            #expect(tower.hiddenAct == (replacement.contains("tanh") ? .geluTanh : .gelu))
            let eps = tower.layerNormEps
            #expect(eps == (replacement.contains("eps") ? 1e-6 : 1e-5))
        }
    }
}
