// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import Imaging
import Safetensors
import Tokenization
import Torch
public import TorchNN

extension CLIPCheckpoint {
    /// Writes a model directory in Hugging Face's layout that transformers loads: this checkpoint's configuration,
    /// tokenizer and preprocessing with other weights, in float32.
    ///
    /// - Parameters:
    ///   - directory: An existing directory, preferably one that nobody looks at yet.
    ///   - parameters: The weights.
    /// - Throws: `FileIOError` and `SafetensorsError` if a file cannot be written.
    public func export(to directory: String, parameters: [ParameterStore.Parameter]) throws {
        let weights = parameters.map { parameter in
            SafetensorsWriter.Tensor(name: parameter.name, dtype: .float32, shape: parameter.tensor.shape) { body in
                try parameter.tensor.withFloatBytes(body)
            }
        }
        try SafetensorsWriter.write(weights, to: directory + "/model.safetensors", durable: true)
        try writeConfiguration(to: directory + "/config.json")
        let names = try Self.files(in: self.directory)
        let tokenizerFiles = [
            "tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json",
        ]
        for name in tokenizerFiles where names.contains(name) { try copy(name, to: directory) }
        let preprocessorFile = "preprocessor_config.json"
        if layout == .huggingFace, names.contains(preprocessorFile) {
            try copy(preprocessorFile, to: directory)
        } else {
            try write(preprocessorObject(), to: directory + "/" + preprocessorFile)
        }
    }

    private func copy(_ name: String, to target: String) throws {
        let bytes = try readFile(path: directory + "/" + name, maximumBytes: 1 << 30)
        try AtomicFile.write(bytes, to: target + "/" + name, durable: true)
    }

    private func write(_ object: [String: Any], to path: String) throws {
        let options: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = try JSONSerialization.data(withJSONObject: object, options: options)
        try AtomicFile.write(Array(data) + [UInt8(ascii: "\n")], to: path, durable: true)
    }

    /// Writes the configuration: the file's own where it is transformers', with the type that is written.
    ///
    /// transformers 5 loads weights in the type that the configuration names, so an old float16 would round them. All
    /// else stays as it is spelled: it also refuses 1 where it expects 1.0.
    private func writeConfiguration(to path: String) throws {
        guard layout == .huggingFace else { return try write(huggingFaceObject(), to: path) }
        let text = try readText(path: directory + "/config.json", maximumBytes: 16 << 20)
        let typed = text.replacing(/"((?:torch_)?dtype)"\s*:\s*"[^"]*"/) { "\"\($0.1)\": \"float32\"" }
        try AtomicFile.write(typed, to: path, durable: true)
    }

    private func huggingFaceObject() -> [String: Any] {
        func tower(_ tower: CLIPTowerConfig) -> [String: Any] {
            [
                "hidden_size": tower.hiddenSize, "intermediate_size": tower.intermediateSize,
                "num_hidden_layers": tower.numHiddenLayers, "num_attention_heads": tower.numAttentionHeads,
                "hidden_act": tower.hiddenAct.rawValue, "layer_norm_eps": tower.layerNormEps,
                "projection_dim": config.projectionDim, "dtype": "float32",
            ]
        }
        let text: [String: Any] = [
            "model_type": "clip_text_model", "vocab_size": config.text.vocabSize,
            "max_position_embeddings": config.text.maxPositionEmbeddings, "eos_token_id": config.text.eosTokenID,
            "bos_token_id": Int(tokenizer.startOfText),
        ]
        let vision: [String: Any] = [
            "model_type": "clip_vision_model", "image_size": config.vision.imageSize,
            "patch_size": config.vision.patchSize, "num_channels": config.vision.numChannels,
        ]
        return [
            "architectures": ["CLIPModel"], "model_type": "clip", "projection_dim": config.projectionDim,
            "dtype": "float32",
            "text_config": tower(config.text.tower).merging(text) { $1 },
            "vision_config": tower(config.vision.tower).merging(vision) { $1 },
        ]
    }

    private func preprocessorObject() -> [String: Any] {
        let output = preprocessor.outputSize
        var object: [String: Any] = [
            "image_processor_type": "CLIPImageProcessor", "do_convert_rgb": true,
            "do_resize": preprocessor.resizing != .none, "do_center_crop": preprocessor.crop != nil,
            "crop_size": ["height": output.height, "width": output.width],
            "resample": preprocessor.interpolation == .bicubic ? 3 : 2,
            "do_rescale": preprocessor.rescaleFactor != nil, "do_normalize": preprocessor.mean != nil,
        ]
        switch preprocessor.resizing {
        case .none: break
        case .shortestEdge(let side): object["size"] = ["shortest_edge": side]
        case .exact(let height, let width): object["size"] = ["height": height, "width": width]
        }
        if let factor = preprocessor.rescaleFactor { object["rescale_factor"] = factor }
        if let mean = preprocessor.mean { object["image_mean"] = mean }
        if let deviation = preprocessor.standardDeviation { object["image_std"] = deviation }
        if preprocessor.centerCropRounding == .halfToEven { object["center_crop_rounding"] = "half_to_even" }
        return object
    }
}
