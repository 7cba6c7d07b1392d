// SPDX-License-Identifier: Apache-2.0

import FileIO
import Foundation
import MultiLabel
import TestSupport
import Testing
import Torch
import TrainingOptions

@testable import Training

@Suite struct RecipePartsTests {
    @Test func `the gate's area is that of all pairs compared`() {
        var random = SeededRandom(seed: 3)
        let (count, labels) = (40, 3)
        var (scores, targets): ([Float], [Float]) = ([], [])
        for _ in 0..<count * labels {
            scores.append(Float(Int.random(in: 0..<6, using: &random)))
            targets.append([0, 1, .nan][Int.random(in: 0..<3, using: &random)])
        }
        var sum = 0.0
        for label in 0..<labels {
            let column = (0..<count).map { $0 * labels + label }
            let positives = column.filter { targets[$0] == 1 }
            let negatives = column.filter { targets[$0] == 0 }
            var wins = 0.0
            for p in positives {
                for n in negatives { wins += scores[p] > scores[n] ? 1 : scores[p] == scores[n] ? 0.5 : 0 }
            }
            sum += wins / Double(positives.count * negatives.count)
        }
        let gate = TextGate(scores, targets: targets, labels: labels)
        #expect(abs((gate.area ?? 0) - sum / Double(labels)) < 1e-12)
        #expect(!gate.isOpen)
        #expect(TextGate(targets.map { $0.isNaN ? 0 : $0 }, targets: targets, labels: labels).isOpen)
        #expect(TextGate([1, 2], targets: [.nan, 1], labels: 1).area == nil)
    }

    @Test func `a regression is at the minimum of its objective`() throws {
        var random = SeededRandom(seed: 5)
        let (count, labels, width) = (30, 3, 4)
        let states = (0..<count * width).map { _ in Float.random(in: -1...1, using: &random) }
        let offsets = (0..<count * labels).map { _ in Float.random(in: -1...1, using: &random) }
        var targets = (0..<count * labels).map { _ in Float([0, 1, 0.5].randomElement(using: &random) ?? 0) }
        for row in 0..<count { targets[row * labels + 2] = 0 }  // nothing is known of a label without a positive
        targets[4] = .nan
        let standard = StateStandard(states, width: width)
        let regression = try AnchoredRegression(
            states: Tensor(states, shape: [count, width]), standard: standard, offsets: offsets, targets: targets
        ) { $0 != 7 }
        let fit = try regression.fit(penalty: 0.7, monitor: .silent)
        #expect(fit.weight.suffix(width).allSatisfy { $0 == 0 } && fit.bias[2] == 0)
        func objective(_ weight: [Double], _ bias: [Double]) -> Double {
            var sum = 0.35 * weight.reduce(0) { $0 + $1 * $1 } + 0.025 * bias.reduce(0) { $0 + $1 * $1 }
            for row in 0..<count where row != 7 {
                for label in 0..<2 where !targets[row * labels + label].isNaN {
                    var z = Double(offsets[row * labels + label]) + bias[label]
                    for column in 0..<width {
                        let x = (Double(states[row * width + column]) - Double(standard.mean[column])) / standard.scale
                        z += weight[label * width + column] * x
                    }
                    sum += max(z, 0) - z * Double(targets[row * labels + label]) + log1p(exp(-abs(z)))
                }
            }
            return sum
        }
        let (weight, bias) = (fit.weight.map(Double.init), fit.bias.map(Double.init))
        let least = objective(weight, bias)
        for index in 0..<2 * width {
            for step in [-0.05, 0.05] {
                var other = weight
                other[index] += step
                #expect(objective(other, bias) > least)
            }
        }
        for index in 0..<2 {
            for step in [-0.05, 0.05] {
                var other = bias
                other[index] += step
                #expect(objective(weight, other) > least)
            }
        }
    }

    @Test func `plans grow with the pictures and shrink with the time`() {
        func plan(_ pictures: Int, minutes: Double? = nil) -> RecipePlan {
            RecipePlan(
                effort: .auto, pictures: pictures, validationPictures: 10, holdsOut: false, width: 768,
                activationBytes: 0,
                speed: minutes.map { _ in RecipeSpeed(secondsOfPass: 0.1, secondsOfStep: 1, secondsOfWholeStep: 3) },
                minutes: minutes)
        }
        #expect(plan(10).tuning?.steps == 102)
        #expect(plan(6400).tuning?.steps == 600)
        #expect(plan(6400).tuning?.rates == [7.5e-5, 3e-4, 1.2e-3])
        // 10 minutes without 41 s of reading: 335 steps of all rates together.
        let short = plan(400, minutes: 10).tuning
        #expect(short?.steps == 102)
        #expect((plan(6400, minutes: 20).tuning?.allSteps ?? 0) <= 20 * 60 - 641)
        #expect(plan(6400, minutes: 11).tuning == nil)
    }

    @Test func `a GPU trains the whole tower unless told otherwise`() {
        #expect(RecipePlan.effort(nil, on: .cpu) == .auto && RecipePlan.effort(nil, on: .cuda(0)) == .thorough)
        #expect(RecipePlan.effort(.fast, on: .cuda(0)) == .fast)
    }

    @Test func `a text tower that costs too much trains in part`() {
        func groups(_ cost: Double) -> Int? { RecipePlan.textGroups(blockCost: cost, blocks: 12, budget: 1200) }
        #expect(groups(0) == nil && groups(100) == nil)
        #expect(groups(101) == 12 && groups(400) == 4 && groups(1200) == 2)
        #expect(groups(1201) == 2 && groups(4800) == 2 && groups(4801) == 1)
        var plan = RecipePlan(
            effort: .auto, pictures: 10, validationPictures: 10, holdsOut: false, width: 768, activationBytes: 0)
        #expect(plan.tuned == "the last block, the text tower and the head")
        plan.textGroups = 4
        #expect(plan.tuned == "the image tower's last block, the text tower's last 3 blocks and the head")
    }

    @Test func `rows of half precision are found again only whole`() throws {
        let folder = try TemporaryFolder()
        let writer = try HalfRows.Writer(path: folder("rows"))
        try writer.append(Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [3, 2]))
        #expect(HalfRows(path: folder("rows"), shape: [2], count: 3) == nil)
        try writer.append(Tensor([0.1, -8] as [Float], shape: [1, 2]))
        try writer.commit()
        #expect(HalfRows(path: folder("rows"), shape: [2], count: 3) == nil)
        let rows = try #require(HalfRows(path: folder("rows"), shape: [2], count: 4))
        let some = rows.selecting([3, 1])
        #expect(try some.tensor([1, 0, 1]).floats() == [3, 4, Float(Float16(0.1)), -8, 3, 4])
    }
}
