// SPDX-License-Identifier: Apache-2.0

import Datasets
import FileIO
import Foundation
import Models
import TestSupport
import Testing
import Torch

@testable import MultiLabel

@Suite struct AnchoredHeadTests {
    private struct Golden: Decodable {
        let pictures: [String]
        let labels: [String]
        let logits: [[Double]]
    }

    private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures/anchored").path

    /// The small CLIP with the recorded head.
    private static func model(in folder: TemporaryFolder) throws -> ModelBundle {
        try folder.copyModel()
        for name in ["head.safetensors", "mumic.json"] { try folder.copy(fixtures + "/" + name, to: name) }
        return try ModelBundle(directory: folder.path)
    }

    private static func predictor(_ bundle: ModelBundle, _ names: [String]) throws -> Predictor {
        try Predictor(bundle, labels: names.map { Label(name: $0) })
    }

    private static func table(_ golden: Golden) -> AnnotationTable {
        AnnotationTable(
            source: "pictures", images: golden.pictures.map { Picture(name: $0, path: Curve.folder + "/images/" + $0) },
            labels: golden.labels, targets: [Float](repeating: 0, count: golden.pictures.count * golden.labels.count))
    }

    /// float32 against NumPy's float64, through both towers.
    @Test func `logits are NumPy's, of labels that were never trained too`() throws {
        let golden = try JSONDecoder().decode(
            Golden.self, from: Data(contentsOf: URL(fileURLWithPath: Self.fixtures + "/logits.json")))
        let folder = try TemporaryFolder()
        let bundle = try Self.model(in: folder)
        let scores = try Self.predictor(bundle, golden.labels).scores(of: Self.table(golden))
        for (score, expected) in zip(scores, golden.logits.joined()) {
            #expect(abs(score - expected) < 1e-4 * max(1, abs(expected)))
        }
        // Rows go with the labels' names, whatever their order.
        let order = [3, 1, 0, 2]
        let other = try Self.predictor(bundle, order.map { golden.labels[$0] }).scores(of: Self.table(golden))
        for picture in golden.pictures.indices {
            for (place, label) in order.enumerated() {
                #expect(abs(other[picture * 4 + place] - scores[picture * 4 + label]) < 1e-5)
            }
        }
    }

    @Test func `heads add up and move without a change in scores`() throws {
        var random = SeededRandom(seed: 11)
        func head(_ standard: StateStandard) -> AnchoredWeights {
            var head = AnchoredWeights(
                labels: 3, text: .random(in: 0...3, using: &random), sharedBias: .random(in: -1...1, using: &random),
                standard: standard)
            head.weight = head.weight.map { _ in .random(in: -2...2, using: &random) }
            head.offset = head.offset.map { _ in .random(in: -1...1, using: &random) }
            return head
        }
        func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in .random(in: -1...1, using: &random) } }
        let states = numbers(5 * 4)
        let (first, second) = (head(StateStandard(states, width: 4)), head(StateStandard(mean: numbers(4), scale: 0.3)))
        let (h, s) = (try Tensor(states, shape: [5, 4]), try Tensor(numbers(5 * 3), shape: [5, 3]))
        let (a, b) = (
            try first.logits(states: h, similarities: s), try second.logits(states: h, similarities: s)
        )
        let moved = try second.moved(to: first.standard).logits(states: h, similarities: s)
        #expect(zip(moved, b).allSatisfy { abs($0 - $1) < 1e-4 })
        let sum = try first.combined(factor: 0.4, with: second, otherFactor: 1.5, shift: -0.25)
            .logits(states: h, similarities: s)
        for index in sum.indices { #expect(abs(sum[index] - (0.4 * a[index] + 1.5 * b[index] - 0.25)) < 1e-4) }
        // As a head beside a model of some temperature, and back.
        let scale = try Tensor(repeating: log(1 / 0.2), shape: [])
        let back = try AnchoredWeights(first.head(temperature: 0.2, device: .cpu), logitScale: scale)
        #expect(abs(back.text - first.text) < 1e-5 && back.weight == first.weight && back.offset == first.offset)
    }

    @Test func `a standard makes mean 0 and mean square 1`() {
        let standard = StateStandard([1, 0, 3, 4], width: 2)
        #expect(standard.mean == [2, 2])
        #expect(abs(standard.scale - 5.0.squareRoot()) < 1e-6)
        #expect(StateStandard([1, 2], width: 2).scale == 1)
    }
}
