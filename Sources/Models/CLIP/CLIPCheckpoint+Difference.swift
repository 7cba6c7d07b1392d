// SPDX-License-Identifier: Apache-2.0

import FileIO
import Tokenization

extension CLIPCheckpoint {
    /// Compares what has to agree where the weights of two models are mixed.
    ///
    /// - Parameters:
    ///   - other: The other model.
    ///   - texts: Texts that both tokenizers have to take for the same tokens, beside one that has a bit of everything.
    /// - Returns: The first difference, in words; nil for none.
    package func difference(from other: CLIPCheckpoint, texts: [String]) -> String? {
        for (mine, its) in zip(config.numbers, other.config.numbers) where mine.value != its.value {
            return "\(mine.name) is \(mine.value) in one and \(its.value) in the other"
        }
        if preprocessor != other.preprocessor { return "they prepare pictures differently" }
        let sizes = (tokenizer.vocabularySize, other.tokenizer.vocabularySize)
        if sizes.0 != sizes.1 { return "their tokenizers have \(sizes.0) and \(sizes.1) tokens" }
        let probe = "The quick brown fox's 0123456789 photographs, it's raining: jumping over naïve façades & 東京!"
        let length = config.text.maxPositionEmbeddings
        for text in [probe] + texts
        where tokenizer.encode(text, contextLength: length) != other.tokenizer.encode(text, contextLength: length) {
            return "their tokenizers take '\(printable(text, maximumCharacters: 80))' for different tokens"
        }
        return nil
    }
}

extension CLIPConfig {
    /// What shapes the weights, by the keys of `config.json`.
    fileprivate var numbers: [(name: String, value: String)] {
        func tower(_ name: String, _ tower: CLIPTowerConfig) -> [(name: String, value: String)] {
            [
                ("hidden_size", "\(tower.hiddenSize)"), ("intermediate_size", "\(tower.intermediateSize)"),
                ("num_hidden_layers", "\(tower.numHiddenLayers)"),
                ("num_attention_heads", "\(tower.numAttentionHeads)"),
                ("hidden_act", tower.hiddenAct.rawValue), ("layer_norm_eps", "\(tower.layerNormEps)"),
            ].map { ("\(name).\($0.0)", $0.1) }
        }
        return [("projection_dim", "\(projectionDim)")] + tower("vision_config", vision.tower)
            + [
                ("vision_config.image_size", "\(vision.imageSize)"),
                ("vision_config.patch_size", "\(vision.patchSize)"),
                ("vision_config.num_channels", "\(vision.numChannels)"),
            ] + tower("text_config", text.tower)
            + [
                ("text_config.vocab_size", "\(text.vocabSize)"),
                ("text_config.max_position_embeddings", "\(text.maxPositionEmbeddings)"),
                ("text_config.eos_token_id", "\(text.eosTokenID)"),
            ]
    }
}
