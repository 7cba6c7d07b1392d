// SPDX-License-Identifier: Apache-2.0

import CLIP
import FileIO
import MultiLabel
import Tokenization
import Torch
import TorchNN

/// Two models of one architecture, and one between them.
///
/// Every weight but the temperature is (1 − α) · start + α · fine-tuned (WiSE-FT: Wortsman et al., CVPR 2022, arXiv
/// 2109.01903), in float32. Temperature and bias stay those of the fine-tuned model: they only scale and shift the
/// scores, and probabilities stay on its scale.
struct InterpolatedModels {
    let start: ModelBundle
    let fineTuned: ModelBundle
    private let startWeights: [ParameterStore.Parameter]
    private let fineTunedWeights: [ParameterStore.Parameter]

    /// Loads both models' weights once they are known to fit.
    ///
    /// - Throws: `BadDataError` naming the first difference.
    init(start: ModelBundle, fineTuned: ModelBundle, device: Device) throws {
        try Self.check(start, fineTuned)
        self.start = start
        self.fineTuned = fineTuned
        startWeights = try start.checkpoint.load(on: device).1.parameters
        fineTunedWeights = try fineTuned.checkpoint.load(on: device).1.parameters
    }

    /// Sets weights to those at α; in the order of the fine-tuned model's.
    func mix(_ alpha: Double, into weights: [ParameterStore.Parameter]) throws {
        for ((start, fineTuned), target) in zip(zip(startWeights, fineTunedWeights), weights) {
            if fineTuned.name == "logit_scale" || alpha == 1 {
                try target.tensor.copyInPlace(fineTuned.tensor)
            } else if alpha == 0 {
                try target.tensor.copyInPlace(start.tensor)
            } else {
                let scalars = try [1 - alpha, alpha].map {
                    try Tensor(repeating: $0, shape: [], device: start.tensor.device)
                }
                try target.tensor.copyInPlace(start.tensor * scalars[0] + fineTuned.tensor * scalars[1])
            }
        }
    }

    /// The weights at α.
    func weights(_ alpha: Double) throws -> [ParameterStore.Parameter] {
        let result = try fineTunedWeights.map {
            ParameterStore.Parameter(name: $0.name, tensor: try $0.tensor.clone())
        }
        try mix(alpha, into: result)
        return result
    }

    private static func check(_ start: ModelBundle, _ fineTuned: ModelBundle) throws {
        for bundle in [start, fineTuned] where bundle.hasLinearHead {
            throw BadDataError(
                message:
                    "\(printable(bundle.checkpoint.directory)) scores its labels by a linear head, which has no counterpart to interpolate with; take a model that scores label texts"
            )
        }
        guard let difference = firstDifference(start, fineTuned) else { return }
        throw BadDataError(
            message:
                "\(printable(start.checkpoint.directory)) and \(printable(fineTuned.checkpoint.directory)) cannot be interpolated: \(difference); --model takes the model that the other was fine-tuned from"
        )
    }

    /// In what two models differ that have to agree, in words.
    private static func firstDifference(_ start: ModelBundle, _ fineTuned: ModelBundle) -> String? {
        let (a, b) = (start.checkpoint, fineTuned.checkpoint)
        func numbers(_ config: CLIPConfig) -> [(name: String, value: String)] {
            func tower(_ name: String, _ tower: CLIPTowerConfig) -> [(name: String, value: String)] {
                [
                    ("hidden_size", "\(tower.hiddenSize)"), ("intermediate_size", "\(tower.intermediateSize)"),
                    ("num_hidden_layers", "\(tower.numHiddenLayers)"),
                    ("num_attention_heads", "\(tower.numAttentionHeads)"),
                    ("hidden_act", tower.hiddenAct.rawValue), ("layer_norm_eps", "\(tower.layerNormEps)"),
                ].map { ("\(name).\($0.0)", $0.1) }
            }
            return [("projection_dim", "\(config.projectionDim)")]
                + tower("vision_config", config.vision.tower)
                + [
                    ("vision_config.image_size", "\(config.vision.imageSize)"),
                    ("vision_config.patch_size", "\(config.vision.patchSize)"),
                    ("vision_config.num_channels", "\(config.vision.numChannels)"),
                ] + tower("text_config", config.text.tower)
                + [
                    ("text_config.vocab_size", "\(config.text.vocabSize)"),
                    ("text_config.max_position_embeddings", "\(config.text.maxPositionEmbeddings)"),
                    ("text_config.eos_token_id", "\(config.text.eosTokenID)"),
                ]
        }
        for (first, second) in zip(numbers(a.config), numbers(b.config)) where first.value != second.value {
            return "\(first.name) is \(first.value) in one and \(second.value) in the other"
        }
        if a.preprocessor != b.preprocessor { return "they prepare pictures differently" }
        if a.tokenizer.vocabularySize != b.tokenizer.vocabularySize {
            return
                "their tokenizers have \(a.tokenizer.vocabularySize) and \(b.tokenizer.vocabularySize) tokens"
        }
        let labels = (fineTuned.description?.labels ?? []).flatMap {
            $0.texts(templates: fineTuned.description?.templates ?? [.standard])
        }
        let probe = "The quick brown fox's 0123456789 photographs, it's raining: jumping over naïve façades & 東京!"
        for text in [probe] + labels {
            let length = a.config.text.maxPositionEmbeddings
            if a.tokenizer.encode(text, contextLength: length) != b.tokenizer.encode(text, contextLength: length) {
                return "their tokenizers take '\(printable(text, maximumCharacters: 80))' for different tokens"
            }
        }
        return nil
    }
}
