// SPDX-License-Identifier: Apache-2.0

import Evaluation
import Foundation
import Testing

@testable import ExperimentTables

struct FrozenFeatureTests {
    /// Pictures around points of the plane, whose label is the point's number; `noise` moves them.
    private func pictures(_ count: Int, noise: Float, seed: UInt64) -> FrozenPictures {
        var random = SeededRandom(seed: seed)
        var (states, targets): ([Float], [Float]) = ([], [])
        for row in 0..<count {
            let kind = row % 3
            for column in 0..<3 {
                let shift = Float(random.index(below: 2001)) / 1000 - 1
                states.append((column == kind ? 1 : 0) + noise * shift)
                targets.append(column == kind ? 1 : 0)
            }
        }
        return FrozenPictures(states: states, targets: targets, width: 3, labelCount: 3)
    }

    @Test func `votes are the cosine-weighted shares of the nearest, by brute force`() {
        var training = pictures(40, noise: 0.9, seed: 1)
        training.targets[4] = .nan
        let queries = pictures(11, noise: 0.9, seed: 2)
        func unit(_ pictures: FrozenPictures, _ row: Int) -> [Double] {
            let state = pictures.states[row * 3..<row * 3 + 3].map(Double.init)
            let norm = state.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return state.map { $0 / norm }
        }
        let votes = FrozenFeatures.votes(training, of: queries, count: 7)
        #expect(votes.count == 33)
        for query in 0..<11 {
            let cosines = (0..<40).map { row in
                (row, zip(unit(training, row), unit(queries, query)).reduce(0) { $0 + $1.0 * $1.1 })
            }.sorted { $0.1 > $1.1 }.prefix(7)
            for label in 0..<3 {
                var (vote, total, positives) = (0.0, 0.0, 0.0)
                for (row, cosine) in cosines {
                    total += cosine
                    let target = training.targets[row * 3 + label]
                    if !target.isNaN { vote += cosine * Double(target) }
                }
                for row in 0..<40 where training.targets[row * 3 + label] == 1 { positives += 1 }
                let expected = 0.999 * max(0, min(1, vote / total)) + 1e-3 * positives / 40
                #expect(abs(votes[query * 3 + label] - expected) < 1e-5)
            }
        }
    }

    @Test func `the number of neighbours rises as long as more are better, and ends at all`() throws {
        let training = pictures(60, noise: 3, seed: 3)
        let found = try FrozenFeatures.neighbours(
            training, validation: pictures(60, noise: 3, seed: 4), test: pictures(9, noise: 3, seed: 5))
        let count = try #require(found.chosen["neighbours"].flatMap(Int.init))
        #expect((1...60).contains(count) && found.openEdge == nil && found.kind == .probabilities)
        #expect(found.scores.count == 27 && found.scores.allSatisfy { (0...1).contains($0) })
        let best = try #require(found.candidates.values.max())
        #expect(found.candidates["neighbours=\(count)"] == best)
        // With three training pictures there are three neighbours at most.
        let few = try FrozenFeatures.neighbours(
            pictures(3, noise: 0, seed: 6), validation: training, test: pictures(3, noise: 0, seed: 7))
        #expect(few.candidates.keys.sorted() == ["neighbours=1", "neighbours=3"])
    }

    @Test func `the regression finds what can be parted, with a penalty that has neighbours on both sides`() throws {
        let found = try FrozenFeatures.regression(
            pictures(60, noise: 1.2, seed: 8), validation: pictures(60, noise: 1.2, seed: 9),
            test: pictures(30, noise: 0.2, seed: 10))
        #expect(found.kind == .logits && found.openEdge == nil)
        let penalties = found.candidates.keys.compactMap { Double($0.dropFirst("penalty=".count)) }
        let chosen = try #require(found.chosen["penalty"].flatMap(Double.init))
        #expect(penalties.contains { $0 < chosen } && penalties.contains { $0 > chosen })
        for row in 0..<30 {
            let scores = found.scores[row * 3..<row * 3 + 3]
            #expect(scores.max() == scores[row * 3 + row % 3])
        }
    }

    @Test func `base rates are logits with half a picture on both sides`() {
        let pictures = FrozenPictures(states: [1, 2, 3], targets: [1, .nan, 0], width: 1, labelCount: 1)
        #expect(abs(FrozenFeatures.baseLogits(pictures)[0]) < 1e-6)
        let none = FrozenPictures(states: [1, 2, 3], targets: [0, 0, 0], width: 1, labelCount: 1)
        #expect(abs(FrozenFeatures.baseLogits(none)[0] - Float(log(0.5 / 3.5))) < 1e-6)
    }
}
