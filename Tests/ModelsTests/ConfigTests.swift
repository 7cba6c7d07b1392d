// SPDX-License-Identifier: Apache-2.0

import FileIO
import Testing

@testable import Models

@Suite struct ConfigTests {
    private func parse(_ text: String) throws -> CLIPConfig {
        let config = try ModelRegistry.newArchitecture(ConfigReader(path: "config.json", bytes: Array(text.utf8)))
        return try #require(config as? CLIPConfig)
    }

    private func parseOpenCLIP(_ text: String) throws -> CLIPConfig {
        try CLIPConfig(openCLIP: ConfigReader(path: "open_clip_config.json", bytes: Array(text.utf8)))
    }

    @Test func `absent keys take the defaults of transformers`() throws {
        let config = try parse("{}")
        #expect(config.projectionDim == 512)
        let text = TransformerConfig(
            hiddenSize: 512, intermediateSize: 2048, numHiddenLayers: 12, numAttentionHeads: 8, hiddenAct: .quickGELU,
            layerNormEps: 1e-5)
        #expect(
            config.text == CLIPTextConfig(tower: text, vocabSize: 49408, maxPositionEmbeddings: 77, eosTokenID: 49407))
        let vision = TransformerConfig(
            hiddenSize: 768, intermediateSize: 3072, numHiddenLayers: 12, numAttentionHeads: 12, hiddenAct: .quickGELU,
            layerNormEps: 1e-5)
        #expect(config.vision == VisionConfig(tower: vision, imageSize: 224, patchSize: 32, numChannels: 3))
        #expect(config.vision.patchCount == 49)
        #expect(try parse("{\"text_config\": null, \"vision_config\": {\"patch_size\": null}}") == config)
    }

    @Test(
        arguments: [
            ("model_type", "{\"model_type\": \"siglip\"}"), ("model_type", "{\"model_type\": 3}"),
            ("projection_dim", "{\"projection_dim\": 0}"), ("projection_dim", "{\"projection_dim\": \"512\"}"),
            ("text_config", "{\"text_config\": []}"), ("vision_config", "{\"vision_config\": 1}"),
            ("text_config_dict", "{\"text_config_dict\": \"x\"}"),
            ("text_config.vocab_size", "{\"text_config\": {\"vocab_size\": 1.5}}"),
            ("text_config.vocab_size", "{\"text_config\": {\"vocab_size\": true}}"),
            ("text_config.vocab_size", "{\"text_config\": {\"vocab_size\": 1e300}}"),
            ("text_config.max_position_embeddings", "{\"text_config\": {\"max_position_embeddings\": 1}}"),
            ("text_config.eos_token_id", "{\"text_config\": {\"eos_token_id\": -1}}"),
            ("text_config.hidden_size", "{\"text_config\": {\"hidden_size\": -512}}"),
            ("text_config.hidden_act", "{\"text_config\": {\"hidden_act\": \"mish\"}}"),
            ("text_config.num_attention_heads", "{\"text_config\": {\"num_attention_heads\": 7}}"),
            ("text_config_dict.num_attention_heads", "{\"text_config_dict\": {\"num_attention_heads\": 7}}"),
            ("vision_config.num_hidden_layers", "{\"vision_config\": {\"num_hidden_layers\": 100000}}"),
            ("vision_config.intermediate_size", "{\"vision_config\": {\"intermediate_size\": {}}}"),
            ("vision_config.layer_norm_eps", "{\"vision_config\": {\"layer_norm_eps\": 0}}"),
            ("vision_config.image_size", "{\"vision_config\": {\"image_size\": 99999999}}"),
            ("vision_config.patch_size", "{\"vision_config\": {\"patch_size\": 225}}"),
            ("vision_config.num_channels", "{\"vision_config\": {\"num_channels\": 4}}"),
        ]) func `a value that cannot be is named by its key`(_ key: String, text: String) throws
    {
        let error = try #require(throws: InputError.self) { try parse(text) }
        #expect("\(error)".hasPrefix("config.json: key '\(key)' ") && !"\(error)".contains("\n"))
    }

    @Test(
        arguments: [
            "", "[", "[]", "3", "null", "{\"text_config\": {", String(repeating: "{\"a\":", count: 5000),
            String(repeating: "[", count: 200_000),
        ]) func `what is no object is refused`(_ text: String)
    {
        let words = "is not a JSON object; get the file again"
        #expect(throws: InputError.badData("config.json \(words)")) { try parse(text) }
        #expect(throws: InputError.badData("open_clip_config.json \(words)")) { try parseOpenCLIP(text) }
    }

    @Test func `open_clip's defaults are its own`() throws {
        let config = try parseOpenCLIP("{\"model_cfg\": {\"embed_dim\": 32, \"vision_cfg\": {}, \"text_cfg\": {}}}")
        #expect(config.text.tower.hiddenAct == .gelu && config.vision.tower.hiddenAct == .gelu)
        #expect(config.vision.patchSize == 16 && config.vision.tower.numAttentionHeads == 12)
        #expect(config.text.eosTokenID == 2 && config.text.maxPositionEmbeddings == 77)
        #expect(try parseOpenCLIP("{\"embed_dim\": 32, \"vision_cfg\": {}, \"text_cfg\": {}}") == config)
    }

    @Test(
        arguments: [
            ("vision_cfg", "{\"embed_dim\": 8, \"text_cfg\": {}}"),
            ("text_cfg", "{\"embed_dim\": 8, \"vision_cfg\": {}}"),
            ("embed_dim", "{\"vision_cfg\": {}, \"text_cfg\": {}}"),
            ("quick_gelu", "{\"embed_dim\": 8, \"quick_gelu\": 1, \"vision_cfg\": {}, \"text_cfg\": {}}"),
            (
                "vision_cfg.timm_model_name",
                "{\"embed_dim\": 8, \"vision_cfg\": {\"timm_model_name\": \"x\"}, \"text_cfg\": {}}"
            ),
            ("vision_cfg.layers", "{\"embed_dim\": 8, \"vision_cfg\": {\"layers\": [3, 4, 6, 3]}, \"text_cfg\": {}}"),
            ("vision_cfg.head_width", "{\"embed_dim\": 8, \"vision_cfg\": {\"head_width\": 63}, \"text_cfg\": {}}"),
            ("vision_cfg.pool_type", "{\"embed_dim\": 8, \"vision_cfg\": {\"pool_type\": \"avg\"}, \"text_cfg\": {}}"),
            ("vision_cfg.patch_size", "{\"embed_dim\": 8, \"vision_cfg\": {\"patch_size\": 300}, \"text_cfg\": {}}"),
            (
                "text_cfg.hf_model_name",
                "{\"embed_dim\": 8, \"vision_cfg\": {}, \"text_cfg\": {\"hf_model_name\": \"x\"}}"
            ),
            ("text_cfg.pool_type", "{\"embed_dim\": 8, \"vision_cfg\": {}, \"text_cfg\": {\"pool_type\": \"last\"}}"),
            ("text_cfg.heads", "{\"embed_dim\": 8, \"vision_cfg\": {}, \"text_cfg\": {\"heads\": 7}}"),
            ("text_cfg.mlp_ratio", "{\"embed_dim\": 8, \"vision_cfg\": {}, \"text_cfg\": {\"mlp_ratio\": -1}}"),
        ]) func `an open_clip value that cannot be is named by its key`(_ key: String, text: String) throws
    {
        // The keys are found below model_cfg too.
        for (prefix, text) in [("", text), ("model_cfg.", "{\"model_cfg\": \(text)}")] {
            let error = try #require(throws: InputError.self) { try parseOpenCLIP(text) }
            #expect("\(error)".hasPrefix("open_clip_config.json: key '\(prefix)\(key)' "))
        }
    }
}
