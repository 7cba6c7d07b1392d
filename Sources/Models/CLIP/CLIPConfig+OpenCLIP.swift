// SPDX-License-Identifier: Apache-2.0

// https://github.com/mlfoundations/open_clip/blob/main/src/open_clip/model.py

public import FileIO
import JSON

extension CLIPConfig {
    /// Reads the `model_cfg` of an `open_clip_config.json`; absent keys take open_clip's defaults.
    ///
    /// - Parameter root: The file.
    /// - Throws: `InputError` that names the key; also for towers that are no vision transformer or no CLIP text tower.
    public init(openCLIP root: ConfigReader) throws(InputError) {
        // Also the bare form of open_clip's own model_configs.
        var model = root
        if let nested = try root.object("model_cfg") { model = nested }
        guard let vision = try model.object("vision_cfg") else { throw model.bad("vision_cfg", "is missing") }
        guard let text = try model.object("text_cfg") else { throw model.bad("text_cfg", "is missing") }
        let activation: Activation = try model.boolean("quick_gelu", default: false) ? .quickGELU : .gelu
        try OpenCLIPNames.refuseOtherTowers(vision: vision, text: text)
        try model.refuseAll(besides: Self.knownOpenCLIPKeys)
        try vision.refuseAll(besides: Self.knownOpenCLIPVisionKeys)
        try text.refuseAll(besides: Self.knownOpenCLIPTextKeys)
        for (tower, key, known) in [
            (vision, "pool_type", "tok"), (text, "pool_type", "argmax"), (vision, "pos_embed_type", "learnable"),
            (text, "proj_type", "linear"),
        ] {
            let value = try tower.string(key, default: known)
            guard value == known else { throw tower.bad(key, "is '\(value)', only '\(known)' can be used") }
        }
        let textWidth = try text.integer("width", default: 512, in: 1...1_000_000)
        let visionWidth = try vision.integer("width", default: 768, in: 1...1_000_000)
        let headWidth = try vision.integer("head_width", default: 64, in: 1...1_000_000)
        guard visionWidth % headWidth == 0 else {
            throw vision.bad("head_width", "is \(headWidth), which does not divide width \(visionWidth)")
        }
        let textHeads = try text.integer("heads", default: 8, in: 1...10_000)
        guard textWidth % textHeads == 0 else {
            throw text.bad("heads", "is \(textHeads), which does not divide width \(textWidth)")
        }
        let textMLP = try text.positive("mlp_ratio", default: 4) * Double(textWidth)
        let visionMLP = try vision.positive("mlp_ratio", default: 4) * Double(visionWidth)
        self.text = CLIPTextConfig(
            tower: TransformerConfig(
                hiddenSize: textWidth, intermediateSize: Int(min(textMLP, 1e9)),
                numHiddenLayers: try text.integer("layers", default: 12, in: 1...1000),
                numAttentionHeads: textHeads, hiddenAct: try text.openCLIPActivation(usual: activation),
                layerNormEps: try text.openCLIPEpsilon()),
            vocabSize: try text.integer("vocab_size", default: 49408, in: 1...1_000_000),
            maxPositionEmbeddings: try text.integer("context_length", default: 77, in: 2...100_000),
            // open_clip reads the feature at the largest id, which is transformers' legacy rule.
            eosTokenID: 2)
        self.vision = VisionConfig(
            tower: TransformerConfig(
                hiddenSize: visionWidth, intermediateSize: Int(min(visionMLP, 1e9)),
                numHiddenLayers: try vision.integer("layers", default: 12, in: 1...1000),
                numAttentionHeads: visionWidth / headWidth, hiddenAct: try vision.openCLIPActivation(usual: activation),
                layerNormEps: try vision.openCLIPEpsilon()),
            imageSize: try vision.integer("image_size", default: 224, in: 1...16_384),
            patchSize: try vision.integer("patch_size", default: 16, in: 1...16_384), numChannels: 3)
        guard self.vision.patchSize <= self.vision.imageSize else {
            throw vision.bad("patch_size", "is larger than image_size")
        }
        self.projectionDim = try model.integer("embed_dim", default: nil, in: 1...1_000_000)
    }
}

extension CLIPConfig {
    /// Keys of `model_cfg` that are read here, or that change no number of a plain CLIP.
    fileprivate static let knownOpenCLIPKeys: Set<String> = [
        "embed_dim", "quick_gelu", "vision_cfg", "text_cfg", "init_logit_scale", "init_logit_bias", "custom_text",
        "cast_dtype", "output_dict", "model_cfg", "preprocess_cfg", "tokenizer_cfg",
    ]
    /// The same of `vision_cfg`; those of timm's towers mean nothing without `timm_model_name`.
    fileprivate static let knownOpenCLIPVisionKeys: Set<String> = [
        "layers", "width", "head_width", "mlp_ratio", "patch_size", "image_size", "pool_type", "pos_embed_type",
        "norm_kwargs", "act_kwargs", "patch_dropout", "output_tokens", "attn_pooler_queries", "attn_pooler_heads",
        "timm_model_pretrained", "timm_pool", "timm_proj", "timm_proj_bias", "timm_drop", "timm_drop_path",
    ]
    /// The same of `text_cfg`; those of other text towers mean nothing without `hf_model_name`. The tokenizer is that of
    /// the files.
    fileprivate static let knownOpenCLIPTextKeys: Set<String> = [
        "context_length", "vocab_size", "width", "heads", "layers", "mlp_ratio", "pool_type", "proj_type",
        "norm_kwargs", "act_kwargs", "pad_id", "eos_id", "output_tokens", "hf_tokenizer_name", "hf_model_pretrained",
        "hf_proj_type",
        "hf_pooler_type", "proj", "pooler_type",
    ]
}
