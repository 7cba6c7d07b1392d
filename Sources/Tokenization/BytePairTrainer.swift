// SPDX-License-Identifier: Apache-2.0

/// Trains CLIP's tokenizer on texts: which pairs of symbols to merge, in which order (Sennrich et al., ACL 2016).
///
/// The texts are normalized and split into words as ``CLIPTokenizer`` does. Only the count of each distinct word is
/// kept, and the result depends on these counts alone: not on the order of the texts, nor on the machine.
///
///     var trainer = try BytePairTrainer(vocabularySize: 8192)
///     for caption in captions { trainer.add(caption) }
///     let files = trainer.train().files(contextLength: 77)
public struct BytePairTrainer: Sendable {
    /// The ids that every vocabulary has: the 256 byte symbols, the same at a word's end, and the two markers.
    public static let minimumVocabularySize = 2 * 256 + 2

    private let vocabularySize: Int
    private let minimumFrequency: Int
    /// The distinct words as bytes, numbered in the order of their first appearance, and how often each occurs.
    private var words = Vocabulary(capacity: 0, bytes: 0)
    private var counts: [Int] = []
    private var bytes: [UInt8] = []

    /// A trainer that has seen nothing. It makes at most `vocabularySize` ids, from ``minimumVocabularySize`` to 2³¹ −
    /// 1 (CLIP: 49408), and merges pairs that occur at least `minimumFrequency` times. Throws if the size is out of its
    /// range.
    public init(vocabularySize: Int, minimumFrequency: Int = 2) throws(TokenizerError) {
        guard vocabularySize >= Self.minimumVocabularySize, vocabularySize <= Int(Int32.max) else {
            throw .vocabularySize(
                vocabularySize, minimum: Self.minimumVocabularySize, maximum: Int(Int32.max))
        }
        self.vocabularySize = vocabularySize
        self.minimumFrequency = max(1, minimumFrequency)
    }

    /// Counts the words of a text, in O(n). A marker such as `<|endoftext|>` in it counts as the words that it is made
    /// of.
    public mutating func add(_ text: String) {
        let normalized = WordSplitter.normalize(text.unicodeScalars.map(\.value)[...])
        _ = WordSplitter().split(normalized[...]) { word in
            bytes.removeAll(keepingCapacity: true)
            BytePairEncoder.appendBytes(of: word, to: &bytes)
            let number = words.number(of: bytes[...])
            if number == counts.count { counts.append(0) }
            counts[number] += 1
            return true
        }
    }

    /// Merges pairs until the vocabulary is full or no pair is frequent enough. The pair that occurs most is merged
    /// first; of equally frequent ones, that with the smaller first id, then the smaller second: the order of the
    /// `tokenizers` library's trainer. About O(n log n) in the bytes of the distinct words.
    public consuming func train() -> TrainedTokenizer {
        var tokenizer = TrainedTokenizer()
        var pairs = PairCounts(minimumFrequency: minimumFrequency)
        words.forEach { word, number in
            pairs.add(TrainedTokenizer.symbols(of: word), count: counts[Int(number)])
        }
        while tokenizer.vocabularySize < vocabularySize, let pair = pairs.popMostFrequent() {
            pairs.merge(pair, into: tokenizer.add(pair))
        }
        return tokenizer
    }
}
