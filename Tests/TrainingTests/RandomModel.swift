// SPDX-License-Identifier: Apache-2.0

import Foundation
import Safetensors
import TestSupport

/// A CLIP of random weights, just large enough for libtorch to share its work among threads: from 32,768 elements on.
/// The tokenizer is that of the small fixtures.
enum RandomModel {
    static let textWidth = 64  // 558 tokens: a table of 35,712
    static let imageWidth = 96  // 6 pictures of 65 tokens: 37,440

    static func write(to directory: String) throws {
        for name in ["vocab.json", "merges.txt", "preprocessor_config.json"] {
            try FileManager.default.copyItem(atPath: TestRun.curve + "/model/" + name, toPath: directory + "/" + name)
        }
        let config = """
            {"model_type": "clip", "projection_dim": 32,
             "text_config": {"vocab_size": 558, "max_position_embeddings": 20, "hidden_size": \(textWidth),
              "num_hidden_layers": 1, "num_attention_heads": 4, "intermediate_size": 128, "eos_token_id": 557},
             "vision_config": {"image_size": 32, "patch_size": 4, "hidden_size": \(imageWidth),
              "num_hidden_layers": 1, "num_attention_heads": 4, "intermediate_size": 384}}
            """
        try Data(config.utf8).write(to: URL(fileURLWithPath: directory + "/config.json"))
        var random = SeededRandom(seed: 11)
        var tensors: [SafetensorsWriter.Tensor] = []
        func add(_ name: String, _ shape: [Int], _ range: ClosedRange<Float>) {
            let values = (0..<shape.reduce(1, *)).map { _ in Float.random(in: range, using: &random) }
            tensors.append(.init(name: name, shape: shape, values: values))
        }
        func addLinear(_ name: String, _ from: Int, _ to: Int, bias: Bool = true) {
            let bound = 1.7 / Float(from).squareRoot()
            add(name + ".weight", [to, from], -bound...bound)
            if bias { add(name + ".bias", [to], -0.1...0.1) }
        }
        func addNorm(_ name: String, _ width: Int) {
            add(name + ".weight", [width], 0.8...1.2)
            add(name + ".bias", [width], -0.1...0.1)
        }
        func addLayer(_ tower: String, _ width: Int, _ middle: Int) {
            let layer = tower + ".encoder.layers.0."
            for name in ["q_proj", "k_proj", "v_proj", "out_proj"] {
                addLinear(layer + "self_attn." + name, width, width)
            }
            for name in ["layer_norm1", "layer_norm2"] { addNorm(layer + name, width) }
            addLinear(layer + "mlp.fc1", width, middle)
            addLinear(layer + "mlp.fc2", middle, width)
        }
        add("logit_scale", [], 2.6...2.7)
        add("text_model.embeddings.token_embedding.weight", [558, textWidth], -1...1)
        add("text_model.embeddings.position_embedding.weight", [20, textWidth], -0.5...0.5)
        addLayer("text_model", textWidth, 128)
        addNorm("text_model.final_layer_norm", textWidth)
        addLinear("text_projection", textWidth, 32, bias: false)
        add("vision_model.embeddings.class_embedding", [imageWidth], -1...1)
        add("vision_model.embeddings.patch_embedding.weight", [imageWidth, 3, 4, 4], -0.2...0.2)
        add("vision_model.embeddings.position_embedding.weight", [65, imageWidth], -0.5...0.5)
        addNorm("vision_model.pre_layrnorm", imageWidth)
        addLayer("vision_model", imageWidth, 384)
        addNorm("vision_model.post_layernorm", imageWidth)
        addLinear("visual_projection", imageWidth, 32, bias: false)
        try SafetensorsWriter.write(tensors, to: directory + "/model.safetensors", durable: false)
    }
}
