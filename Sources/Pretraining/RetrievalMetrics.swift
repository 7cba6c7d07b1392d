// SPDX-License-Identifier: Apache-2.0

public import Torch

/// How well pictures find their captions and captions their pictures: recall at k, as image–text retrieval reports it.
///
/// A picture's own captions are all of its rows, and every equal caption of another picture counts as right too: a text
/// that describes both cannot tell them apart.
public struct RetrievalMetrics: Codable, Sendable, Equatable {
    /// The share of pictures with a right caption among the 1, 5 and 10 of highest cosine.
    public let imageToTextRecallAt1, imageToTextRecallAt5, imageToTextRecallAt10: Double
    /// The share of captions with a right picture among the 1, 5 and 10 of highest cosine.
    public let textToImageRecallAt1, textToImageRecallAt5, textToImageRecallAt10: Double
    /// The mean of the six.
    public let meanRecall: Double
    /// Distinct pictures.
    public let images: Int
    /// Distinct captions.
    public let captions: Int

    enum CodingKeys: String, CodingKey {
        case imageToTextRecallAt1 = "image_to_text_recall_at_1"
        case imageToTextRecallAt5 = "image_to_text_recall_at_5"
        case imageToTextRecallAt10 = "image_to_text_recall_at_10"
        case textToImageRecallAt1 = "text_to_image_recall_at_1"
        case textToImageRecallAt5 = "text_to_image_recall_at_5"
        case textToImageRecallAt10 = "text_to_image_recall_at_10"
        case meanRecall = "mean_recall"
        case images, captions
    }

    /// Measures unit-norm features of distinct pictures, `[N, D]`, and of distinct captions, `[M, D]`. `pairs` are the
    /// indices of the rows that belong together. Throws ``Torch/TorchError`` if the shapes do not fit.
    public init(images: Tensor, texts: Tensor, pairs: [(image: Int, text: Int)]) throws(TorchError) {
        let imageCount = images.shape[0]
        let textCount = texts.shape[0]
        var textsOfImage = [Set<Int>](repeating: [], count: imageCount)
        var imagesOfText = [Set<Int>](repeating: [], count: textCount)
        for pair in pairs {
            textsOfImage[pair.image].insert(pair.text)
            imagesOfText[pair.text].insert(pair.image)
        }
        let forward = try Self.recalls(images, texts, right: textsOfImage)
        let backward = try Self.recalls(texts, images, right: imagesOfText)
        (imageToTextRecallAt1, imageToTextRecallAt5, imageToTextRecallAt10) = (forward[0], forward[1], forward[2])
        (textToImageRecallAt1, textToImageRecallAt5, textToImageRecallAt10) = (backward[0], backward[1], backward[2])
        self.meanRecall = (forward + backward).reduce(0, +) / 6
        self.images = imageCount
        self.captions = textCount
    }

    /// Recall at 1, 5 and 10 of queries over items.
    private static func recalls(_ queries: Tensor, _ items: Tensor, right: [Set<Int>]) throws(TorchError) -> [Double] {
        let transposed = try items.transposed(0, 1)
        let itemCount = items.shape[0]
        var hits = [0, 0, 0]
        for start in stride(from: 0, to: right.count, by: 256) {
            let count = min(256, right.count - start)
            let scores = try queries.narrowed(dimension: 0, start: start, count: count).matmul(transposed).floats()
            for row in 0..<count {
                let line = scores[row * itemCount..<(row + 1) * itemCount]
                let rank = Self.rank(Array(line), right: right[start + row])
                for (place, k) in [1, 5, 10].enumerated() where rank < k { hits[place] += 1 }
            }
        }
        return hits.map { Double($0) / Double(max(1, right.count)) }
    }

    /// How many wrong items come before the best right one. Equal scores count as before it, and so do those that are
    /// not numbers: a model that gives everything the same score finds nothing.
    static func rank(_ scores: [Float], right: Set<Int>) -> Int {
        guard let best = right.map({ scores[$0] }).max() else { return .max }
        return scores.indices.count { !(scores[$0] < best) && !right.contains($0) }
    }
}
