// SPDX-License-Identifier: Apache-2.0

import Foundation
import Safetensors
import Testing
import Torch
import TorchNN
import TrainingOptions

@testable import Training

/// Learning rates of their own for parameters, against torch.optim.AdamW as recorded by `Scripts/record-lora.py`.
@Suite struct OptimizerTests {
    private static let multipliers = [1, 0.5, 0.25, 0.5]
    private static let configuration = AdamW.Configuration(weightDecay: 0.1)

    private struct Golden {
        let file: SafetensorsFile

        init() throws {
            let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("Fixtures/optimizer/adamw.safetensors").path
            file = try SafetensorsFile(path: path)
        }

        func tensor(_ name: String) throws -> Tensor {
            let entry = try #require(file[name], "\(name)")
            let tensor = try Tensor(emptyWithShape: entry.shape)
            try file.withBytes(of: entry) { try tensor.store($0, dtype: .float32, at: 0) }
            return tensor
        }

        func start() throws -> [Tensor] { try (0..<4).map { try tensor("start.\($0)") } }
    }

    /// Gives `parameter` a gradient.
    private func set(_ gradient: Tensor, of parameter: Tensor) throws {
        try parameter.setRequiresGradient(true)
        try parameter.clearGradient()
        try (parameter * gradient).sum().backward()
    }

    @Test func parametersMoveAsInPyTorchsGroups() throws {
        let golden = try Golden()
        let parameters = try golden.start()
        let optimizer = try AdamW(
            zip(parameters, Self.multipliers).enumerated().map { index, pair in
                AdamW.Parameter(name: "\(index)", tensor: pair.0, multiplier: pair.1)
            }, configuration: Self.configuration)
        for step in 0..<4 {
            for (index, parameter) in parameters.enumerated() {
                try set(golden.tensor("gradient.\(index).\(step)"), of: parameter)
                if index == 2, step == 2 { try parameter.clearGradient() }
            }
            try optimizer.step(learningRate: 1e-2 / Double(step + 1))
        }
        for (index, parameter) in parameters.enumerated() {
            let expected = try golden.tensor("end.\(index)").floats()
            // Float32 against float64 over four steps of at most 0.01.
            let largest = zip(try parameter.floats(), expected).map { abs($0 - $1) }.max() ?? 1
            #expect(largest < 1e-6, "\(index): \(largest)")
            #expect(try parameter.floats() != golden.tensor("start.\(index)").floats())
        }
        #expect(optimizer.state.map(\.name).prefix(3) == ["exp_avg.0", "exp_avg_sq.0", "step.0"])
        #expect(try optimizer.state[8].tensor.item() == 3)
    }

    /// With one rate for all, the calls are those of the two groups with and without decay, whatever initialiser.
    @Test func withoutMultipliersNothingChangesByABit() throws {
        let golden = try Golden()
        let (plain, named, direct) = (try golden.start(), try golden.start(), try golden.start())
        let first = try AdamW(
            parameters: plain.enumerated().map { ("\($0)", $1) }, configuration: Self.configuration)
        let second = try AdamW(
            named.enumerated().map { .init(name: "\($0)", tensor: $1) }, configuration: Self.configuration)
        let moments = try direct.map { tensor in
            try (0..<2).map { _ in try Tensor(repeating: 0, shape: tensor.shape) }
        }
        let counts = try direct.map { _ in try Tensor(repeating: 0, shape: []) }
        for step in 0..<4 {
            let gradients = try (0..<4).map { try golden.tensor("gradient.\($0).\(step)") }
            for list in [plain, named] {
                for (parameter, gradient) in zip(list, gradients) { try set(gradient, of: parameter) }
            }
            try first.step(learningRate: 3e-3, gradientScale: 1.7)
            try second.step(learningRate: 3e-3, gradientScale: 1.7)
            for indices in [[0, 2], [1, 3]] {
                try adamWStep(
                    parameters: indices.map { direct[$0] }, gradients: indices.map { gradients[$0] },
                    firstMoments: indices.map { moments[$0][0] }, secondMoments: indices.map { moments[$0][1] },
                    steps: indices.map { counts[$0] }, gradientScale: Tensor(repeating: 1.7, shape: []),
                    learningRate: 3e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8,
                    weightDecay: indices[0] == 0 ? 0.1 : 0)
            }
        }
        for (index, tensor) in direct.enumerated() {
            #expect(try plain[index].floats() == tensor.floats() && named[index].floats() == tensor.floats())
        }
    }
}

@Suite struct WeightAverageTests {
    private func parameters(_ values: [[Float]]) throws -> [ParameterStore.Parameter] {
        try values.enumerated().map {
            ParameterStore.Parameter(name: "p\($0)", tensor: try Tensor($1, shape: [$1.count]))
        }
    }

    @Test(arguments: [0, 0.5, 0.9, 0.999, 1]) func averagesAreThoseOfTheFormula(_ decay: Double) throws {
        var values: [[Float]] = [[1, -2, 3.5], [0.25]]
        let weights = try parameters(values)
        for weight in weights { try weight.tensor.setRequiresGradient(true) }
        let average = try WeightAverage(weights, decay: decay)
        var expected = values.map { $0.map(Double.init) }
        for step in 0..<40 {
            for index in values.indices {
                values[index] = values[index].map { $0 * 0.9 + Float(step % 5) - 1.5 }
                try weights[index].tensor.copyInPlace(Tensor(values[index], shape: [values[index].count]))
                let d = min(decay, Double(1 + step) / Double(10 + step))
                expected[index] = zip(expected[index], values[index]).map { d * $0 + (1 - d) * Double($1) }
            }
            try average.update(step: step)
        }
        #expect(average.state.map(\.name) == ["ema.p0", "ema.p1"])
        for (index, list) in expected.enumerated() {
            for (value, truth) in zip(try average.state[index].tensor.floats(), list) {
                // Float32 over 40 updates of numbers below 10.
                #expect(abs(Double(value) - truth) < 1e-5)
            }
            #expect(try weights[index].tensor.floats() == values[index])
        }
    }

    @Test func theFirstUpdatesForgetTheStart() throws {
        let average = try WeightAverage(try parameters([[0]]), decay: 0.99)
        for (step, decay) in [(0, 0.1), (1, 2.0 / 11), (89, 90.0 / 99)] as [(Int, Double)] {
            #expect(average.decay(step: step) == decay)
        }
        #expect(average.decay(step: 2000) == 0.99)
    }

    @Test func weightsComeBackBitForBitAlsoAfterAnError() throws {
        let weights = try parameters([[0.1, 1e-30, -0.0], [3]])
        let average = try WeightAverage(weights, decay: 0.9)
        for weight in weights {
            try weight.tensor.copyInPlace(Tensor(repeating: 0.7, shape: weight.tensor.shape))
            try weight.tensor.setRequiresGradient(true)
        }
        try average.update(step: 5)
        let before = try weights.map { try $0.tensor.floats() }
        let means = try average.state.map { try $0.tensor.floats() }
        #expect(before != means)
        let inside = try average.withAverages { try weights.map { try $0.tensor.floats() } }
        #expect(inside == means)
        #expect(throws: CancellationError.self) { try average.withAverages { throw CancellationError() } }
        #expect(try weights.map { try $0.tensor.floats().map(\.bitPattern) } == before.map { $0.map(\.bitPattern) })
        #expect(try average.state.map { try $0.tensor.floats() } == means)
        #expect(
            weights.allSatisfy { $0.tensor.requiresGradient }
                && average.state.allSatisfy { !$0.tensor.requiresGradient })
    }

    /// What a checkpoint holds is enough to go on.
    @Test func aRestoredAverageGoesOnAsIfNothingHadHappened() throws {
        let (weights, others) = (try parameters([[1, 2]]), try parameters([[5, 5]]))
        let average = try WeightAverage(weights, decay: 0.95)
        try weights[0].tensor.copyInPlace(Tensor([3, -1] as [Float], shape: [2]))
        try average.update(step: 0)
        try others[0].tensor.copyInPlace(weights[0].tensor)
        let resumed = try WeightAverage(others, decay: 0.95)
        for (old, new) in zip(average.state, resumed.state) { try new.tensor.copyInPlace(old.tensor) }
        for weight in [weights, others] { try weight[0].tensor.copyInPlace(Tensor([0.3, 0.4], shape: [2])) }
        try average.update(step: 1)
        try resumed.update(step: 1)
        #expect(try average.state[0].tensor.floats() == resumed.state[0].tensor.floats())
    }
}
