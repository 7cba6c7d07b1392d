// SPDX-License-Identifier: Apache-2.0

import FileIO
import Tokenization

extension ModelCheckpoint {
    /// Compares what has to agree where the weights of two models are mixed.
    ///
    /// - Parameters:
    ///   - other: The other model.
    ///   - texts: Texts that both tokenizers have to take for the same tokens, beside one that has a bit of everything.
    /// - Returns: The first difference, in words; nil for none.
    package func difference(from other: ModelCheckpoint, texts: [String]) -> String? {
        if let difference = architecture.firstDifference(from: other.architecture) { return difference }
        if preprocessor != other.preprocessor { return "they prepare pictures differently" }
        let sizes = (tokenizer.vocabularySize, other.tokenizer.vocabularySize)
        if sizes.0 != sizes.1 { return "their tokenizers have \(sizes.0) and \(sizes.1) tokens" }
        let probe = "The quick brown fox's 0123456789 photographs, it's raining: jumping over naïve façades & 東京!"
        for text in [probe] + texts where tokens(of: text) != other.tokens(of: text) {
            return "their tokenizers take '\(printable(text, maximumCharacters: 80))' for different tokens"
        }
        return nil
    }
}
