// SPDX-License-Identifier: Apache-2.0
// https://github.com/mlfoundations/open_clip/blob/main/src/open_clip/model.py
// https://github.com/huggingface/pytorch-image-models/blob/main/timm/models/vision_transformer.py

public import FileIO
import JSON

extension SigLIPConfig {
    /// Reads the `model_cfg` of an `open_clip_config.json` whose image tower is one of timm's for SigLIP; absent keys take
    /// open_clip's defaults.
    ///
    /// - Parameter root: The file.
    /// - Throws: `InputError` that names the key; also for towers that are built in another way.
    public init(openCLIP root: ConfigReader) throws(InputError) {
        var model = root
        if let nested = try root.object("model_cfg") { model = nested }
        guard let vision = try model.object("vision_cfg") else { throw model.bad("vision_cfg", "is missing") }
        guard let text = try model.object("text_cfg") else { throw model.bad("text_cfg", "is missing") }
        try model.refuseAll(besides: Self.knownKeys)
        try vision.refuseAll(besides: Self.knownVisionKeys)
        try text.refuseAll(besides: Self.knownTextKeys)
        for (tower, key, fallback, known) in [
            (vision, "timm_pool", "avg", ["map"]), (vision, "timm_proj", "linear", ["none", ""]),
            (text, "pool_type", "argmax", ["last"]), (text, "proj_type", "linear", ["linear", "none"]),
        ] {
            let value = try tower.string(key, default: fallback)
            guard known.contains(value) else {
                throw tower.bad(key, "is '\(value)', a SigLIP has '\(known.first ?? "")' there")
            }
        }
        let isProjected = try text.string("proj_type", default: "linear") == "linear"
        for key in ["no_causal_mask"] + (isProjected ? ["proj_bias"] : []) where try !text.boolean(key, default: false)
        {
            throw text.bad(key, "is not true, as it is in a SigLIP")
        }
        let tower = try Self.timmTower(vision)
        let width = try model.integer("embed_dim", default: nil, in: ConfigReader.sizes)
        guard width == tower.tower.hiddenSize else {
            throw model.bad("embed_dim", "is \(width), and the image tower has width \(tower.tower.hiddenSize)")
        }
        let quick = try model.boolean("quick_gelu", default: false)
        self.init(
            text: try Self.textTower(text, activation: quick ? .quickGELU : .gelu), vision: tower,
            cleaning: try Self.cleaning(text))
        hasStoredProjection = isProjected
        guard isProjected || self.text.tower.hiddenSize == featureWidth else {
            throw text.bad("proj_type", "is 'none', and width \(self.text.tower.hiddenSize) is not embed_dim \(width)")
        }
    }

    private static func textTower(
        _ text: ConfigReader, activation usual: Activation
    ) throws(InputError) -> SigLIPTextConfig {
        let width = try text.integer("width", default: 512, in: ConfigReader.sizes)
        let heads = try text.integer("heads", default: 8, in: 1...10_000)
        guard width % heads == 0 else { throw text.bad("heads", "is \(heads), which does not divide width \(width)") }
        let middle = try text.positive("mlp_ratio", default: 4) * Double(width)
        return SigLIPTextConfig(
            tower: TransformerConfig(
                hiddenSize: width, intermediateSize: Int(min(middle, 1e9)),
                numHiddenLayers: try text.integer("layers", default: 12, in: 1...1000), numAttentionHeads: heads,
                hiddenAct: try text.openCLIPActivation(usual: usual),
                layerNormEps: try text.openCLIPEpsilon()),
            vocabSize: try text.integer("vocab_size", default: 49408, in: ConfigReader.sizes),
            maxPositionEmbeddings: try text.integer("context_length", default: 77, in: 2...100_000))
    }

    private static func cleaning(_ text: ConfigReader) throws(InputError) -> TextCleaning {
        guard let settings = try text.object("tokenizer_kwargs") else { return .whitespace }
        try settings.refuseAll(besides: ["clean"])
        let name = try settings.string("clean", default: "whitespace")
        guard let cleaning = TextCleaning(rawValue: name), cleaning != .none else {
            throw settings.bad("clean", "is '\(name)', known are whitespace, lower, canonicalize")
        }
        return cleaning
    }

    /// timm's image tower by its name, such as `vit_base_patch16_siglip_224`: width, depth and activation are in timm's
    /// code alone.
    private static func timmTower(_ vision: ConfigReader) throws(InputError) -> VisionConfig {
        let key = "timm_model_name"
        let name = try vision.string(key, default: "")
        let parts = name.split(separator: ".").first.map { $0.split(separator: "_").map(String.init) } ?? []
        guard parts.count == 5, parts[0] == "vit", parts[3] == "siglip", let size = timmSizes[parts[1]],
            parts[2].hasPrefix("patch"), let patch = Int(parts[2].dropFirst(5)), (1...4096).contains(patch),
            let side = Int(parts[4]), (patch...16_384).contains(side)
        else {
            throw vision.bad(
                key,
                "is '\(name)', only timm's vit_…_patch…_siglip_… can be used; take a relative such as google/siglip-base-patch16-224"
            )
        }
        let usesTanh = Set([
            "base_patch32_siglip_256", "large_patch16_siglip_512", "so400m_patch16_siglip_256",
            "so400m_patch16_siglip_384", "so400m_patch16_siglip_512", "giantopt_patch16_siglip_256",
            "giantopt_patch16_siglip_384",
        ]).contains(parts.dropFirst().joined(separator: "_"))
        return VisionConfig(
            tower: TransformerConfig(
                hiddenSize: size.width, intermediateSize: size.middle, numHiddenLayers: size.layers,
                numAttentionHeads: size.heads, hiddenAct: usesTanh ? .geluTanh : .gelu, layerNormEps: 1e-6),
            imageSize: try vision.integer("image_size", default: side, in: patch...16_384), patchSize: patch,
            numChannels: 3)
    }

    private static let timmSizes: [String: (width: Int, layers: Int, heads: Int, middle: Int)] = [
        "base": (768, 12, 12, 3072), "large": (1024, 24, 16, 4096), "so400m": (1152, 27, 16, 4304),
        "giantopt": (1536, 40, 16, 6144),
    ]

    // Keys that are read here, or that change no number of such a model.
    private static let knownKeys: Set<String> = [
        "embed_dim", "quick_gelu", "vision_cfg", "text_cfg", "init_logit_scale", "init_logit_bias", "custom_text",
        "cast_dtype", "output_dict", "model_cfg", "preprocess_cfg", "tokenizer_cfg",
    ]
    private static let knownVisionKeys: Set<String> = [
        "image_size", "timm_model_name", "timm_model_pretrained", "timm_pool", "timm_proj", "timm_proj_bias",
        "timm_drop", "timm_drop_path", "output_tokens", "layers", "width", "head_width", "mlp_ratio", "patch_size",
    ]
    private static let knownTextKeys: Set<String> = [
        "context_length", "vocab_size", "width", "heads", "layers", "mlp_ratio", "pool_type", "proj_type",
        "proj_bias", "no_causal_mask", "norm_kwargs", "act_kwargs", "tokenizer_kwargs", "hf_tokenizer_name", "pad_id",
        "eos_id", "output_tokens",
    ]
}
