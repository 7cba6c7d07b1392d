// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Safetensors
import TestSupport
import Testing
import Tokenization
import Torch
import TorchNN

@testable import Models

/// Adapters written, read back as MODEL, and refused.
@Suite struct AdapterFileTests {
    private static let configuration = LoRAConfiguration(rank: 2, alpha: 3)
    private static let prompts: [[Int32]] = [[556, 300, 557], [556, 320, 300, 557]]

    /// The small CLIP with adapters that are not 0.
    private static func adapted(
        _ base: ModelCheckpoint, _ includes: @escaping (String) -> Bool = { _ in true }
    ) throws -> (any ImageTextModel, ParameterStore) {
        let (model, store) = try base.load(lora: LoRAPlan(configuration, seed: 5, includes: includes))
        for (index, parameter) in store.adapterParameters.enumerated() {
            let values = (0..<parameter.tensor.count).map { Float(($0 * 7 + index * 3) % 11 - 5) / 20 }
            try parameter.tensor.copyInPlace(Tensor(values, shape: parameter.tensor.shape))
        }
        try model.logitScale.copyInPlace(Tensor([2.125], shape: []))
        return (model, store)
    }

    /// A folder with an adapter of the small CLIP, and the adapter's model.
    private static func written(base name: String = ModelFolder.source) throws -> (ModelFolder, any ImageTextModel) {
        let folder = try ModelFolder(copying: [])
        let base = try ModelCheckpoint(directory: ModelFolder.source)
        let (model, store) = try adapted(base)
        try base.exportAdapter(to: folder.path, base: name, store: store)
        return (folder, model)
    }

    private func pixels(_ model: any ImageTextModel) throws -> Tensor {
        let side = model.architecture.imageSize
        return try Tensor((0..<6 * side * side).map { Float($0 * 37 % 101) / 50 - 1 }, shape: [2, 3, side, side])
    }

    private func expectSame(_ checkpoint: ModelCheckpoint, _ model: any ImageTextModel) throws {
        let (read, _) = try checkpoint.load()
        #expect(try read.logitScale.item() == 2.125)
        let pixels = try pixels(model)
        // W + s·B·A at once or by parts: rounding of sums of 24 products.
        expectClose(try read.imageFeatures(pixels).floats(), try model.imageFeatures(pixels).floats(), 1e-5)
        expectClose(try read.textFeatures(Self.prompts).floats(), try model.textFeatures(Self.prompts).floats(), 1e-5)
        let (plain, _) = try ModelCheckpoint(directory: ModelFolder.source).load()
        let moved = zip(try plain.imageFeatures(pixels).floats(), try model.imageFeatures(pixels).floats())
        #expect((moved.map { abs($0 - $1) }.max() ?? 0) > 0.01)
    }

    @Test func `an adapter is a model`() throws {
        let (folder, model) = try Self.written()
        let checkpoint = try ModelCheckpoint(directory: folder.path)
        #expect(checkpoint.hasAdapter && checkpoint.directory == folder.path)
        #expect(checkpoint.baseDirectory == ModelFolder.source)
        try expectSame(checkpoint, model)
        let (tokenizer, length) = try ModelCheckpoint.tokenizer(directory: folder.path)
        #expect(tokenizer.vocabularySize == 558 && length == 20)
        #expect(try folder.object("adapter_config.json")["target_modules"] as? [String] == ["q_proj", "v_proj"])

        // Written whole: the base's files with merged weights.
        let whole = try ModelFolder(copying: [])
        try checkpoint.export(to: whole.path, parameters: checkpoint.load().1.parameters)
        let exported = try ModelCheckpoint(directory: whole.path)
        #expect(!exported.hasAdapter)
        try expectSame(exported, model)
    }

    @Test func `trained adapters are merged for export`() throws {
        let base = try ModelCheckpoint(directory: ModelFolder.source)
        let (model, store) = try Self.adapted(base)
        let folder = try ModelFolder(copying: [])
        try base.export(to: folder.path, parameters: store.mergedParameters())
        try expectSame(ModelCheckpoint(directory: folder.path), model)
    }

    @Test func `the base is found beside the adapter or by whoever knows`() throws {
        let (folder, model) = try Self.written(base: "../" + "base")
        let base = folder("../base")
        #expect(!FileManager.default.fileExists(atPath: base))
        let inside = try Self.written(base: "below").0
        try FileManager.default.copyItem(atPath: ModelFolder.source, toPath: inside("below"))
        try expectSame(ModelCheckpoint(directory: inside.path), model)
        #expect(try ModelCheckpoint(directory: inside.path).baseDirectory == inside.path + "/below")

        let named = try Self.written(base: "org/name").0
        var text = try named.text("adapter_config.json")
        text = text.replacingOccurrences(of: "\"revision\" : null", with: "\"revision\" : \"abc\"")
        try named.put("adapter_config.json", text)
        var asked: [String] = []
        let checkpoint = try ModelCheckpoint(directory: named.path) { name in
            asked.append(name)
            return ModelFolder.source
        }
        #expect(asked == ["org/name@abc"])
        try expectSame(checkpoint, model)
        let noHub = try #require(throws: InputError.self) { try ModelCheckpoint(directory: named.path) }
        #expect("\(noHub)".hasPrefix("\(named("adapter_config.json")): the base model 'org/name' is not there; "))
        let relative = try #require(throws: InputError.self) {
            try ModelCheckpoint(directory: folder.path) { _ in ModelFolder.source }
        }
        #expect("\(relative)".hasPrefix("\(folder("adapter_config.json")): the base model '../base' is not there; "))
        let nested = try Self.written(base: named.path).0
        let error = try #require(throws: InputError.self) { try ModelCheckpoint(directory: nested.path) }
        #expect(
            "\(error)".hasPrefix(
                "\(nested("adapter_config.json")): the base model '\(named.path)' is an adapter itself; "))
        #expect(throws: InputError.self) {
            try checkpoint.exportAdapter(to: nested.path, base: "x", store: checkpoint.load().1)
        }
    }

    @Test func `adapters of some layers name them all`() throws {
        let base = try ModelCheckpoint(directory: ModelFolder.source)
        let (_, store) = try Self.adapted(base) { $0.hasPrefix("vision_model.encoder.layers.1.") }
        let folder = try ModelFolder(copying: [])
        try base.exportAdapter(to: folder.path, base: ModelFolder.source, store: store)
        let names = try folder.object("adapter_config.json")["target_modules"] as? [String]
        #expect(names == ["q_proj", "v_proj"].map { "vision_model.encoder.layers.1.self_attn." + $0 })
        _ = try ModelCheckpoint(directory: folder.path)
    }

    @Test(
        arguments: [
            ("r", "0", "r"), ("r", "true", "r"), ("r", "1e9", "r"), ("r", "3", "lora_A"),
            ("lora_alpha", "0", "lora_alpha"),
            ("lora_alpha", "\"x\"", "lora_alpha"), ("peft_type", "\"LOHA\"", "peft_type"),
            ("peft_type", "null", "peft_type"),
            ("use_rslora", "true", "use_rslora"), ("use_dora", "true", "use_dora"), ("bias", "\"all\"", "bias"),
            ("modules_to_save", "[\"visual_projection\"]", "modules_to_save"),
            ("rank_pattern", "{\"q_proj\": 4}", "rank_pattern"),
            ("base_model_name_or_path", "null", "base_model_name_or_path"),
            ("base_model_name_or_path", "\"/not/there\"", "/not/there"),
            ("base_model_name_or_path", "\".\"", "is an adapter itself"),
        ])
    func `a configuration that means something else is refused`(_ key: String, _ value: String, _ word: String) throws {
        let folder = try Self.written().0
        let object = try folder.object("adapter_config.json")
        var values = object
        values[key] = try JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
        try writeJSON(values, to: folder("adapter_config.json"))
        let error = try #require(throws: InputError.self) { try ModelCheckpoint(directory: folder.path) }
        #expect("\(error)".contains(word) && "\(error)".hasPrefix(folder.path), "\(error)")
        #expect(!"\(error)".contains("\n"))
    }

    @Test(
        arguments: [
            "misshapen", "unknown layer", "unknown name", "no half", "empty", "infinite", "integers", "bad scale",
            "truncated",
            "pickle", "nothing", "no JSON",
        ]) func `weights that do not fit are refused`(_ what: String) throws
    {
        let folder = try Self.written().0
        let path = folder("adapter_model.safetensors")
        let layer = "base_model.model.vision_model.encoder.layers.1.self_attn.q_proj."
        var tensors: [(name: String, shape: [Int])] = [
            (layer + "lora_A.weight", [2, 24]), (layer + "lora_B.weight", [24, 2]),
        ]
        var value: Float = 0.5
        switch what {
        case "misshapen": tensors[0].shape = [2, 16]
        case "unknown layer": tensors = tensors.map { ($0.name.replacing("layers.1", with: "layers.2"), $0.shape) }
        case "unknown name": tensors.append(("base_model.model.visual_projection.weight", [16, 24]))
        case "no half": tensors.removeLast()
        case "empty": tensors = [("base_model.model.logit_scale", [])]
        case "infinite": value = .infinity
        case "bad scale": tensors.append(("base_model.model.logit_scale", [2]))
        default: break
        }
        let written = tensors.map { name, shape in
            SafetensorsWriter.Tensor(
                name: name, shape: shape, values: [Float](repeating: value, count: shape.reduce(1, *)))
        }
        let entries =
            what == "integers"
            ? tensors.map { name, shape in
                SafetensorsWriter.Tensor(name: name, dtype: .int32, shape: shape) { body in
                    try [Int32](repeating: 1, count: shape.reduce(1, *)).withUnsafeBytes { try body($0) }
                }
            } : written
        try SafetensorsWriter.write(entries, to: path, durable: false)
        switch what {
        case "truncated":
            try Data(try Data(contentsOf: URL(fileURLWithPath: path)).dropLast(4)).write(to: URL(fileURLWithPath: path))
        case "pickle": try FileManager.default.moveItem(atPath: path, toPath: folder("adapter_model.bin"))
        case "nothing": try FileManager.default.removeItem(atPath: path)
        case "no JSON": try folder.put("adapter_config.json", "{\"r\": ")
        default: break
        }
        do {
            _ = try ModelCheckpoint(directory: folder.path).load()
            Issue.record("\(what) was read")
        } catch {
            let text = "\(error)"
            #expect(text.contains(folder.path) && !text.contains("\n") && !text.contains("Error"), "\(text)")
            #expect(text.contains("adapter_"), "\(text)")
        }
    }
}
