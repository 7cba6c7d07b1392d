// SPDX-License-Identifier: Apache-2.0
// https://github.com/huggingface/pytorch-image-models/blob/main/timm/models/vision_transformer.py
// https://github.com/huggingface/pytorch-image-models/blob/main/timm/layers/attention_pool.py

import TorchNN

/// Where transformers' parameter names of a SigLIP are to be found in a file of open_clip's, whose image tower is timm's:
/// it packs query, key and value into one matrix, in the pooling key and value alone.
enum TimmNames {
    /// Whether `names` are such names rather than transformers'.
    static func areUsed(in names: some Sequence<String>) -> Bool {
        names.contains { $0 == "visual.trunk.patch_embed.proj.weight" }
    }

    /// For every parameter of a model of shape `config` where its values lie.
    static func recipes(config: SigLIPConfig) -> [String: WeightSource.Recipe] {
        var recipes: [String: WeightSource.Recipe] = [
            "logit_scale": .init(tensor: "logit_scale"), "logit_bias": .init(tensor: "logit_bias"),
            "text_model.embeddings.token_embedding.weight": .init(tensor: "text.token_embedding.weight"),
            "text_model.embeddings.position_embedding.weight": .init(tensor: "text.positional_embedding"),
            "vision_model.embeddings.position_embedding.weight": .init(tensor: "visual.trunk.pos_embed"),
            "vision_model.head.probe": .init(tensor: "visual.trunk.attn_pool.latent"),
        ]
        for part in ["weight", "bias"] {
            for (name, other) in [
                ("text_model.final_layer_norm", "text.ln_final"), ("text_model.head", "text.text_projection"),
                ("vision_model.embeddings.patch_embedding", "visual.trunk.patch_embed.proj"),
                ("vision_model.post_layernorm", "visual.trunk.norm"),
                ("vision_model.head.attention.out_proj", "visual.trunk.attn_pool.proj"),
                ("vision_model.head.layernorm", "visual.trunk.attn_pool.norm"),
                ("vision_model.head.mlp.fc1", "visual.trunk.attn_pool.mlp.fc1"),
                ("vision_model.head.mlp.fc2", "visual.trunk.attn_pool.mlp.fc2"),
            ] {
                recipes["\(name).\(part)"] = .init(tensor: "\(other).\(part)")
            }
            recipes["vision_model.head.attention.in_proj_\(part)"] = .init(
                tensor: "visual.trunk.attn_pool.q.\(part)", followedBy: "visual.trunk.attn_pool.kv.\(part)")
            OpenCLIPNames.addLayers(
                &recipes, part, to: "text_model", from: "text.transformer.resblocks", .openCLIP, config.text.tower)
            OpenCLIPNames.addLayers(
                &recipes, part, to: "vision_model", from: "visual.trunk.blocks", .timm, config.vision.tower)
        }
        if !config.hasStoredProjection {
            recipes["text_model.head.weight"] = .filled(.identity)
            recipes["text_model.head.bias"] = .filled(.zeros)
        }
        return recipes
    }
}
