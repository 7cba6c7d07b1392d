// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing
import Torch

@testable import Pretraining

@Suite struct RetrievalMetricsTests {
    /// Recall at k by sorting: ties fall so that wrong items come first.
    private static func recall(_ scores: [[Int]], right: (Int, Int) -> Bool, _ k: Int) -> Double {
        let found = scores.indices.count { query in
            let order = scores[query].indices.sorted { a, b in
                let (first, second) = (scores[query][a], scores[query][b])
                return first == second ? !right(query, a) && right(query, b) : first > second
            }
            return order.prefix(k).contains { right(query, $0) }
        }
        return Double(found) / Double(scores.count)
    }

    @Test func `recalls are those of sorting everything`() throws {
        var random = SeededRandom(seed: 4)
        var values: Set<Double> = []
        for round in 0..<400 {
            let imageCount = Int.random(in: 1...25, using: &random)
            let textCount = Int.random(in: 1...25, using: &random)
            // Whole numbers: their products are exact, and many are equal.
            func rows(_ count: Int) -> [[Int]] {
                (0..<count).map { _ in (0..<3).map { _ in Int.random(in: -2...2, using: &random) } }
            }
            let (images, texts) = (rows(imageCount), rows(textCount))
            // Every picture and every caption has a partner, some have several.
            var pairs = (0..<max(imageCount, textCount)).map { (image: $0 % imageCount, text: $0 % textCount) }
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                pairs.append(
                    (Int.random(in: 0..<imageCount, using: &random), Int.random(in: 0..<textCount, using: &random)))
            }
            pairs.shuffle(using: &random)
            let belong = Set(pairs.map { [$0.image, $0.text] })
            let forward = images.map { image in texts.map { zip(image, $0).reduce(0) { $0 + $1.0 * $1.1 } } }
            let backward = texts.indices.map { text in images.indices.map { forward[$0][text] } }
            func tensor(_ rows: [[Int]]) throws -> Tensor {
                try Tensor(rows.joined().map(Float.init), shape: [rows.count, 3])
            }
            let found = try RetrievalMetrics(images: tensor(images), texts: tensor(texts), pairs: pairs)
            let expected =
                [1, 5, 10].map { Self.recall(forward, right: { belong.contains([$0, $1]) }, $0) }
                + [1, 5, 10].map { Self.recall(backward, right: { belong.contains([$1, $0]) }, $0) }
            let recalls = [
                found.imageToTextRecallAt1, found.imageToTextRecallAt5, found.imageToTextRecallAt10,
                found.textToImageRecallAt1, found.textToImageRecallAt5, found.textToImageRecallAt10,
            ]
            #expect(recalls == expected, "round \(round)")
            #expect(abs(found.meanRecall - expected.reduce(0, +) / 6) < 1e-15)
            #expect(found.images == imageCount && found.captions == textCount)
            values.formUnion(recalls)
        }
        #expect(values.count > 50)
    }

    @Test(arguments: [(300, 700), (1, 40), (257, 13)])
    func `a collapsed model finds nothing`(_ images: Int, texts: Int) throws {
        var random = SeededRandom(seed: 8)
        for width in [3, 64, 512] {
            let row = random.floats(width)
            func same(_ count: Int) throws -> Tensor {
                try Tensor(Array(repeatElement(row, count: count).joined()), shape: [count, width]).normalized()
            }
            let pairs = (0..<max(images, texts)).map { (image: $0 % images, text: $0 % texts) }
            let found = try RetrievalMetrics(images: same(images), texts: same(texts), pairs: pairs)
            #expect(found.imageToTextRecallAt10 == (images == 1 ? 1 : 0), "width \(width)")
            #expect(found.textToImageRecallAt10 == (images == 1 ? 1 : 0), "width \(width)")
        }
    }

    @Test func `features that are not numbers find nothing`() throws {
        let broken = try Tensor(repeating: .nan, shape: [20, 4])
        let found = try RetrievalMetrics(images: broken, texts: broken, pairs: (0..<20).map { ($0, $0) })
        #expect(found.meanRecall == 0)
    }

    @Test func `a perfect model finds everything`() throws {
        var unit = [Float](repeating: 0, count: 30 * 30)
        for index in 0..<30 { unit[index * 31] = 1 }
        let features = try Tensor(unit, shape: [30, 30])
        let found = try RetrievalMetrics(images: features, texts: features, pairs: (0..<30).map { ($0, $0) })
        #expect(found.meanRecall == 1 && found.imageToTextRecallAt1 == 1 && found.textToImageRecallAt1 == 1)
    }

    /// An equal caption of another picture is right too; it is one text.
    @Test func `a shared caption is right for all its pictures`() throws {
        let features = try Tensor([1, 0, 0, 1, 0.6, 0.8] as [Float], shape: [3, 2])
        let texts = try Tensor([0, 1, 1, 0] as [Float], shape: [2, 2])
        let found = try RetrievalMetrics(
            images: features, texts: texts, pairs: [(0, 0), (1, 0), (2, 0), (0, 1)])
        // Picture 0 finds its second caption, the others the shared one.
        #expect(found.imageToTextRecallAt1 == 1)
        #expect(found.textToImageRecallAt1 == 1)
        #expect(found.captions == 2 && found.images == 3)
    }
}
