// SPDX-License-Identifier: Apache-2.0

import Datasets
import Foundation
import Imaging
import Models
import MultiLabel
import Testing
import Torch
import TorchNN

@testable import Training
@testable import TrainingOptions

/// PyTorch's loss curves, recorded by `Scripts/goldens/record-training-goldens.py`, and by `record-family-curves.py` for
/// models of other families than CLIP, whose folder stands before a variant's name.
struct Curves: Decodable {
    struct Final: Decodable {
        let temperature: Double
        let bias: Double
    }

    struct Variant: Decodable {
        let losses: [Double]
        let temperatures: [Double]
        let learningRates: [Double]
        let final: Final
        /// Of some weights, the norm of what they changed by, and its product with cos(0), cos(1), …
        let change: [String: [Double]]

        enum CodingKeys: String, CodingKey {
            case losses, temperatures
            case learningRates = "learning_rates"
            case final, change
        }
    }

    let steps: Int
    let variants: [String: Variant]

    private static func data(_ family: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: TestRun.curve + "/\(family)losses.json"))
    }

    static func read(_ family: String = "") throws -> Curves {
        try JSONDecoder().decode(Curves.self, from: data(family))
    }

    static let names = ["", "siglip/", "metaclip-2/"].flatMap { family in
        ((try? read(family).variants.keys.sorted()) ?? []).map { family + $0 }
    }

    /// What was recorded of a variant, and a run with its options.
    static func variant(_ path: String) throws -> (variant: Variant, run: TestRun) {
        let name = String(path.split(separator: "/").last ?? "")
        let family = String(path.dropLast(name.count))
        let curves = try read(family)
        let variant = try #require(curves.variants[name])
        let root = try JSONSerialization.jsonObject(with: data(family)) as? [String: Any]
        let plain = try #require(root?["plain"] as? [String: Any])
        let entry = try #require((root?["variants"] as? [String: Any])?[name] as? [String: Any])
        var run = try TestRun(model: TestRun.curve + "/\(family)model")
        run.options = try run.options.with(plain).with(#require(entry["options"] as? [String: Any]))
        run.options.epochs =
            curves.steps * run.options.batchSize * run.options.accumulate / run.training.images.count
        return (variant, run)
    }
}

extension TrainingConfiguration {
    /// These options with others in place of some of them, by the names that they have in a file.
    func with(_ changes: [String: Any]) throws -> TrainingConfiguration {
        // Where τ and b start follows from the changes, if nobody has said it.
        let unsaid = (objective.temperature == nil ? ["temperature"] : []) + (objective.bias == nil ? ["bias"] : [])
        let own = try yaml().split(separator: "\n").filter { line in
            !(changes.keys + unsaid).contains { line.hasPrefix($0 + ":") }
        }
        let changed = try changes.map { key, value in
            let json = try JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed)
            return "\(key): \(String(decoding: json, as: UTF8.self))"
        }
        return try TrainingConfiguration(
            yaml: (own.map(String.init) + changed).joined(separator: "\n"), path: "changed options")
    }
}

@Suite struct LossCurveTests {
    @Test func `nothing that was recorded is missing`() throws {
        #expect(Curves.names.count == 38 + 14 + 6)
        #expect(try Curves.read().steps == 12)
    }

    /// Expects the losses of the recorded variant.
    private func expect(_ steps: [StepReport], _ variant: Curves.Variant) {
        #expect(steps.map(\.step) == Array(variant.losses.indices))
        for (step, expected) in zip(steps, variant.losses) {
            // Float32 sums in another order are off by 1e-6; a step of Adam spreads that, see the recorder's print.
            let tolerance = step.step == 0 ? 1e-5 : 1e-4
            #expect(abs(step.loss - expected) <= tolerance * expected, "step \(step.step): \(step.loss), \(expected)")
        }
    }

    @Test(arguments: Curves.names) func `the loss curve is that of PyTorch`(_ name: String) throws {
        let (variant, run) = try Curves.variant(name)
        let steps = try run.run()
        expect(steps, variant)
        for (step, expected) in zip(steps, variant.learningRates) {
            #expect(abs(step.learningRate - expected) <= 1e-12)
        }
        let before = try tensors(run.options.model + "/model.safetensors")
        let after = try tensors(run.output + "/model/model.safetensors")
        for (name, recorded) in variant.change {
            let (start, end) = (floats(try #require(before[name])), floats(try #require(after[name])))
            let change = zip(end, start).map { Double($0) - Double($1) }
            let norm = change.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let product = change.enumerated().reduce(0.0) { $0 + $1.element * cos(Double($1.offset)) }
            // Where a gradient is nearly 0 Adam steps by its sign, and rounding decides; see the recorder's print.
            #expect(abs(norm - recorded[0]) <= 5e-3 * recorded[0], "\(name): \(norm), \(recorded[0])")
            #expect(abs(product - recorded[1]) <= 5e-3 * recorded[0], "\(name): \(product), \(recorded[1])")
        }
        if run.options.usesLinearHead { return }
        for (step, expected) in zip(steps, variant.temperatures) {
            #expect(abs(step.temperature - expected) <= 1e-5 * expected)
        }
        let description = try #require(try ClassifierDescription.read(directory: run.output + "/model"))
        #expect(abs(description.temperature - variant.final.temperature) <= 1e-5 * variant.final.temperature)
        #expect(abs(try #require(description.bias.number) - variant.final.bias) <= 1e-5)
    }

    /// Whatever the loss is divided by, it is counted over all batches of a step.
    @Test(arguments: [
        "siglip", "asl", "focal", "softmax", "label-smoothing", "positive-weight", "linear-head", "linear-head-asl",
        "unknown-negative", "bootstrap", "forward", "forward-estimated", "freeze-image", "freeze-text",
        "unlocked-groups", "lora", "ema",
    ]) func `accumulated batches follow the same curve`(_ name: String) throws {
        for (batchSize, accumulate) in [(3, 2), (1, 6)] {
            let (variant, recorded) = try Curves.variant(name)
            var run = recorded
            run.options.batchSize = batchSize
            run.options.accumulate = accumulate
            expect(try run.run(), variant)
        }
    }

    @Test(arguments: [(12, 1), (4, 3), (3, 4), (2, 6), (1, 12)])
    func `small batches give what one large batch gives`(_ batchSize: Int, accumulate: Int) throws {
        // The pictures know unequal numbers of labels, one of them none: a mean of means would differ.
        var large = try TestRun()
        large.options.batchSize = 12
        var small = try TestRun()
        small.options.batchSize = batchSize
        small.options.accumulate = accumulate
        let (a, b) = (try large.run(), try small.run())
        #expect(a.count == 6 && b.count == 6)
        for (x, y) in zip(a, b) { #expect(abs(x.loss - y.loss) <= 2e-5 * x.loss, "step \(x.step)") }
    }

    @Test func `an epoch's last step takes what is left`() throws {
        var run = try TestRun()
        run.options.batchSize = 5
        run.options.accumulate = 2
        var images: [Int] = []
        let steps = try run.run { event in
            if case .step(_, let count) = event { images.append(count) }
        }
        #expect(images == [10, 10, 4, 10, 10, 4, 10, 10, 4])
        #expect(steps.map(\.epoch) == [0, 0, 0, 1, 1, 1, 2, 2, 2])
    }
}
