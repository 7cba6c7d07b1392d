// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation
import Imaging
import Models
import MultiLabel
import Randomness
import Testing
import Torch
import TrainingOptions

@testable import Training

/// The order in which every label comes equally often.
@Suite struct BalancedOrderTests {
    private func rows(_ targets: [[Float]]) -> TargetRows {
        let labels = (0..<(targets.first?.count ?? 0)).map { "label \($0)" }
        let images = targets.indices.map { Picture(name: "\($0)", path: "\($0)", line: $0 + 2) }
        return TargetRows(
            AnnotationTable(source: "t.csv", images: images, labels: labels, targets: targets.flatMap { $0 }))
    }

    private func order(_ rows: TargetRows, seed: UInt64 = 1, stream: UInt64 = 1) -> [Int] {
        var random = CountedRandom(seed: seed, stream: stream)
        return rows.balancedOrder(using: &random)
    }

    /// How often each value occurs.
    private func counts(_ values: some Sequence<Int>) -> [Int: Int] {
        values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    @Test(arguments: [[7, 5, 3], [90, 9, 1], [1, 1, 1], [40, 2, 2], [1, 0, 30], [0, 0, 12]])
    func `every label comes equally often and its pictures in turns`(_ sizes: [Int]) {
        // Pictures of one label each, so that a picture tells for which label it was drawn.
        let owners = sizes.enumerated().flatMap { label, size in [Int](repeating: label, count: size) }
        let rows = rows(owners.map { owner in sizes.indices.map { $0 == owner ? 1 : 0 } })
        for seed in 0..<20 as Range<UInt64> {
            let order = order(rows, seed: seed)
            #expect(order.count == owners.count)
            let labels = counts(order.map { owners[$0] })
            let present = sizes.indices.filter { sizes[$0] > 0 }
            #expect(labels.keys.sorted() == present.filter { labels[$0] != nil })
            let drawn = present.map { labels[$0] ?? 0 }
            #expect((drawn.max() ?? 0) - (drawn.min() ?? 0) <= 1, "\(drawn)")
            for label in present {
                let turns = counts(order.filter { owners[$0] == label })
                let each = owners.indices.filter { owners[$0] == label }.map { turns[$0] ?? 0 }
                #expect((each.max() ?? 0) - (each.min() ?? 0) <= 1, "label \(label): \(each)")
            }
        }
    }

    /// Pictures may have several labels, or none, which counts as one label more.
    @Test func `every round has a picture for each label`() {
        let targets: [[Float]] = [
            [1, 1, 0], [1, 0, 0], [1, 0, .nan], [0, 0, 1], [0, 0, 0], [0.5, .nan, 0], [1, 0, 0.6], [1, 0, 0],
            [1, 0, 0], [1, 0, 0], [0, 0, 0.2],
        ]
        let decks: [Set<Int>] = [[0, 1, 2, 6, 7, 8, 9], [0], [3, 6], [4, 5, 10]]
        let rows = rows(targets)
        func fits(_ round: [Int], _ decks: [Set<Int>]) -> Bool {
            guard let first = round.first else { return true }
            return decks.indices.contains { index in
                var rest = decks
                return rest.remove(at: index).contains(first) && fits(Array(round.dropFirst()), rest)
            }
        }
        for seed in 0..<50 as Range<UInt64> {
            let order = order(rows, seed: seed)
            #expect(order.count == targets.count)
            for round in order.chunked(4) { #expect(fits(round, decks), "\(order)") }
        }
    }

    @Test func `seed and epoch decide`() throws {
        let rows = rows((0..<30).map { row in (0..<4).map { $0 == row % 4 || row % 7 == $0 ? 1 : 0 } })
        #expect(order(rows) == order(rows))
        #expect(order(rows, seed: 2) != order(rows))
        #expect(order(rows, stream: 3) != order(rows))
        var run = try TestRun()
        run.options.sampling = .balanced
        let task = try Self.task(run)
        #expect(task.order(epoch: 0) == task.order(epoch: 0) && task.order(epoch: 0) != task.order(epoch: 1))
        run.options.seed = 9
        #expect(try Self.task(run).order(epoch: 0) != task.order(epoch: 0))
    }

    @Test func `pictures without a label come once each`() {
        let rows = rows([[Float]](repeating: [0, .nan, 0.5], count: 17))
        let order = order(rows)
        #expect(order.sorted() == Array(0..<17) && order != Array(0..<17))
    }

    private static func task(_ run: TestRun) throws -> FineTuning {
        FineTuning(
            options: run.options, checkpoint: try ModelCheckpoint(directory: run.options.model),
            targets: TargetRows(run.training), validation: nil, labels: run.training.labels.map { Label(name: $0) },
            templates: [.standard], fingerprint: "", device: .cpu)
    }

    @Test func `a picture that comes again is varied anew`() throws {
        var run = try TestRun()
        run.options.augment = .strong
        let task = try Self.task(run)
        let order = [3, 5, 3, 3, 5]
        func pictures(done: Int) throws -> [[Float]] {
            let rows = EpochRows(epoch: 1, nextStep: 9, order: order, places: Array(done..<order.count))
            let source = EpochPictures(task, rows)
            var result: [[Float]] = []
            while let batch = try source.next(2) {
                let values = try batch.inputs.floats()
                result += values.chunked(values.count / batch.rows.count)
            }
            return result
        }
        let all = try pictures(done: 0)
        #expect(all.count == 5)
        #expect(Set([all[0], all[2], all[3]]).count == 3 && all[1] != all[4])
        // A resumed epoch counts what came before.
        for done in 1...4 { #expect(try pictures(done: done) == Array(all.dropFirst(done))) }
    }

    @Test func `a balanced run takes as many steps as another`() throws {
        var run = try TestRun()
        run.options.sampling = .balanced
        var images = 0
        let steps = try run.run { event in
            if case .step(_, let count) = event { images += count }
        }
        #expect(steps.count == 12 && images == 72)
    }
}
