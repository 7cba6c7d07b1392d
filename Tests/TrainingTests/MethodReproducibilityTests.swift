// SPDX-License-Identifier: Apache-2.0

import Foundation
import Imaging
import TestSupport
import Testing
import TorchNN
import TrainingOptions

@testable import Training

/// Every part of the method that has a state or a choice of its own goes on where it stopped, bit for bit.
@Suite struct MethodReproducibilityTests {
    static let methods: [String: String] = [
        "average": #"{"ema": 0.9}"#,
        "adapters": #"{"lora-rank": 2, "lora-targets": ["q_proj", "v_proj", "fc2"]}"#,
        "balanced": #"{"sampling": "balanced"}"#,
        "reject": #"{"robust": "reject", "robust-rate": 0.2}"#,
        "correct": #"{"robust": "correct", "robust-rate": 0.2, "loss": "asl"}"#,
        "forward": #"{"robust": "forward", "temperature": "auto"}"#,
        "forward of a known rate": #"{"robust": "forward", "robust-rate": 0.1, "loss": "asl"}"#,
        "automatic": #"{"temperature": "auto", "loss": "focal"}"#,
        "automatic average of adapters": #"{"temperature": "auto", "ema": 0.99, "lora-rank": 1}"#,
        "adapters under a head": #"{"head": "linear", "lora-rank": 2, "loss": "two-way", "ema": 0.5}"#,
        "text activations": #"{"lock-text-unlocked-layers": 2, "image-layer-decay": 0.7, "positive-weight": "sqrt"}"#,
    ]

    /// A run of two epochs, four steps each, with everything that is random.
    private func run(_ name: String) throws -> TestRun {
        var run = try TestRun()
        let text = try #require(Self.methods[name])
        let changes = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        run.options = try run.options.with(#require(changes))
        run.options.epochs = 2
        run.options.shuffle = true
        run.options.augment = .strong
        run.options.gradientClip = 1
        run.options.seed = 5
        run.validation = run.training
        return run
    }

    /// Stopped after steps and in validations.
    @Test(arguments: methods.keys.sorted())
    func `a run that is interrupted and resumed ends the same`(_ name: String) throws {
        let first = try run(name)
        try first.run()
        let whole = try first.end()
        for stop in [1, 3, 4, 6, 8] {
            let run = try run(name)
            let saved = try run.interrupt { event in
                if case .step(let step, _) = event { step.step == stop - 1 } else { false }
            }
            #expect(saved == stop)
            try run.run()
            try run.expectSameEnd(as: whole, "stopped after \(stop) steps")
        }
        let often = try run(name)
        for _ in 1...8 {
            try often.interrupt { event in
                if case .step = event { true } else { false }
            }
        }
        try often.run()
        try often.expectSameEnd(as: whole, "eight interruptions")
        for epoch in 1...2 {
            let run = try run(name)
            try run.interrupt(Watch(stopAt: "validating 13", time: epoch))
            try run.run()
            try run.expectSameEnd(as: whole, "stopped in validation \(epoch)")
        }
    }

    @Test func `the start is not fitted again when a run is resumed`() throws {
        let run = try run("automatic")
        try run.interrupt { event in
            if case .step(let step, _) = event { step.step == 4 } else { false }
        }
        let watch = Watch()
        try run.run(watch)
        #expect(!watch.told.contains("looking at the first pictures"))
    }

    @Test func `a method that changes makes another run`() throws {
        let run = try run("adapters")
        try run.interrupt { event in
            if case .step = event { true } else { false }
        }
        let changes: [(String, (inout TrainingConfiguration) -> Void)] = [
            ("lora-rank", { $0.loraRank = 3 }), ("ema", { $0.ema = 0.9 }), ("sampling", { $0.sampling = .balanced }),
            ("temperature", { $0.temperature = .auto }), ("robust", { $0.robust = .reject }),
            ("hold-out", { $0.holdOut = ["sun"] }), ("lora-targets", { $0.loraTargets = [.query] }),
            ("lock-image-unlocked-groups", { $0.lockImageUnlockedGroups = 2 }),
        ]
        for (key, change) in changes {
            var other = run
            change(&other.options)
            let error = try #require(throws: TrainingError.self) { try other.run() }
            #expect("\(error)".contains("--\(key) was "), "\(error)")
        }
    }
}

/// Runs that keep a moving average of the weights.
@Suite struct AveragedRunTests {
    @Test func `an average that forgets at once is the weights`() throws {
        var (plain, averaged) = (try TestRun(), try TestRun())
        plain.options.bias = -2
        averaged.options.bias = -2
        averaged.options.ema = 0
        #expect(try plain.run().map(\.loss) == averaged.run().map(\.loss))
        let same = try plain.files("model") == averaged.files("model")
        #expect(same)
    }

    @Test func `the average is what is validated and kept`() throws {
        var run = try TestRun()
        run.options.ema = 0.99
        run.validation = run.training
        var plain = run
        plain.options.output = run.folder("plain")
        plain.options.ema = nil
        func gaps(_ run: TestRun) throws -> [Double] {
            var gaps: [Double] = []
            try run.run { event in
                if case .validated(let found, _, _) = event { gaps.append(found[0].value ?? -1) }
            }
            return gaps
        }
        let (averaged, usual) = (try gaps(run), try gaps(plain))
        #expect(averaged.count == 3 && averaged != usual)
        // Steps do not see the average, and a checkpoint has both.
        let (left, right) = (
            try tensors(run.output + "/checkpoints/step-00000012/model.safetensors"),
            try tensors(plain.output + "/checkpoints/step-00000012/model.safetensors")
        )
        #expect(right.allSatisfy { left[$0.key] == $0.value })
        let names = Set(left.keys).subtracting(right.keys)
        #expect(names == Set(right.keys.map { "ema." + $0 }))
        // The best model of the run scores what its validation said.
        let best = try #require(averaged.max())
        let kept = try tensors(run.output + "/model/model.safetensors")
        if averaged[2] == best {
            #expect(kept.allSatisfy { left["ema." + $0.key] == $0.value })
            #expect(!kept.allSatisfy { left[$0.key] == $0.value })
        }
        let again = try ValidatedModel(run).gap
        #expect(abs(again - best) <= 1e-9)
    }
}
