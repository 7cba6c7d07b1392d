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
        for key in ["timm_model_name", "attentional_pool", "ls_init_value", "no_ln_pre"] { try vision.refuse(key) }
        for key in ["hf_model_name", "embed_cls", "no_causal_mask", "ls_init_value"] { try text.refuse(key) }
        for (tower, known) in [(vision, "tok"), (text, "argmax")] {
            let pool = try tower.string("pool_type", default: known)
            guard pool == known else { throw tower.bad("pool_type", "is '\(pool)', only '\(known)' can be used") }
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
            tower: CLIPTowerConfig(
                hiddenSize: textWidth, intermediateSize: Int(min(textMLP, 1e9)),
                numHiddenLayers: try text.integer("layers", default: 12, in: 1...1000),
                numAttentionHeads: textHeads, hiddenAct: activation, layerNormEps: 1e-5),
            vocabSize: try text.integer("vocab_size", default: 49408, in: 1...1_000_000),
            maxPositionEmbeddings: try text.integer("context_length", default: 77, in: 2...100_000),
            // open_clip reads the feature at the largest id, which is transformers' legacy rule.
            eosTokenID: 2)
        self.vision = CLIPVisionConfig(
            tower: CLIPTowerConfig(
                hiddenSize: visionWidth, intermediateSize: Int(min(visionMLP, 1e9)),
                numHiddenLayers: try vision.integer("layers", default: 12, in: 1...1000),
                numAttentionHeads: visionWidth / headWidth, hiddenAct: activation, layerNormEps: 1e-5),
            imageSize: try vision.integer("image_size", default: 224, in: 1...16_384),
            patchSize: try vision.integer("patch_size", default: 16, in: 1...16_384), numChannels: 3)
        guard self.vision.patchSize <= self.vision.imageSize else {
            throw vision.bad("patch_size", "is larger than image_size")
        }
        self.projectionDim = try model.integer("embed_dim", default: nil, in: 1...1_000_000)
    }
}

extension ConfigReader {
    /// Refuses an option of open_clip that asks for another architecture, unless it is off.
    func refuse(_ key: String) throws(InputError) {
        guard let value = value[key], value.bool != false, value.number != 0 else { return }
        throw bad(key, "asks for an architecture that cannot be used; only plain CLIP towers can")
    }
}
