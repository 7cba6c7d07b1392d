// SPDX-License-Identifier: Apache-2.0
// https://github.com/openai/CLIP/blob/main/clip/model.py
// https://github.com/mlfoundations/open_clip/blob/main/src/open_clip/model.py

import FileIO
import TorchNN

/// Where transformers' parameter names are to be found in a file with openai/CLIP's or open_clip's names.
///
/// Those pack query, key and value into one matrix and keep projections transposed. open_clip's newer text towers put
/// `text.` before their names.
enum OpenCLIPNames {
    /// Whether `names` are such names rather than transformers'.
    static func areUsed(in names: some Sequence<String>) -> Bool {
        names.contains { $0 == "visual.conv1.weight" || $0 == "visual.class_embedding" }
    }

    /// For every parameter of a model of shape `config` where its values lie.
    static func recipes(names: [String], config: CLIPConfig) -> [String: WeightSource.Recipe] {
        let text = names.contains("text.token_embedding.weight") ? "text." : ""
        var recipes: [String: WeightSource.Recipe] = [
            "logit_scale": .init(tensor: "logit_scale"),
            "text_projection.weight": .init(tensor: text + "text_projection", isTransposed: true),
            "visual_projection.weight": .init(tensor: "visual.proj", isTransposed: true),
            "text_model.embeddings.token_embedding.weight": .init(tensor: text + "token_embedding.weight"),
            "text_model.embeddings.position_embedding.weight": .init(tensor: text + "positional_embedding"),
            "vision_model.embeddings.class_embedding": .init(tensor: "visual.class_embedding"),
            "vision_model.embeddings.patch_embedding.weight": .init(tensor: "visual.conv1.weight"),
            "vision_model.embeddings.position_embedding.weight": .init(tensor: "visual.positional_embedding"),
        ]
        for part in ["weight", "bias"] {
            recipes["text_model.final_layer_norm." + part] = .init(tensor: text + "ln_final." + part)
            recipes["vision_model.pre_layrnorm." + part] = .init(tensor: "visual.ln_pre." + part)
            recipes["vision_model.post_layernorm." + part] = .init(tensor: "visual.ln_post." + part)
            addLayers(
                &recipes, part, to: "text_model", from: text + "transformer.resblocks", .openCLIP, config.text.tower)
            addLayers(
                &recipes, part, to: "vision_model", from: "visual.transformer.resblocks", .openCLIP,
                config.vision.tower)
        }
        return recipes
    }

    /// What the parts of a layer are called.
    enum LayerNames {
        case openCLIP
        case timm

        var renamed: [(name: String, other: String)] {
            switch self {
            case .openCLIP:
                [
                    ("self_attn.out_proj", "attn.out_proj"), ("layer_norm1", "ln_1"), ("layer_norm2", "ln_2"),
                    ("mlp.fc1", "mlp.c_fc"), ("mlp.fc2", "mlp.c_proj"),
                ]
            case .timm:
                [
                    ("self_attn.out_proj", "attn.proj"), ("layer_norm1", "norm1"), ("layer_norm2", "norm2"),
                    ("mlp.fc1", "mlp.fc1"), ("mlp.fc2", "mlp.fc2"),
                ]
            }
        }

        /// The packed matrix of query, key and value, or its bias.
        func packed(_ part: String) -> String { self == .openCLIP ? "attn.in_proj_\(part)" : "attn.qkv.\(part)" }
    }

    /// Adds the layers of a tower, `part` being `weight` or `bias`.
    static func addLayers(
        _ recipes: inout [String: WeightSource.Recipe], _ part: String, to tower: String, from prefix: String,
        _ names: LayerNames, _ config: TransformerConfig
    ) {
        let width = config.hiddenSize
        for layer in 0..<config.numHiddenLayers {
            let to = "\(tower).encoder.layers.\(layer)."
            let from = "\(prefix).\(layer)."
            for (name, other) in names.renamed {
                recipes["\(to)\(name).\(part)"] = .init(tensor: "\(from)\(other).\(part)")
            }
            for (index, name) in ["q_proj", "k_proj", "v_proj"].enumerated() {
                recipes["\(to)self_attn.\(name).\(part)"] = .init(
                    tensor: from + names.packed(part), rows: index * width..<(index + 1) * width)
            }
        }
    }
}

extension OpenCLIPNames {
    /// Image towers of timm by the beginning of their names: whose they are, and what comes nearest of what can be used.
    private static let timmTowers: [(name: String, what: String, take: String)] = [
        ("fastvit_mci", "MobileCLIP's, which is no plain transformer", "timm/vit_base_patch32_clip_224.openai"),
        ("vit_base_mci", "MobileCLIP's, which is no plain transformer", "timm/vit_base_patch32_clip_224.openai"),
        ("eva", "EVA-CLIP's, which has rotary positions", "laion/CLIP-ViT-L-14-laion2B-s32B-b82K"),
        ("vit_pe", "that of Meta's perception encoder", "facebook/metaclip-2-worldwide-huge-quickgelu"),
        ("naflexvit", "that of SigLIP 2 for pictures of any size (NaFlex)", "timm/ViT-B-16-SigLIP2"),
        ("vitamin", "ViTamin's", "laion/CLIP-ViT-L-14-laion2B-s32B-b82K"),
    ]

    /// Refuses towers of timm and of transformers, naming a relative.
    static func refuseOtherTowers(vision: ConfigReader, text: ConfigReader) throws(InputError) {
        let tower = try vision.string("timm_model_name", default: "")
        if !tower.isEmpty {
            let known = timmTowers.first { tower.hasPrefix($0.name) }
            throw vision.bad(
                "timm_model_name",
                "is '\(tower)'\(known.map { ", " + $0.what } ?? ""); of timm's image towers only SigLIP's (vit_…_siglip_…) can be used; take a relative such as \(known?.take ?? "laion/CLIP-ViT-B-32-laion2B-s34B-b79K")"
            )
        }
        let texts = try text.string("hf_model_name", default: "")
        if !texts.isEmpty {
            throw text.bad(
                "hf_model_name",
                "is '\(texts)': text towers of other models cannot be used; take a relative such as facebook/metaclip-2-worldwide-huge-quickgelu, whose labels may be in any language"
            )
        }
    }
}
