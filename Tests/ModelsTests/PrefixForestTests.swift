// SPDX-License-Identifier: Apache-2.0

import FileIO
import TestSupport
import Testing
import Torch

@testable import Models

@Suite struct PrefixForestTests {
    /// Prompts of few tokens, so that many begin alike, some are prefixes of others and some occur twice.
    private static func prompts(_ random: inout SeededRandom) -> [[Int32]] {
        let kinds = Int32.random(in: 1...4, using: &random)
        return (0..<Int.random(in: 1...40, using: &random)).map { _ in
            (0..<Int.random(in: 1...9, using: &random)).map { _ in Int32.random(in: 0..<kinds, using: &random) }
        }
    }

    @Test(arguments: [1, 2, 5, 16, 10_000]) func `every prompt is the path to its leaf`(_ maximumNodes: Int) throws {
        for seed in 0..<200 {
            var random = SeededRandom(seed: UInt64(seed))
            let prompts = Self.prompts(&random)
            let forest = PrefixForest(prompts: prompts, maximumNodes: maximumNodes)
            let leaves = forest.trees.flatMap { tree in tree.leaves.map { (tree, Int($0)) } }
            #expect(forest.leafOfPrompt.count == prompts.count)
            for (prompt, leaf) in zip(prompts, forest.leafOfPrompt) {
                let (tree, node) = leaves[Int(leaf)]
                var path: [Int32] = []
                var place = node
                while place >= 0 {
                    #expect(tree.depths[place] == Int64(prompt.count - 1 - path.count), "seed \(seed)")
                    path.append(Int32(tree.tokens[place]))
                    place = tree.parents[place]
                }
                #expect(Array(path.reversed()) == prompt, "seed \(seed)")
            }
            #expect(leaves.count == Set(prompts).count, "seed \(seed)")
            #expect(Set(forest.leafOfPrompt).count == leaves.count, "seed \(seed)")
            let inOrder = forest.leafOfPrompt == Array(0..<Int64(prompts.count))
            #expect(forest.isInOrder == inOrder, "seed \(seed)")
        }
    }

    @Test(arguments: [1, 2, 5, 16, 10_000]) func `trees are bounded and hold no node twice`(_ maximumNodes: Int) throws
    {
        for seed in 0..<200 {
            var random = SeededRandom(seed: UInt64(seed))
            let prompts = Self.prompts(&random)
            let forest = PrefixForest(prompts: prompts, maximumNodes: maximumNodes)
            for tree in forest.trees {
                #expect(tree.tokens.count <= maximumNodes || tree.leaves.count == 1, "seed \(seed)")
                let edges = zip(tree.parents, tree.tokens).map { [Int64($0), $1] }
                #expect(Set(edges).count == edges.count, "seed \(seed)")
                #expect(tree.parents.enumerated().allSatisfy { $1 < $0 && $1 >= -1 }, "seed \(seed)")
                // Every node leads to a leaf.
                let inner = Set(tree.parents)
                #expect(tree.tokens.indices.allSatisfy { inner.contains($0) || tree.leaves.contains(Int64($0)) })
            }
            if maximumNodes == 10_000 {
                let prefixes = Set(prompts.flatMap { prompt in prompt.indices.map { Array(prompt[...$0]) } })
                #expect(forest.trees.count == 1)
                #expect(forest.trees.first?.tokens.count == prefixes.count, "seed \(seed)")
            }
        }
    }

    @Test func `a block costs what the distinct beginnings of the prompts cost`() throws {
        let (config, _) = try GoldenTests.files("modern-eos-gelu")
        let prompts = try Golden(GoldenTests.folder("modern-eos-gelu")).prompts
        let read = prompts.map { Array($0.prefix(($0.firstIndex(of: Int32(config.text.eosTokenID)) ?? 0) + 1)) }
        let beginnings = Set(read.flatMap { prompt in prompt.indices.map { Array(prompt[...$0]) } })
        let (width, middle) = (config.text.tower.hiddenSize, config.text.tower.intermediateSize)
        #expect(beginnings.count > 4 && beginnings.count < read.reduce(0) { $0 + $1.count })
        #expect(config.textBlockCost(prompts) == Double(beginnings.count * (4 * width * width + 2 * width * middle)))
    }

    @Test func `the mask shows a node its ancestors and itself`() throws {
        for seed in 0..<50 {
            var random = SeededRandom(seed: UInt64(seed))
            let forest = PrefixForest(prompts: Self.prompts(&random), maximumNodes: 64)
            for tree in forest.trees {
                let count = tree.tokens.count
                let mask = tree.ancestorMask()
                #expect(mask.count == count * count)
                for row in 0..<count {
                    var seen: Set<Int> = []
                    var place = row
                    while place >= 0 {
                        seen.insert(place)
                        place = tree.parents[place]
                    }
                    for column in 0..<count {
                        #expect(mask[row * count + column] == (seen.contains(column) ? 0 : -.infinity))
                    }
                }
            }
        }
    }

    @Test func `no prompts are no trees`() {
        let forest = PrefixForest(prompts: [], maximumNodes: 8)
        #expect(forest.trees.isEmpty && forest.leafOfPrompt.isEmpty && forest.isInOrder)
    }

    @Test(arguments: ["modern-eos-gelu", "legacy-eos"], [1, 7, 40])
    func `bounded trees give each prompt the feature it has alone`(
        _ name: String, maximumNodes: Int
    ) throws {
        let (model, _) = try GoldenTests.load(name, maximumNodes: maximumNodes)
        let (unbounded, _) = try GoldenTests.load(name, maximumNodes: 100_000)
        let text = model.config.text
        var random = SeededRandom(seed: 4)
        let end = Int32(text.eosTokenID == 2 ? text.vocabSize - 1 : text.eosTokenID)
        var prompts = (0..<30).map { _ in
            (0..<Int.random(in: 1..<text.maxPositionEmbeddings, using: &random)).map { _ in
                Int32.random(in: 3..<6, using: &random)
            } + [end]
        }
        prompts += [prompts[3], prompts[17]]
        try withoutGradient {
            let together = try model.textFeatures(prompts)
            #expect(together.shape == [32, model.config.projectionDim])
            let values = try together.floats()
            // Sums in another order: a few units in the last place of values up to 1.
            expectClose(try unbounded.textFeatures(prompts).floats(), values, 1e-5)
            expectClose(try prompts.flatMap { try unbounded.textFeatures([$0]).floats() }, values, 1e-5)
        }
    }

    @Test(arguments: [-1, 1_000_000, Int32.max, .min])
    func `tokens that the model does not know are errors`(_ token: Int32) throws {
        let (model, _) = try GoldenTests.load("legacy-eos")
        let vocabulary = model.config.text.vocabSize
        let error = try #require(throws: InputError.self) { try model.textFeatures([[1, 2], [1, token]]) }
        #expect("\(error)".hasPrefix("token id \(token) lies outside the model's vocabulary of \(vocabulary); "))
    }
}
