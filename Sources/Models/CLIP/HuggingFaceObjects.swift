// SPDX-License-Identifier: Apache-2.0
// What transformers reads, for models that do not come from its files.

import FileIO
import Foundation
package import Imaging

extension CLIPConfig {
    /// The contents of `config.json`.
    ///
    /// - Parameters:
    ///   - startOfText: The tokenizer's id of the start.
    ///   - type: The type of the weights beside it.
    /// - Returns: A JSON object.
    package func huggingFaceObject(startOfText: Int, _ type: CLIPCheckpoint.ExportType = .float32) -> [String: Any] {
        func tower(_ tower: CLIPTowerConfig) -> [String: Any] {
            [
                "hidden_size": tower.hiddenSize, "intermediate_size": tower.intermediateSize,
                "num_hidden_layers": tower.numHiddenLayers, "num_attention_heads": tower.numAttentionHeads,
                "hidden_act": tower.hiddenAct.rawValue, "layer_norm_eps": tower.layerNormEps,
                "projection_dim": projectionDim, "dtype": type.rawValue,
            ]
        }
        let textObject: [String: Any] = [
            "model_type": "clip_text_model", "vocab_size": text.vocabSize,
            "max_position_embeddings": text.maxPositionEmbeddings, "eos_token_id": text.eosTokenID,
            "bos_token_id": startOfText,
        ]
        let visionObject: [String: Any] = [
            "model_type": "clip_vision_model", "image_size": vision.imageSize,
            "patch_size": vision.patchSize, "num_channels": vision.numChannels,
        ]
        return [
            "architectures": ["CLIPModel"], "model_type": "clip", "projection_dim": projectionDim,
            "dtype": type.rawValue,
            "text_config": tower(text.tower).merging(textObject) { $1 },
            "vision_config": tower(vision.tower).merging(visionObject) { $1 },
        ]
    }
}

extension ImagePreprocessor {
    /// The contents of `preprocessor_config.json`.
    package func huggingFaceObject() -> [String: Any] {
        let output = outputSize
        var object: [String: Any] = [
            "image_processor_type": "CLIPImageProcessor", "do_convert_rgb": true,
            "do_resize": resizing != .none, "do_center_crop": crop != nil,
            "crop_size": ["height": output.height, "width": output.width],
            "resample": interpolation == .bicubic ? 3 : 2,
            "do_rescale": rescaleFactor != nil, "do_normalize": mean != nil,
        ]
        switch resizing {
        case .none: break
        case .shortestEdge(let side): object["size"] = ["shortest_edge": side]
        case .exact(let height, let width): object["size"] = ["height": height, "width": width]
        }
        if let factor = rescaleFactor { object["rescale_factor"] = factor }
        if let mean = mean { object["image_mean"] = mean }
        if let deviation = standardDeviation { object["image_std"] = deviation }
        if centerCropRounding == .halfToEven { object["center_crop_rounding"] = "half_to_even" }
        return object
    }
}

/// Writes an object as JSON, the same bytes for the same contents.
package func writeJSON(_ object: [String: Any], to path: String) throws {
    let options: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let data = try JSONSerialization.data(withJSONObject: object, options: options)
    try AtomicFile.write(Array(data) + [UInt8(ascii: "\n")], to: path, durable: true)
}
