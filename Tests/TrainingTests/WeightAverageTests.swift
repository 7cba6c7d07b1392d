// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch
import TorchNN

@testable import Training

@Suite struct WeightAverageTests {
    private func parameters(_ values: [[Float]]) throws -> [ParameterStore.Parameter] {
        try values.enumerated().map {
            ParameterStore.Parameter(name: "p\($0)", tensor: try Tensor($1, shape: [$1.count]))
        }
    }

    @Test(arguments: [0, 0.5, 0.9, 0.999, 1]) func `averages are those of the formula`(_ decay: Double) throws {
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

    @Test func `the first updates forget the start`() throws {
        let average = try WeightAverage(try parameters([[0]]), decay: 0.99)
        for (step, decay) in [(0, 0.1), (1, 2.0 / 11), (89, 90.0 / 99)] as [(Int, Double)] {
            #expect(average.decay(step: step) == decay)
        }
        #expect(average.decay(step: 2000) == 0.99)
    }

    @Test func `weights come back bit for bit, also after an error`() throws {
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
    @Test func `a restored average goes on as if nothing had happened`() throws {
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
